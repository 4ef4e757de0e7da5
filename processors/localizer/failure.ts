// What failed, read from the verifier's checks and output, else from the last failing verification in
// the run: the names of the failing checks, what their assertions talk about, and the paths they read.

import type { Check, RunStep, RunTree } from '@onset/collector/model'

import { failureWords } from './failure-words.ts'
import { basename, pathsIn } from './paths.ts'

export interface Failure {
  /** `report`: a verifier outside the run; `run`: a check the agent ran; `none`: nothing is known. */
  readonly source: 'report' | 'run' | 'none'
  /** The lines that tell of the failure: assertion messages, diffs, errors. */
  readonly text: string
  readonly failingNames: readonly string[]
  /** File names of the tests that failing checks stand in, by the check's name, where the output says. */
  readonly fileOfCheck: ReadonlyMap<string, string>
  readonly passedCount: number
  readonly failedCount: number
  /** Identifiers, numbers and quoted strings of the failing assertions. */
  readonly words: readonly string[]
  /** Paths that the failing assertions name, without the verifier's own. */
  readonly paths: readonly string[]
  /** What the work produced, by the assertion diffs. */
  readonly actualLines: readonly string[]
  /** A service could not be reached. */
  readonly refused: boolean
  /** False when the verifier itself could not run. */
  readonly verifierRan: boolean
  /** The step where the failure showed inside the run, if any did. */
  readonly symptomStepIndex: number | undefined
}

/** Nobody has judged the run, as long as it is open. */
export const NO_FAILURE: Failure = {
  source: 'none',
  text: '',
  failingNames: [],
  fileOfCheck: new Map(),
  passedCount: 0,
  failedCount: 0,
  words: [],
  paths: [],
  actualLines: [],
  refused: false,
  verifierRan: true,
  symptomStepIndex: undefined
}

export function readFailure(tree: RunTree): Failure {
  const { run, steps } = tree
  const failing = run.checks.filter((check) => isFailing(check))
  const symptom = steps.findLast((step) => step.effects.verifies && showsFailure(step))
  const source = sourceOf(tree, symptom)
  const messages = failing.map((check) => check.message).filter((message) => message !== '')
  const output = outputOf(tree, { source, symptom, messages })
  const lines = source === 'none' ? [] : tellingLines([output, ...messages].join('\n'))
  const text = lines.join('\n')
  const fileOfCheck = locateChecks(text)
  const refused = REFUSED.test(output)
  const passedCount = run.checks.filter((check) => check.status === 'passed').length
  const unreached = refused && passedCount === 0
  return {
    source,
    text,
    failingNames: [...new Set([...failing.map((check) => check.name), ...fileOfCheck.keys()])],
    fileOfCheck,
    passedCount,
    failedCount: failing.length,
    // Checks that reached nothing have looked at no content: their words are those of the connection.
    words: unreached ? [] : failureWords(lines, failing),
    paths: pathsIn(text),
    actualLines: source === 'none' ? [] : actualLines(output),
    refused,
    verifierRan: source !== 'report' || run.checks.length > 0 || !VERIFIER_BROKEN.test(output),
    symptomStepIndex: symptom?.index
  }
}

// The assembler fills checks and output from the last verification when nobody reported.
function sourceOf({ run }: RunTree, symptom: RunStep | undefined): Failure['source'] {
  const judged = run.outcomeSource === 'reported' || run.outcomeSource === 'evaluation'
  if (judged && (run.verifierOutput !== '' || run.checks.length > 0)) return 'report'
  return symptom === undefined ? 'none' : 'run'
}

interface Told {
  readonly source: Failure['source']
  readonly symptom: RunStep | undefined
  readonly messages: readonly string[]
}

/** What a check inside the run said does not explain a report that speaks for itself. */
function outputOf({ run }: RunTree, { source, symptom, messages }: Told): string {
  const reported = source === 'report' ? run.verifierOutput : ''
  if (reported !== '' || (source === 'report' && messages.length > 0)) return reported
  return symptom?.observation ?? ''
}

