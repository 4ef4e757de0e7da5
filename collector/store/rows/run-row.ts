// An analysed run as a row of agent_runs, and back.

import type {
  Analysis,
  IncorrectStep,
  ListedRun,
  Localization,
  Onset,
  Run,
  RunRecord
} from '../../model/index.ts'
import { OUTCOMES, OUTCOME_SOURCES, RUN_STATES, toRunId, toTraceId } from '../../model/index.ts'
import type { RowToWrite, TokenColumns } from './cells.ts'
import {
  countCell,
  floatCell,
  fromTokenCells,
  nanosCell,
  optionalFloatCell,
  readNanos,
  readOptionalNumber,
  readOptionalText,
  readWord,
  textCell,
  toTokenCells
} from './cells.ts'
import type { CheckColumns } from './check-cells.ts'
import { countCheckChars, fromCheckCells, toCheckCells } from './check-cells.ts'
import type { RequirementColumns } from './requirement-cells.ts'
import {
  countRequirementChars,
  fromRequirementCells,
  toRequirementCells
} from './requirement-cells.ts'

export interface RunRow extends TokenColumns, CheckColumns, RequirementColumns {
  readonly RunId: string
  readonly State: string
  readonly Partial: boolean
  readonly TraceIds: readonly string[]
  readonly SessionId: string
  readonly Service: string
  readonly Agent: string
  readonly AgentVersion: string
  readonly Models: readonly string[]
  readonly Task: string
  readonly FinalMessage: string
  readonly Outcome: string
  readonly OutcomeSource: string
  readonly VerifierOutput: string
  readonly StartTime: string
  readonly EndTime: string
  readonly StepCount: number
  readonly SpanCount: number
  readonly ErrorCount: number
  readonly CostUsd: number | null
  readonly Completeness: number
  readonly IncompleteReasons: readonly string[]
  readonly TextChars: number
  readonly Abstention: string
  readonly OnsetStepIndex: number
  readonly OnsetStage: string
  readonly OnsetCategory: string
  readonly OnsetConfidence: number
  readonly OnsetSummary: string
  readonly IncorrectStepIndexes: readonly number[]
  readonly IncorrectProbabilities: readonly number[]
  readonly LocalizerVersion: string
}

export interface StoredRunRow extends RunRow {
  readonly Revision: number
  readonly PartitionTime: string
  readonly AnalyzedAt: string
  readonly IngestedThrough: string
  readonly ContentHash: string
  readonly Capped: boolean
}

/** Columns of a list's item and of whether its suspect belongs to it, in the order of the table. The others are most of the row's size. */
export const LISTED_RUN_COLUMNS = [
  'RunId',
  'Revision',
  'AnalyzedAt',
  'State',
  'Partial',
  'TraceIds',
  'SessionId',
  'Service',
  'Agent',
  'AgentVersion',
  'Models',
  'Task',
  'Outcome',
  'OutcomeSource',
  'StartTime',
  'EndTime',
  'StepCount',
  'SpanCount',
  'ErrorCount',
  'InputTokens',
  'OutputTokens',
  'CacheReadTokens',
  'CacheWriteTokens',
  'ReasoningTokens',
  'CostUsd',
  'Completeness',
  'IncompleteReasons',
  'Abstention',
  'OnsetStepIndex'
] as const satisfies readonly (keyof StoredRunRow)[]

export type ListedRunRow = Pick<StoredRunRow, (typeof LISTED_RUN_COLUMNS)[number]>

