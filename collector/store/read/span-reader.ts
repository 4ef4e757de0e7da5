// Reads back which raw spans are there. Spans have no key of their own in the exporter's table, so a span
// that was delivered twice is two rows, and readers take each id once.

import { toSpanId, type SpanId } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import { sqlText } from '../sql/sql-text.ts'
import type { StoreMetrics } from '../store-metrics.ts'

// Keys: none; the Bloom filter on TraceId bounds what is read. Called by readSpanIds.
const READ_SPAN_IDS = `
SELECT DISTINCT SpanId
FROM {database: Identifier}.otel_traces
WHERE TraceId = {traceId: String}
ORDER BY SpanId`

export class SpanRowReader {
  readonly #engine: Engine
  readonly #metrics: StoreMetrics

  constructor({ engine, metrics }: { readonly engine: Engine; readonly metrics: StoreMetrics }) {
    this.#engine = engine
    this.#metrics = metrics
  }

  readSpanIds(traceId: string): Promise<readonly SpanId[]> {
    return this.#metrics.timeRead('read_span_ids', async () => {
      const { database } = this.#engine
      const statement = sqlText(READ_SPAN_IDS, { database, traceId })
      const rows = await this.#engine.read<{ readonly SpanId: string }>('read', statement)
      return rows.map((row) => toSpanId(row.SpanId))
    })
  }
}
