// Runners of compiled languages: GoogleTest, CTest, Maven Surefire, Gradle.

import { Checks } from './report.ts'
import type { ReportReader } from './report.ts'

interface Shape {
  readonly pattern: RegExp
  /** Reads one matching line. */
  readonly read: (match: RegExpExecArray, checks: Checks) => void
}

const SHAPES: readonly Shape[] = [
  {
    // The blanks are GoogleTest's; systemd's `[  OK  ]` is no test.
    pattern: /^\[(?: {7}(OK) | {2}(FAILED) {2}| {2}(SKIPPED) )\] (\w[\w/]{0,200}\.\w[\w/]{0,200})/,
    read: ([, ok, failed, , name], checks) =>
      checks.add(
        name ?? '',
        ok === undefined ? (failed === undefined ? 'skipped' : 'failed') : 'passed'
      )
  },
  {
    pattern:
      /^\s{0,4}\d{1,6}\/\d{1,6} Test {1,4}#\d{1,6}: (\S{1,300}) \.{2,}\s{0,8}(\*{3})?(Passed|Failed|Not Run|Timeout|Skipped|Exception)/,
    read: ([, name, stars, word], checks) =>
      checks.add(
        name ?? '',
        word === 'Passed' ? 'passed' : stars === '***' && word !== 'Skipped' ? 'failed' : 'skipped'
      )
  },
  {
    pattern: /^\d{1,3}% tests passed, (\d{1,7}) tests? failed out of (\d{1,7})/,
    read: ([, failed, total], checks) => {
      checks.failed = Number(failed)
      checks.passed = Math.max(0, Number(total) - Number(failed))
    }
  },
  {
    pattern:
      /^(?:\[\w{1,8}\] {1,4})?Tests run: (\d{1,7}), Failures: (\d{1,7}), Errors: (\d{1,7})(?:, Skipped: (\d{1,7}))?(?!.{0,300}Time elapsed)/,
    read: ([, total, failures, errors, skipped], checks) => {
      checks.failed = Number(failures) + Number(errors)
      checks.passed = Math.max(0, Number(total) - checks.failed - Number(skipped ?? 0))
    }
  },
  {
    pattern: /^\[ERROR\] {1,4}(\w[\w.$]{0,300}\.\w{1,200}):\d{1,7} (?:» )?(.{1,1000})$/,
    read: ([, name, message], checks) => checks.add(name ?? '', 'failed', message)
  },
  {
    pattern: /^(\w[\w.$]{0,300} > [^>\n]{1,300}) (PASSED|FAILED|SKIPPED)$/,
    read: ([, name, word], checks) =>
      checks.add(
        name ?? '',
        word === 'PASSED' ? 'passed' : word === 'FAILED' ? 'failed' : 'skipped'
      )
  },
  {
    pattern: /^(\d{1,7}) tests completed, (\d{1,7}) failed/,
    read: ([, total, failed], checks) => {
      checks.failed = Number(failed)
      checks.passed = Math.max(0, Number(total) - Number(failed))
    }
  }
]

export const readCompiled: ReportReader = (lines) => {
  const checks = new Checks()
  for (const line of lines) {
    for (const { pattern, read } of SHAPES) {
      const match = pattern.exec(line)
      if (match === null) continue
      read(match, checks)
      break
    }
  }
  return checks.toReport()
}
