// Walks the parser's tree: statements, pipelines, lists and compound commands, down to the simple
// commands. Each reader returns the directory that the shell stands in afterwards.

import type {
  AndOr,
  Case,
  CompoundCommand,
  CompoundList,
  If,
  Pipeline,
  PipelineNode,
  Redirected,
  Statement,
  While
} from 'unbash'
import { readCommand, readRedirections } from './commands.ts'
import { printedText } from './printed-text.ts'
import { SHELL_COMMANDS_MAX } from './program.ts'
import type { Context, Reading } from './reading.ts'
import { readInput } from './redirects.ts'
import { readSubstitutions } from './substitutions.ts'

export function readStatements(
  reading: Reading,
  statements: readonly Statement[],
  context: Context
): string {
  let { cwd, joint } = context
  for (const statement of statements) {
    const background = context.background || statement.background === true
    cwd = readNode(reading, statement.command, { ...context, cwd, joint, background })
    joint = ';'
  }
  return cwd
}

type Compound = CompoundCommand | CompoundList

function readNode(
  reading: Reading,
  node: AndOr | PipelineNode | CompoundList,
  context: Context
): string {
  // What would be left out is not read either: a line of thousands of commands must not cost as much.
  if (reading.commands.length >= SHELL_COMMANDS_MAX) {
    reading.complete = false
    return context.cwd
  }
  if (node.type === 'Command') return readCommand(reading, node, context)
  if (node.type === 'AndOr') return readList(reading, node, context)
  if (node.type === 'Pipeline') return readPipeline(reading, node, context)
  if (node.type === 'Redirected') return readRedirected(reading, node, context)
  if (node.type === 'Coproc') {
    return readNode(reading, node.body, { ...context, background: true })
  }
  if (node.type === 'Function') {
    reading.functions.add(node.name.value)
    return readNode(reading, node.body, context)
  }
  return readCompound(reading, node, context)
}

function readCompound(reading: Reading, node: Compound, context: Context): string {
  if (node.type === 'CompoundList') return readStatements(reading, node.commands, context)
  if (node.type === 'If') return readIf(reading, node, context)
  if (node.type === 'While') return readLoop(reading, node, context)
  if (node.type === 'Case') return readCase(reading, node, context)
  if (node.type === 'TestCommand' || node.type === 'ArithmeticCommand') {
    // `[[ … ]]`, `((…))`: nothing runs but what stands in their substitutions.
    readSubstitutions(reading, node, context)
    return context.cwd
  }
  if (node.type === 'For' || node.type === 'Select') {
    for (const word of node.wordlist ?? []) readSubstitutions(reading, word, context)
  }
  const cwd = readStatements(reading, node.body.commands, context)
  return node.type === 'Subshell' ? context.cwd : cwd
}

function readLoop(reading: Reading, node: While, context: Context): string {
  readStatements(reading, node.clause.commands, { ...context, place: 'condition' })
  return readStatements(reading, node.body.commands, { ...context, joint: ';' })
}

function readCase(reading: Reading, node: Case, context: Context): string {
  readSubstitutions(reading, node.word, context)
  for (const item of node.items) readStatements(reading, item.body.commands, context)
  return context.cwd
}

function readIf(reading: Reading, node: If, context: Context): string {
  const condition: Context = { ...context, place: 'condition' }
  const branch: Context = { ...context, joint: ';' }
  readStatements(reading, node.clause.commands, condition)
  // Where the shell stands afterwards depends on the branch; the first one is the expected one.
  const cwd = readStatements(reading, node.then.commands, branch)
  for (const elif of node.elif) {
    readStatements(reading, elif.clause.commands, { ...condition, joint: ';' })
    readStatements(reading, elif.then.commands, branch)
  }
  if (node.else !== undefined) readStatements(reading, node.else.commands, branch)
  return cwd
}

function readList(reading: Reading, node: AndOr, context: Context): string {
  let { cwd, joint } = context
  for (const [index, command] of node.commands.entries()) {
    cwd = readNode(reading, command, { ...context, cwd, joint })
    joint = node.operators[index] ?? ';'
  }
  return cwd
}

function readPipeline(reading: Reading, node: Pipeline, context: Context): string {
  const last = node.commands.length - 1
  let cwd = context.cwd
  let { joint, pipedInput } = context
  for (const [index, command] of node.commands.entries()) {
    const before = reading.commands.length
    const piped = context.piped || index < last
    cwd = readNode(reading, command, { ...context, joint, pipedInput, piped })
    pipedInput = command.type === 'Command' ? printedText(reading.commands, before) : undefined
    joint = '|'
  }
  // Commands of a pipe run in shells of their own; `! cd x` and `time cd x` do not.
  return last === 0 ? cwd : context.cwd
}

function readRedirected(reading: Reading, node: Redirected, context: Context): string {
  const pipedInput = readInput(node.redirects, reading.words) ?? context.pipedInput
  const cwd = readNode(reading, node.command, { ...context, pipedInput })
  readRedirections(reading, node.redirects, context)
  return cwd
}
