// Whose exit code a line's is. That of a pipe is its last command's, that of a list its last part's: what a
// check before it found is then only in what was printed.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_09_02

import type { ShellCommand } from '../shell/program.ts'
import { textOf } from '../shell/printed-text.ts'

export interface ExitStatus {
  /** The line's 0 means that this command had 0. */
  readonly zeroIsOwn: boolean
  /** The line's other codes mean that this command, or one that ran only because it had 0, failed. */
  readonly failureIsOwn: boolean
  /** The command's own code, where the line prints it. */
  readonly told: number | undefined
}

export function readExitStatus(
  commands: readonly ShellCommand[],
  at: number,
  observation: string
): ExitStatus {
  const own = commands[at]
  const before = commands.slice(0, at)
  const after = commands.slice(at + 1).filter(({ place }) => place === 'line')
  const line = { own, after, pipefail: sets(before, 'pipefail') }
  const told = findTold(line, observation)
  return { ...ownershipOf(line, sets(before, 'errexit')), told }
}

const OWN = { zeroIsOwn: true, failureIsOwn: true }
const FOREIGN = { zeroIsOwn: false, failureIsOwn: false }

function ownershipOf({ own, after, pipefail }: Line, stops: boolean): Omit<ExitStatus, 'told'> {
  if (own === undefined || own.background || own.place !== 'line') return FOREIGN
  if (passesOn(after)) return OWN
  if (own.piped && !pipefail) return FOREIGN
  const rest = afterPipe(after)
  if (rest.some(({ joint }) => joint === ';' && !stops)) return FOREIGN
  const isExcused = rest.some(({ joint }) => joint === '||') && !endsBadly(rest)
  return { zeroIsOwn: !isExcused, failureIsOwn: true }
}

/** `set -euo pipefail`. */
function sets(before: readonly ShellCommand[], option: 'pipefail' | 'errexit'): boolean {
  return before.some(
    ({ name, args }) =>
      name === 'set' &&
      (args.includes(option) || (option === 'errexit' && /^-[a-z]*e/.test(args[0] ?? '')))
  )
}

function afterPipe(after: readonly ShellCommand[]): readonly ShellCommand[] {
  const end = after.findIndex(({ joint }) => joint !== '|')
  return end === -1 ? [] : after.slice(end)
}

/** `… ; exit $rc`, `… | tail; exit ${PIPESTATUS[0]}`. */
function passesOn(after: readonly ShellCommand[]): boolean {
  const last = after.at(-1)
  return last?.name === 'exit' && (last.args[0] ?? '').startsWith('$')
}

/** `npm test || exit 1`: whoever gets past it has had 0. */
function endsBadly(rest: readonly ShellCommand[]): boolean {
  const last = rest.at(-1)
  return last?.name === 'false' || (last?.name === 'exit' && last.args[0] !== '0')
}

interface Line {
  readonly own: ShellCommand | undefined
  readonly after: readonly ShellCommand[]
  readonly pipefail: boolean
}

/** What printed it stands near the end; codes are of 8 bits. */
const TOLD_CHARS_MAX = 2_000
const OF_PIPE = /\$\{(?:PIPESTATUS\[0\]|pipestatus\[1\])\}/
const OF_LAST = /\$\?|\$\{\?\}/

/** `npm test; echo EXIT $?`, `… | tail; echo ${PIPESTATUS[0]}`, `rc=$?; …; echo "rc=$rc"`. */
function findTold(line: Line, observation: string): number | undefined {
  const rest = afterPipe(line.after)
  const [next] = rest
  const kept = keptIn(line, next)
  for (const command of rest) {
    const text = command.name === 'printf' ? fillFormat(command) : (textOf(command) ?? '')
    const at = command === next && command.joint !== '||' ? codeIn(line, text) : -1
    const shownAt = at === -1 && kept !== undefined ? variableIn(text, kept) : at
    if (shownAt !== -1) return readNumber(observation, text.slice(0, shownAt))
  }
  return undefined
}

/** The variable that keeps the code: `rc=$?`. */
function keptIn(line: Line, next: ShellCommand | undefined): string | undefined {
  const assignment = next?.assignments[0] ?? ''
  const equals = assignment.indexOf('=')
  return codeIn(line, assignment) === equals + 1 ? assignment.slice(0, equals) : undefined
}

/** Where in a text the shell puts the check's own code; -1 when it does not. */
function codeIn({ own, pipefail }: Line, text: string): number {
  const isFirstOfPipe = own !== undefined && own.joint !== '|'
  const isLastOfPipe = own !== undefined && (pipefail || !own.piped)
  const ofPipe = isFirstOfPipe ? text.search(OF_PIPE) : -1
  if (ofPipe !== -1) return ofPipe
  return isLastOfPipe ? text.search(OF_LAST) : -1
}

/** `printf 'EXIT %s\n' $?` prints as `echo EXIT $?` does. */
function fillFormat({ args: [format = '', value = ''] }: ShellCommand): string {
  return format.replace(/%[sd]/, () => value)
}

function variableIn(text: string, name: string): number {
  const braced = text.indexOf(`\${${name}}`)
  return braced === -1 ? text.indexOf(`$${name}`) : braced
}

function readNumber(observation: string, lead: string): number | undefined {
  const tail = observation.slice(-TOLD_CHARS_MAX)
  const words = lead.slice(lead.lastIndexOf('\n') + 1)
  const lines = tail.split('\n').map((line) => line.trimEnd())
  for (const line of lines.toReversed()) {
    const at = words.trim() === '' ? (/^\d/.test(line) ? 0 : -1) : line.lastIndexOf(words)
    const code = at === -1 ? undefined : /^\d{1,3}(?!\d)/.exec(line.slice(at + words.length))?.[0]
    if (code !== undefined) return Number(code)
  }
  return undefined
}
