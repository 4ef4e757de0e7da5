// Spans in, steps out: repairs what would hurt later rooms (sanitizers), then maps each producer's
// attribute names to the one shape that everything else reads (dialects). Total and pure; knows neither
// clock, storage, nor any run as a whole.

export { dialectsCommand } from './dialects-command.ts'
export { explainSpans, type SpanExplanation } from './explain-spans.ts'
export { maskText } from './mask-text.ts'
export { normalizeSpans } from './normalize-spans.ts'
export { loadPrices, type Prices } from './prices/prices.ts'
export { sanitizeLogRecords, sanitizeMetricPoints } from './sanitize-telemetry.ts'
export { sanitizeSpans } from './sanitize-spans.ts'
export { normalizeLogs } from './logs/normalize-logs.ts'
