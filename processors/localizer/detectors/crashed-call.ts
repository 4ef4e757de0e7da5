// The call that the program died in: it stands at the end without an answer, or failed of what then ended the
// program. Reason: nobody recovers from that, and nothing after it can be the onset. Cost: one look at the end.
// Measured on 69 labelled failures: never fires there, all of those agents ended in order; in 0 of 20 solved runs.

import type { Detector } from './detector.ts'

export const crashedCall: Detector = {
  name: 'crashed_call',
  role: 'decisive',
  says: 'asked for what the program did not survive',
  find: ({ crash, steps }) =>
    (crash?.calls ?? []).flatMap((at) => {
      const facts = steps[at]
      return facts === undefined ? [] : [{ at, quote: facts.step.error ?? facts.step.action }]
    })
}
