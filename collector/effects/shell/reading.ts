// What is gathered while one line is read, and what the surroundings say of the node being read.

import type { Statement } from 'unbash'
import type { CommandPlace, Joint, ShellCommand } from './program.ts'
import type { Words } from './words.ts'

export interface Reading {
  readonly commands: ShellCommand[]
  readonly words: Words
  /** Functions the line defines: their bodies are read where they stand, their calls are not programs. */
  readonly functions: Set<string>
  complete: boolean
  /** Reads shell text found inside a word or a here-document. */
  readonly readText: (text: string, context: Context) => string
  /** Reads what stands inside `$(…)` and `<(…)`. */
  readonly readStatements: (statements: readonly Statement[], context: Context) => string
}

export interface Context {
  readonly cwd: string
  readonly background: boolean
  readonly place: CommandPlace
  readonly joint: Joint
  readonly piped: boolean
  /** Text that the command before the pipe prints, when it is a literal. */
  readonly pipedInput: string | undefined
  /** Texts and substitutions around this node. */
  readonly depth: number
}

export const LINE_START: Context = {
  cwd: '',
  background: false,
  place: 'line',
  joint: '',
  piped: false,
  pipedInput: undefined,
  depth: 0
}
