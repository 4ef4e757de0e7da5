// A step as a row of agent_steps, as ingest writes it, and back. What analysis adds is in run-step-row.ts.

import type { ClassifiedStep, StepEffects } from '../../model/index.ts'
import {
  EFFECTS,
  OUTCOMES,
  STAGE_NAMES,
  STEP_KINDS,
  toRunId,
  toSpanId,
  toStepId,
  toTraceId
} from '../../model/index.ts'
import type { RowToWrite, TokenColumns } from './cells.ts'
import {
  bigCountCell,
  fromTokenCells,
  nanosCell,
  optionalFloatCell,
  optionalIntegerCell,
  readNanos,
  readOptionalNumber,
  readOptionalText,
  readWord,
  countCell,
  textCell,
  toTokenCells
} from './cells.ts'
import type { CheckColumns } from './check-cells.ts'
import { fromCheckCells, toCheckCells } from './check-cells.ts'

/** The columns that hold the step itself, as they are read: 64-bit numbers and times as text. */
export interface StepRow extends TokenColumns, CheckColumns {
  readonly RunId: string
  readonly StepId: string
  readonly TraceId: string
  readonly SpanId: string
  readonly ParentSpanId: string
  readonly SessionId: string
  readonly Kind: string
  readonly Name: string
  readonly Service: string
  readonly Agent: string
  readonly AgentVersion: string
  readonly Provider: string
  readonly Model: string
  readonly Tool: string
  readonly ToolCallId: string
  readonly Action: string
  readonly Arguments: string
  readonly Thought: string
  readonly Observation: string
  readonly Input: string
  readonly 'RequestedToolCalls.Id': readonly string[]
  readonly 'RequestedToolCalls.Name': readonly string[]
  readonly 'RequestedToolCalls.Arguments': readonly string[]
  readonly FinishReason: string
  readonly Outcome: string
  readonly Error: string
  readonly ExitCode: string | null
  readonly StartTime: string
  readonly EndTime: string
  readonly CostUsd: number | null
  readonly CostSource: string
  readonly DeclaredRunOutcome: string
  readonly DeclaredStage: string
  readonly Dialect: string
  readonly Truncated: boolean
  readonly DroppedCount: string
  readonly TextChars: number
  readonly Effect: string
  readonly ProvisionalStage: string
  readonly FilesRead: readonly string[]
  readonly FilesWritten: readonly string[]
  readonly WrittenText: string
  readonly Verifies: boolean
  readonly ObservedExitCode: string | null
  readonly ObservedError: string
}

export function toStepRow(step: ClassifiedStep): RowToWrite<StepRow> {
  const { effects } = step
  return {
    RunId: step.runId,
    StepId: step.stepId,
    TraceId: step.traceId,
    SpanId: step.spanId,
    ParentSpanId: textCell(step.parentSpanId),
    SessionId: textCell(step.sessionId),
    Kind: step.kind,
    Name: step.name,
    Service: step.service,
    Agent: textCell(step.agent),
    AgentVersion: textCell(step.agentVersion),
    Provider: textCell(step.provider),
    Model: textCell(step.model),
    Tool: textCell(step.tool),
    ToolCallId: textCell(step.toolCallId),
    Action: step.action,
    Arguments: step.arguments,
    Thought: step.thought,
    Observation: step.observation,
    Input: step.input,
    'RequestedToolCalls.Id': step.requestedToolCalls.map((call) => textCell(call.id)),
    'RequestedToolCalls.Name': step.requestedToolCalls.map((call) => call.name),
    'RequestedToolCalls.Arguments': step.requestedToolCalls.map((call) => call.arguments),
    FinishReason: textCell(step.finishReason),
    Outcome: step.outcome,
    Error: textCell(step.error),
    ExitCode: optionalIntegerCell(step.exitCode),
    StartTime: nanosCell(step.startTime),
    EndTime: nanosCell(step.endTime),
    ...toTokenCells(step.tokens),
    CostUsd: optionalFloatCell(step.costUsd),
    CostSource: textCell(step.costSource),
    DeclaredRunOutcome: textCell(step.declaredRunOutcome),
    DeclaredStage: textCell(step.declaredStage),
    ...toCheckCells(step.checks),
    Dialect: step.dialect,
    Truncated: step.truncated,
    DroppedCount: bigCountCell(step.droppedCount),
    TextChars: countCell(countTextChars(step)),
    Effect: effects.effect,
    ProvisionalStage: effects.stage,
    FilesRead: effects.filesRead,
    FilesWritten: effects.filesWritten,
    WrittenText: effects.writtenText,
    Verifies: effects.verifies,
    ObservedExitCode: optionalIntegerCell(effects.exitCode),
    ObservedError: textCell(effects.error)
  }
}

