// Raw spans read back, and what is made of them anew written over what was there.

import type {
  DecodedSpan,
  DialectShare,
  RawSpanPage,
  RawSpanStore,
  Rewritten,
  StepsAnew,
  TraceFilter,
  TracePosition,
  TracesInTime,
  UnixNano
} from '../../model/index.ts'
import { toUnixNano } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import { readNanos } from '../rows/cells.ts'
import { fromRawSpanRow, type RawSpanRow } from '../rows/raw-span-row.ts'
import { sqlText, type SqlParameters } from '../sql/sql-text.ts'
import { RawLogs } from './raw-logs.ts'
import { readTraces } from './read-traces.ts'
import { RenormalizationTable } from './renormalization-table.ts'
import { rewriteSteps } from './rewrite-steps.ts'

// Keys: none; the Bloom filter on TraceId bounds what is read. A span that came twice is two rows.
const READ_SPANS = `
SELECT *
FROM {database: Identifier}.otel_traces
WHERE TraceId = {traceId: String}
    AND (Timestamp, SpanId) > ({afterTime: DateTime64}, {afterSpanId: String})
ORDER BY Timestamp, SpanId
LIMIT 1 BY SpanId
LIMIT {limit: UInt32}`

// Keys: the partitions of the time. Reads ids of all spans since, and whole rows of those with the smallest
// hashes, a few of each producer and hour so that a loud one does not hide a new one.
const SAMPLE_SPANS = `
SELECT *
FROM {database: Identifier}.otel_traces
WHERE Timestamp >= {since: DateTime64}
    AND (TraceId, SpanId) IN
    (
        SELECT
            TraceId,
            SpanId
        FROM {database: Identifier}.otel_traces
        WHERE Timestamp >= {since: DateTime64}
        ORDER BY cityHash64(TraceId, SpanId)
        LIMIT {perProducer: UInt32} BY ServiceName, ScopeName, toStartOfHour(Timestamp)
        LIMIT {limit: UInt32}
    )
LIMIT {limit: UInt32}`

// Keys: none; the index on StartTime bounds what is read. Three small columns.
const COUNT_DIALECTS = `
SELECT
    Service,
    Dialect,
    uniq(RunId, StepId) AS Steps
FROM {database: Identifier}.agent_steps
WHERE StartTime >= {since: DateTime64}
GROUP BY Service, Dialect
ORDER BY Steps DESC
LIMIT {limit: UInt32}`

// Keys: the partitions. Reads one column.
const LIST_DAYS = `
SELECT toDateTime(toDate(Timestamp, 'UTC'), 'UTC') AS Day
FROM {database: Identifier}.otel_traces
WHERE Timestamp >= {since: DateTime64}
    AND Timestamp < {until: DateTime64}
GROUP BY Day
ORDER BY Day`

// Keys: the partitions. Reads two columns of a day.
const LIST_TRACES = `
SELECT
    TraceId,
    min(Timestamp) AS Start
FROM {database: Identifier}.otel_traces
WHERE Timestamp >= {since: DateTime64}
    AND Timestamp < {until: DateTime64}
GROUP BY TraceId
HAVING (Start, TraceId) > ({afterTime: DateTime64}, {afterTraceId: String})
ORDER BY Start, TraceId
LIMIT {limit: UInt32}`

/** Of one hour: its kinds of spans are among them. */
const SAMPLED_PER_PRODUCER = 20

export class RawSpans implements RawSpanStore {
  readonly #engine: Engine
  readonly #table: RenormalizationTable
  readonly saveRenormalization: RawSpanStore['saveRenormalization']
  readonly listRenormalizations: RawSpanStore['listRenormalizations']
  readonly listLogDays: RawSpanStore['listLogDays']
  readonly readLogs: RawSpanStore['readLogs']
  readonly listLogSteps: RawSpanStore['listLogSteps']
  readonly findLogTimes: RawSpanStore['findLogTimes']

  constructor(engine: Engine) {
    this.#engine = engine
    this.#table = new RenormalizationTable(engine)
    this.saveRenormalization = (state) => this.#table.save(state)
    this.listRenormalizations = (limit) => this.#table.list(limit)
    const logs = new RawLogs(engine)
    this.listLogDays = (since, until) => logs.listDays(since, until)
    this.readLogs = (since, until) => logs.read(since, until)
    this.listLogSteps = (since, until) => logs.listSteps(since, until)
    this.findLogTimes = (runId) => logs.findTimes(runId)
  }

  async readSpans(traceId: string, { after, limit }: RawSpanPage): Promise<readonly DecodedSpan[]> {
    const rows = await this.#read<RawSpanRow>(READ_SPANS, {
      traceId,
      afterTime: after?.time ?? toUnixNano(0n),
      afterSpanId: after?.spanId ?? '',
      limit
    })
    return rows.map(fromRawSpanRow)
  }

  async sampleSpans(since: UnixNano, limit: number): Promise<readonly DecodedSpan[]> {
    const parameters = { since, limit, perProducer: SAMPLED_PER_PRODUCER }
    const rows = await this.#read<RawSpanRow>(SAMPLE_SPANS, parameters)
    return rows.map(fromRawSpanRow)
  }

  async countDialects(since: UnixNano, limit: number): Promise<readonly DialectShare[]> {
    const rows = await this.#read<{ Service: string; Dialect: string; Steps: string }>(
      COUNT_DIALECTS,
      { since, limit }
    )
    return rows.map((row) => ({
      service: row.Service,
      dialect: row.Dialect,
      steps: Number(row.Steps)
    }))
  }

  async listDays(since: UnixNano, until: UnixNano): Promise<readonly UnixNano[]> {
    const rows = await this.#read<{ Day: string | number }>(LIST_DAYS, { since, until })
    return rows.map((row) => readNanos(String(row.Day)))
  }

  async listTraces({ since, until, after, limit }: TraceFilter): Promise<readonly TracePosition[]> {
    const rows = await this.#read<{ TraceId: string; Start: string }>(LIST_TRACES, {
      since,
      until,
      afterTime: after?.start ?? toUnixNano(0n),
      afterTraceId: after?.traceId ?? '',
      limit
    })
    return rows.map((row) => ({ start: readNanos(row.Start), traceId: row.TraceId }))
  }

  readTraces(traces: TracesInTime): AsyncIterable<readonly DecodedSpan[]> {
    return readTraces(this.#engine, traces)
  }

  rewriteSteps(anew: StepsAnew): Promise<Rewritten> {
    return rewriteSteps(this.#engine, anew)
  }

  #read<Row>(template: string, parameters: SqlParameters): Promise<readonly Row[]> {
    const { database } = this.#engine
    return this.#engine.read('analysis', sqlText(template, { ...parameters, database }))
  }
}
