// One step from several views of it. What the step says itself wins; a twin fills what it left empty,
// and the model call that asked for it becomes its thought.

import type { ClassifiedStep, StepEffects } from '@onset/collector/model'
import { cutText, STEP_TEXT_CHARS_MAX } from '@onset/collector/model'

import { isFromLog } from './log-views.ts'
import type { Role } from './roles.ts'

export interface Member {
  readonly step: ClassifiedStep
  readonly as: Role['is']
}

/** `step` with what `members`, in order, know of it; tokens and cost are left alone. */
export function mergeSteps(step: ClassifiedStep, members: readonly Member[]): ClassifiedStep {
  if (members.length === 0) return step
  const twins = members.filter((member) => isTwin(step, member))
  const merged = twins.reduce((known, twin) => mergeTwin(known, twin.step), step)
  if (step.kind === 'llm') return { ...merged, input: readInput(step, twins) }
  const calls = members.filter((member) => member.step.kind === 'llm')
  const texts = calls.flatMap((call) => [call.step.thought, call.step.action])
  return { ...merged, thought: joinDistinct([...texts, merged.thought]) }
}

/** A log record of the model call that asked for a tool is no view of the tool. */
function isTwin(step: ClassifiedStep, { step: other, as }: Member): boolean {
  if (as === 'wrapper') return true
  return as === 'twin' && (other.kind === step.kind || !isFromLog(other))
}

/** Where every message of a conversation is a log record of its own, the last one is the request. */
function readInput(step: ClassifiedStep, twins: readonly Member[]): string {
  const logged = twins.filter((twin) => isFromLog(twin.step) && twin.step.input !== '')
  const last = logged.at(-1)?.step.input ?? ''
  return isFromLog(step) ? last || step.input : step.input || last
}

function joinDistinct(texts: readonly string[]): string {
  const distinct = [...new Set(texts)].filter((text) => text !== '')
  return cutText(distinct.join('\n\n'), STEP_TEXT_CHARS_MAX)
}

function mergeTwin(step: ClassifiedStep, twin: ClassifiedStep): ClassifiedStep {
  return {
    ...step,
    ...mergeHead(step, twin),
    ...mergeResult(step, twin),
    ...mergeAction(step, twin),
    truncated: step.truncated || twin.truncated,
    effects: mergeEffects(step, twin)
  }
}

function mergeHead(step: ClassifiedStep, twin: ClassifiedStep) {
  if (!isFromLog(twin)) return {}
  return {
    sessionId: step.sessionId ?? twin.sessionId,
    agent: step.agent ?? twin.agent,
    provider: step.provider ?? twin.provider,
    finishReason: step.finishReason ?? twin.finishReason,
    checks: step.checks.length > 0 ? step.checks : twin.checks
  }
}

/** Spans may have a call's most telling argument only, where the log has all of them. */
function tellsMore(step: ClassifiedStep, twin: ClassifiedStep): boolean {
  if (step.arguments === '') return twin.arguments !== ''
  return isFromLog(twin) && twin.arguments.length > step.arguments.length
}

function mergeAction(step: ClassifiedStep, twin: ClassifiedStep) {
  const known = tellsMore(step, twin) ? twin : step
  const asks = step.requestedToolCalls.length > 0 ? step : twin
  return {
    tool: step.tool ?? twin.tool,
    toolCallId: step.toolCallId ?? twin.toolCallId,
    model: step.model ?? twin.model,
    action: known.action || step.action || twin.action,
    arguments: known.arguments,
    thought: step.thought || twin.thought,
    requestedToolCalls: asks.requestedToolCalls
  }
}

/** A wrapper's error may be of an attempt that was repeated; a tool call has failed if any view says so. */
function mergeResult(step: ClassifiedStep, twin: ClassifiedStep) {
  const observation = step.observation || twin.observation
  if (step.kind !== 'tool') return { observation }
  const outcome: ClassifiedStep['outcome'] = twin.outcome === 'error' ? 'error' : step.outcome
  return {
    observation,
    outcome,
    error: step.error ?? twin.error,
    exitCode: step.exitCode ?? twin.exitCode
  }
}

function mergeEffects(step: ClassifiedStep, twin: ClassifiedStep): StepEffects {
  const action = tellsMore(step, twin) ? twin.effects : step.effects
  const result = step.observation === '' && twin.observation !== '' ? twin.effects : step.effects
  return {
    ...action,
    exitCode: result.exitCode ?? action.exitCode,
    error: result.error ?? action.error
  }
}