export function fromStepRow(row: StepRow): ClassifiedStep {
  return {
    runId: toRunId(row.RunId),
    stepId: toStepId(row.StepId),
    traceId: toTraceId(row.TraceId),
    spanId: toSpanId(row.SpanId),
    parentSpanId: row.ParentSpanId === '' ? undefined : toSpanId(row.ParentSpanId),
    sessionId: readOptionalText(row.SessionId),
    kind: readWord(STEP_KINDS, row.Kind, 'unknown'),
    name: row.Name,
    service: row.Service,
    agent: readOptionalText(row.Agent),
    agentVersion: readOptionalText(row.AgentVersion),
    provider: readOptionalText(row.Provider),
    model: readOptionalText(row.Model),
    tool: readOptionalText(row.Tool),
    toolCallId: readOptionalText(row.ToolCallId),
    action: row.Action,
    arguments: row.Arguments,
    thought: row.Thought,
    observation: row.Observation,
    input: row.Input,
    requestedToolCalls: row['RequestedToolCalls.Name'].map((name, at) => ({
      id: readOptionalText(row['RequestedToolCalls.Id'][at] ?? ''),
      name,
      arguments: row['RequestedToolCalls.Arguments'][at] ?? ''
    })),
    finishReason: readOptionalText(row.FinishReason),
    outcome: readWord(OUTCOMES, row.Outcome, 'unknown'),
    error: readOptionalText(row.Error),
    exitCode: readOptionalNumber(row.ExitCode),
    startTime: readNanos(row.StartTime),
    endTime: readNanos(row.EndTime),
    tokens: fromTokenCells(row),
    costUsd: readOptionalNumber(row.CostUsd),
    ...(row.CostSource === '' ? {} : { costSource: row.CostSource }),
    declaredRunOutcome: readWord(OUTCOMES, row.DeclaredRunOutcome, undefined),
    ...(row.DeclaredStage === ''
      ? {}
      : { declaredStage: readWord(STAGE_NAMES, row.DeclaredStage, undefined) }),
    checks: fromCheckCells(row),
    dialect: row.Dialect,
    truncated: row.Truncated,
    droppedCount: Number(row.DroppedCount),
    effects: fromEffectCells(row)
  }
}

function fromEffectCells(row: StepRow): StepEffects {
  return {
    effect: readWord(EFFECTS, row.Effect, 'explore'),
    stage: readWord(STAGE_NAMES, row.ProvisionalStage, 'inspection'),
    filesRead: row.FilesRead,
    filesWritten: row.FilesWritten,
    writtenText: row.WrittenText,
    verifies: row.Verifies,
    exitCode: readOptionalNumber(row.ObservedExitCode),
    error: readOptionalText(row.ObservedError)
  }
}

/** What a reader of many steps has to hold; see readInParts. */
export function countTextChars(step: ClassifiedStep): number {
  let chars =
    step.action.length +
    step.arguments.length +
    step.thought.length +
    step.observation.length +
    step.input.length +
    step.effects.writtenText.length
  for (const call of step.requestedToolCalls) chars += call.name.length + call.arguments.length
  for (const check of step.checks) chars += check.name.length + check.message.length
  return chars
}
