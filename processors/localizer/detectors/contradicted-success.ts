// Success claimed although the last check in the run had failed. Reason: the agent misread its own
// verification, or chose not to see it. Cost: one search in the closing message and in the thoughts after
// the failing check.
// Measured on 69 labelled failures: fires in 3 (2 tasks), its first finding is the onset in 0, onset or
// acceptable in 0; in 0 of 20 solved runs.

import { CLAIMS_SUCCESS } from '../cues.ts'
import { failingLine, showsFailure } from '../failure.ts'
import type { RunFacts, StepFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'

export const contradictedSuccess: Detector = {
  name: 'contradicted_success',
  role: 'evidence',
  says: 'was followed by a claim of success although it shows a failing check',
  find: (facts) => findContradiction(facts)
}

function findContradiction(facts: RunFacts): Finding[] {
  const { steps, closing } = facts
  const verification = steps.findLast(({ step }) => step.effects.verifies)
  if (verification === undefined || !showsFailure(verification.step)) return []
  const after = steps.slice(verification.at + 1)
  // A change after the check may have repaired what it found: then the claim is unverified, not refuted.
  if (after.some((step) => step.builds)) return []
  const claims = CLAIMS_SUCCESS.test(closing) || after.some((step) => claimsInPassing(step))
  return claims ? [{ at: verification.at, quote: quoteOf(verification) }] : []
}

function claimsInPassing({ step, news }: StepFacts): boolean {
  return CLAIMS_SUCCESS.test(step.thought) || /\bcompleted\b/.test(news)
}

function quoteOf({ step }: StepFacts): string {
  return step.effects.error ?? step.error ?? failingLine(step.observation)
}
