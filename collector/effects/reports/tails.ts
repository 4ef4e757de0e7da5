// What is left of a report when its totals are cut off: `npm test | tail -3` often shows the end of the last
// failure and nothing else. Read last, and read only for failures: a part of a report that shows none says
// nothing of the rest.

import { Checks } from './report.ts'
import type { ReportReader } from './report.ts'

interface Sign {
  readonly pattern: RegExp
  /** Groups: the name of a failing check, and how many failed. */
  readonly name?: number
  readonly count?: number
}

/** By runner. Anchored at the start of the line, so that a name that speaks of failing is none. */
const SIGNS: readonly Sign[] = [
  // Mocha: its totals, the head of a failure's details, and the diff below it.
  { pattern: /^\s{1,8}(\d{1,7}) failing$/, count: 1 },
  { pattern: /^\s{2,12}\+ expected - actual$/ },
  // node --test: marked lines, totals, and the properties of the error that ends the output.
  { pattern: /^ {0,64}✖ (?!failing tests:)(.{1,300}?) \(\d[\d.]{0,16}ms\)$/u, name: 1 },
  { pattern: /^✖ failing tests:$/u },
  { pattern: /^ℹ fail (\d{1,7})$/u, count: 1 },
  {
    pattern:
      /^ {2,12}(?:code: 'ERR_(?:ASSERTION|TEST_FAILURE)'|operator: '\w{1,40}'|generatedMessage: (?:true|false)),?$/
  },
  // TAP without its first line and its plan.
  { pattern: /^# fail {1,4}(\d{1,7})$/, count: 1 },
  {
    pattern: /^ {0,64}not ok \d{1,7}(?: -)? ?((?!.{0,300} # (?:skip|todo)\b).{0,300})$/i,
    name: 1
  },
  { pattern: /^# failed (\d{1,7}) of \d{1,7}/, count: 1 },
  // Jest, Vitest, Bun.
  { pattern: /^\s{1,40}[✕✗×] (.{1,300}?) \(?\d[\d.]{0,9} ?m?s\)?$/u, name: 1 },
  { pattern: /^ {0,4}● (\S.{0,300} › .{1,300})$/u, name: 1 },
  { pattern: /^ ?(?:FAIL|❯) {1,4}(\S{1,300}\.(?:test|spec)\.[cm]?[jt]sx?)(?: .{0,300})?$/u },
  { pattern: /^ {1,4}(\d{1,7}) fail$/, count: 1 },
  // Python.
  {
    pattern: /^FAILED \((?:failures|errors|unexpected successes)=(\d{1,7})/,
    count: 1
  },
  { pattern: /^={3,80} (?:FAILURES|ERRORS) ={3,80}$/ },
  { pattern: /^E {3,8}\S/ },
  // Go, Rust, C++.
  { pattern: /^FAIL(?:\t\S{1,300}.{0,80})?$/ },
  { pattern: /^error: (?:test|doctest) failed, to rerun pass / },
  { pattern: /^error: could not compile `/ },
  { pattern: /^ {0,2}(\d{1,7}) FAILED TESTS?$/, count: 1 },
  { pattern: /^Errors while running CTest$/ },
  // JVM, Ruby, PHP.
  { pattern: /^(?:\[(?:INFO|ERROR)\] )?BUILD FAIL(?:URE|ED)\b/ },
  { pattern: /^rspec \S{1,300}:\d{1,7} # (.{1,300})$/, name: 1 },
  { pattern: /^(?:FAILURES|ERRORS)!$/ },
  // What started the runner says that it failed.
  { pattern: /^npm (?:ERR!|error) (?:Test failed\.|code ELIFECYCLE|Lifecycle script `test)/ },
  { pattern: /^(?:error | ?ELIFECYCLE {1,4})(?:Command failed with exit code|Test failed\.)/i },
  { pattern: /^error: script "[^"\n]{1,100}" exited with code [1-9]/ },
  { pattern: /^g?make(?:\[\d{1,3}\])?: \*{3} .{1,300} Error [1-9]/ },
  // An assertion of any of them, and the scripts by which agents check their own work.
  { pattern: /^\s{0,40}(?:Uncaught )?(?:\w{1,60}\.){0,4}AssertionError\b(?:$|:| \[)/ },
  { pattern: /^\W{0,8}FAILED(?:\W{0,4}$|[:!](?! {0,4}(?:0|none)\b).{1,300}$)/ },
  { pattern: /^.{0,200}[:\])-] ?FAILED\W{0,4}$/ }
]

/** A failure's details are longer than this only when they are data. */
const LINES_MAX = 400

export const readTails: ReportReader = (lines) => {
  const checks = new Checks()
  let failed = 0
  for (const line of lines.slice(-LINES_MAX)) {
    const sign = SIGNS.find(({ pattern }) => pattern.test(line))
    if (sign === undefined) continue
    const match = sign.pattern.exec(line)
    if (sign.name !== undefined) checks.add(match?.[sign.name] ?? '', 'failed')
    const count = sign.count === undefined ? 1 : Number(match?.[sign.count])
    failed = Math.max(failed, count)
  }
  if (failed === 0) return undefined
  checks.failed = Math.max(failed, checks.toReport()?.failed ?? 0)
  return checks.toReport({ totalled: false })
}
