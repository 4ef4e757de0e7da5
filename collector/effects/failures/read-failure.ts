// How an action ended, when the span did not say: exit code and error as the observation gives them.
// Careful on purpose: a log that is printed may speak of failures that are not those of the command.

import type { ShellCommand } from '../shell/program.ts'
import { findErrorLine, findFirstLine, findTraceback, linesOf, quote } from './error-line.ts'
import { readExitCode } from './exit-code.ts'

export interface Ending {
  readonly exitCode: number | undefined
  readonly error: string | undefined
  /** The tool did not do what it was asked to. */
  readonly refused: boolean
}

export interface EndingFacts {
  readonly observation: string
  /** What the span said. */
  readonly exitCode: number | undefined
  /** The span's outcome is an error. */
  readonly failed: boolean
  /** Commands of a shell line; empty for other tools. */
  readonly commands: readonly ShellCommand[]
  /** The observation is the tool's word on the call, not content that was asked for. */
  readonly speaks: boolean
}

export function readFailure(facts: EndingFacts): Ending {
  const { observation, failed, commands } = facts
  const refusal = /^\s{0,8}<tool_use_error>(?:Error: )?([^\n<]{1,1000})/.exec(observation)?.[1]
  if (refusal !== undefined) return { exitCode: undefined, error: quote(refusal), refused: true }
  if (commands.length > 0) return readCommandEnding(facts)
  const complaint = facts.speaks ? findComplaint(observation) : undefined
  const message = failed ? findFirstLine(observation) : complaint
  return { exitCode: undefined, error: message, refused: failed || message !== undefined }
}

function readCommandEnding(facts: EndingFacts): Ending {
  const { observation, commands } = facts
  const found = facts.exitCode === undefined ? readExitCode(observation) : undefined
  const exitCode = facts.exitCode ?? found
  const ending = { exitCode: found, refused: false }
  if (exitCode === undefined ? facts.failed : exitCode !== 0) {
    const isAnswer = exitCode === 1 && answersByCode(commands)
    return { ...ending, error: isAnswer ? undefined : findErrorLine(observation) }
  }
  // A pipe hides the exit code of all but its last command; after `||` the agent expected the failure.
  const isHidden = exitCode === undefined || commands.some((command) => command.piped)
  const isExpected = commands.some((command) => command.joint === '||')
  if (!isHidden || isExpected) return { ...ending, error: undefined }
  const raised = runsPrograms(commands) ? findTraceback(observation) : undefined
  return { ...ending, error: raised ?? findShellComplaint(observation, commands) }
}

/** Commands that say no with exit code 1. */
const ANSWERING = new Set([
  'grep',
  'egrep',
  'fgrep',
  'zgrep',
  'rg',
  'ag',
  'diff',
  'cmp',
  'test',
  '[',
  'which',
  'command',
  'type',
  'pgrep',
  'pidof',
  'expr',
  'false',
  'lsof',
  'fuser'
])

function answersByCode(commands: readonly ShellCommand[]): boolean {
  const last = commands.findLast((command) => command.place === 'line')
  return last !== undefined && ANSWERING.has(last.name)
}

const READERS = new Set([
  'cat',
  'head',
  'tail',
  'less',
  'more',
  'grep',
  'rg',
  'sed',
  'awk',
  'strings',
  'journalctl',
  'dmesg'
])

/** Whether a traceback in the output can be that of a program the line ran. */
function runsPrograms(commands: readonly ShellCommand[]): boolean {
  const first = commands.filter((command) => command.joint !== '|' && command.name !== 'cd')
  return first.some((command) => !READERS.has(command.name))
}

const SHELL_SAYS =
  /^-?(?:\/\S{0,60}\/)?(?:ba|z|da|k)?sh: (?:\S{1,20}: )?(?:line )?[^\n]{1,300}?(?:command not found|not found|No such file or directory|Permission denied|syntax error|[Ii]s a directory|cannot execute)/

const COMMAND_SAYS =
  /^(?:\/\S{0,60}\/)?([\w.+-]{1,40}): [^\n]{1,400}?(?:No such file or directory|[Pp]ermission denied|cannot|can't|not found|invalid|unrecognized|missing|failed|error|Is a directory|refused)/

/** A line in which the shell, or one of the line's commands, speaks of its own failure. */
function findShellComplaint(
  observation: string,
  commands: readonly ShellCommand[]
): string | undefined {
  const names = new Set(commands.map((command) => command.name))
  // Nearly every output has nothing of it, and cutting it into lines costs more than the rest of a step.
  const speakers = [...names, 'sh']
  if (!speakers.some((name) => observation.includes(`${name}: `))) return undefined
  for (const line of linesOf(observation)) {
    if (SHELL_SAYS.test(line)) return quote(line)
    const speaker = COMMAND_SAYS.exec(line)?.[1]
    if (speaker !== undefined && names.has(speaker) && !/\bwarning\b/i.test(line)) {
      return quote(line)
    }
  }
  return undefined
}

/** A tool's message that opens with a failure: `Error: …`, `Failed to …`, `{"error": "…"}`. */
function findComplaint(observation: string): string | undefined {
  const head = observation.slice(0, 2_000).trimStart()
  const json =
    /^\{\s{0,8}"(?:error|Error|errorMessage|error_message)"\s{0,4}:\s{0,4}"((?:[^"\\\n]|\\.){1,400})/.exec(
      head
    )?.[1]
  if (json !== undefined) return quote(json)
  if (head.startsWith('Traceback (most recent call last)')) return findTraceback(observation)
  const isComplaint =
    /^(?:Error|ERROR|error|Exception|Failed|Failure|Invalid|Unable|Cannot|\w{1,60}(?:Error|Exception))\b(?:[:!]| to | executing| running| calling)/.test(
      head
    )
  return isComplaint ? findFirstLine(head) : undefined
}
