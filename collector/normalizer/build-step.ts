// From what a dialect read to a step: adds what every span has (ids, times, outcome, session) and
// bounds every text, so that no dialect can forget to.

import type { DecodedSpan, Outcome, RequestedToolCall, Step } from '../model/index.ts'
import {
  cutText,
  OUTCOMES,
  REQUESTED_TOOL_CALLS_MAX,
  STEP_TEXT_CHARS_MAX,
  toRunId,
  toStepId
} from '../model/index.ts'
import { contentHash } from './content-hash.ts'
import type { StepFacts } from './dialect.ts'
import { readChecks } from './evaluation-checks.ts'
import { withoutBytes } from './inline-bytes.ts'
import { hasTruncationNotice } from './json-text.ts'
import { readOutcome } from './span-outcome.ts'
import { readDeclaredStage } from './stage-name.ts'
import { firstText, integerOf } from './values.ts'

/** Names of spans, agents, models and tools; a longer one is a text in the wrong place. */
export const NAME_CHARS_MAX = 1_024

/** The outcome of the whole run, which an application may put on any of its spans. */
const RUN_OUTCOME_ATTRIBUTE = 'onset.run.outcome'

export function buildStep(span: DecodedSpan, dialect: string, given: StepFacts): Step {
  const facts = factsWithoutBytes(given)
  const { attributes, resource } = span
  const observation = facts.observation ?? ''
  const checks = readChecks(span)
  return {
    runId: runOf(span, facts),
    stepId: toStepId(span.spanId),
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    sessionId: name(facts.sessionId ?? firstText(attributes, SESSION_KEYS)),
    kind: facts.kind,
    name: cutText(span.name, NAME_CHARS_MAX),
    service: name(firstText(resource.attributes, ['service.name'])) ?? '',
    agent: name(facts.agent),
    agentVersion: name(facts.agentVersion ?? firstText(resource.attributes, ['service.version'])),
    provider: name(facts.provider),
    model: name(facts.model),
    tool: name(facts.tool),
    toolCallId: name(facts.toolCallId),
    action: text(facts.action),
    arguments: text(facts.arguments),
    thought: text(facts.thought),
    observation: text(observation),
    input: text(facts.input),
    requestedToolCalls: boundToolCalls(facts.requestedToolCalls ?? []),
    finishReason: name(facts.finishReason),
    ...readOutcome(span, { kind: facts.kind, failed: facts.failed ?? false, said: observation }),
    exitCode: facts.exitCode ?? readExitCode(span),
    startTime: span.startTime,
    endTime: span.endTime,
    tokens: facts.tokens ?? {},
    costUsd: facts.costUsd,
    declaredRunOutcome: readRunOutcome(span),
    ...readDeclaredStage(attributes),
    checks: facts.checks === undefined ? checks : [...checks, ...facts.checks],
    dialect,
    truncated: (facts.truncated ?? false) || isCut(facts),
    droppedCount: span.droppedAttributesCount + span.droppedEventsCount + span.droppedLinksCount
  }
}

function factsWithoutBytes(facts: StepFacts): StepFacts {
  const { action, arguments: args, thought, observation, input, requestedToolCalls } = facts
  return {
    ...facts,
    action: action && withoutBytes(action),
    arguments: args && withoutBytes(args),
    thought: thought && withoutBytes(thought),
    observation: observation && withoutBytes(observation),
    input: input && withoutBytes(input),
    requestedToolCalls: requestedToolCalls?.map((call) => ({
      ...call,
      arguments: withoutBytes(call.arguments)
    }))
  }
}

function runOf(span: DecodedSpan, { runId }: StepFacts): Step['runId'] {
  return runId ?? toRunId(span.traceId)
}

// `gen_ai.conversation.id` first: a `session.id` may be the browser's, around many conversations.
const SESSION_KEYS = ['gen_ai.conversation.id', 'session.id']

/** The registered name, then the spellings that shell tools use. */
const EXIT_CODE_KEYS = [
  'process.exit.code',
  'process.exit_code',
  'exit_code',
  'exitCode',
  'exit.code',
  'tool.exit_code',
  'gen_ai.tool.exit_code'
]

function name(given: string | undefined): string | undefined {
  return given === undefined ? undefined : cutText(given, NAME_CHARS_MAX)
}

function text(given: string | undefined): string {
  return given === undefined ? '' : cutText(given, STEP_TEXT_CHARS_MAX, contentHash)
}

function boundToolCalls(calls: readonly RequestedToolCall[]): readonly RequestedToolCall[] {
  return calls.slice(0, REQUESTED_TOOL_CALLS_MAX).map((call) => ({
    id: name(call.id),
    name: cutText(call.name, NAME_CHARS_MAX),
    arguments: text(call.arguments)
  }))
}

/** Cut by us, or by a producer that says so at the end of the text. */
function isCut(facts: StepFacts): boolean {
  const texts = [facts.action, facts.arguments, facts.thought, facts.observation, facts.input]
  const calls = facts.requestedToolCalls ?? []
  return (
    calls.length > REQUESTED_TOOL_CALLS_MAX ||
    calls.some((call) => isOverlong(call.arguments)) ||
    texts.some((given) => given !== undefined && (isOverlong(given) || hasTruncationNotice(given)))
  )
}

function isOverlong(given: string): boolean {
  return given.length > STEP_TEXT_CHARS_MAX
}

function readExitCode(span: DecodedSpan): number | undefined {
  for (const key of EXIT_CODE_KEYS) {
    const code = integerOf(span.attributes[key])
    if (code !== undefined) return code
  }
  return undefined
}

function readRunOutcome(span: DecodedSpan): Outcome | undefined {
  const declared = firstText(span.attributes, [RUN_OUTCOME_ATTRIBUTE])
  return OUTCOMES.find((outcome) => outcome === declared && outcome !== 'unknown')
}
