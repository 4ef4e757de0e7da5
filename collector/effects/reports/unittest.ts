// Python's unittest: verbose lines, failure blocks with their traceback's last line, `Ran 3 tests`.

import { Checks } from './report.ts'
import type { CheckStatus, ReportReader } from './report.ts'

const VERBOSE_LINE =
  /^(\w{1,200} \([\w.]{1,300}\))(?:.{0,300})? \.\.\. (ok|FAIL|ERROR|skipped|expected failure|unexpected success)/
const BLOCK = /^(FAIL|ERROR): (\w{1,200}(?: \([\w.]{1,300}\))?)/
const RAN = /^Ran (\d{1,7}) tests? in /
const VERDICT = /^(?:OK|FAILED)(?: \((.{0,200})\))?$/
const RAISED = /^[A-Za-z_][\w.]{0,120}(?:Error|Exception|Failure)\b.{0,1500}$/

const STATUSES: Readonly<Record<string, CheckStatus>> = {
  ok: 'passed',
  FAIL: 'failed',
  ERROR: 'error',
  skipped: 'skipped',
  'expected failure': 'passed',
  'unexpected success': 'failed'
}

export const readUnittest: ReportReader = (lines) => {
  const ran = lines.map((line) => RAN.exec(line)?.[1]).findLast((count) => count !== undefined)
  if (ran === undefined) return undefined
  const checks = new Checks()
  let block = ''
  for (const line of lines) {
    block = BLOCK.exec(line)?.[2] ?? block
    readCheck(line, checks)
    if (block !== '' && RAISED.test(line)) checks.add(block, 'failed', line)
    const verdict = VERDICT.exec(line)
    if (verdict !== null) readVerdict(verdict[1] ?? '', Number(ran), checks)
  }
  return checks.toReport()
}

function readCheck(line: string, checks: Checks): void {
  const [, name, word] = VERBOSE_LINE.exec(line) ?? []
  if (name !== undefined && word !== undefined) checks.add(name, STATUSES[word] ?? 'error')
  const [, kind, failed] = BLOCK.exec(line) ?? []
  if (kind !== undefined && failed !== undefined) checks.add(failed, STATUSES[kind] ?? 'error')
}

function readVerdict(details: string, ran: number, checks: Checks): void {
  const count = (word: string) => Number(new RegExp(`${word}=(\\d{1,7})`).exec(details)?.[1] ?? 0)
  const failed = count('(?<!expected )failures') + count('errors') + count('unexpected successes')
  checks.failed = failed
  checks.passed = Math.max(0, ran - failed - count('skipped'))
}
