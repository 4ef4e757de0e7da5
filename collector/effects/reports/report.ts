// A test run's output as checks, and the collection that every runner's reader fills.

import { CHECKS_PER_RUN_MAX } from '../../model/index.ts'
import type { Check } from '../../model/index.ts'

export interface TestReport {
  /** Named checks in order of first mention, at most CHECKS_PER_RUN_MAX. */
  readonly checks: readonly Check[]
  /** As the runner totals them, else counted from the checks; absent when the output does not say. */
  readonly passed: number | undefined
  /** Failures and errors together. */
  readonly failed: number | undefined
  /** The runner's own totals were read: what is not told as failed has not failed. */
  readonly totalled: boolean
}

/** Reads the lines of one runner's output; undefined when they are not of this runner. */
export type ReportReader = (lines: readonly string[]) => TestReport | undefined

export type CheckStatus = Check['status']

/** An assertion's message: its diff beyond this is read in the verifier's output. */
export const MESSAGE_CHARS_MAX = 1_000
const NAME_CHARS_MAX = 300

/** Checks by name. A later word on the same check adds its message and keeps the worse status. */
export class Checks {
  readonly #checks = new Map<string, Check>()
  #hasFailed = false
  passed: number | undefined
  failed: number | undefined

  add(name: string, status: CheckStatus, message = ''): void {
    const key = name.trim().slice(0, NAME_CHARS_MAX)
    if (key === '') return
    const known = this.#checks.get(key)
    if (known === undefined && this.#checks.size >= CHECKS_PER_RUN_MAX) return
    this.#hasFailed ||= isBad(status)
    const text = message.trim().slice(0, MESSAGE_CHARS_MAX)
    this.#checks.set(key, {
      name: key,
      status: known === undefined || isBad(status) ? status : known.status,
      message: text === '' ? (known?.message ?? '') : text
    })
  }

  get hasFailed(): boolean {
    return this.#hasFailed
  }

  has(name: string): boolean {
    return this.#checks.has(name.trim())
  }

  /** Undefined when nothing was found: the output is not of this runner. */
  toReport(known: { readonly totalled?: boolean } = {}): TestReport | undefined {
    const checks = [...this.#checks.values()]
    if (checks.length === 0 && this.passed === undefined && this.failed === undefined) {
      return undefined
    }
    const count = (wanted: (status: CheckStatus) => boolean) =>
      checks.length === 0 ? undefined : checks.filter(({ status }) => wanted(status)).length
    return {
      checks,
      passed: this.passed ?? count((status) => status === 'passed'),
      failed: this.failed ?? count(isBad),
      totalled: known.totalled ?? (this.passed !== undefined && this.failed !== undefined)
    }
  }
}

function isBad(status: CheckStatus): boolean {
  return status === 'failed' || status === 'error'
}
