// Writes an analysis as the next revision of a run: steps, stages and onsets first, the run's row last.
// What the row says is therefore whole; a process killed in between leaves rows of a revision that no run
// has, by which findPendingRuns knows it, and which the next analysis writes over.

import type { Analysis, RunId, UnixNano } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import type { Cell } from '../rows/cells.ts'
import { nanosCell, readNanos } from '../rows/cells.ts'
import { toRowJson } from '../rows/row-json.ts'
import { sqlText } from '../sql/sql-text.ts'
import { splitInserts, weekOf } from '../write/split-inserts.ts'
import type { AnalysisContent, StepContent } from './analysis-content.ts'
import { buildContent, toSuspect } from './analysis-content.ts'
import { mapInSlices } from './in-slices.ts'
import type { StoredRunSteps } from './stored-steps.ts'
import { readStoredSteps } from './stored-steps.ts'

const NANOS_PER_SECOND = 1_000_000_000n

// Keys: RunId. Reads one row. Called by saveAnalysis.
const READ_HEAD = `
SELECT
    Revision,
    PartitionTime,
    IngestedThrough,
    ContentHash
FROM {database: Identifier}.agent_runs FINAL
WHERE RunId = {runId: String}`

// Keys: RunId. Reads the revisions of one run in all tables: rows of an analysis that was cut off count too,
// because what is written next must win over them.
const READ_REVISION = `
SELECT max(Revision) AS Revision
FROM
(
    SELECT max(Revision) AS Revision
    FROM {database: Identifier}.agent_steps
    WHERE RunId = {runId: String}
    UNION ALL
    SELECT max(Revision) AS Revision
    FROM {database: Identifier}.agent_stages
    WHERE RunId = {runId: String}
    UNION ALL
    SELECT max(Revision) AS Revision
    FROM {database: Identifier}.agent_onsets
    WHERE RunId = {runId: String}
    UNION ALL
    SELECT max(Revision) AS Revision
    FROM {database: Identifier}.agent_runs
    WHERE RunId = {runId: String}
)`

// Keys: RunId. Reads the numbers of the stages a reader sees now.
const READ_STAGE_KEYS = `
SELECT StageIndex
FROM {database: Identifier}.agent_stages FINAL
WHERE RunId = {runId: String}`

// Keys: RunId. Reads the onsets a reader sees now, and since when.
const READ_ONSET_KEYS = `
SELECT
    Rank,
    StepId,
    Category,
    Provisional,
    DetectedAt
FROM {database: Identifier}.agent_onsets FINAL
WHERE RunId = {runId: String}`

interface HeadRow {
  readonly Revision: number
  readonly PartitionTime: string
  readonly IngestedThrough: string
  readonly ContentHash: string
}

interface OnsetKeyRow {
  readonly Rank: number
  readonly StepId: string
  readonly Category: string
  readonly Provisional: boolean
  readonly DetectedAt: string
}

interface Stored {
  /** The run's row; absent before its first analysis. */
  readonly head: HeadRow | undefined
  /** Highest revision of any row of the run. */
  readonly revision: number
  readonly steps: StoredRunSteps
}

interface Stamps {
  readonly revision: number
  readonly partitionTime: number
  readonly analyzedAt: UnixNano
}

export interface SaveResult {
  readonly revision: number
  /** False when the latest revision says the same. */
  readonly isNew: boolean
}

export async function saveAnalysis(
  engine: Engine,
  analysis: Analysis,
  analyzedAt: UnixNano
): Promise<SaveResult> {
  const stored = await readStored(engine, analysis.tree.run.runId)
  const content = await buildContent(analysis, stored.steps, analyzedAt)
  const { head } = stored
  const isNew = head?.ContentHash !== content.hash || head.Revision !== stored.revision
  const stamps: Stamps = {
    revision: isNew ? stored.revision + 1 : stored.revision,
    partitionTime: head === undefined ? content.partitionTime : Number(head.PartitionTime),
    analyzedAt
  }
  if (isNew) {
    await insertSteps(engine, content.steps, stamps.revision)
    await Promise.all([
      insertStages(engine, content, stamps),
      insertOnsets(engine, content, stamps)
    ])
  }
  // The same answer after more was read is no new revision, but it has to be known that it was read.
  const hasSeenMore =
    head === undefined || analysis.ingestedThrough > readNanos(head.IngestedThrough)
  if (isNew || hasSeenMore) await insertRun(engine, content, { stamps, analysis })
  return { revision: stamps.revision, isNew }
}

