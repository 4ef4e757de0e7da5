// A classified step as ingest writes it into agent_steps, column by column: the cells of toStepRow, and what
// only a row at ingest has. Two spellings of one row; test/integration/store-native.test.ts holds them equal.

import type { Check, ClassifiedStep, RequestedToolCall } from '../../model/index.ts'
import {
  flag,
  list,
  nanos,
  optionalFloat64,
  optionalInt64,
  optionalUint64,
  seconds,
  text,
  uint32,
  uint64,
  type Column
} from '../write/native/columns.ts'
import {
  bigCountCell,
  countCell,
  optionalCountCell,
  optionalFloatCell,
  optionalIntegerCell
} from './cells.ts'
import { countTextChars } from './step-row.ts'

/** Steps that came in together at `ingestedAt`. */
export function stepColumns(ingestedAt: bigint): readonly Column<ClassifiedStep>[] {
  return [nanos('IngestedAt', () => ingestedAt), ...STEP_COLUMNS]
}

const ITSELF = (item: string): string => item

const STEP_COLUMNS: readonly Column<ClassifiedStep>[] = [
  text('RunId', (step) => step.runId),
  text('StepId', (step) => step.stepId),
  uint32('Revision', () => 0),
  seconds('PartitionTime', (step) => step.startTime),
  text('TraceId', (step) => step.traceId),
  text('SpanId', (step) => step.spanId),
  text('ParentSpanId', (step) => step.parentSpanId),
  text('SessionId', (step) => step.sessionId),
  text('Kind', (step) => step.kind),
  text('Name', (step) => step.name),
  text('Service', (step) => step.service),
  text('Agent', (step) => step.agent),
  text('AgentVersion', (step) => step.agentVersion),
  text('Provider', (step) => step.provider),
  text('Model', (step) => step.model),
  text('Tool', (step) => step.tool),
  text('ToolCallId', (step) => step.toolCallId),
  text('Action', (step) => step.action),
  text('Arguments', (step) => step.arguments),
  text('Thought', (step) => step.thought),
  text('Observation', (step) => step.observation),
  text('Input', (step) => step.input),
  ofToolCalls(text('RequestedToolCalls.Id', (call) => call.id)),
  ofToolCalls(text('RequestedToolCalls.Name', (call) => call.name)),
  ofToolCalls(text('RequestedToolCalls.Arguments', (call) => call.arguments)),
  text('FinishReason', (step) => step.finishReason),
  text('Outcome', (step) => step.outcome),
  text('Error', (step) => step.error),
  optionalInt64('ExitCode', (step) => optionalIntegerCell(step.exitCode)),
  nanos('StartTime', (step) => step.startTime),
  nanos('EndTime', (step) => step.endTime),
  optionalUint64('InputTokens', (step) => optionalCountCell(step.tokens.input)),
  optionalUint64('OutputTokens', (step) => optionalCountCell(step.tokens.output)),
  optionalUint64('CacheReadTokens', (step) => optionalCountCell(step.tokens.cacheRead)),
  optionalUint64('CacheWriteTokens', (step) => optionalCountCell(step.tokens.cacheWrite)),
  optionalUint64('ReasoningTokens', (step) => optionalCountCell(step.tokens.reasoning)),
  optionalFloat64('CostUsd', (step) => optionalFloatCell(step.costUsd)),
  text('CostSource', (step) => step.costSource),
  text('DeclaredRunOutcome', (step) => step.declaredRunOutcome),
  text('DeclaredStage', (step) => step.declaredStage),
  ofChecks(text('Checks.Name', (check) => check.name)),
  ofChecks(text('Checks.Status', (check) => check.status)),
  ofChecks(text('Checks.Message', (check) => check.message)),
  text('Dialect', (step) => step.dialect),
  flag('Truncated', (step) => step.truncated),
  uint64('DroppedCount', (step) => bigCountCell(step.droppedCount)),
  uint32('TextChars', (step) => countCell(countTextChars(step))),
  text('Effect', (step) => step.effects.effect),
  text('ProvisionalStage', (step) => step.effects.stage),
  list((step) => step.effects.filesRead, text('FilesRead', ITSELF)),
  list((step) => step.effects.filesWritten, text('FilesWritten', ITSELF)),
  text('WrittenText', (step) => step.effects.writtenText),
  flag('Verifies', (step) => step.effects.verifies),
  optionalInt64('ObservedExitCode', (step) => optionalIntegerCell(step.effects.exitCode)),
  text('ObservedError', (step) => step.effects.error),
  text('Stage', (step) => step.effects.stage)
]

function ofToolCalls(column: Column<RequestedToolCall>): Column<ClassifiedStep> {
  return list((step) => step.requestedToolCalls, column)
}

function ofChecks(column: Column<Check>): Column<ClassifiedStep> {
  return list((step) => step.checks, column)
}
