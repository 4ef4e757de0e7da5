// An analysis as rows that do not yet say which revision they are: what they say decides that. The same
// analysis gives the same texts, so their hash tells whether a run has anything new to save.

import { createHash } from 'node:crypto'

import type {
  Analysis,
  Localization,
  RunStep,
  RunTree,
  UnixNano,
  Verdict
} from '../../model/index.ts'
import { readNanos, secondsCell } from '../rows/cells.ts'
import { toOnsetRow } from '../rows/onset-row.ts'
import { toRowJson } from '../rows/row-json.ts'
import type { RunStepCells, StoredStepRow } from '../rows/run-step-row.ts'
import { toFoldedRow, toIngestedRow, toRunStepRow } from '../rows/run-step-row.ts'
import { toRunRow } from '../rows/run-row.ts'
import { toStageRow } from '../rows/stage-row.ts'
import { mapInSlices } from './in-slices.ts'
import { VISIBLE_SECONDS_MAX } from './pending-runs.ts'
import type { StoredRunSteps } from './stored-steps.ts'

const NANOS_PER_SECOND = 1_000_000_000n

/** JSON object without revision and stamps, which are put in front when it is written. */
export interface ContentRow {
  readonly json: string
}

/** A step keeps the stamps it came with. */
export interface StepContent extends ContentRow {
  readonly ingestedAt: bigint
  /** Seconds since 1970. */
  readonly partitionTime: number
}

export interface StageContent extends ContentRow {
  readonly key: number
}

export interface OnsetContent extends ContentRow {
  readonly key: number
  /** Tells whether this suspect was named before. */
  readonly suspect: string
}

export interface AnalysisContent {
  readonly runId: string
  readonly steps: readonly StepContent[]
  readonly stages: readonly StageContent[]
  readonly onsets: readonly OnsetContent[]
  readonly run: ContentRow
  readonly hash: string
  /** Of a run that has no row yet. Seconds since 1970. */
  readonly partitionTime: number
}

/** `analyzedAt` stands in for the arrival of steps that the store has not, or no longer. */
export async function buildContent(
  analysis: Analysis,
  stored: StoredRunSteps,
  analyzedAt: UnixNano
): Promise<AnalysisContent> {
  const { tree, localization } = analysis
  const steps = await toStepContents(analysis, stored.rows, analyzedAt)
  const stages = tree.stages.map((stage) => ({
    key: stage.index,
    json: toRowJson(toStageRow(stage, tree.run))
  }))
  const onsets = localization.onsets.map((onset) => ({
    key: onset.rank,
    suspect: toSuspect(onset.stepId, onset.category, onset.provisional),
    json: toRowJson(toOnsetRow(onset, tree))
  }))
  const run = { json: toRowJson({ ...toRunRow(analysis), Capped: stored.capped }) }
  return {
    runId: tree.run.runId,
    steps,
    stages,
    onsets,
    run,
    hash: await hashOf([run, ...steps, ...stages, ...onsets]),
    partitionTime: secondsCell(tree.run.startTime)
  }
}

/** A suspicion that becomes certain is news; one that is repeated is not. */
export function toSuspect(stepId: string, category: string, provisional: boolean): string {
  return JSON.stringify([stepId, category, provisional])
}

async function toStepContents(
  { tree, localization, ingestedThrough }: Analysis,
  rows: readonly StoredStepRow[],
  analyzedAt: UnixNano
): Promise<readonly StepContent[]> {
  const left = new Map(rows.map((row) => [row.StepId, row]))
  const take = (stepId: string): StoredStepRow | undefined => {
    const row = left.get(stepId)
    left.delete(stepId)
    return row
  }
  const numbered = await mapInSlices(withVerdicts(tree, localization), (step) => {
    const row = take(step.stepId)
    const cells = toRunStepRow(step, row === undefined ? undefined : toIngestedRow(row))
    return toStepContent(cells, row ?? { step, analyzedAt })
  })
  const folded = await mapInSlices(tree.folded, ({ stepId, intoIndex }) => {
    const row = take(stepId)
    return row === undefined ? [] : [toFolded(row, intoIndex)]
  })
  const others = await mapInSlices(left.values(), (row) =>
    wasLeftOut(row, ingestedThrough) ? [toFolded(row, undefined)] : []
  )
  return [...numbered, ...folded.flat(), ...others.flat()]
}

function toFolded(row: StoredStepRow, intoIndex: number | undefined): StepContent {
  return toStepContent(toFoldedRow(toIngestedRow(row), intoIndex), row)
}

/**
 * A row that is in no part of the tree either came after the analysis had read, and waits for the next, or
 * was left out by it, and loses the number an earlier analysis may have given it.
 */
function wasLeftOut(row: StoredStepRow, ingestedThrough: UnixNano): boolean {
  const margin = BigInt(VISIBLE_SECONDS_MAX) * NANOS_PER_SECOND
  return row.Revision > 0 || readNanos(row.IngestedAt) < ingestedThrough - margin
}

function toStepContent(
  cells: RunStepCells,
  stamped: StoredStepRow | { readonly step: RunStep; readonly analyzedAt: UnixNano }
): StepContent {
  const json = toRowJson(cells)
  if ('step' in stamped) {
    const { step, analyzedAt } = stamped
    return { json, ingestedAt: analyzedAt, partitionTime: secondsCell(step.startTime) }
  }
  return {
    json,
    ingestedAt: readNanos(stamped.IngestedAt),
    partitionTime: Number(stamped.PartitionTime)
  }
}

/** What assembly says of a step stands; the localizer's lists say it of the others. */
function withVerdicts({ steps }: RunTree, localization: Localization): readonly RunStep[] {
  const verdicts = new Map<number, Verdict>()
  for (const index of localization.unusefulSteps) verdicts.set(index, 'unuseful')
  for (const index of localization.incorrectSteps) verdicts.set(index, 'incorrect')
  return steps.map((step) =>
    step.verdict === undefined && verdicts.has(step.index)
      ? { ...step, verdict: verdicts.get(step.index) }
      : step
  )
}

async function hashOf(rows: readonly ContentRow[]): Promise<string> {
  const hash = createHash('sha256')
  await mapInSlices(rows, ({ json }) => hash.update(json).update('\n'))
  return hash.digest('hex')
}
