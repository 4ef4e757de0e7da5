// What happens to decoded spans before they are acknowledged: sanitize, normalize, classify, write, tell.
// Nothing between decode and write throws: a defect in one room costs a span its texts or its kind, is
// counted and logged, and never costs the span itself or the batch around it.

import type { Meter } from '@opentelemetry/api'
import type { Logger } from 'pino'
import { classifyStep } from './effects/index.ts'
import type {
  Attributes,
  ClassifiedStep,
  DecodedSpan,
  IngestBatch,
  IngestWriter,
  RunListener,
  Step,
  StepEffects,
  StepKind
} from './model/index.ts'
import { normalizeSpans, sanitizeSpans, type Prices } from './normalizer/index.ts'

export interface PipelineOptions {
  readonly store: IngestWriter
  readonly listener?: RunListener
  /** Absent: only what spans say a call cost. */
  readonly prices?: Prices
  readonly meter: Meter
  readonly logger: Logger
  readonly now: () => number
}

/** Resolves when the spans are durable; rejects with what the store rejects with. */
export type Accept = (spans: readonly DecodedSpan[]) => Promise<void>

/** Of a batch with a defect the first few name it well enough. */
const DEFECTS_LOGGED_MAX = 3

const MS_PER_SECOND = 1_000

export function createPipeline(options: PipelineOptions): Accept {
  const { store, listener, prices, now } = options
  const report = createReport(options)
  return async (spans) => {
    if (spans.length === 0) return
    const startedAt = now()
    const { batch, defects } = prepare(spans, prices)
    const written = countBatch(batch, { defects, seconds: (now() - startedAt) / MS_PER_SECOND })
    const steps = listener === undefined ? [] : batch.steps
    return tellWhen(store.write(batch), () => {
      report(written)
      listener?.stepsWritten(steps)
    })
  }
}

/** Apart from what it tells of, which would otherwise be kept for as long as this waits: the spans of every request. */
async function tellWhen(written: Promise<void>, tell: () => void): Promise<void> {
  await written
  tell()
}

function prepare(
  spans: readonly DecodedSpan[],
  prices: Prices | undefined
): {
  readonly batch: IngestBatch
  readonly defects: readonly Defect[]
} {
  const defects: Defect[] = []
  const sanitized = sanitize(spans, defects)
  const steps = toClassifiedSteps(sanitized, prices, defects)
  return { batch: { spans: sanitized, steps }, defects }
}

export interface Defect {
  readonly room: 'sanitizer' | 'normalizer' | 'effects'
  readonly reason: string
}

function sanitize(spans: readonly DecodedSpan[], defects: Defect[]): readonly DecodedSpan[] {
  try {
    return sanitizeSpans(spans)
  } catch {
    return spans.flatMap((span) => sanitizeAlone(span, defects))
  }
}

function sanitizeAlone(span: DecodedSpan, defects: Defect[]): readonly DecodedSpan[] {
  try {
    return sanitizeSpans([span])
  } catch (error) {
    defects.push({ room: 'sanitizer', reason: String(error) })
    return [withoutContent(span)]
  }
}

/** What re-normalization makes of stored spans, which were sanitized when they came. */
export function toClassifiedSteps(
  spans: readonly DecodedSpan[],
  prices: Prices | undefined,
  defects: Defect[] = []
): readonly ClassifiedStep[] {
  return normalize(spans, defects)
    .map((step) => prices?.price(step) ?? step)
    .map((step) => classify(step, defects))
}

function normalize(spans: readonly DecodedSpan[], defects: Defect[]): readonly Step[] {
  const { steps, rejected, fallbacks } = normalizeSpans(spans)
  for (const { reason } of [...fallbacks, ...rejected]) {
    defects.push({ room: 'normalizer', reason })
  }
  if (rejected.length === 0) return steps
  // What its content made impossible is possible without: a step of kind `unknown` at its place and time.
  const ids = new Set(rejected.map((rejection) => rejection.spanId))
  const bare = spans.filter((span) => ids.has(span.spanId)).map(withoutContent)
  return [...steps, ...normalizeSpans(bare).steps]
}

/** That the span happened, when and where. What could not be searched for secrets is not stored. */
function withoutContent(span: DecodedSpan): DecodedSpan {
  const attributes: Attributes = Object.create(null)
  return {
    ...span,
    name: '',
    attributes,
    droppedAttributesCount: span.droppedAttributesCount + Object.keys(span.attributes).length,
    events: [],
    droppedEventsCount: span.droppedEventsCount + span.events.length,
    links: [],
    droppedLinksCount: span.droppedLinksCount + span.links.length,
    statusMessage: '',
    traceState: '',
    resource: { ...span.resource, attributes },
    scope: { ...span.scope, attributes }
  }
}

/** Also of steps that log records became. */
export function classify(step: Step, defects: Defect[]): ClassifiedStep {
  try {
    return { ...step, effects: classifyStep(step) }
  } catch (error) {
    defects.push({ room: 'effects', reason: String(error) })
    return { ...step, effects: NO_EFFECTS }
  }
}

const NO_EFFECTS: StepEffects = {
  effect: 'explore',
  stage: 'inspection',
  filesRead: [],
  filesWritten: [],
  writtenText: '',
  verifies: false,
  exitCode: undefined,
  error: undefined
}

/** What is told of a batch that was written. */
interface Written {
  readonly spans: number
  readonly stepsByKind: ReadonlyMap<StepKind, number>
  readonly stepsByDialect: ReadonlyMap<string, number>
  readonly defects: readonly Defect[]
  /** That preparing it took. */
  readonly seconds: number
}

function countBatch(
  { spans, steps }: IngestBatch,
  { defects, seconds }: Pick<Written, 'defects' | 'seconds'>
): Written {
  const stepsByKind = countBy(steps, (step) => step.kind)
  const stepsByDialect = countBy(steps, (step) => step.dialect)
  return { spans: spans.length, stepsByKind, stepsByDialect, defects, seconds }
}

function createReport(options: PipelineOptions): (written: Written) => void {
  const { meter, logger } = options
  const spansTotal = meter.createCounter('onset_pipeline_spans', {
    description: 'Spans stored and acknowledged.'
  })
  const stepsTotal = meter.createCounter('onset_pipeline_steps', {
    description: 'Steps made of these spans, by kind.'
  })
  const dialectsTotal = meter.createCounter('onset_pipeline_dialect_steps', {
    description:
      'Steps made, by the dialect that made them; generic reads what no other recognizes.'
  })
  const defectsTotal = meter.createCounter('onset_pipeline_defects', {
    description: 'Spans or steps that a room failed on; stored without what it adds.'
  })
  const preparation = meter.createHistogram('onset_pipeline_preparation_seconds', {
    description: 'Time to sanitize, normalize and classify one batch.',
    advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5] }
  })
  return ({ spans, stepsByKind, stepsByDialect, defects, seconds }) => {
    spansTotal.add(spans)
    for (const [kind, count] of stepsByKind) stepsTotal.add(count, { kind })
    for (const [dialect, count] of stepsByDialect) dialectsTotal.add(count, { dialect })
    for (const [room, count] of countBy(defects, (defect) => defect.room)) {
      defectsTotal.add(count, { room })
    }
    preparation.record(seconds)
    if (defects.length === 0) return
    logger.error(
      { defects: defects.slice(0, DEFECTS_LOGGED_MAX), count: defects.length },
      'spans stored in part because of a defect'
    )
  }
}

function countBy<Item, Key>(
  items: readonly Item[],
  keyOf: (item: Item) => Key
): ReadonlyMap<Key, number> {
  const counts = new Map<Key, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}
