// Work that was changed and declared done without being checked after the last change. Reason: the check
// would have shown the failure while it could be repaired. Cost: two look-ups a run.
// Measured on 69 labelled failures: fires in 25 (14 tasks), its first finding is the onset in 1, onset or
// acceptable in 6; in 9 of 20 solved runs.

import { CLAIMS_SUCCESS } from '../cues.ts'
import type { RunFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'

export const unverifiedSuccess: Detector = {
  name: 'unverified_success',
  role: 'evidence',
  says: 'was the last change, and nothing checked the work after it',
  find: (facts) => findUnverified(facts)
}

function findUnverified({ steps, closing }: RunFacts): Finding[] {
  if (!CLAIMS_SUCCESS.test(closing)) return []
  const last = steps.findLast((facts) => facts.builds)
  if (last === undefined) return []
  const checked = steps.some((facts) => facts.at > last.at && facts.step.effects.verifies)
  return checked ? [] : [{ at: last.at, quote: last.step.action }]
}
