// Steps that a newer dialect makes otherwise, written as the next revision of their rows. That is a revision no
// run has, by which findPendingRuns knows that the run has to be analyzed; until then readers find the step
// under its number. Arrival and partition stay: the row expires when it would have.

import type { ClassifiedStep, Rewritten, StepKey, StepsAnew, UnixNano } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import { LISTED_ROWS_MAX, toParts, type Head } from '../read/parts.ts'
import { nanosCell, readNanos, secondsCell } from '../rows/cells.ts'
import { toRowJson } from '../rows/row-json.ts'
import { toIngestedRow, type StoredStepRow } from '../rows/run-step-row.ts'
import { fromStepRow, toStepRow } from '../rows/step-row.ts'
import { sqlText } from '../sql/sql-text.ts'
import { splitInserts, weekOf } from '../write/split-inserts.ts'

const NANOS_PER_SECOND = 1_000_000_000n

// Keys: RunId, StepId. Reads ids and sizes.
const READ_HEADS = `
SELECT
    RunId,
    StepId,
    TextChars
FROM {database: Identifier}.agent_steps FINAL
WHERE RunId IN {runIds: Array(String)}
    AND StepId IN {stepIds: Array(String)}
    AND NOT Hidden
ORDER BY RunId, StepId`

// Keys: RunId, StepId. Reads whole rows.
const READ_ROWS = `
SELECT *
FROM {database: Identifier}.agent_steps FINAL
WHERE RunId IN {runIds: Array(String)}
    AND StepId IN {stepIds: Array(String)}
    AND NOT Hidden`

// Keys: RunId. Reads one small column of whole runs: a revision of some of its steps is not yet one of the run.
const READ_REVISIONS = `
SELECT
    RunId,
    max(Revision) AS LastRevision
FROM {database: Identifier}.agent_steps
WHERE RunId IN {runIds: Array(String)}
GROUP BY RunId`

interface Key {
  readonly RunId: string
  readonly StepId: string
}

interface Change {
  /** Absent when the store has no such step. */
  readonly row: StoredStepRow | undefined
  readonly step: ClassifiedStep
  readonly hidden: boolean
}

export async function rewriteSteps(engine: Engine, anew: StepsAnew): Promise<Rewritten> {
  const made = new Map(anew.steps.map((step) => [keyOf(toKey(step)), step]))
  const known = new Map(anew.keys.map((key) => [keyOf(toKey(key)), toKey(key)]))
  for (const step of anew.steps) known.set(keyOf(toKey(step)), toKey(step))
  const keys = [...known.values()]
  const changed = new Set<ClassifiedStep['runId']>()
  let rewritten = 0
  let hidden = 0
  for (let at = 0; at < keys.length; at += LISTED_ROWS_MAX) {
    const listed = keys.slice(at, at + LISTED_ROWS_MAX)
    const changes = await findChanges(engine, listed, { made, addsNew: anew.newAt !== undefined })
    if (changes.length === 0) continue
    await insert(engine, changes, anew.newAt)
    for (const change of changes) {
      changed.add(change.step.runId)
      if (change.hidden) hidden += 1
      else rewritten += 1
    }
  }
  return { rewritten, hidden, runIds: [...changed] }
}

function toKey({ runId, stepId }: StepKey): Key {
  return { RunId: runId, StepId: stepId }
}

function keyOf({ RunId, StepId }: Key): string {
  return `${RunId} ${StepId}`
}

interface Made {
  readonly made: ReadonlyMap<string, ClassifiedStep>
  readonly addsNew: boolean
}

async function findChanges(
  engine: Engine,
  keys: readonly Key[],
  { made, addsNew }: Made
): Promise<readonly Change[]> {
  const changes: Change[] = []
  const found = new Set<string>()
  const heads = await readListed<Key & Head>(engine, READ_HEADS, keys)
  for (const part of toParts(heads, LISTED_ROWS_MAX)) {
    for (const row of await readListed<StoredStepRow>(engine, READ_ROWS, part)) {
      const key = keyOf(row)
      found.add(key)
      const change = changeOf(row, made.get(key))
      if (change !== undefined) changes.push(change)
    }
  }
  if (!addsNew) return changes
  for (const key of keys) {
    const step = made.get(keyOf(key))
    if (step !== undefined && !found.has(keyOf(key))) {
      changes.push({ row: undefined, step, hidden: false })
    }
  }
  return changes
}

