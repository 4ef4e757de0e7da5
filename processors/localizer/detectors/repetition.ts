// The same action with the same result, again and again, while nothing changes in between. Reason: the
// agent is not taking in what it sees; the first of the series is where it lost its way. Cost: one map
// look-up a step.
// Measured on 69 labelled failures: fires in 2 (2 tasks), its first finding is the onset in 1, onset or
// acceptable in 1; in 2 of 20 solved runs.

import { LoopTracker } from '../loops.ts'
import type { RunFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'
import type { Follower } from './follower.ts'

export const repetition: Detector = {
  name: 'repetition',
  role: 'evidence',
  says: 'began to repeat the same action with the same result',
  find: (facts) => findRepetitions(facts)
}

function findRepetitions({ loops, steps }: RunFacts): Finding[] {
  return loops.flatMap(({ first }) => {
    const facts = steps[first]
    return facts === undefined ? [] : [{ at: facts.at, quote: facts.step.action }]
  })
}

export function followRepetition(): Follower {
  const tracker = new LoopTracker()
  return {
    follow: (facts) => tracker.add(facts),
    positions: () => tracker.loops.map(({ first }) => first)
  }
}
