// The last time the agent checked its own work, and whether the answer still holds: a verification
// before a later change says nothing about what the run left behind.

import type { Check, Outcome } from '@onset/collector/model'

import type { NumberedStep } from './number-steps.ts'

export interface Verification {
  /** `unknown` when the work changed afterwards, or when the answer cannot be read. */
  readonly outcome: Outcome
  readonly checks: readonly Check[]
  readonly output: string
}

export function readVerification(numbered: readonly NumberedStep[]): Verification | undefined {
  const at = numbered.findLastIndex(({ step }) => step.effects.verifies)
  const verifying = numbered[at]?.step
  if (verifying === undefined) return undefined
  const isStale = numbered.slice(at + 1).some(({ step }) => changesWork(step))
  const { checks } = verifying
  return {
    outcome: isStale ? 'unknown' : verdictOf(verifying, checks),
    checks,
    output: verifying.observation
  }
}

/** Commits, pushes and messages deliver the work that was verified; they do not change it. */
function changesWork(step: NumberedStep['step']): boolean {
  return step.effects.effect === 'change' && step.effects.stage !== 'delivery'
}

function verdictOf(step: NumberedStep['step'], checks: readonly Check[]): Outcome {
  const isFailing = checks.some((check) => check.status === 'failed' || check.status === 'error')
  const exitCode = step.exitCode ?? step.effects.exitCode
  const failed =
    isFailing ||
    step.outcome === 'error' ||
    step.effects.error !== undefined ||
    (exitCode !== undefined && exitCode !== 0)
  if (failed) return 'error'
  const isPassing = checks.some((check) => check.status === 'passed')
  return isPassing || exitCode === 0 ? 'ok' : 'unknown'
}
