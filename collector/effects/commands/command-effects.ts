// What one command does: the value that the readers of this folder return.

import type { Effect, StageName } from '../../model/index.ts'
import type { ShellCommand } from '../shell/program.ts'
import type { CommandRule } from './rule.ts'

/** What is known around a command besides its words. */
export interface Circumstances {
  /** What the whole step printed. */
  readonly observation: string
  /** Why the agent says it runs this one line; empty where one thought covers many steps. */
  readonly purpose: string
  /** The command is left running. */
  readonly background: boolean
}

export interface CommandEffects {
  readonly effect: Effect
  readonly stage: StageName
  readonly verifies: boolean
  /** As written in the command; not yet seen from its directory. */
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  /** Text that it puts into the files of `writes`, or the script it edits them with. */
  readonly writtenText: string
  /** Nothing of its own: `cd`, `echo`, `sleep`, `true`. Such commands never name the stage. */
  readonly idle: boolean
}

export const NO_EFFECTS: CommandEffects = {
  effect: 'explore',
  stage: 'inspection',
  verifies: false,
  reads: [],
  writes: [],
  writtenText: '',
  idle: false
}

/** A command, the rule that speaks for it, and the words that the rule is about. */
export interface Application {
  readonly command: ShellCommand
  readonly around: Circumstances
  readonly rule: CommandRule
  readonly args: readonly string[]
}
