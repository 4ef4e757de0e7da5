// One simple command: words unquoted, wrappers off, `cd` followed, texts inside it read in turn.

import type { Command, Redirection } from 'unbash'
import type { ShellCommand, ShellRedirect } from './program.ts'
import { SHELL_COMMANDS_MAX } from './program.ts'
import type { Context, Reading } from './reading.ts'
import { readInput, readRedirects } from './redirects.ts'
import { readSubstitutions } from './substitutions.ts'
import { baseName, unwrapWords } from './unwrap.ts'
import { resolvePath } from './words.ts'

export function readCommand(reading: Reading, node: Command, context: Context): string {
  const assignments = readAssignments(reading, node, context)
  const words = readWords(reading, node, context)
  const input = readInput(node.redirects, reading.words) ?? context.pipedInput
  const unwrapped = unwrapWords(words, input)
  const redirects = readRedirects(node.redirects, reading.words)
  const { argv, text } = unwrapped
  const program = argv[0] ?? ''
  if (text !== undefined) {
    const nested = { ...context, pipedInput: undefined, depth: context.depth + 1 }
    const cwd = reading.readText(text, nested)
    if (redirects.length > 0) writeCommand(reading, { ...bare(context), redirects })
    return program === 'eval' ? cwd : context.cwd
  }
  if (reading.functions.has(program)) return context.cwd
  const command: ShellCommand = {
    ...bare(context),
    name: baseName(program),
    program,
    args: argv.slice(1),
    assignments: [...assignments, ...unwrapped.assignments],
    redirects,
    input,
    wrappers: unwrapped.wrappers
  }
  writeCommand(reading, command)
  readExecuted(reading, command, context)
  return directoryAfter(command)
}

/** Redirections of a compound command, `done < list`, `} > file`. */
export function readRedirections(
  reading: Reading,
  redirections: readonly Redirection[],
  context: Context
): void {
  const redirects = readRedirects(redirections, reading.words)
  if (redirects.length > 0) writeCommand(reading, { ...bare(context), redirects })
}

function writeCommand(reading: Reading, command: ShellCommand): void {
  if (reading.commands.length < SHELL_COMMANDS_MAX) reading.commands.push(command)
  else reading.complete = false
}

const NO_REDIRECTS: readonly ShellRedirect[] = []

function bare(context: Context): ShellCommand {
  return {
    name: '',
    program: '',
    args: [],
    assignments: [],
    redirects: NO_REDIRECTS,
    input: undefined,
    cwd: context.cwd,
    background: context.background,
    place: context.place,
    joint: context.joint,
    piped: context.piped,
    wrappers: []
  }
}

function readAssignments(reading: Reading, node: Command, context: Context): string[] {
  const texts: string[] = []
  for (const prefix of node.prefix) {
    if (prefix.type !== 'Assignment') continue
    texts.push(prefix.text)
    readSubstitutions(reading, prefix, context)
    if (node.name === undefined && prefix.value.type === 'Word') {
      reading.words.set(prefix.name, reading.words.read(prefix.value))
    }
  }
  return texts
}

function readWords(reading: Reading, node: Command, context: Context): string[] {
  if (node.name === undefined) return []
  readSubstitutions(reading, node.name, context)
  const words = [reading.words.read(node.name)]
  for (const argument of node.args) {
    readSubstitutions(reading, argument, context)
    if (argument.type === 'Word') words.push(reading.words.read(argument))
    else {
      // `export DIR=/x`: a word of the command and a variable of the line.
      words.push(argument.text)
      if (argument.value.type === 'Word') {
        reading.words.set(argument.name, reading.words.read(argument.value))
      }
    }
  }
  return words
}

/** `find … -exec rm {} \;`: each such command is one of its own. */
function readExecuted(reading: Reading, command: ShellCommand, context: Context): void {
  if (command.name !== 'find' && command.name !== 'fd') return
  let start = -1
  for (const [at, word] of command.args.entries()) {
    if (/^(?:-exec|-execdir|-ok|-okdir|-x|--exec)$/.test(word)) start = at + 1
    else if (start !== -1 && (word === ';' || word === '+')) {
      writeExecuted(reading, command.args.slice(start, at), context)
      start = -1
    }
  }
  if (start !== -1) writeExecuted(reading, command.args.slice(start), context)
}

function writeExecuted(reading: Reading, words: readonly string[], context: Context): void {
  const { argv, text, wrappers, assignments } = unwrapWords(words, undefined)
  if (text !== undefined) {
    reading.readText(text, { ...context, depth: context.depth + 1 })
    return
  }
  const program = argv[0] ?? ''
  if (program === '') return
  const args = argv.slice(1).filter((word) => word !== '{}')
  const name = baseName(program)
  writeCommand(reading, { ...bare(context), name, program, args, wrappers, assignments })
}

/** PATH_MAX of Linux: beyond it `cd` fails and the shell stays where it is. */
const DIRECTORY_CHARS_MAX = 4_096

function directoryAfter(command: ShellCommand): string {
  if (command.name !== 'cd' && command.name !== 'pushd') return command.cwd
  const target = command.args.find((word) => !word.startsWith('-') || word === '-')
  const directory = resolvePath(command.cwd, target ?? '~')
  return directory.length > DIRECTORY_CHARS_MAX ? command.cwd : directory
}