/** The run's cells without revision, times of analysis and hash: see save-analysis.ts. */
export function toRunRow({ tree, localization, state, partial }: Analysis): RowToWrite<RunRow> {
  const { run } = tree
  const top = localization.onsets.find((onset) => onset.rank === 1)
  return {
    RunId: run.runId,
    State: state,
    Partial: partial,
    TraceIds: run.traceIds,
    SessionId: textCell(run.sessionId),
    Service: run.service,
    Agent: textCell(run.agent),
    AgentVersion: textCell(run.agentVersion),
    Models: run.models,
    Task: run.task,
    FinalMessage: run.finalMessage,
    Outcome: run.outcome,
    OutcomeSource: run.outcomeSource,
    ...toCheckCells(run.checks),
    VerifierOutput: run.verifierOutput,
    StartTime: nanosCell(run.startTime),
    EndTime: nanosCell(run.endTime),
    StepCount: countCell(run.stepCount),
    SpanCount: countCell(run.spanCount),
    ErrorCount: countCell(run.errorCount),
    ...toTokenCells(run.tokens),
    CostUsd: optionalFloatCell(run.costUsd),
    Completeness: floatCell(run.completeness),
    IncompleteReasons: run.incompleteReasons,
    TextChars: countCell(countTextChars(run, localization)),
    Abstention: textCell(localization.abstention),
    OnsetStepIndex: countCell(top?.stepIndex),
    OnsetStage: textCell(top?.stage),
    OnsetCategory: textCell(top?.category),
    OnsetConfidence: floatCell(top?.confidence ?? 0),
    OnsetSummary: textCell(top?.summary),
    ...toRequirementCells(localization.requirements ?? []),
    IncorrectStepIndexes: localization.incorrectSteps.map(countCell),
    IncorrectProbabilities: (localization.incorrectProbabilities ?? []).map(floatCell),
    // A judge says so in its onsets only.
    LocalizerVersion: textCell(top?.localizerVersion ?? localization.localizerVersion)
  }
}

export function toRunRecord(row: StoredRunRow, topOnset: Onset | undefined): RunRecord {
  const listed = toListedRun(row, topOnset)
  return { ...listed, run: fromRunRow(row, listed.run), ...readLocalization(row) }
}

export function toListedRun(row: ListedRunRow, topOnset: Onset | undefined): ListedRun {
  return {
    run: fromListedCells(row),
    state: readWord(RUN_STATES, row.State, 'open'),
    revision: row.Revision,
    partial: row.Partial,
    abstention: readOptionalText(row.Abstention),
    topOnset,
    analyzedAt: readNanos(row.AnalyzedAt)
  }
}

function readLocalization(
  row: StoredRunRow
): Pick<RunRecord, 'requirements' | 'incorrectSteps' | 'localizerVersion'> {
  const requirements = fromRequirementCells(row)
  const incorrectSteps = row.IncorrectStepIndexes.map((stepIndex, at): IncorrectStep => ({
    stepIndex,
    probability: row.IncorrectProbabilities[at]
  }))
  const localizerVersion = readOptionalText(row.LocalizerVersion)
  return {
    ...(requirements.length === 0 ? {} : { requirements }),
    ...(incorrectSteps.length === 0 ? {} : { incorrectSteps }),
    ...(localizerVersion === undefined ? {} : { localizerVersion })
  }
}

function fromRunRow(row: StoredRunRow, listed: ListedRun['run']): Run {
  return {
    ...listed,
    finalMessage: row.FinalMessage,
    checks: fromCheckCells(row),
    verifierOutput: row.VerifierOutput
  }
}

function fromListedCells(row: ListedRunRow): ListedRun['run'] {
  return {
    runId: toRunId(row.RunId),
    traceIds: row.TraceIds.map(toTraceId),
    sessionId: readOptionalText(row.SessionId),
    service: row.Service,
    agent: readOptionalText(row.Agent),
    agentVersion: readOptionalText(row.AgentVersion),
    models: row.Models,
    task: row.Task,
    outcome: readWord(OUTCOMES, row.Outcome, 'unknown'),
    outcomeSource: readWord(OUTCOME_SOURCES, row.OutcomeSource, 'none'),
    startTime: readNanos(row.StartTime),
    endTime: readNanos(row.EndTime),
    stepCount: row.StepCount,
    spanCount: row.SpanCount,
    errorCount: row.ErrorCount,
    tokens: fromTokenCells(row),
    costUsd: readOptionalNumber(row.CostUsd),
    completeness: row.Completeness,
    incompleteReasons: row.IncompleteReasons
  }
}

/** What a reader of many runs has to hold; see readInParts. */
function countTextChars(run: Run, { requirements = [] }: Localization): number {
  return (
    run.task.length +
    run.finalMessage.length +
    run.verifierOutput.length +
    countCheckChars(run.checks) +
    countRequirementChars(requirements)
  )
}
