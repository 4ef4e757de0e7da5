// The last time the agent checked its own work, and whether the answer still holds: a verification
// before a later change says nothing about what the run left behind.

import { readTestReport } from '@onset/collector/effects'
import type { TestReport } from '@onset/collector/effects'
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
  const report = readTestReport(verifying.observation)
  const checks = verifying.checks.length > 0 ? verifying.checks : (report?.checks ?? [])
  return {
    outcome: isStale ? 'unknown' : verdictOf(verifying, checks, report),
    checks,
    output: verifying.observation
  }
}

/**
 * Delivering the work and trying it out change something, but not the work; nor does stopping a server
 * that was started to look at it.
 */
function changesWork({ effects }: NumberedStep['step']): boolean {
  const { effect, stage, filesWritten } = effects
  if (effect === 'explore' || stage === 'delivery' || stage === 'verification') return false
  return stage === 'implementation' || stage === 'dependencies' || filesWritten.length > 0
}

/**
 * What the test runner printed, before the exit code and the span's status: `pytest | tail` exits with 0
 * whatever pytest found.
 */
function verdictOf(
  step: NumberedStep['step'],
  checks: readonly Check[],
  report: TestReport | undefined
): Outcome {
  const isFailing = checks.some((check) => check.status === 'failed' || check.status === 'error')
  if (isFailing || (report?.failed ?? 0) > 0 || hasFailed(step)) return 'error'
  const isPassing = checks.some((check) => check.status === 'passed') || (report?.passed ?? 0) > 0
  return isPassing || exitCodeOf(step) === 0 ? 'ok' : 'unknown'
}

function hasFailed(step: NumberedStep['step']): boolean {
  const exitCode = exitCodeOf(step) ?? 0
  return step.outcome === 'error' || step.effects.error !== undefined || exitCode !== 0
}

function exitCodeOf(step: NumberedStep['step']): number | undefined {
  return step.exitCode ?? step.effects.exitCode
}
