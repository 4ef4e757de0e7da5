// Reads a shell command line into the simple commands it would run. The grammar is unbash's (ADR 3);
// here the tree is flattened, wrappers are taken off and `cd` is followed. Total: what cannot be read
// is left out and said so in `complete`. Nothing is executed or looked up.

import { parse } from 'unbash'
import { SHELL_CHARS_MAX, SHELL_NESTING_MAX } from './program.ts'
import type { ShellProgram } from './program.ts'
import { LINE_START } from './reading.ts'
import type { Context, Reading } from './reading.ts'
import { readStatements } from './statements.ts'
import { createWords } from './words.ts'

/** Here-documents opened on one line; more make the parser quadratic and nobody writes them. */
const HERE_DOCUMENTS_PER_LINE_MAX = 32

export function readShell(command: string): ShellProgram {
  const reading: Reading = {
    commands: [],
    words: createWords(),
    functions: new Set(),
    complete: command.length <= SHELL_CHARS_MAX,
    readText: (text, context) => readText(reading, text, context),
    readStatements: (statements, context) => readStatements(reading, statements, context)
  }
  readText(reading, command.slice(0, SHELL_CHARS_MAX), LINE_START)
  return { commands: reading.commands, complete: reading.complete }
}

function readText(reading: Reading, text: string, context: Context): string {
  if (context.depth > SHELL_NESTING_MAX || opensTooManyHereDocuments(text)) {
    reading.complete = false
    return context.cwd
  }
  try {
    const script = parse(text)
    if (script.errors !== undefined && script.errors.length > 0) reading.complete = false
    return readStatements(reading, script.commands, context)
  } catch {
    // The parser recurses on `f() { f() {` and on `coproc coproc`: the only throw is a full stack.
    reading.complete = false
    return context.cwd
  }
}

function opensTooManyHereDocuments(text: string): boolean {
  let count = 0
  let lineEnd = 0
  for (let at = text.indexOf('<<'); at !== -1; at = text.indexOf('<<', at + 2)) {
    if (at >= lineEnd) {
      const end = text.indexOf('\n', at)
      lineEnd = end === -1 ? text.length : end
      count = 0
    }
    count += 1
    if (count > HERE_DOCUMENTS_PER_LINE_MAX) return true
  }
  return false
}
