// A check that passed before and fails now, and was not repaired. Reason: what changed in between broke it;
// the last change before the failing check is the suspect. Cost: one map look-up a check.
// Measured on 69 labelled failures: never fires there; in 0 of 20 solved runs.

import { fingerprint } from '../fingerprint.ts'
import type { ActionFacts, RunFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'
import type { Follower } from './follower.ts'
import { byPosition, dropOldest, followAll } from './follower.ts'

export const testRegression: Detector = {
  name: 'test_regression',
  role: 'evidence',
  says: 'was the last change before a check that had passed began to fail',
  find: (facts) => findRegressions(facts)
}

function findRegressions({ steps }: RunFacts): Finding[] {
  return followAll(followRegression(), steps).flatMap((at) => {
    const step = steps[at]?.step
    return step === undefined ? [] : [{ at, quote: step.effects.writtenText }]
  })
}

/** Checks remembered as passed or as broken: as many as one report may have. */
const CHECKS_MAX = 1_000

export function followRegression(): Follower {
  const passed = new Set<number>()
  /** By check, the change that broke it. */
  const broken = new Map<number, number>()
  let changedAt: number | undefined
  return {
    follow: (facts) => {
      if (facts.builds) changedAt = facts.at
      if (facts.act !== 'verify') return
      for (const key of failingKeys(facts)) {
        if (!passed.delete(key) || changedAt === undefined) continue
        dropOldest(broken, CHECKS_MAX)
        broken.set(key, changedAt)
      }
      for (const key of passingKeys(facts)) {
        // Repaired: a detour is no onset.
        broken.delete(key)
        dropOldest(passed, CHECKS_MAX)
        passed.add(key)
      }
    },
    positions: () => [...new Set(broken.values())].toSorted(byPosition)
  }
}

// By name where the verification names its checks, else the verification as a whole.
function failingKeys({ step, failed, actionId }: ActionFacts): number[] {
  const names = step.checks
    .filter(({ status }) => status === 'failed' || status === 'error')
    .map(({ name }) => fingerprint(name))
  return names.length > 0 || !failed ? names : [actionId]
}

function passingKeys({ step, failed, actionId }: ActionFacts): number[] {
  const names = step.checks
    .filter(({ status }) => status === 'passed')
    .map(({ name }) => fingerprint(name))
  return names.length > 0 || failed ? names : [actionId]
}
