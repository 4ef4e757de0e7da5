// What one simple command does, by its row in the tables.

import type { ShellCommand } from '../shell/program.ts'
import { NO_EFFECTS } from './command-effects.ts'
import type { Application, Circumstances, CommandEffects } from './command-effects.ts'
import { splitWords } from './options.ts'
import { plainEffects } from './plain-effects.ts'
import { SPECIAL_READERS } from './readers.ts'
import type { CommandRule } from './rule.ts'
import { runProgram } from './run-program.ts'
import { findCommand } from './table.ts'

export function readCommand(command: ShellCommand, line: Circumstances): CommandEffects {
  if (command.name === '') return bareEffects(command)
  const { args } = command
  const around = { ...line, background: line.background || command.background }
  if (/^(?:\$\(.*\)|\$\w|`.*`)/s.test(command.program)) return runPrinted(command)
  if (asksForHelp(args)) return { ...NO_EFFECTS, stage: 'environment' }
  const rule = findCommand(command.name)
  if (rule === undefined) return runProgram(command.program, args, around)
  return applyRule({ command, around, rule, args })
}

/** `$(curl …)`, `$TOOL`: what is run is only known when it runs; if it was fetched, it installs. */
function runPrinted(command: ShellCommand): CommandEffects {
  const isFetched = /\b(?:curl|wget)\b/.test(command.program)
  return { ...NO_EFFECTS, effect: 'change', stage: isFetched ? 'dependencies' : 'verification' }
}

/** `NAME=value` alone sets a variable of the shell. */
function bareEffects(command: ShellCommand): CommandEffects {
  const sets = command.assignments.length > 0
  return { ...NO_EFFECTS, effect: sets ? 'change' : 'explore', stage: 'environment', idle: true }
}

const HELP = new Set(['--version', '-version', '--help', '-V', '-h', '-help', 'version', 'help'])

/** `tool --version`, `tool sub --help`: tells, whatever the tool otherwise does. */
function asksForHelp(args: readonly string[]): boolean {
  return (args.length === 1 && HELP.has(args[0] ?? '')) || args.includes('--help')
}

function applyRule(application: Application): CommandEffects {
  const { args, rule, around } = application
  const words = splitWords(args, rule)
  const [first] = words.operands
  const inner = first === undefined ? undefined : findSubcommand(rule, first)
  if (inner !== undefined) {
    const merged = { ...inner, valued: `${rule.valued ?? ''} ${inner.valued ?? ''}` }
    return applyRule({ ...application, rule: merged, args: args.slice(words.firstOperandAt + 1) })
  }
  if (rule.reader !== undefined) return SPECIAL_READERS[rule.reader](application, words)
  if (rule.effect === 'run') return runProgram(first ?? '', words.operands.slice(1), around)
  return plainEffects(rule, words)
}

/** `npm run test:unit` is `test`, as far as anyone can tell. */
function findSubcommand(rule: CommandRule, name: string): CommandRule | undefined {
  const { subcommands } = rule
  if (subcommands === undefined) return undefined
  const found = [name, name.split(':', 1)[0] ?? name].find((key) => Object.hasOwn(subcommands, key))
  return found === undefined ? undefined : subcommands[found]
}
