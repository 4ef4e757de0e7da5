// Steps that a newer dialect makes otherwise, written as the next revision of their rows. That is a revision no
// run has, by which findPendingRuns knows that the run has to be analyzed; until then readers find the step
// under its number. Arrival and partition stay: the row expires when it would have.

import type { ClassifiedStep, RunId, SpanId, Rewritten } from '../../model/index.ts'
import { readStoredSteps } from '../analysis/stored-steps.ts'
import type { Engine } from '../engine/engine.ts'
import { nanosCell, readNanos } from '../rows/cells.ts'
import { toRowJson } from '../rows/row-json.ts'
import { toIngestedRow, type StoredStepRow } from '../rows/run-step-row.ts'
import { fromStepRow, toStepRow } from '../rows/step-row.ts'
import { splitInserts, weekOf } from '../write/split-inserts.ts'

const NANOS_PER_SECOND = 1_000_000_000n

export interface StepsToRewrite {
  readonly runId: RunId
  readonly steps: readonly ClassifiedStep[]
  /** That the steps were made of. */
  readonly spanIds: ReadonlySet<SpanId>
}

interface Change {
  readonly row: StoredStepRow
  readonly step: ClassifiedStep
  readonly hidden: boolean
}

export async function rewriteSteps(
  engine: Engine,
  { runId, steps, spanIds }: StepsToRewrite
): Promise<Rewritten> {
  const { rows } = await readStoredSteps(engine, runId)
  const made = new Map(steps.map((step) => [step.stepId as string, step]))
  const changes: Change[] = []
  for (const row of rows) {
    const stored = fromStepRow(toIngestedRow(row))
    const step = made.get(row.StepId)
    if (step === undefined) {
      if (spanIds.has(stored.spanId)) changes.push({ row, step: stored, hidden: true })
      continue
    }
    const anew = withWhatOnlyIngestKnows(step, stored)
    if (!isSame(stored, anew)) changes.push({ row, step: anew, hidden: false })
  }
  if (changes.length > 0) await insert(engine, changes, 1 + highestRevision(rows))
  const hidden = changes.filter((change) => change.hidden).length
  return { rewritten: changes.length - hidden, hidden }
}

/** Raw rows do not say what an SDK dropped. */
function withWhatOnlyIngestKnows(step: ClassifiedStep, stored: ClassifiedStep): ClassifiedStep {
  return { ...step, droppedCount: stored.droppedCount }
}

function isSame(stored: ClassifiedStep, anew: ClassifiedStep): boolean {
  return toRowJson(toStepRow(stored)) === toRowJson(toStepRow(anew))
}

function highestRevision(rows: readonly StoredStepRow[]): number {
  return rows.reduce((most, row) => Math.max(most, row.Revision), 0)
}

async function insert(engine: Engine, changes: readonly Change[], revision: number): Promise<void> {
  const inserts = splitInserts(
    changes.map((change) => ({
      json: toRowJson(toCells(change, revision)),
      partition: weekOf(BigInt(change.row.PartitionTime) * NANOS_PER_SECOND)
    }))
  )
  for (const rows of inserts) await engine.insert('analysis', { table: 'agent_steps', rows })
}

function toCells({ row, step, hidden }: Change, revision: number) {
  return {
    ...toStepRow(step),
    ...(hidden ? NOTHING_SPENT : {}),
    Revision: revision,
    PartitionTime: Number(row.PartitionTime),
    IngestedAt: nanosCell(readNanos(row.IngestedAt)),
    StepIndex: hidden ? 0 : row.StepIndex,
    ParentIndex: row.ParentIndex,
    Stage: row.Stage,
    StageIndex: row.StageIndex,
    StateIndex: row.StateIndex,
    Verdict: row.Verdict,
    FoldedInto: row.FoldedInto,
    FoldedSpanIds: row.FoldedSpanIds,
    Orphan: row.Orphan,
    Ingested: '',
    Hidden: hidden
  }
}

const NOTHING_SPENT = {
  InputTokens: null,
  OutputTokens: null,
  CacheReadTokens: null,
  CacheWriteTokens: null,
  ReasoningTokens: null,
  CostUsd: null
}