function changeOf(row: StoredStepRow, step: ClassifiedStep | undefined): Change | undefined {
  const stored = fromStepRow(toIngestedRow(row))
  if (step === undefined) return { row, step: stored, hidden: true }
  const anew = withWhatOnlyIngestKnows(step, stored)
  return isSame(stored, anew) ? undefined : { row, step: anew, hidden: false }
}

/** Rows of exactly these keys: run ids and step ids are asked for apart. */
async function readListed<Row extends Key>(
  engine: Engine,
  template: string,
  keys: readonly Key[]
): Promise<readonly Row[]> {
  const wanted = new Set(keys.map(keyOf))
  const statement = sqlText(template, {
    database: engine.database,
    runIds: [...new Set(keys.map((key) => key.RunId))],
    stepIds: [...new Set(keys.map((key) => key.StepId))]
  })
  const rows = await engine.read<Row>('analysis', statement)
  return rows.filter((row) => wanted.has(keyOf(row)))
}

/** Raw rows do not say what an SDK dropped. */
function withWhatOnlyIngestKnows(step: ClassifiedStep, stored: ClassifiedStep): ClassifiedStep {
  return { ...step, droppedCount: stored.droppedCount }
}

function isSame(stored: ClassifiedStep, anew: ClassifiedStep): boolean {
  return toRowJson(toStepRow(stored)) === toRowJson(toStepRow(anew))
}

async function insert(
  engine: Engine,
  changes: readonly Change[],
  newAt: UnixNano | undefined
): Promise<void> {
  const runIds = [...new Set(changes.map(({ step }) => step.runId))]
  const statement = sqlText(READ_REVISIONS, { database: engine.database, runIds })
  const rows = await engine.read<{ RunId: string; LastRevision: number }>('analysis', statement)
  const revisions = new Map(rows.map((row) => [row.RunId, row.LastRevision]))
  const inserts = splitInserts(
    changes.map((change) => ({
      json: toRowJson({
        ...toCells(change, newAt),
        Revision: 1 + (revisions.get(change.step.runId) ?? 0)
      }),
      partition: weekOf(partitionTimeOf(change))
    }))
  )
  for (const part of inserts) await engine.insert('analysis', { table: 'agent_steps', rows: part })
}

function partitionTimeOf({ row, step }: Change): bigint {
  return row === undefined ? step.startTime : BigInt(row.PartitionTime) * NANOS_PER_SECOND
}

function toCells(change: Change, newAt: UnixNano | undefined) {
  const { row, step, hidden } = change
  return {
    ...toStepRow(step),
    ...(hidden ? NOTHING_SPENT : {}),
    PartitionTime: secondsCell(partitionTimeOf(change)),
    IngestedAt: nanosCell(row === undefined ? (newAt ?? 0n) : readNanos(row.IngestedAt)),
    ...placeOf(row, step),
    ...(hidden ? { StepIndex: 0 } : {}),
    Ingested: '',
    Hidden: hidden
  }
}

/** What the last analysis made of it; as at ingest for a step that none has seen. */
function placeOf(row: StoredStepRow | undefined, { effects }: ClassifiedStep) {
  if (row === undefined) return { ...NO_PLACE, Stage: effects.stage }
  return {
    StepIndex: row.StepIndex,
    ParentIndex: row.ParentIndex,
    Stage: row.Stage,
    StageIndex: row.StageIndex,
    StateIndex: row.StateIndex,
    Verdict: row.Verdict,
    FoldedInto: row.FoldedInto,
    FoldedSpanIds: row.FoldedSpanIds,
    Orphan: row.Orphan
  }
}

const NO_PLACE = {
  StepIndex: 0,
  ParentIndex: 0,
  StageIndex: 0,
  StateIndex: 0,
  Verdict: '',
  FoldedInto: 0,
  FoldedSpanIds: [],
  Orphan: false
}

const NOTHING_SPENT = {
  InputTokens: null,
  OutputTokens: null,
  CacheReadTokens: null,
  CacheWriteTokens: null,
  ReasoningTokens: null,
  CostUsd: null
}
