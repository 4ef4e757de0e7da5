// A program that died of an uncaught error: what it died of, and the call it died in where one stands at the end
// of the run without an answer. Nobody chose to stop there, so the end of such a run says nothing about the agent
// but for that call.

import type { RunTree } from '@onset/collector/model'
import { QUOTE_CHARS_MAX } from '@onset/collector/model'

import type { StepFacts } from './run-facts.ts'
import { shorten } from './step-text.ts'

export interface Crash {
  /** Verbatim, in one line. */
  readonly error: string
  /** Positions of the calls that may have ended it, ascending; empty when no step explains it. */
  readonly calls: readonly number[]
}

/** The agent had the turns, the tokens or the room it was given; that it used them up is its own doing. */
const USED_UP =
  /max[\w -]{0,16}(?:turns?|steps?|iterations?|tokens?|length)|recursion.?limit|context (?:length|window)|too (?:long|large|many tokens)|budget|^interrupted\b/i

/**
 * The steps up to the end of the program. A process that dies under a launcher leaves a frame that says why, with
 * nothing inside of it, after all that the agent did.
 */
export function stepsBeforeCrash(
  { error }: RunTree,
  steps: readonly StepFacts[]
): readonly StepFacts[] {
  if (error === undefined) return steps
  const last = steps.findLastIndex(({ step }) => step.kind !== 'agent' || step.error !== error)
  return last === -1 ? steps : steps.slice(0, last + 1)
}

/** `steps` are those before the crash. */
export function readCrash({ error }: RunTree, steps: readonly StepFacts[]): Crash | undefined {
  if (error === undefined || USED_UP.test(error)) return undefined
  return { error: shorten(error, QUOTE_CHARS_MAX), calls: findCalls(error, steps) }
}

function findCalls(error: string, steps: readonly StepFacts[]): number[] {
  const last = steps.at(-1)
  if (last === undefined) return []
  if (threw(last, error)) return [last.at]
  const ending = steps.slice(steps.findLastIndex((facts) => !isUnanswered(facts)) + 1)
  // A program that keeps the results of its tools to itself leaves every call without one.
  if (!steps.some(({ step }) => step.arguments !== '' || step.observation !== '')) return []
  const known = new Set(steps.flatMap((facts) => (answered(facts) ? [facts.step.tool] : [])))
  const strange = ending.filter(({ step }) => step.kind === 'tool' && !known.has(step.tool))
  return (strange.length > 0 ? strange : ending).map(({ at }) => at)
}

/** Shorter messages are in any other. */
const MESSAGE_CHARS_MIN = 6

/** The tool failed of what then ended the program. */
function threw({ step }: StepFacts, error: string): boolean {
  const own = step.error ?? ''
  if (step.kind !== 'tool' || step.outcome !== 'error' || own.length < MESSAGE_CHARS_MIN)
    return false
  return own.includes(error) || error.includes(own)
}

/** Asked for, and nothing came back: not even that it had failed or with which code it ended. */
function isUnanswered({ step }: StepFacts): boolean {
  const { kind, outcome, observation, exitCode, requestedToolCalls } = step
  if (kind === 'llm') return requestedToolCalls.length > 0
  return kind === 'tool' && outcome !== 'error' && observation === '' && exitCode === undefined
}

function answered({ step }: StepFacts): boolean {
  return step.kind === 'tool' && step.observation !== ''
}
