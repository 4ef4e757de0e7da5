// Log records read back in slices of time, of which the table is sorted by five minutes. Only those that may be
// events: agents send a few among many that are anybody's log lines.

import type { RawLogs as Page, RunId, StepKey, UnixNano } from '../../model/index.ts'
import { NANOS_PER_DAY, toRunId, toStepId, toUnixNano } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import { toParts } from '../read/parts.ts'
import { readNanos } from '../rows/cells.ts'
import { fromRawLogRow, type RawLogRow } from '../rows/raw-log-row.ts'
import { sqlText, type SqlParameters } from '../sql/sql-text.ts'

/** A name in one of the three places where producers put it: more than the dialects read, never less. */
const IS_EVENT = `(EventName != ''
        OR mapContains(LogAttributes, 'event.name')
        OR match(Body, '^(claude_code|codex|gemini_cli|gen_ai)[.]'))`

// Keys: the partitions. Reads one column.
const LIST_DAYS = `
SELECT toDateTime(toDate(Timestamp, 'UTC'), 'UTC') AS Day
FROM {database: Identifier}.otel_logs
WHERE Timestamp >= {since: DateTime64}
    AND Timestamp < {until: DateTime64}
GROUP BY Day
ORDER BY Day`

// Keys: toStartOfFiveMinutes(Timestamp). Ends with the first row that is found.
const FIND_NEXT = `
SELECT toStartOfFiveMinutes(Timestamp) AS Bucket
FROM {database: Identifier}.otel_logs
WHERE Timestamp >= {since: DateTime64}
    AND Timestamp < {until: DateTime64}
    AND ${IS_EVENT}
ORDER BY toStartOfFiveMinutes(Timestamp)
LIMIT 1`

// Keys: toStartOfFiveMinutes(Timestamp). Reads times and sizes of five minutes.
const READ_HEADS = `
SELECT
    Timestamp,
    byteSize(Body, LogAttributes) AS TextChars
FROM {database: Identifier}.otel_logs
WHERE Timestamp >= {since: DateTime64}
    AND Timestamp < {until: DateTime64}
    AND ${IS_EVENT}
ORDER BY Timestamp
LIMIT {limit: UInt32}`

// Keys: toStartOfFiveMinutes(Timestamp).
const READ_ROWS = `
SELECT *
FROM {database: Identifier}.otel_logs
WHERE Timestamp >= {since: DateTime64}
    AND Timestamp < {until: DateTime64}
    AND ${IS_EVENT}
ORDER BY Timestamp
LIMIT {limit: UInt32}`

// Keys: none; the index on StartTime bounds what is read. Small columns; revisions of one step are one.
const LIST_STEPS = `
SELECT DISTINCT
    RunId,
    StepId
FROM {database: Identifier}.agent_steps
WHERE StartTime >= {startSince: DateTime64}
    AND StartTime < {until: DateTime64}
    AND EndTime >= {since: DateTime64}
    AND EndTime < {until: DateTime64}
    AND StepId != SpanId
LIMIT {limit: UInt32}`

// Keys: RunId.
const FIND_TIMES = `
SELECT
    count() AS Steps,
    min(EndTime) AS First,
    max(EndTime) AS Last
FROM {database: Identifier}.agent_steps
WHERE RunId = {runId: String}
    AND StepId != SpanId`

const RECORDS_PER_PAGE = 500

/** Of one millisecond, which is not divided: ten thousand times what an agent does. */
const RECORDS_PER_MILLISECOND_MAX = 10_000

const NANOS_PER_MS = 1_000_000n
const BUCKET_NANOS = 300_000_000_000n

/** As long as a step made of a log record can have taken; see the normalizer. */
const STEP_NANOS_MAX = 7n * NANOS_PER_DAY

export class RawLogs {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async listDays(since: UnixNano, until: UnixNano): Promise<readonly UnixNano[]> {
    const rows = await this.#read<{ Day: string | number }>(LIST_DAYS, { since, until })
    return rows.map((row) => readNanos(String(row.Day)))
  }

  async read(since: UnixNano, until: UnixNano): Promise<Page> {
    const [next] = await this.#read<{ Bucket: string | number }>(FIND_NEXT, { since, until })
    if (next === undefined) return { records: [], through: until }
    const bucket = readNanos(String(next.Bucket))
    const from = bucket > since ? bucket : since
    const bucketEnd = toUnixNano(bucket + BUCKET_NANOS)
    const end = bucketEnd < until ? bucketEnd : until
    const through = await this.#pageEnd(from, end)
    const limit = RECORDS_PER_MILLISECOND_MAX
    const rows = await this.#read<RawLogRow>(READ_ROWS, { since: from, until: through, limit })
    return { records: rows.map(fromRawLogRow), through }
  }

  async listSteps(since: UnixNano, until: UnixNano): Promise<readonly StepKey[]> {
    const startSince = toUnixNano(since > STEP_NANOS_MAX ? since - STEP_NANOS_MAX : 0n)
    const limit = RECORDS_PER_MILLISECOND_MAX
    const parameters = { startSince, since, until, limit }
    const rows = await this.#read<{ RunId: string; StepId: string }>(LIST_STEPS, parameters)
    return rows.map((row) => ({ runId: toRunId(row.RunId), stepId: toStepId(row.StepId) }))
  }

  async findTimes(
    runId: RunId
  ): Promise<{ readonly first: UnixNano; readonly last: UnixNano } | undefined> {
    const [row] = await this.#read<{ Steps: string; First: string; Last: string }>(FIND_TIMES, {
      runId
    })
    if (row === undefined || Number(row.Steps) === 0) return undefined
    return { first: readNanos(row.First), last: readNanos(row.Last) }
  }

  /** Before the record that is one too many, on a whole millisecond and never where it began. */
  async #pageEnd(since: UnixNano, until: UnixNano): Promise<UnixNano> {
    const found = await this.#read<{ Timestamp: string; TextChars: string }>(READ_HEADS, {
      since,
      until,
      limit: RECORDS_PER_PAGE + 1
    })
    const heads = found.map((row) => ({ ...row, TextChars: Number(row.TextChars) }))
    const [page = [], rest] = toParts(heads, RECORDS_PER_PAGE)
    const over = rest?.[0]
    if (over === undefined) return until
    const time = readNanos(over.Timestamp)
    const whole = time - (time % NANOS_PER_MS)
    const first = readNanos(page[0]?.Timestamp ?? over.Timestamp)
    return toUnixNano(whole > first ? whole : whole + NANOS_PER_MS)
  }

  #read<Row>(template: string, parameters: SqlParameters): Promise<readonly Row[]> {
    const { database } = this.#engine
    return this.#engine.read('analysis', sqlText(template, { ...parameters, database }))
  }
}
