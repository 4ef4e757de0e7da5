// pytest: verbose lines, the short summary, assertion (`E`) lines by section, and the totals.
// https://docs.pytest.org/en/stable/how-to/output.html

import { Checks } from './report.ts'
import type { CheckStatus, ReportReader } from './report.ts'

const STATUSES: Readonly<Record<string, CheckStatus>> = {
  PASSED: 'passed',
  FAILED: 'failed',
  ERROR: 'error',
  SKIPPED: 'skipped',
  XFAIL: 'passed',
  XPASS: 'passed'
}

const SUMMARY_LINE =
  /^(PASSED|FAILED|ERROR|XFAIL|XPASS) ((?:\S{1,300}\.py|\S{1,300}::)\S{0,400}.{0,1500})$/
const VERBOSE_LINE =
  /^(?:\[gw\d{1,3}\] )?(\S{1,300}::.{1,300}?) (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b/
const PARALLEL_LINE =
  /^\[gw\d{1,3}\] \[ {0,3}\d{1,3}%\] (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS) (\S{1,300}::.{1,300})$/
const TOTALS =
  /(?:^|[ =])(?:\d{1,7} (?:passed|failed|errors?|skipped|xfailed|xpassed|deselected|warnings?|rerun|subtests passed)(?:, )?){1,9} in \d[\d.:]{0,12}s?/
const NOTHING_RAN = /\bno tests ran in \d/

/** Assertion lines kept for a check; the diff that follows repeats them. */
const ASSERTION_LINES_MAX = 12

export const readPytest: ReportReader = (lines) => {
  const checks = new Checks()
  const assertions = readAssertions(lines)
  for (const line of lines) {
    readCheck(line, checks, assertions)
    readTotals(line, checks)
  }
  return checks.toReport()
}

function readCheck(line: string, checks: Checks, assertions: ReadonlyMap<string, string>): void {
  const found = readSummary(line) ?? readProgress(line)
  if (found === undefined) return
  const { word, name, message } = found
  checks.add(name, STATUSES[word] ?? 'error', assertions.get(sectionOf(name)) ?? message)
}

interface Found {
  readonly word: string
  readonly name: string
  readonly message: string
}

function readSummary(line: string): Found | undefined {
  const [, word, text] = SUMMARY_LINE.exec(line) ?? []
  return word === undefined || text === undefined ? undefined : { word, ...splitMessage(text) }
}

function readProgress(line: string): Found | undefined {
  const [, name, word] = VERBOSE_LINE.exec(line) ?? []
  if (name !== undefined && word !== undefined) return { word, name, message: '' }
  const [, parallelWord, parallelName] = PARALLEL_LINE.exec(line) ?? []
  return parallelWord === undefined || parallelName === undefined
    ? undefined
    : { word: parallelWord, name: parallelName, message: '' }
}

/** `a.py::test[x - y] - AssertionError: …`: the message begins after the parameters. */
function splitMessage(text: string): { readonly name: string; readonly message: string } {
  const at = messageAt(text)
  return at === -1
    ? { name: text, message: '' }
    : { name: text.slice(0, at), message: text.slice(at + ' - '.length) }
}

function messageAt(text: string): number {
  const dash = text.indexOf(' - ')
  const bracket = text.indexOf('[')
  if (dash === -1 || bracket === -1 || dash < bracket) return dash
  const closed = text.indexOf('] - ', bracket)
  if (closed !== -1) return closed + 1
  return text.endsWith(']') ? -1 : dash
}

/** The name a section's header has for a node id: `a.py::TestB::test_c[1]` → `TestB.test_c[1]`. */
function sectionOf(nodeId: string): string {
  const parts = nodeId.split('::')
  return parts.length === 1 ? nodeId : parts.slice(1).join('.')
}

/** Assertion lines (`E   …`) under each section header (`____ test_name ____`). */
function readAssertions(lines: readonly string[]): ReadonlyMap<string, string> {
  const assertions = new Map<string, string>()
  let section = ''
  let kept: string[] = []
  for (const line of lines) {
    const header = headerOf(line)
    if (header !== undefined) {
      section = header
      kept = []
    } else if (section !== '' && /^E( {1,3}|$)/.test(line) && kept.length < ASSERTION_LINES_MAX) {
      kept.push(line.slice(1).trim())
      assertions.set(section, kept.join('\n'))
    }
  }
  return assertions
}

function headerOf(line: string): string | undefined {
  if (!line.startsWith('__') || !line.endsWith('__')) return undefined
  let start = 0
  let end = line.length
  while (line[start] === '_') start += 1
  while (end > start && line[end - 1] === '_') end -= 1
  const name = line.slice(start, end).trim()
  return name === ''
    ? undefined
    : name.replace(/^ERROR (?:at (?:setup|teardown) of|collecting) /, '')
}

function readTotals(line: string, checks: Checks): void {
  const totals = TOTALS.exec(line)?.[0]
  if (totals === undefined) {
    if (NOTHING_RAN.test(line)) Object.assign(checks, { passed: 0, failed: 0 })
    return
  }
  const count = (word: RegExp) => Number(word.exec(totals)?.[1] ?? 0)
  checks.passed = count(/(\d+) passed/) + count(/(\d+) xfailed/) + count(/(\d+) xpassed/)
  checks.failed = count(/(\d+) failed/) + count(/(\d+) errors?/)
}
