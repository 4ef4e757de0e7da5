// Nothing of the task was written and the run ends with a question, an offer, a blocker or no word at all.
// Reason: the agent stopped instead of trying; the onset is where it stopped. Cost: one search in the
// closing message.
// Measured on 69 labelled failures: fires in 6 (5 tasks), its first finding is the onset in 5, onset or
// acceptable in 6; in 1 of 20 solved runs.

import { ASKS, GIVES_UP } from '../cues.ts'
import type { RunFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'
import { findFailingLoop } from './failing-loop.ts'

/** A question at the end of a message is put to the reader; in the middle it is rhetoric. */
const ENDING_CHARS_MAX = 600
const OPENING_CHARS_MAX = 400

export const askedWithoutWork: Detector = {
  name: 'asked_without_work',
  role: 'decisive',
  says: 'was the last action before the agent stopped, with nothing of the task written',
  find: (facts) => findStop(facts)
}

function findStop(facts: RunFacts): Finding[] {
  const { steps, built, works, closing, lastAt, crash } = facts
  const last = steps[lastAt]
  // An agent whose program died did not stop.
  if (!works || built || last === undefined || crash !== undefined) return []
  if (findFailingLoop(facts).length > 0) return []
  const stops =
    closing === '' ||
    ASKS.test(closing.slice(-ENDING_CHARS_MAX)) ||
    GIVES_UP.test(closing.slice(0, OPENING_CHARS_MAX))
  return stops ? [{ at: lastAt, quote: last.step.action }] : []
}
