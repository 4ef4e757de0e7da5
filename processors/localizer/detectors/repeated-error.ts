// The same error from the same tool for the third time, whatever was tried in between. Reason: the agent
// does not come past it; where it first met it is where its belief and its world part. Cost: one map
// look-up a failed step.
// Measured on 69 labelled failures: fires in 12 (9 tasks), its first finding is the onset in 0, onset or
// acceptable in 1; in 4 of 20 solved runs.

import { fingerprint } from '../fingerprint.ts'
import { REPEATS_MIN } from '../loops.ts'
import type { ActionFacts, RunFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'
import type { Follower } from './follower.ts'
import { byPosition, dropOldest, followAll } from './follower.ts'

export const repeatedError: Detector = {
  name: 'repeated_error',
  role: 'evidence',
  says: 'met an error for the first time that came back again and again',
  find: (facts) => findRepeated(facts)
}

function findRepeated({ steps }: RunFacts): Finding[] {
  return followAll(followRepeatedError(), steps).flatMap((at) => {
    const step = steps[at]?.step
    return step === undefined ? [] : [{ at, quote: errorOf(step) }]
  })
}

/** Errors remembered of a run; one that has not come back among so many others does not. */
const ERRORS_MAX = 512
/** Errors that come back so often are the same few; a reader is shown the first. */
const REPEATED_MAX = 64
const ERROR_CHARS_MAX = 120

export function followRepeatedError(): Follower {
  const met = new Map<number, { readonly first: number; count: number }>()
  const repeated: number[] = []
  return {
    follow: (facts) => {
      if (!facts.failed || facts.act === 'plan' || facts.act === 'say') return
      const key = fingerprint(signatureOf(facts))
      const known = met.get(key)
      if (known === undefined) {
        dropOldest(met, ERRORS_MAX)
        met.set(key, { first: facts.at, count: 1 })
        return
      }
      known.count += 1
      if (known.count === REPEATS_MIN && repeated.length < REPEATED_MAX) repeated.push(known.first)
    },
    positions: () => repeated.toSorted(byPosition)
  }
}

// Numbers in an error are lines, times and ids more often than what it is about.
function signatureOf({ step }: ActionFacts): string {
  const error = errorOf(step).slice(0, ERROR_CHARS_MAX).replace(/\d+/g, '#')
  return `${step.tool ?? ''} ${error}`
}

function errorOf({ effects, error, observation }: ActionFacts['step']): string {
  return effects.error ?? error ?? observation
}
