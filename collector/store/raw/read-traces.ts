// The spans of several traces together: traces that began one after the other have their spans in the same
// granules, and a granule is what reading one span costs. Ids and sizes first, then whole rows in parts.

import type { DecodedSpan, TracesInTime } from '../../model/index.ts'
import { STEPS_PER_RUN_MAX } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import { LISTED_ROWS_MAX, toParts, type Head } from '../read/parts.ts'
import { fromRawSpanRow, type RawSpanRow } from '../rows/raw-span-row.ts'
import { sqlText } from '../sql/sql-text.ts'

// Keys: the partitions; the Bloom filter on TraceId bounds what is read. A span that came twice is two rows.
const READ_HEADS = `
SELECT
    TraceId,
    SpanId,
    byteSize(SpanAttributes, Events.Attributes) AS TextChars
FROM {database: Identifier}.otel_traces
WHERE TraceId IN {traceIds: Array(String)}
    AND Timestamp >= {since: DateTime64}
    AND Timestamp < {until: DateTime64}
ORDER BY TraceId, Timestamp, SpanId
LIMIT 1 BY TraceId, SpanId
LIMIT {limit: UInt32}`

// Keys: as above.
const READ_ROWS = `
SELECT *
FROM {database: Identifier}.otel_traces
WHERE TraceId IN {traceIds: Array(String)}
    AND SpanId IN {spanIds: Array(String)}
    AND Timestamp >= {since: DateTime64}
    AND Timestamp < {until: DateTime64}
ORDER BY TraceId, Timestamp, SpanId
LIMIT 1 BY TraceId, SpanId`

interface SpanHead {
  readonly TraceId: string
  readonly SpanId: string
  readonly TextChars: number
}

export async function* readTraces(
  engine: Engine,
  { traceIds, since, until }: TracesInTime
): AsyncGenerator<readonly DecodedSpan[]> {
  const { database } = engine
  const limit = STEPS_PER_RUN_MAX * traceIds.length
  const found = await engine.read<Omit<SpanHead, keyof Head> & { readonly TextChars: string }>(
    'analysis',
    sqlText(READ_HEADS, { database, traceIds, since, until, limit })
  )
  const heads = found.map((row): SpanHead => ({ ...row, TextChars: Number(row.TextChars) }))
  for (const part of toParts(heads, LISTED_ROWS_MAX)) {
    const wanted = new Set(part.map(keyOf))
    const statement = sqlText(READ_ROWS, {
      database,
      traceIds: [...new Set(part.map((head) => head.TraceId))],
      spanIds: part.map((head) => head.SpanId),
      since,
      until
    })
    const rows = await engine.read<RawSpanRow>('analysis', statement)
    // Two traces may use one span id.
    yield rows.filter((row) => wanted.has(keyOf(row))).map(fromRawSpanRow)
  }
}

function keyOf({ TraceId, SpanId }: { readonly TraceId: string; readonly SpanId: string }): string {
  return `${TraceId} ${SpanId}`
}
