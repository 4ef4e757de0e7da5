// cargo test: `test mod::name ... ok`, panics by section, `test result: FAILED. 1 passed; 1 failed`.

import { Checks } from './report.ts'
import type { CheckStatus, ReportReader } from './report.ts'

const RESULT = /^test (\S{1,300}(?: - .{1,200})?) \.\.\. (ok|FAILED|ignored)/
const SECTION = /^---- (\S{1,300}(?: - .{1,200})?) stdout ----$/
const PANIC = /^thread '.{1,300}' (?:\(\d{1,9}\) )?panicked at (.{1,500})$/
const TOTALS = /^test result: (?:ok|FAILED)\. (\d{1,7}) passed; (\d{1,7}) failed/

const STATUSES: Readonly<Record<string, CheckStatus>> = {
  ok: 'passed',
  FAILED: 'failed',
  ignored: 'skipped'
}

export const readCargo: ReportReader = (lines) => {
  const checks = new Checks()
  let section = ''
  for (const [index, line] of lines.entries()) {
    const [, name, word] = RESULT.exec(line) ?? []
    if (name !== undefined && word !== undefined) checks.add(name, STATUSES[word] ?? 'error')
    section = SECTION.exec(line)?.[1] ?? section
    const panic = PANIC.exec(line)?.[1]
    if (panic !== undefined && section !== '') {
      // Since Rust 1.73 the message stands on the line after the place.
      checks.add(section, 'failed', panic.endsWith(':') ? lines[index + 1] : panic)
      section = ''
    }
    readTotals(line, checks)
  }
  return checks.toReport()
}

/** One line per test binary: the whole run is their sum. */
function readTotals(line: string, checks: Checks): void {
  const totals = TOTALS.exec(line)
  if (totals === null) return
  checks.passed = (checks.passed ?? 0) + Number(totals[1])
  checks.failed = (checks.failed ?? 0) + Number(totals[2])
}
