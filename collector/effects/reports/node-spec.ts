// node --test with its spec reporter: `✔ name (1ms)`, `✖ name`, `ℹ pass 2`.

import { Checks } from './report.ts'
import type { CheckStatus, ReportReader } from './report.ts'

const MARKED =
  /^ {0,64}([✔✖﹣]) (.{1,300}?)(?: \(\d[\d.]{0,16}ms\))?(?: # (?:skip|todo).{0,200})?$/iu
const TOTAL = /^ℹ (tests|pass|fail) (\d{1,7})$/u
const RAISED =
  /^\s{1,72}(?:\w{0,60}(?:Error|Exception)\b[^:\n]{0,80}|'[^'\n]{1,300}'): ?(.{0,1000})/

const STATUSES: Readonly<Record<string, CheckStatus>> = {
  '✔': 'passed',
  '✖': 'failed',
  '﹣': 'skipped'
}

export const readNodeSpec: ReportReader = (lines) => {
  if (!lines.some((line) => line.startsWith('ℹ tests '))) return undefined
  const checks = new Checks()
  let failing = ''
  for (const line of lines) {
    const [, mark, name] = MARKED.exec(line) ?? []
    if (mark !== undefined && name !== undefined && name !== 'failing tests:') {
      checks.add(name, STATUSES[mark] ?? 'error')
      failing = mark === '✖' ? name : ''
    } else if (failing !== '' && RAISED.test(line)) {
      checks.add(failing, 'failed', line)
      failing = ''
    }
    readTotal(line, checks)
  }
  return checks.toReport()
}

function readTotal(line: string, checks: Checks): void {
  const [, word, count] = TOTAL.exec(line) ?? []
  if (word === 'pass') checks.passed = Number(count)
  if (word === 'fail') checks.failed = Number(count)
}
