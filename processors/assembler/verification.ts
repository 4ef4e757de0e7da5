// What the agent's own checks say of the work it left: a failing test stands until the same test passes, and
// what was checked before a later change says nothing about what the run left behind.

import { readCheckRuns } from '@onset/collector/effects'
import type { CheckEnding } from '@onset/collector/effects'
import type { Check, Outcome } from '@onset/collector/model'

import type { NumberedStep } from './number-steps.ts'
import { findStandingFailures } from './standing-failures.ts'
import type { Verified } from './standing-failures.ts'

export interface Verification {
  /** `unknown` when the work changed afterwards, or when the answer cannot be read. */
  readonly outcome: Outcome
  readonly checks: readonly Check[]
  readonly output: string
}

/** What failed before so many later checks and was never run again is history. */
const VERIFICATIONS_READ_MAX = 64

export function readVerification(numbered: readonly NumberedStep[]): Verification | undefined {
  const verified = readVerified(numbered)
  const last = verified.at(-1)
  if (last === undefined) return undefined
  const lastChange = numbered.findLastIndex(({ step }) => changesWork(step))
  const standing = findStandingFailures(verified, numbered)
  const failing = standing.findLast(
    ({ verified: { at }, isDoubted }) => at >= lastChange && !isDoubted
  )
  if (failing !== undefined) return told('error', failing.verified)
  // Whether a later change repaired it was never tried: neither a pass nor a failure is known.
  if (standing.length > 0) return told('unknown', last)
  const readable = verified.findLast((one) => outcomeOf(one) !== 'unknown')
  if (readable === undefined || readable.at < lastChange) return told('unknown', readable ?? last)
  // What is not a test is often tried again until it goes, and the last time may not be readable.
  const isLast = readable === verified.findLast((one) => !ranNothing(one))
  const outcome = outcomeOf(readable)
  return told(outcome === 'error' && !isLast ? 'unknown' : outcome, readable)
}

function ranNothing({ runs }: Verified): boolean {
  return runs.every(({ ending }) => ending === 'nothing')
}

function told(outcome: Outcome, { checks, step }: Verified): Verification {
  return { outcome, checks, output: step.observation }
}

function readVerified(numbered: readonly NumberedStep[]): readonly Verified[] {
  const verified: Omit<Verified, 'runs' | 'checks'>[] = []
  let changes = 0
  for (const [at, { step }] of numbered.entries()) {
    // `sed -i … && npm test` changes and then looks.
    if (changesWork(step)) changes += 1
    if (step.effects.verifies) verified.push({ step, at, changes })
  }
  return verified
    .slice(-VERIFICATIONS_READ_MAX)
    .map((one) => ({ ...one, ...readCheckRuns(one.step) }))
}

/**
 * Delivering the work, building it and trying it out change something, but not the work; nor does stopping a
 * server that was started to look at it.
 */
function changesWork({ effects }: NumberedStep['step']): boolean {
  const { effect, stage, filesWritten, verifies } = effects
  if (verifies && stage === 'implementation' && filesWritten.length === 0) return false
  if (effect === 'explore' || stage === 'delivery' || stage === 'verification') return false
  return stage === 'implementation' || stage === 'dependencies' || filesWritten.length > 0
}

const WORST_FIRST: readonly (CheckEnding & Outcome)[] = ['error', 'ok']

function outcomeOf({ runs }: Verified): Outcome {
  return WORST_FIRST.find((ending) => runs.some((run) => run.ending === ending)) ?? 'unknown'
}
