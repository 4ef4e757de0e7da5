// The same action failing in the same way until the run ends. Reason: nothing else can be the onset of a
// run that dies repeating itself; unlike a mere repetition it was never left. Cost: one look at each loop.
// Measured on 69 labelled failures: never fires there; in 0 of 20 solved runs.

import { LoopTracker } from '../loops.ts'
import type { ActionFacts, RunFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'
import type { Follower } from './follower.ts'
import { followAll } from './follower.ts'

export const failingLoop: Detector = {
  name: 'failing_loop',
  role: 'decisive',
  says: 'began a loop: the same action failed in the same way until the run ended',
  find: (facts) => findFailingLoop(facts)
}

/** After the loop's last turn the agent may still plan or look around, but no more than this. */
const STEPS_AFTER_MAX = 2

export function findFailingLoop({ steps }: RunFacts): Finding[] {
  const [first] = followAll(followFailingLoop(), steps)
  const facts = steps[first ?? -1]
  return facts === undefined ? [] : [{ at: facts.at, quote: facts.step.action }]
}

export function followFailingLoop(): Follower {
  const tracker = new LoopTracker()
  let messages = 0
  let last: ActionFacts | undefined
  return {
    follow: (facts) => {
      tracker.add(facts)
      if (facts.act === 'say') messages += 1
      last = facts
    },
    positions: () => {
      // The closing message reports on the work, it is no part of it.
      const closes = last?.act === 'say' && messages === 1 && last.at > 0
      const lastAt = (last?.at ?? 0) - (closes ? 1 : 0)
      const loop = tracker.recent.find(
        (each) => each.failed && lastAt - each.last <= STEPS_AFTER_MAX
      )
      return loop === undefined ? [] : [loop.first]
    }
  }
}
