// The failing check is one the agent wrote itself. Reason: then the check may be what is wrong, and where
// it was written is the onset. Cost: one search per written text and failing name.
// Measured on 69 labelled failures: fires in 1 (1 tasks), its first finding is the onset in 1, onset or
// acceptable in 1; in 0 of 20 solved runs.

import type { RunFacts } from '../run-facts.ts'
import { findOwnCheck } from '../run-facts.ts'
import { lineWith } from '../step-text.ts'
import type { Detector, Finding } from './detector.ts'

export const ownFailingCheck: Detector = {
  name: 'own_failing_check',
  role: 'decisive',
  says: 'wrote the check that now fails',
  find: (facts) => findAuthor(facts)
}

function findAuthor({ steps, failure }: RunFacts): Finding[] {
  if (failure.source !== 'report') return []
  for (const { at, step, landed } of steps) {
    const name = landed ? findOwnCheck(step, failure) : undefined
    if (name !== undefined) return [{ at, quote: lineWith(step.effects.writtenText, name) }]
  }
  return []
}