async function readStored(engine: Engine, runId: RunId): Promise<Stored> {
  const parameters = { database: engine.database, runId }
  const [heads, revisions, steps] = await Promise.all([
    engine.read<HeadRow>('analysis', sqlText(READ_HEAD, parameters)),
    engine.read<{ readonly Revision: number }>('analysis', sqlText(READ_REVISION, parameters)),
    readStoredSteps(engine, runId)
  ])
  return { head: heads[0], revision: revisions[0]?.Revision ?? 0, steps }
}

async function insertSteps(
  engine: Engine,
  steps: readonly StepContent[],
  revision: number
): Promise<void> {
  const rows = await mapInSlices(steps, ({ json, ingestedAt, partitionTime }) => ({
    json: stamp(json, {
      Revision: revision,
      PartitionTime: partitionTime,
      IngestedAt: nanosCell(ingestedAt)
    }),
    partition: weekOf(BigInt(partitionTime) * NANOS_PER_SECOND)
  }))
  for (const insert of splitInserts(rows)) {
    await engine.insert('analysis', { table: 'agent_steps', rows: insert })
  }
}

async function insertStages(
  engine: Engine,
  { runId, stages }: AnalysisContent,
  stamps: Stamps
): Promise<void> {
  const statement = sqlText(READ_STAGE_KEYS, { database: engine.database, runId })
  const shown = await engine.read<{ readonly StageIndex: number }>('analysis', statement)
  const kept = new Set(stages.map((stage) => stage.key))
  const rows = stages.map(({ json }) => stamp(json, toStampCells(stamps)))
  for (const { StageIndex } of shown) {
    if (kept.has(StageIndex)) continue
    rows.push(toRowJson({ RunId: runId, StageIndex, IsDeleted: 1, ...toStampCells(stamps) }))
  }
  if (rows.length > 0) await engine.insert('analysis', { table: 'agent_stages', rows })
}

async function insertOnsets(
  engine: Engine,
  { runId, onsets }: AnalysisContent,
  stamps: Stamps
): Promise<void> {
  const statement = sqlText(READ_ONSET_KEYS, { database: engine.database, runId })
  const shown = await engine.read<OnsetKeyRow>('analysis', statement)
  const kept = new Set(onsets.map((onset) => onset.key))
  const detectedAt = new Map(
    shown.map((row) => [
      toSuspect(row.StepId, row.Category, row.Provisional),
      readNanos(row.DetectedAt)
    ])
  )
  const rows = onsets.map(({ json, suspect }) =>
    stamp(json, {
      ...toStampCells(stamps),
      DetectedAt: nanosCell(detectedAt.get(suspect) ?? stamps.analyzedAt)
    })
  )
  for (const { Rank } of shown) {
    if (kept.has(Rank)) continue
    rows.push(toRowJson({ RunId: runId, Rank, IsDeleted: 1, ...toStampCells(stamps) }))
  }
  if (rows.length > 0) await engine.insert('analysis', { table: 'agent_onsets', rows })
}

async function insertRun(
  engine: Engine,
  { run, hash }: AnalysisContent,
  { stamps, analysis }: { readonly stamps: Stamps; readonly analysis: Analysis }
): Promise<void> {
  const row = stamp(run.json, {
    ...toStampCells(stamps),
    IngestedThrough: nanosCell(analysis.ingestedThrough),
    ContentHash: hash
  })
  await engine.insert('analysis', { table: 'agent_runs', rows: [row] })
}

function toStampCells({ revision, partitionTime, analyzedAt }: Stamps): Record<string, Cell> {
  return {
    Revision: revision,
    PartitionTime: partitionTime,
    AnalyzedAt: nanosCell(analyzedAt)
  }
}

/** Puts cells in front of those of a JSON object. */
function stamp(json: string, cells: Readonly<Record<string, Cell>>): string {
  return `${toRowJson(cells).slice(0, -1)},${json.slice(1)}`
}
