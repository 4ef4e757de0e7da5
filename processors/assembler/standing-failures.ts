// Failed checks that nothing took back. A linter, a build or a request says nothing of a test that failed: only a
// later pass of the same test does, alone or among others.

import type { CheckIdentity, CheckRun, StepChecks } from '@onset/collector/effects'
import { readRemovedFiles } from '@onset/collector/effects'

import type { NumberedStep } from './number-steps.ts'

/** A verifying step with what it ran. */
export interface Verified extends StepChecks {
  readonly step: NumberedStep['step']
  /** Among the numbered steps. */
  readonly at: number
  /** Steps up to it that changed the work. */
  readonly changes: number
}

export interface StandingFailure {
  readonly verified: Verified
  /**
   * The check was run again in a way that cannot be read, or passed once the agent had left a part of it out:
   * whether it still fails is not known.
   */
  readonly isDoubted: boolean
}

/** In order; of each step with a failure that stands. */
export function findStandingFailures(
  verified: readonly Verified[],
  numbered: readonly NumberedStep[]
): readonly StandingFailure[] {
  return verified.flatMap((failing, position) => {
    const later = verified.slice(position + 1)
    const standing = failing.runs.filter(
      (run) =>
        run.ending === 'error' &&
        run.kind !== 'other' &&
        !isTakenBack({ failing, run }, later, numbered)
    )
    if (standing.length === 0) return []
    const isDoubted = standing.every((run) =>
      later.some(({ runs }) => runs.some((again) => doubts({ failing, run }, again)))
    )
    return [{ verified: failing, isDoubted }]
  })
}

/** `--ignore tests/test_slow.py`, `-k "not slow"`. */
const LEAVES_OUT = /--(?:ignore|ignore-glob|deselect|exclude|skip|test-skip-pattern)\b|\bnot\b/

function doubts(failure: Failure, again: CheckRun): boolean {
  const { run } = failure
  if (run.kind !== again.kind) return false
  if (run.kind === 'script') {
    return again.ending === 'unknown' && again.runner === run.runner && isFilterWithin(run, again)
  }
  if (!isSameRunner(again, run) || !reaches(again, run, targetsOf(failure))) return false
  if (again.ending === 'unknown') return isFilterWithin(run, again)
  return again.ending === 'ok' && LEAVES_OUT.test(again.filter)
}

interface Failure {
  readonly failing: Verified
  readonly run: CheckRun
}

function isTakenBack(
  failure: Failure,
  later: readonly Verified[],
  numbered: readonly NumberedStep[]
): boolean {
  const wanted = targetsOf(failure)
  const by = later.find(({ runs, checks, changes }) =>
    runs.some((pass) => {
      if (pass.ending !== 'ok') return false
      if (pass.kind === 'other') return false
      if (failure.run.kind === 'script') return repairs(failure, pass, changes)
      if (!isSameRunner(pass, failure.run)) return false
      return passesByName(wanted, checks) || covers(pass, failure.run, wanted)
    })
  )
  if (by === undefined || failure.run.kind === 'script') return by !== undefined
  return !wasRemoved(wanted, numbered.slice(failure.failing.at + 1, by.at))
}

/**
 * A program of the agent's own is often written to show the defect and thrown away afterwards: once the work
 * has changed, tests that pass speak for it. Without a change only the same program does.
 */
function repairs({ failing, run }: Failure, pass: CheckRun, changes: number): boolean {
  if (pass.kind === 'script' && pass.runner === run.runner && isFilterWithin(run, pass)) return true
  if (pass.kind === 'tests' && isWhole(pass)) return true
  return changes > failing.changes
}

function isWhole({ selection, filter }: CheckIdentity): boolean {
  return selection.length === 0 && filter === ''
}

interface Targets {
  /** Ids of the failing checks, where the report names them with their file; else what the run was narrowed to. */
  readonly paths: readonly string[]
  readonly names: readonly string[]
}

function targetsOf({ failing, run }: Failure): Targets {
  const failed = failing.checks.filter(({ status }) => status === 'failed' || status === 'error')
  const names = failed.map(({ name }) => name)
  const ids = names.filter((name) => /\.\w{1,5}(?:::|$)/.test(name))
  const isLocated = ids.length > 0 && ids.length === names.length
  return { paths: isLocated ? ids : run.selection, names }
}

/** Every check that had failed is told to have passed. */
function passesByName({ names }: Targets, checks: Verified['checks']): boolean {
  if (names.length === 0) return false
  const passed = new Set(checks.filter(({ status }) => status === 'passed').map(({ name }) => name))
  return names.every((name) => passed.has(name))
}

function covers(pass: CheckRun, failed: CheckRun, wanted: Targets): boolean {
  return isFilterWithin(failed, pass) && reaches(pass, failed, wanted)
}

function reaches(pass: CheckRun, failed: CheckRun, { paths }: Targets): boolean {
  if (!isBelow(failed.directory, pass.directory)) return false
  if (pass.selection.length === 0) return true
  return paths.length > 0 && paths.every((path) => pass.selection.some((one) => isBelow(path, one)))
}

function isSameRunner(pass: CheckIdentity, failed: CheckIdentity): boolean {
  if (pass.runner === failed.runner) return true
  // pytest runs what unittest does.
  if (pass.runner === 'pytest' && failed.runner === 'unittest') return true
  if (!pass.isProject && !failed.isProject) return false
  return pass.language === failed.language || pass.language === '' || failed.language === ''
}

function isFilterWithin(failed: CheckIdentity, pass: CheckIdentity): boolean {
  return pass.filter === '' || pass.filter === failed.filter
}

/**
 * Whether a file, folder or test lies within another. Either may be told from another directory, and one that
 * is empty is wherever the shell stood.
 */
function isBelow(inner: string, outer: string): boolean {
  if (inner === '' || outer === '') return true
  const [one, other] = [inner, outer].map((path) =>
    `/${path.replace(/::|^\.?\//g, '/')}/`.replace(/\/{2,}/g, '/')
  )
  if (one === undefined || other === undefined) return false
  if (one.includes(other)) return true
  // Told relative here and absolute there: the file alone is compared.
  const file = `/${(inner.split('::', 1)[0] ?? '').replace(/^\.?\//, '')}/`
  return other.endsWith(file)
}

const TEST_FILE = /(?:^|[/_.-])(?:tests?|specs?)(?:[/_.-]|$)/i

/** The failing test's own file, or a test when nobody knows in which one it stood. */
function wasRemoved({ paths }: Targets, between: readonly NumberedStep[]): boolean {
  return between.some(({ step }) => {
    if (step.effects.effect !== 'change' || step.effects.filesWritten.length === 0) return false
    const removed = readRemovedFiles(step)
    return removed.some((file) =>
      paths.length > 0 ? paths.some((path) => isBelow(path, file)) : TEST_FILE.test(file)
    )
  })
}
