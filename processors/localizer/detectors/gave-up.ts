// Right after something was unreachable or missing, the agent says that it cannot be had. Reason: the
// decision to go on without is often the onset, though it changes nothing by itself. Cost: one search in
// each thought and plan.
// Measured on 69 labelled failures: fires in 9 (9 tasks), its first finding is the onset in 1, onset or
// acceptable in 3; in 2 of 20 solved runs.

import { GIVES_UP } from '../cues.ts'
import type { RunFacts } from '../run-facts.ts'
import { lineAround } from '../step-text.ts'
import type { Detector, Finding } from './detector.ts'

export const gaveUp: Detector = {
  name: 'gave_up',
  role: 'evidence',
  says: 'went on without what could not be reached',
  find: (facts) => findSurrenders(facts)
}

function findSurrenders({ steps, troubles }: RunFacts): Finding[] {
  const { networkBefore, notFoundBefore } = troubles
  return steps.flatMap(({ at, step, news }) => {
    if (networkBefore[at] !== true && notFoundBefore[at] !== true) return []
    const quote = lineAround(step.thought, GIVES_UP) ?? lineAround(news, GIVES_UP)
    return quote === undefined ? [] : [{ at, quote }]
  })
}
