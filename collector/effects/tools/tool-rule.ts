// The vocabulary in which the table of agents' tools says what a call does.

import type { Effect, StageName } from '../../model/index.ts'

/** How the arguments of a call are read. */
export type ToolReading =
  /** A shell command line. */
  | 'shell'
  /** Keys typed into a terminal that stays open. */
  | 'keystrokes'
  /** Code run by an interpreter: `python`, `execute_ipython_cell`. */
  | 'code'
  /** SQL sent to a database. */
  | 'sql'
  /** A file is read. */
  | 'read'
  /** A file's text is written or edited. */
  | 'write'
  /** A patch in some diff form. */
  | 'patch'
  /** A subcommand says which of the others: `str_replace_editor` with `command: view`. */
  | 'editor'
  /** A file is moved: `source`, `destination`. */
  | 'move'
  /** The arguments hold nothing that matters to files. */
  | 'none'

export interface ToolRule {
  readonly reading: ToolReading
  readonly effect: Effect
  readonly stage: StageName
  readonly verifies?: true
}

/** Names separated by blanks, in lower case, without separators (`str_replace_editor` → `strreplaceeditor`). */
export type ToolTable = readonly (readonly [names: string, rule: ToolRule])[]
