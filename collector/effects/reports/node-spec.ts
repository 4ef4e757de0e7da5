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

/** A diff of more lines is read in the output itself. */
const DIFF_LINES_MAX = 8
const DIFF_END = /^\s*(?:at .{1,300}[:)]\d|\{$|$)/

export const readNodeSpec: ReportReader = (lines) => {
  if (!lines.some((line) => TOTAL.test(line))) return undefined
  const checks = new Checks()
  let failing = ''
  for (const [position, line] of lines.entries()) {
    const [, mark, name] = MARKED.exec(line) ?? []
    if (mark !== undefined && name !== undefined && name !== 'failing tests:') {
      checks.add(name, STATUSES[mark] ?? 'error')
      failing = mark === '✖' ? name : ''
    } else if (failing !== '' && RAISED.test(line)) {
      checks.add(failing, 'failed', readMessage(lines, position))
      failing = ''
    }
    readTotal(line, checks)
  }
  return checks.toReport()
}

/** The raised line; when it only announces the comparison (`…:`), what was compared with it. */
function readMessage(lines: readonly string[], position: number): string {
  const raised = lines[position]?.trim() ?? ''
  if (!raised.endsWith(':')) return raised
  const diff: string[] = []
  for (const line of lines.slice(position + 1, position + 1 + DIFF_LINES_MAX)) {
    if (line.trim() === '' && diff.length === 0) continue
    if (DIFF_END.test(line)) break
    diff.push(line.trim())
  }
  return [raised, ...diff].join(' ')
}

function readTotal(line: string, checks: Checks): void {
  const [, word, count] = TOTAL.exec(line) ?? []
  if (word === 'pass') checks.passed = Number(count)
  if (word === 'fail') checks.failed = Number(count)
}
