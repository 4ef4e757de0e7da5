// The step wrote, word for word, a line that a failing assertion shows as the wrong one. Reason: the
// strongest link there is between a check and a step. The earliest such step counts; later ones copy it.
// Cost: one search per written text and diff line, of which there are few.
// Measured on 69 labelled failures: fires in 4 (2 tasks), its first finding is the onset in 4, onset or
// acceptable in 4; in 0 of 20 solved runs.

import type { RunFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'

/** Shorter lines are everywhere. */
const LINE_CHARS_MIN = 6

export const wrongValueWritten: Detector = {
  name: 'wrong_value_written',
  role: 'decisive',
  says: 'wrote what the failing assertion shows as wrong',
  find: (facts) => findWriter(facts)
}

function findWriter({ steps, failure }: RunFacts): Finding[] {
  const lines = failure.actualLines.filter((line) => line.length >= LINE_CHARS_MIN)
  if (lines.length === 0) return []
  for (const { at, builds, step } of steps) {
    if (!builds) continue
    const line = lines.find((each) => step.effects.writtenText.includes(each))
    if (line !== undefined) return [{ at, quote: line }]
  }
  return []
}
