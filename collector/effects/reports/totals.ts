// Outputs that only total: other runners, and the scripts by which agents check their own work.

import type { ReportReader } from './report.ts'

interface Shape {
  readonly pattern: RegExp
  readonly passed?: number
  readonly failed?: number
  /** Counted apart from failures by some. */
  readonly errors?: number
  /** Number of all, from which the other is left when one is not given. */
  readonly total?: number
}

/** Numbers are positions of groups. */
const SHAPES: readonly Shape[] = [
  // RSpec, bats, ExUnit; Minitest counts errors apart.
  { pattern: /^(\d{1,7}) (?:examples?|tests?), (\d{1,7}) failures?/, total: 1, failed: 2 },
  {
    pattern: /^(\d{1,7}) runs, \d{1,7} assertions, (\d{1,7}) failures, (\d{1,7}) errors/,
    total: 1,
    failed: 2,
    errors: 3
  },
  // Deno.
  {
    pattern: /^(?:ok|FAILED) \| (\d{1,7}) passed.{0,40} \| (\d{1,7}) failed/,
    passed: 1,
    failed: 2
  },
  {
    pattern:
      /^Tests: (\d{1,7}), Assertions: \d{1,7}(?:, Errors: (\d{1,7}))?(?:, Failures: (\d{1,7}))?/,
    total: 1,
    failed: 3,
    errors: 2
  },
  { pattern: /^OK \((\d{1,7}) tests?, \d{1,7} assertions?\)/, passed: 1 },
  {
    pattern: /^(?:Passed|Failed)! {1,4}- Failed: {1,8}(\d{1,7}), Passed: {1,8}(\d{1,7})/,
    failed: 1,
    passed: 2
  },
  {
    pattern: /\b(\d{1,7}) (?:tests? )?passed,? (?:and )?(\d{1,7}) (?:tests? )?failed/i,
    passed: 1,
    failed: 2
  },
  {
    pattern: /\b(\d{1,7}) (?:tests? )?failed,? (?:and )?(\d{1,7}) (?:tests? )?passed/i,
    failed: 1,
    passed: 2
  },
  { pattern: /\bpassed[:=] ?(\d{1,7})[,;|\s]{1,8}failed[:=] ?(\d{1,7})/i, passed: 1, failed: 2 },
  {
    pattern:
      /\b(\d{1,7}) ?(?:\/|of|out of) ?(\d{1,7}) (?:tests?|checks?|cases?|test cases?) pass(?:ed)?\b/i,
    passed: 1,
    total: 2
  },
  {
    pattern: /\b(?:tests?|checks?|cases?) passed: ?(\d{1,7}) ?\/ ?(\d{1,7})/i,
    passed: 1,
    total: 2
  },
  { pattern: /^\W{0,8}all (?:\d{1,7} )?(?:tests?|checks?)(?: have)? (?:passed|ok|succeeded)\b/i }
]

export const readTotals: ReportReader = (lines) => {
  // The last total is that of the whole; earlier ones are of parts.
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    for (const shape of SHAPES) {
      const match = shape.pattern.exec(lines[at] ?? '')
      if (match !== null) return toReport(shape, match)
    }
  }
  return undefined
}

function toReport(shape: Shape, match: RegExpExecArray): ReturnType<ReportReader> {
  const at = (group: number | undefined) =>
    group === undefined ? undefined : Number(match[group] ?? 0)
  const total = at(shape.total)
  const passed = at(shape.passed)
  const failures = at(shape.failed)
  const failed = failures === undefined ? undefined : failures + (at(shape.errors) ?? 0)
  const left = (known: number | undefined) =>
    total === undefined || known === undefined ? undefined : Math.max(0, total - known)
  return {
    checks: [],
    passed: passed ?? left(failed),
    // A line that names no failures says that there were none.
    failed: failed ?? left(passed) ?? 0,
    totalled: true
  }
}
