// A numbered step as a row of agent_steps, and back. Assembly changes steps: it moves tokens, cost and
// thought of a model call to the step that the call asked for. The next analysis must start from the steps
// as they came, so the row keeps in `Ingested` the cells that analysis wrote over.

import type { ClassifiedStep, RunStep } from '../../model/index.ts'
import { STAGE_NAMES, toSpanId, VERDICTS } from '../../model/index.ts'
import type { Cell, RowToWrite } from './cells.ts'
import { countCell, readOptionalIndex, readWord, textCell } from './cells.ts'
import type { StepRow } from './step-row.ts'
import { fromStepRow, toStepRow } from './step-row.ts'

export interface StoredStepRow extends StepRow {
  readonly Revision: number
  readonly PartitionTime: string
  readonly IngestedAt: string
  readonly StepIndex: number
  readonly ParentIndex: number
  readonly Stage: string
  readonly StageIndex: number
  readonly StateIndex: number
  readonly Verdict: string
  readonly FoldedInto: number
  readonly FoldedSpanIds: readonly string[]
  readonly Orphan: boolean
  /** JSON of the cells, as read, that the step came with; empty when analysis changed none. */
  readonly Ingested: string
}

/** The row without its revision: see save-analysis.ts. */
export type RunStepCells = RowToWrite<
  Omit<StoredStepRow, 'Revision' | 'PartitionTime' | 'IngestedAt'>
>

/** `came` is the row as ingest wrote it; absent when the store never saw the step. */
export function toRunStepRow(step: RunStep, came: StepRow | undefined): RunStepCells {
  const cells = toStepRow(step)
  return {
    ...cells,
    StepIndex: countCell(step.index),
    ParentIndex: countCell(step.parentIndex),
    Stage: step.stage,
    StageIndex: countCell(step.stageIndex),
    StateIndex: countCell(step.stateIndex),
    Verdict: textCell(step.verdict),
    FoldedInto: 0,
    FoldedSpanIds: step.foldedSpanIds,
    Orphan: step.orphan,
    Ingested: came === undefined ? '' : toOverwrittenCells(came, cells)
  }
}

/** A row that is structure: no number, and its spending is counted in the step it went into. */
export function toFoldedRow(came: StepRow, intoIndex: number | undefined): RunStepCells {
  const cells = {
    ...toStepRow(fromStepRow(came)),
    InputTokens: null,
    OutputTokens: null,
    CacheReadTokens: null,
    CacheWriteTokens: null,
    ReasoningTokens: null,
    CostUsd: null,
    CostSource: ''
  }
  return {
    ...cells,
    StepIndex: 0,
    ParentIndex: 0,
    Stage: came.ProvisionalStage,
    StageIndex: 0,
    StateIndex: 0,
    Verdict: '',
    FoldedInto: countCell(intoIndex),
    FoldedSpanIds: [],
    Orphan: false,
    Ingested: toOverwrittenCells(came, cells)
  }
}

/** The step as ingest wrote it, whatever analyses made of the row since. */
export function toIngestedRow(row: StoredStepRow): StepRow {
  if (row.Ingested === '') return row
  const came: Partial<StepRow> = JSON.parse(row.Ingested)
  return { ...row, ...came }
}

export function fromIngestedRow(row: StoredStepRow): ClassifiedStep {
  return fromStepRow(toIngestedRow(row))
}

export function fromRunStepRow(row: StoredStepRow): RunStep {
  return {
    ...fromStepRow(row),
    index: row.StepIndex,
    parentIndex: readOptionalIndex(row.ParentIndex),
    stage: readWord(STAGE_NAMES, row.Stage, 'inspection'),
    stageIndex: row.StageIndex,
    stateIndex: row.StateIndex,
    verdict: readWord(VERDICTS, row.Verdict, undefined),
    foldedSpanIds: row.FoldedSpanIds.map(toSpanId),
    orphan: row.Orphan
  }
}

/** Compares what would be written, keeps what was read: both ways of spelling a cell are then right. */
function toOverwrittenCells(came: StepRow, cells: RowToWrite<StepRow>): string {
  const before: Readonly<Record<string, Cell>> = toStepRow(fromStepRow(came))
  const after: Readonly<Record<string, Cell>> = cells
  const kept = Object.entries(came).filter(
    ([column]) => column in before && !isSameCell(before[column], after[column])
  )
  return kept.length === 0 ? '' : JSON.stringify(Object.fromEntries(kept))
}

function isSameCell(before: Cell | undefined, after: Cell | undefined): boolean {
  if (before === after) return true
  if (typeof before !== 'object' || typeof after !== 'object') return false
  // Lists are mostly empty; this spares most of the texts below.
  if (isEmptyList(before) && isEmptyList(after)) return true
  return JSON.stringify(before) === JSON.stringify(after)
}

function isEmptyList(cell: unknown): boolean {
  return Array.isArray(cell) && cell.length === 0
}
