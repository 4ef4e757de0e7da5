// Looking back over the few steps before a step: what went wrong just now is what a decision answers.

import { NETWORK_FAILURE, NOT_FOUND } from './cues.ts'
import type { StepFacts } from './run-facts.ts'

/** A decision answers what happened within the last three actions; plans between them do not count double. */
export const WINDOW_STEPS = 3
/** Errors stand at the end of an output, a missing command at its beginning. */
const SEEN_CHARS_MAX = 3_000

export interface Troubles {
  /** Per step: one of the steps just before could not reach the world outside. */
  readonly networkBefore: readonly boolean[]
  /** Per step: one of the steps just before missed a file, a command or a module. */
  readonly notFoundBefore: readonly boolean[]
  /** Per step: some earlier step failed or missed something. */
  readonly anyBefore: readonly boolean[]
}

export function readTroubles(steps: readonly StepFacts[]): Troubles {
  const network = steps.map(
    (facts) => facts.failed && NETWORK_FAILURE.test(facts.step.observation.slice(-SEEN_CHARS_MAX))
  )
  const notFound = steps.map((facts) =>
    NOT_FOUND.test(facts.step.observation.slice(0, SEEN_CHARS_MAX))
  )
  let seen = false
  const anyBefore = steps.map((facts, at) => {
    const before = seen
    if (facts.act !== 'plan' && (facts.failed || notFound[at] === true)) seen = true
    return before
  })
  return { networkBefore: within(network), notFoundBefore: within(notFound), anyBefore }
}

function within(flags: readonly boolean[]): boolean[] {
  return flags.map((_, at) => flags.slice(Math.max(0, at - WINDOW_STEPS), at).includes(true))
}
