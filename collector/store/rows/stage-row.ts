// A stage of an analysed run as a row of agent_stages, and back.

import type { Run, Stage } from '../../model/index.ts'
import { STAGE_NAMES } from '../../model/index.ts'
import type { RowToWrite, TokenColumns } from './cells.ts'
import {
  countCell,
  fromTokenCells,
  nanosCell,
  optionalFloatCell,
  readNanos,
  readOptionalNumber,
  readWord,
  textCell,
  toTokenCells
} from './cells.ts'

export interface StageRow extends TokenColumns {
  readonly RunId: string
  readonly StageIndex: number
  readonly Service: string
  readonly Agent: string
  readonly Stage: string
  readonly FirstStepIndex: number
  readonly LastStepIndex: number
  readonly StartTime: string
  readonly EndTime: string
  readonly CostUsd: number | null
  readonly ErrorCount: number
}

export function toStageRow(stage: Stage, run: Run): RowToWrite<StageRow> {
  return {
    RunId: run.runId,
    StageIndex: countCell(stage.index),
    Service: run.service,
    Agent: textCell(run.agent),
    Stage: stage.name,
    FirstStepIndex: countCell(stage.firstStepIndex),
    LastStepIndex: countCell(stage.lastStepIndex),
    StartTime: nanosCell(stage.startTime),
    EndTime: nanosCell(stage.endTime),
    ...toTokenCells(stage.tokens),
    CostUsd: optionalFloatCell(stage.costUsd),
    ErrorCount: countCell(stage.errorCount)
  }
}

export function fromStageRow(row: StageRow): Stage {
  return {
    index: row.StageIndex,
    name: readWord(STAGE_NAMES, row.Stage, 'inspection'),
    firstStepIndex: row.FirstStepIndex,
    lastStepIndex: row.LastStepIndex,
    startTime: readNanos(row.StartTime),
    endTime: readNanos(row.EndTime),
    tokens: fromTokenCells(row),
    costUsd: readOptionalNumber(row.CostUsd),
    errorCount: row.ErrorCount
  }
}
