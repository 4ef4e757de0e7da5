// Which checks of the work a step ran and how each ended: by what its runner printed first, then by the exit
// code, where the line's exit code is the check's own.

import type { Check, ClassifiedStep } from '../../model/index.ts'
import type { TestReport } from '../reports/report.ts'
import { readTestReport } from '../reports/read-test-report.ts'
import type { ShellCommand } from '../shell/program.ts'
import { readToolCall } from '../tools/read-tool-call.ts'
import type { CheckEnding, CheckIdentity, CheckRun } from './check-run.ts'
import type { ExitStatus } from './exit-status.ts'
import { readExitStatus } from './exit-status.ts'
import { identifyCheck } from './identify-check.ts'

export interface StepChecks {
  readonly runs: readonly CheckRun[]
  /** As the step says, else as its output does. */
  readonly checks: readonly Check[]
}

/** Checks looked at in one line; a script of more is told by its last ones. */
const CHECKS_PER_LINE_MAX = 8

/** Of a step that verifies. */
export function readCheckRuns(step: ClassifiedStep): StepChecks {
  const report = readTestReport(step.observation)
  const checks = step.checks.length > 0 ? step.checks : (report?.checks ?? [])
  const facts = { step, report, checks }
  const commands = readToolCall(step).commands
  const counting = findChecks(commands, step.thought)
  if (counting.length === 0) {
    const ending = endingOf(facts, exitOf(commands, step.observation))
    return { checks, runs: [{ ...identifyStep(step), ending }] }
  }
  // A report is that of the tests of a line, when it has any.
  const hasTests = counting.some(({ identity }) => identity.kind !== 'other')
  const runs = counting.map(({ identity, at }): CheckRun => {
    const exit = readExitStatus(commands, at, step.observation)
    const isReported = !hasTests || identity.kind !== 'other'
    const own = isReported ? facts : { step, report: undefined, checks: [] }
    return { ...identity, ending: endingOf(own, exit, identity.runner) }
  })
  return { checks, runs }
}

interface FoundCheck {
  readonly identity: CheckIdentity
  /** Among the commands of the line. */
  readonly at: number
}

/** The last ones of a line, in order. */
function findChecks(commands: readonly ShellCommand[], purpose: string): readonly FoundCheck[] {
  const found: FoundCheck[] = []
  for (let at = commands.length - 1; at >= 0 && found.length < CHECKS_PER_LINE_MAX; at -= 1) {
    const command = commands[at]
    const identity = command && identifyCheck(command, purpose)
    if (identity !== undefined) found.unshift({ identity, at })
  }
  return found
}

const OWN_EXIT: ExitStatus = { zeroIsOwn: true, failureIsOwn: true, told: undefined }

/** Of a line in which no check is known: the exit code is taken for that of what ran first. */
function exitOf(commands: readonly ShellCommand[], observation: string): ExitStatus {
  const at = commands.findIndex(
    ({ name, place }) => place === 'line' && !/^(?:|cd|set|export|source|\.|echo|sleep)$/.test(name)
  )
  return at === -1 ? OWN_EXIT : readExitStatus(commands, at, observation)
}

/** A tool of its own, or a program that only the step's purpose makes a check. */
function identifyStep(step: ClassifiedStep): CheckIdentity {
  const tool = step.tool ?? step.name
  const isTests = /test/i.test(tool) || step.kind === 'evaluation'
  const isNarrowed = isTests && !/^\s*(?:\{\s*\})?\s*$/.test(step.arguments)
  return {
    kind: isTests ? 'tests' : 'script',
    runner: isTests ? tool : step.action,
    language: '',
    isProject: isTests,
    directory: '',
    selection: [],
    filter: isNarrowed ? step.arguments : ''
  }
}

interface Facts {
  readonly step: ClassifiedStep
  readonly report: TestReport | undefined
  readonly checks: readonly Check[]
}

