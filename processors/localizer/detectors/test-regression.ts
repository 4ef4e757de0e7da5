// A check that passed before and fails now. Reason: what changed in between broke it; the last change
// before the failing check is the suspect. Cost: one map look-up a verification.
// Measured on 69 labelled failures: fires in 1 (1 tasks), its first finding is the onset in 0, onset or
// acceptable in 0; in 0 of 20 solved runs.

import type { RunFacts, StepFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'

export const testRegression: Detector = {
  name: 'test_regression',
  role: 'evidence',
  says: 'was the last change before a check that had passed began to fail',
  find: (facts) => findRegressions(facts)
}

function findRegressions({ steps }: RunFacts): Finding[] {
  const findings: Finding[] = []
  const passed = new Set<string>()
  let lastChange: StepFacts | undefined
  for (const facts of steps) {
    if (facts.builds) lastChange = facts
    if (facts.act !== 'verify') continue
    const failing = failingKeys(facts)
    if (lastChange !== undefined && failing.some((key) => passed.has(key))) {
      findings.push({ at: lastChange.at, quote: lastChange.step.effects.writtenText })
    }
    for (const key of failing) passed.delete(key)
    for (const key of passingKeys(facts)) passed.add(key)
  }
  return findings
}

// By name where the verification names its checks, else the verification as a whole.
function failingKeys({ step, failed, actionId }: StepFacts): string[] {
  const names = step.checks
    .filter(({ status }) => status === 'failed' || status === 'error')
    .map(({ name }) => name)
  return names.length > 0 || !failed ? names : [`action ${actionId}`]
}

function passingKeys({ step, failed, actionId }: StepFacts): string[] {
  const names = step.checks.filter(({ status }) => status === 'passed').map(({ name }) => name)
  return names.length > 0 || failed ? names : [`action ${actionId}`]
}
