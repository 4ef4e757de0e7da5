// Jest and Vitest: marked lines per test, failure titles with their message, and the totals line.

import { Checks } from './report.ts'
import type { CheckStatus, ReportReader } from './report.ts'

const MARKED = /^\s{1,40}([✓✔√✕×✗○↓]) (.{1,300}?)(?: \(?\d[\d.]{0,9} ?m?s\)?)?$/u
const JEST_TITLE = /^ {0,4}● (.{1,300})$/
const VITEST_TITLE = /^ {0,4}FAIL {1,4}(\S{1,300} > .{1,300})$/
const JEST_TOTALS = /^Tests: {1,12}(.{1,200}) total/
/** A file that could not be run has no tests that failed. */
const FAILED_FILES = /^(?:Test Suites: {1,12}| {1,12}Test Files {1,12})(\d{1,7}) failed/
const VITEST_TOTALS = /^ {1,12}Tests {1,12}(.{1,200}) \(\d{1,7}\)/

/** Lines of a failure's message that are kept. */
const MESSAGE_LINES_MAX = 8

const STATUSES: Readonly<Record<string, CheckStatus>> = {
  '✓': 'passed',
  '✔': 'passed',
  '√': 'passed',
  '✕': 'failed',
  '×': 'failed',
  '✗': 'failed',
  '○': 'skipped',
  '↓': 'skipped'
}

export const readJest: ReportReader = (lines) => {
  const totals = lines.findLast((line) => JEST_TOTALS.test(line) || VITEST_TOTALS.test(line))
  if (totals === undefined) return undefined
  const checks = new Checks()
  for (const [index, line] of lines.entries()) {
    if (readMarked(line, checks)) continue
    const title = titleOf(line)
    if (title !== undefined) {
      checks.add(nameIn(title, checks), 'failed', messageAfter(lines, index))
    }
  }
  checks.passed = Number(/(\d{1,7}) passed/.exec(totals)?.[1] ?? 0)
  checks.failed = Number(/(\d{1,7}) failed/.exec(totals)?.[1] ?? failedFiles(lines))
  return checks.toReport()
}

function failedFiles(lines: readonly string[]): number {
  const line = lines.findLast((candidate) => FAILED_FILES.test(candidate)) ?? ''
  return Number(FAILED_FILES.exec(line)?.[1] ?? 0)
}

function readMarked(line: string, checks: Checks): boolean {
  const [, mark, name] = MARKED.exec(line) ?? []
  if (mark === undefined || name === undefined || isFile(name)) return false
  checks.add(name, STATUSES[mark] ?? 'error')
  return true
}

/** The heading of a failure's details. */
function titleOf(line: string): string | undefined {
  const title = (JEST_TITLE.exec(line) ?? VITEST_TITLE.exec(line))?.[1]
  return title === undefined || /^Console$|^Test suite failed/.test(title) ? undefined : title
}

/** Vitest marks whole files the same way: ` ✓ src/a.test.ts (3 tests)`. */
function isFile(name: string): boolean {
  return /^\S{1,300}\.[cm]?[jt]sx? \(\d{1,6} tests?\b/.test(name)
}

/** A title is `suite › name`; the marked line has the name alone. */
function nameIn(title: string, checks: Checks): string {
  const last = title.split(/ [›>] /).at(-1) ?? title
  return checks.has(last) ? last : title
}

function messageAfter(lines: readonly string[], index: number): string {
  const message: string[] = []
  for (const line of lines.slice(index + 1, index + 1 + MESSAGE_LINES_MAX * 2)) {
    if (
      message.length >= MESSAGE_LINES_MAX ||
      /^\s{1,12}at |❯|^\s{0,8}>? {0,4}\d{1,6} ?\|/.test(line)
    )
      break
    if (line.trim() !== '') message.push(line.trim())
  }
  return message.join('\n')
}