function endingOf(facts: Facts, exit: ExitStatus, runner = ''): CheckEnding {
  if (showsFailing(facts)) return 'error'
  if (ranNothing(facts, exit, runner)) return 'nothing'
  return endingByCode(facts.step, exit) ?? (isPassing(facts, exit) ? 'ok' : 'unknown')
}

function showsFailing({ report, checks }: Facts): boolean {
  return checks.some(isFailing) || (report?.failed ?? 0) > 0
}

function endingByCode(step: ClassifiedStep, exit: ExitStatus): CheckEnding | undefined {
  if (exit.told !== undefined) return exit.told === 0 ? 'ok' : 'error'
  const ended = stepEnding(step)
  if (ended === 'error') return exit.failureIsOwn || hasRaised(step) ? 'error' : undefined
  return ended === 'ok' && exit.zeroIsOwn ? 'ok' : undefined
}

function isFailing({ status }: Check): boolean {
  return status === 'failed' || status === 'error'
}

/** What names its passing checks may have named others before or after, unless it totals them. */
function isPassing({ step, report, checks }: Facts, exit: ExitStatus): boolean {
  const isNamed = checks.some(({ status }) => status === 'passed') || (report?.passed ?? 0) > 0
  const isWhole = step.checks.length > 0 || report?.totalled === true
  return isNamed && (isWhole || exit.zeroIsOwn)
}

/** An exception that ended a program, whoever's the exit code is. */
function hasRaised({ effects }: ClassifiedStep): boolean {
  return /^[\w.]{0,120}(?:Error|Exception)\b/.test(effects.error ?? '')
}

/** Of pytest: no tests collected, and a path that is not there. https://docs.pytest.org/en/stable/reference/exit-codes.html */
const PYTEST_NOTHING: ReadonlySet<number | undefined> = new Set([4, 5])
/** Of a shell: not executable, and not found. */
const NOT_STARTED: ReadonlySet<number | undefined> = new Set([126, 127])

function ranNothing(facts: Facts, exit: ExitStatus, runner: string): boolean {
  const { step, report } = facts
  if ((report?.passed ?? 0) > 0) return false
  if (exit.failureIsOwn && meansNothingRan(exitCodeOf(step), runner)) return true
  if (SAYS_NOTHING_RAN.test(endsOf(step.observation))) return true
  const isEmpty = report?.passed === 0 && report.failed === 0
  return isEmpty && !(exit.failureIsOwn && stepEnding(step) === 'error')
}

function meansNothingRan(code: number | undefined, runner: string): boolean {
  return NOT_STARTED.has(code) || (PYTEST_NOTHING.has(code) && /^py\.?test$/.test(runner))
}

/** Of runners without tests to run, and of runners that are not there. */
const SAYS_NOTHING_RAN =
  /(?:^|\n)[^\n]{0,80}(?:\bno tests? ran\b|\bno tests? (?:were )?found\b|\bno test files found\b|\bcollected 0 items\b|\bRan 0 tests\b|\bno tests to run\b|\bno module named '?(?:pytest|nose|unittest2)\b|\bmissing script: |\bno test specified\b|\bno rule to make target ['`](?:test|check))/i

/** Where a runner says so; the rest is what the tests themselves printed. */
const ENDS_CHARS_MAX = 4_000

function endsOf(text: string): string {
  if (text.length <= ENDS_CHARS_MAX * 2) return text
  return `${text.slice(0, ENDS_CHARS_MAX)}\n${text.slice(-ENDS_CHARS_MAX)}`
}

/** `ok` only by an exit code: a tool that answered has not thereby found the work to be right. */
function stepEnding(step: ClassifiedStep): 'ok' | 'error' | undefined {
  if (step.outcome === 'error' || step.effects.error !== undefined) return 'error'
  const code = exitCodeOf(step)
  return code === undefined ? undefined : code === 0 ? 'ok' : 'error'
}

function exitCodeOf(step: ClassifiedStep): number | undefined {
  return step.exitCode ?? step.effects.exitCode
}
