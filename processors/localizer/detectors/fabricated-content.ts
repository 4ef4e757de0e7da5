// Made-up content written after something failed: mock data, a demonstration page, typical output. Reason:
// the agent replaced what it could not get by what looks like it. Cost: one search in each written text.
// Measured on 69 labelled failures: fires in 5 (4 tasks), its first finding is the onset in 2, onset or
// acceptable in 4; in 0 of 20 solved runs.

import { FABRICATES } from '../cues.ts'
import type { RunFacts } from '../run-facts.ts'
import { lineAround } from '../step-text.ts'
import type { Detector, Finding } from './detector.ts'

const TEXT_CHARS_MAX = 16_384

export const fabricatedContent: Detector = {
  name: 'fabricated_content',
  role: 'suspicious',
  says: 'wrote made-up content after an error',
  find: (facts) => findFabrication(facts).slice(0, 1)
}

function findFabrication({ steps, troubles: { anyBefore } }: RunFacts): Finding[] {
  return steps.flatMap(({ at, act, builds, step }) => {
    // In a test a mock is a double, not a substitute for the work.
    if (act !== 'write' || !builds || anyBefore[at] !== true) return []
    const written = lineAround(step.effects.writtenText.slice(0, TEXT_CHARS_MAX), FABRICATES)
    const thought = lineAround(step.thought, FABRICATES)
    const quote = written ?? thought
    return quote === undefined ? [] : [{ at, quote }]
  })
}
