// Mocha's spec reporter: marked lines, numbered failures, `3 passing`, `1 failing`.

import { Checks } from './report.ts'
import type { ReportReader } from './report.ts'

const PASSED = /^\s{2,40}[✓✔√] (.{1,300}?)(?: \(\d{1,9}ms\))?$/u
const FAILED = /^\s{2,40}\d{1,5}\) (.{1,300})$/
const PENDING = /^\s{2,40}- (.{1,300})$/
const TOTAL = /^\s{1,8}(\d{1,7}) (passing|failing|pending)\b/

export const readMocha: ReportReader = (lines) => {
  const totalsAt = lines.findIndex((line) => /^\s{1,8}\d{1,7} passing\b/.test(line))
  if (totalsAt === -1) return undefined
  const checks = new Checks()
  for (const line of lines.slice(0, totalsAt)) {
    const passed = PASSED.exec(line)?.[1]
    const failed = FAILED.exec(line)?.[1]
    const pending = PENDING.exec(line)?.[1]
    if (passed !== undefined) checks.add(passed, 'passed')
    else if (failed !== undefined) checks.add(failed, 'failed')
    else if (pending !== undefined) checks.add(pending, 'skipped')
  }
  readDetails(lines.slice(totalsAt), checks)
  checks.failed ??= 0
  return checks.toReport()
}

/** `1) suite`, `name:`, then the message. */
function readDetails(lines: readonly string[], checks: Checks): void {
  let name: string | undefined
  for (const line of lines) {
    const total = TOTAL.exec(line)
    if (total?.[2] === 'passing') checks.passed = Number(total[1])
    else if (total?.[2] === 'failing') checks.failed = Number(total[1])
    else if (FAILED.test(line)) name = undefined
    else if (name === undefined) name = /^\s{4,40}(\S.{0,300}):$/.exec(line)?.[1]
    else if (line.trim() !== '' && !/^\s{1,40}at /.test(line)) {
      if (checks.has(name)) checks.add(name, 'failed', line)
      name = undefined
    }
  }
}
