// Reads all steps of a run for analysis, as rows: one look at ids and sizes, then whole rows in parts along
// the key. Bounded in steps and in text; whoever reads is told when there was more.

import type { RunId, UnixNano } from '../../model/index.ts'
import { STEPS_PER_RUN_MAX, toUnixNano } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import type { Head } from '../read/parts.ts'
import { takeWithin, toParts } from '../read/parts.ts'
import { readNanos } from '../rows/cells.ts'
import type { StoredStepRow } from '../rows/run-step-row.ts'
import { sqlText } from '../sql/sql-text.ts'

// Keys: RunId. Reads a few small columns of one run's steps, the earliest first.
const READ_HEADS = `
SELECT
    StepId,
    StartTime,
    IngestedAt,
    TextChars
FROM {database: Identifier}.agent_steps FINAL
WHERE RunId = {runId: String}
    AND NOT Hidden
ORDER BY StartTime, StepId
LIMIT {limit: UInt32}`

// Keys: RunId, StepId. Reads whole rows of one part of a run's steps, none that the heads have not.
const READ_ROWS = `
SELECT *
FROM {database: Identifier}.agent_steps FINAL
PREWHERE RunId = {runId: String}
    AND StepId BETWEEN {first: String} AND {last: String}
WHERE NOT Hidden
    AND (StartTime, StepId) <= ({lastTime: DateTime64}, {lastStepId: String})`

/**
 * Of one answer, whose lines are parsed in one go while the event loop waits: some 30 µs a row without its texts,
 * which are a few kilobytes of column names and numbers.
 */
const PART_ROWS_MAX = 1_000

/** UTF-16 units, for the same reason: some 20 ms. */
const PART_CHARS_MAX = 4_194_304

interface StepHead extends Head {
  readonly StepId: string
  readonly StartTime: string
  readonly IngestedAt: string
}

export interface StoredRunSteps {
  /** In no order. */
  readonly rows: readonly StoredStepRow[]
  readonly capped: boolean
  /** Newest arrival among the rows; 0 when there are none. */
  readonly ingestedThrough: UnixNano
}

export async function readStoredSteps(engine: Engine, runId: RunId): Promise<StoredRunSteps> {
  const { database } = engine
  const heads = await engine.read<StepHead>(
    'analysis',
    sqlText(READ_HEADS, { database, runId, limit: STEPS_PER_RUN_MAX + 1 })
  )
  const taken = takeWithin(heads.slice(0, STEPS_PER_RUN_MAX))
  const last = taken.at(-1)
  if (last === undefined) return { rows: [], capped: false, ingestedThrough: toUnixNano(0n) }
  const wanted = new Set(taken.map((head) => head.StepId))
  const byKey = taken.toSorted((a, b) => (a.StepId < b.StepId ? -1 : 1))
  const rows: StoredStepRow[] = []
  for (const part of toParts(byKey, PART_ROWS_MAX, PART_CHARS_MAX)) {
    const statement = sqlText(READ_ROWS, {
      database,
      runId,
      first: part[0]?.StepId ?? '',
      last: part.at(-1)?.StepId ?? '',
      lastTime: readNanos(last.StartTime),
      lastStepId: last.StepId
    })
    const read = await engine.read<StoredStepRow>('analysis', statement)
    for (const row of read) if (wanted.has(row.StepId)) rows.push(row)
  }
  return {
    rows,
    capped: taken.length < heads.length,
    ingestedThrough: newestOf(taken)
  }
}

function newestOf(heads: readonly StepHead[]): UnixNano {
  let newest = toUnixNano(0n)
  for (const head of heads) {
    const time = readNanos(head.IngestedAt)
    if (time > newest) newest = time
  }
  return newest
}