function isFailing(check: Check): boolean {
  return check.status === 'failed' || check.status === 'error'
}

/** A verification that says the work is wrong, by its exit code, its error or its checks. */
export function showsFailure(step: RunStep): boolean {
  return (
    step.outcome === 'error' ||
    step.effects.error !== undefined ||
    (step.exitCode ?? step.effects.exitCode ?? 0) !== 0 ||
    step.checks.some((check) => isFailing(check))
  )
}

/** Assertion messages of more checks than this repeat each other. */
const LINES_MAX = 160
const LINE_CHARS_MAX = 600
/** A report of VERIFIER_OUTPUT_CHARS_MAX at 16 characters a line. */
const LINES_READ_MAX = 4_096

// pytest marks what went wrong with `E`, the failing source line with `>`; other runners say it in words.
const MARKED = /^(?:E|>) {2,}\S|^FAILED /
const TELLING =
  /\b(?:assert\w*|error|exception|expected|received|actual|got|want|panicked|traceback|not found|no such|refused|does not|did not|missing|mismatch)\b|^\s*(?:not ok|--- FAIL|✕|✗|✖|×)|\S !==? \S|\.\w{1,5}:\d/i
/** A key of YAML whose text is on the lines below says nothing itself. */
const BLOCK_MARK = /^\s*\w+: [|>][-+\d]{0,2}\s*$/
const NOISE = /^\s*(?:E\s*)?$|warnings? summary|DeprecationWarning|downloading|% {2}Total/i

function tellingLines(output: string): string[] {
  const all = output.split('\n', LINES_READ_MAX).map((line) => line.slice(0, LINE_CHARS_MAX))
  const marked = all.filter((line) => MARKED.test(line))
  // A runner that marks its lines says which ones matter; the words then only add noise.
  const chosen = marked.length > 0 ? marked : all.filter((line) => TELLING.test(line))
  return chosen.filter((line) => !NOISE.test(line) && !BLOCK_MARK.test(line)).slice(-LINES_MAX)
}

const NAMES_CHECK = /^\s*(?:not ok\b(?!.*# (?:todo|skip))|--- FAIL|FAILED |✕|✗|✖|×)/i

/** The line of a check's output that says what failed, for a quote: the check by its name, else what it found. */
export function failingLine(output: string): string {
  const all = output.split('\n', LINES_READ_MAX).map((line) => line.slice(0, LINE_CHARS_MAX))
  const named = all.find((line) => NAMES_CHECK.test(line))
  return (
    named ??
    tellingLines(output)[0] ??
    all.findLast((line) => line.trim() !== '') ??
    ''
  ).trim()
}

const CHECK_ID = /([\w./-]{1,256})::(\w{4,120})/g

/** pytest names a check by its file: `tests/test_cart.py::test_total`. */
function locateChecks(text: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const [, path, name] of text.matchAll(CHECK_ID)) {
    if (path !== undefined && name !== undefined) files.set(name, basename(path))
  }
  return files
}

const ACTUAL =
  /^(?:E\s{1,24})?\+ {1,3}(\S.{3,400})$|^\s{0,12}(?:received|actual|got):?\s+(\S.{3,400})$/i
const ACTUAL_LINES_MAX = 40

/** Lines of assertion diffs that show what was there; `+ where` explains and is no diff. */
function actualLines(output: string): string[] {
  const lines: string[] = []
  for (const line of output.split('\n', LINES_READ_MAX)) {
    const match = ACTUAL.exec(line.slice(0, LINE_CHARS_MAX))
    const found = (match?.[1] ?? match?.[2] ?? '').trim()
    if (found === '' || found.startsWith('where ') || found.startsWith('and ')) continue
    lines.push(found)
    if (lines.length >= ACTUAL_LINES_MAX) break
  }
  return lines
}

const REFUSED =
  /connection ?refused|ECONNREFUSED|failed to establish a new connection|connection ?reset/i
const VERIFIER_BROKEN = /command not found|could not connect to server|couldn't connect to server/i
