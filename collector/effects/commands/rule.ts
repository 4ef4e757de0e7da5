// The vocabulary in which the tables of this folder say what a command does. Data, so that a new tool
// is one line; `read-command.ts` is the only reader.

import type { Effect, StageName } from '../../model/index.ts'

/** Option names separated by blanks, as the manual writes them: `-o --output`. */
export type Options = string

/** What the words of a command that are not options name. */
export type OperandRole =
  /** Nothing that matters. */
  | 'none'
  /** Files that are read: `cat a b`. */
  | 'read'
  /** Files that come to be, change or go: `rm a b`. */
  | 'written'
  /** Sources and then one target: `cp a b dir`. */
  | 'read-then-written'
  /** Words that look like files, among others that do not: `git checkout main -- a.py`. */
  | 'named-written'
  /** Only the last word is a file that counts: `convert in -scale 50% out`. */
  | 'last-written'
  /** A pattern or script and then files read: `grep x a`. */
  | 'pattern-then-read'
  /** A mode and then files changed: `chmod +x a`. */
  | 'mode-then-written'
  /** A program that is run, and its own words: `python a.py x`. */
  | 'program'

/** Commands whose words follow no common pattern have a reader of their own, named here. */
export type Reader =
  | 'archive'
  | 'code'
  | 'copy-blocks'
  | 'edit-stream'
  | 'find'
  | 'patch'
  | 'query'
  | 'request'
  | 'tee'
  | 'verbs'

export interface CommandRule {
  /** `run`: depends on what the program that it runs does (`judge-program.ts`). */
  readonly effect: Effect | 'run'
  readonly stage: StageName
  /** Runs tests, builds or otherwise checks the work. */
  readonly verifies?: true
  readonly operands?: OperandRole
  /** Options that take a value, so that the value is not an operand. */
  readonly valued?: Options
  /** Options that make it change what it otherwise only reads. */
  readonly changes?: Options
  /** Options that make it only tell. */
  readonly explores?: Options
  /** Options whose value is a file that is written; a real one makes the command a change. */
  readonly writes?: Options
  /** Options whose value is a file that is read. */
  readonly reads?: Options
  /** Options are whole words after one dash (`find -name`), never letters in a row. */
  readonly wordOptions?: true
  /** Without operands it only tells: `mount`, `git tag`. */
  readonly bareExplores?: true
  /** Prepares or prints; counts only when a line does nothing else. */
  readonly idle?: true
  readonly subcommands?: Readonly<Record<string, CommandRule>>
  readonly reader?: Reader
}

/** Names separated by blanks, and the rule they share. */
export type RuleTable = readonly (readonly [names: string, rule: CommandRule])[]
