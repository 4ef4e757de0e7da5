// Written work that calls itself unfinished: "for now", "placeholder", "would go here". Reason: what was
// put off is what the checks then miss. Cost: one search in each written text.
// Measured on 69 labelled failures: fires in 6 (5 tasks), its first finding is the onset in 4, onset or
// acceptable in 4; in 0 of 20 solved runs.

import { DEFERS } from '../cues.ts'
import type { RunFacts } from '../run-facts.ts'
import { lineAround } from '../step-text.ts'
import type { Detector, Finding } from './detector.ts'

const TEXT_CHARS_MAX = 16_384

export const placeholderLeft: Detector = {
  name: 'placeholder_left',
  role: 'suspicious',
  says: 'wrote work that calls itself unfinished',
  // Later versions of a file carry the remark along; the first is where it was put off.
  find: (facts) => findPutOff(facts).slice(0, 1)
}

function findPutOff({ steps }: RunFacts): Finding[] {
  return steps.flatMap(({ at, act, builds, step }) => {
    if (!builds || act !== 'write') return []
    const quote = lineAround(step.effects.writtenText.slice(0, TEXT_CHARS_MAX), DEFERS)
    return quote === undefined ? [] : [{ at, quote }]
  })
}
