// go test: `--- FAIL: TestX (0.00s)`, with its messages before (verbose) or after it.

import { Checks } from './report.ts'
import type { CheckStatus, ReportReader } from './report.ts'

const RESULT = /^ {0,64}--- (PASS|FAIL|SKIP): (\S{1,300})/
const MESSAGE = /^\s{1,72}\S{1,200}\.go:\d{1,7}: (.{1,1000})$/
const PACKAGE =
  /^(ok|FAIL|---)\s+(\S{1,300})\s+(?:\d[\d.]{0,12}s|\(cached\)|\[build failed\]|\[setup failed\])/

const STATUSES: Readonly<Record<string, CheckStatus>> = {
  PASS: 'passed',
  FAIL: 'failed',
  SKIP: 'skipped'
}

export const readGo: ReportReader = (lines) => {
  if (!lines.some((line) => RESULT.test(line) || PACKAGE.test(line))) return undefined
  const checks = new Checks()
  let state = NOTHING
  for (const line of lines) state = readLine(line, state, checks)
  // The last line tells of all packages, whatever was cut off before it.
  const last = lines.findLast((line) => line.trim() !== '') ?? ''
  return checks.toReport({ totalled: /^(?:ok\s|FAIL|PASS|---|\?\s)/.test(last) })
}

/** With -v a message comes before its result, else after it. */
interface Around {
  readonly message: string
  readonly failing: string
}

const NOTHING: Around = { message: '', failing: '' }

function readLine(line: string, around: Around, checks: Checks): Around {
  if (/^=== (?:RUN|CONT|PAUSE)/.test(line)) return NOTHING
  const result = RESULT.exec(line)
  if (result !== null) return readResult(result, around, checks)
  const message = MESSAGE.exec(line)?.[1]
  if (message === undefined) {
    readPackage(line, checks)
    return around
  }
  if (around.failing === '') return around.message === '' ? { message, failing: '' } : around
  checks.add(around.failing, 'failed', message)
  return NOTHING
}

function readResult(result: RegExpExecArray, around: Around, checks: Checks): Around {
  const [, word = '', name = ''] = result
  const isFailed = word === 'FAIL'
  checks.add(name, STATUSES[word] ?? 'error', isFailed ? around.message : '')
  return isFailed && around.message === '' ? { message: '', failing: name } : NOTHING
}

/** A package that does not build has no tests of its own to name. */
function readPackage(line: string, checks: Checks): void {
  const name = PACKAGE.exec(line)?.[2]
  if (name === undefined) return
  if (line.includes('[build failed]') || line.includes('[setup failed]'))
    checks.add(name, 'error', line)
  else if (line.startsWith('ok')) checks.add(name, 'passed')
  // Its failing tests may have been cut off; named, they say more than their package.
  else if (line.startsWith('FAIL') && !checks.hasFailed) checks.add(name, 'failed')
}
