// Builds the steps that a run's instrumentation would have sent, from what a dataset recorded of it. The
// frame around them (an agent step with the task) and their order are the same for every dataset.

import { createHash } from 'node:crypto'
import {
  cutText,
  fromUnixMillis,
  STEP_TEXT_CHARS_MAX,
  toRunId,
  toSpanId,
  toStepId,
  toTraceId,
  toUnixNano
} from '@onset/collector/model'
import type { Outcome, SpanId, Step, StepKind, TraceId, UnixNano } from '@onset/collector/model'

/** What all steps of a run share. */
export interface RunFrame {
  readonly traceId: TraceId
  readonly rootSpanId: SpanId
  readonly service: string
  readonly agent: string | undefined
  readonly model: string | undefined
}

/** What a dataset recorded of one step; what is left out is empty. */
export interface RecordedStep {
  /** 1-based; 0 is the agent's frame. Makes the step's id. */
  readonly number: number
  readonly kind: StepKind
  readonly name: string
  readonly startTime: UnixNano
  readonly endTime: UnixNano
  readonly agent?: string
  readonly parentSpanId?: SpanId | undefined
  readonly tool?: string
  readonly action?: string
  readonly arguments?: string
  readonly thought?: string
  readonly observation?: string
  readonly input?: string
  readonly outcome?: Outcome
  readonly error?: string | undefined
  readonly exitCode?: number | undefined
  /** Texts were cut before they were recorded. */
  readonly truncated?: boolean
}

/** 2026-01-01T00:00:00Z, for datasets that record no time. */
const RECORDED_START = fromUnixMillis(Date.UTC(2026, 0, 1))
const NANOS_PER_SECOND = 1_000_000_000n

/** When step `number` of a run without recorded times starts: a second after the one before it. */
export function inventTime(number: number): UnixNano {
  return toUnixNano(RECORDED_START + BigInt(number) * NANOS_PER_SECOND)
}

/** Ids come from the dataset's own id of the run, so that two readings make the same run. */
export function frameRun(
  datasetId: string,
  origin: { readonly service: string; readonly agent?: string; readonly model?: string }
): RunFrame {
  const traceId = toTraceId(digest(datasetId, 32))
  return {
    traceId,
    rootSpanId: spanIdOf(traceId, 0),
    service: origin.service,
    agent: origin.agent,
    model: origin.model
  }
}

function spanIdOf(traceId: TraceId, number: number): SpanId {
  return toSpanId(digest(`${traceId}:${number}`, 16))
}

/** The agent's own step around all others: what it was asked and what it answered. */
export function buildAgentStep(
  frame: RunFrame,
  conversation: { readonly task: string; readonly answer: string },
  steps: readonly Step[]
): Step {
  const startTime = steps[0]?.startTime ?? RECORDED_START
  let endTime = startTime
  for (const step of steps) if (step.endTime > endTime) endTime = step.endTime
  const root = buildStep(frame, {
    number: 0,
    kind: 'agent',
    name: `invoke_agent ${frame.agent ?? frame.service}`,
    startTime,
    endTime,
    input: conversation.task,
    action: conversation.answer
  })
  return { ...root, parentSpanId: undefined }
}

export function buildStep(frame: RunFrame, recorded: RecordedStep): Step {
  const spanId = spanIdOf(frame.traceId, recorded.number)
  const texts = cutTexts(recorded)
  return {
    runId: toRunId(frame.traceId),
    stepId: toStepId(spanId),
    traceId: frame.traceId,
    spanId,
    parentSpanId: recorded.parentSpanId ?? frame.rootSpanId,
    sessionId: undefined,
    kind: recorded.kind,
    name: recorded.name,
    service: frame.service,
    agent: recorded.agent ?? frame.agent,
    agentVersion: undefined,
    provider: undefined,
    model: frame.model,
    tool: recorded.tool,
    // Distinct, as a model API gives them: a call inside another is then never taken for its twin.
    toolCallId: recorded.kind === 'tool' ? `call_${recorded.number}` : undefined,
    action: texts.action,
    arguments: texts.arguments,
    thought: texts.thought,
    observation: texts.observation,
    input: texts.input,
    requestedToolCalls: [],
    finishReason: undefined,
    outcome: recorded.outcome ?? 'unknown',
    error: recorded.error,
    exitCode: recorded.exitCode,
    startTime: recorded.startTime,
    endTime: recorded.endTime,
    tokens: {},
    costUsd: undefined,
    declaredRunOutcome: undefined,
    checks: [],
    dialect: 'dataset@1',
    truncated: texts.truncated,
    droppedCount: 0
  }
}

const ERROR_CHARS_MAX = 240

/** The first line that says something, for a step that its recorder marked as failed. */
export function firstLineOf(text: string): string {
  const line = text.split('\n', 20).find((candidate) => candidate.trim() !== '') ?? ''
  return cutText(line.trim(), ERROR_CHARS_MAX)
}

function cutTexts(recorded: RecordedStep) {
  let truncated = recorded.truncated ?? false
  const cut = (text = '') => {
    if (text.length > STEP_TEXT_CHARS_MAX) truncated = true
    return cutText(text, STEP_TEXT_CHARS_MAX)
  }
  const action = cut(recorded.action)
  const args = cut(recorded.arguments)
  const thought = cut(recorded.thought)
  const observation = cut(recorded.observation)
  const input = cut(recorded.input)
  return { action, arguments: args, thought, observation, input, truncated }
}

function digest(text: string, hexDigits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, hexDigits)
}
