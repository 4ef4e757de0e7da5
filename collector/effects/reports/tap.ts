// The Test Anything Protocol (https://testanything.org/tap-version-14-specification.html), as tap, node
// --test and bats print it: nested points, and diagnostics in YAML.

import { Checks } from './report.ts'
import type { ReportReader } from './report.ts'

const POINT = /^( {0,64})(not )?ok(?: \d{1,7})?(?: -)? ?(.{0,300})$/
const HEADER = /^(?:TAP version 1[34]| {0,8}1\.\.\d{1,7}(?: |$))/
const DIRECTIVE = / # (skip|todo|time)\b.{0,300}$/i
const MESSAGE = /^\s{1,72}(?:message|error|description): (?!['"|>-]{0,2}$)(.{1,1000})$/
/** A block scalar (https://yaml.org/spec/1.2.2/#8112-block-indentation-indicator): the text is on the lines below. */
const BLOCK = /^(\s{1,72})(\w{1,40}): [|>][-+\d]{0,2}\s*$/
const SAYS = new Set(['message', 'error', 'description'])
/** What was expected, what was found, and where: more of a block is its stack. */
const BLOCK_LINES_MAX = 8
const LINE_CHARS_MAX = 1_000
const NODE_TOTAL = /^# (pass|fail) {1,4}(\d{1,7})$/
const TAP_TOTAL = /^# \{ total: \d{1,7}(?:, pass: (\d{1,7}))?(?:, fail: (\d{1,7}))?/

export const readTap: ReportReader = (lines) => {
  if (!lines.some((line) => HEADER.test(line) || NODE_TOTAL.test(line))) return undefined
  const checks = new Checks()
  // Points deeper than this one since the last at its level are its children: it only sums them up.
  let deepest = -1
  let last: string | undefined
  let blockEnd = 0
  for (const [at, line] of lines.entries()) {
    if (at < blockEnd) continue
    const point = POINT.exec(line)
    if (point !== null) {
      const indent = (point[1] ?? '').length
      const isParent = deepest > indent
      deepest = indent
      last = isParent ? undefined : addPoint(point, checks)
      continue
    }
    const block = readBlock(lines, at)
    blockEnd = block.end
    const message = MESSAGE.exec(line)?.[1]
    const said = message === undefined ? block.text : unquote(message)
    if (said !== '' && last !== undefined) checks.add(last, 'failed', said)
    readTotals(line, checks)
  }
  return checks.toReport()
}

/** The block that `at` begins: its end, and its first lines where it is a message. */
function readBlock(lines: readonly string[], at: number): { text: string; end: number } {
  const [, margin, key = ''] = BLOCK.exec(lines[at] ?? '') ?? []
  if (margin === undefined) return { text: '', end: at }
  const said: string[] = []
  let end = at + 1
  for (; end < lines.length; end += 1) {
    const line = lines[end] ?? ''
    const text = line.trim()
    if (text === '') continue
    if (line.search(/\S/) <= margin.length) break
    if (said.length < BLOCK_LINES_MAX) said.push(text.slice(0, LINE_CHARS_MAX))
  }
  return { text: SAYS.has(key) ? said.join('\n') : '', end }
}

function addPoint(point: RegExpExecArray, checks: Checks): string | undefined {
  const text = point[3] ?? ''
  const directive = DIRECTIVE.exec(text)?.[1]?.toLowerCase()
  const name = text.replace(DIRECTIVE, '').trim()
  const isExcused = directive === 'skip' || directive === 'todo'
  const isFailed = point[2] !== undefined && !isExcused
  checks.add(name, isFailed ? 'failed' : isExcused ? 'skipped' : 'passed')
  return isFailed ? name : undefined
}

function readTotals(line: string, checks: Checks): void {
  const node = NODE_TOTAL.exec(line)
  if (node?.[1] === 'pass') checks.passed = Number(node[2])
  if (node?.[1] === 'fail') checks.failed = Number(node[2])
  const tap = TAP_TOTAL.exec(line)
  if (tap !== null) {
    checks.passed = Number(tap[1] ?? 0)
    checks.failed = Number(tap[2] ?? 0)
  }
}

function unquote(text: string): string {
  return text.replace(/^(['"])(.*)\1$/s, '$2')
}
