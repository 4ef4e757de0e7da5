// What an action does, before it is known how it ended.

import type { Effect, StageName } from '../model/index.ts'
import type { ShellCommand } from './shell/program.ts'

export interface ActionEffects {
  readonly effect: Effect
  readonly stage: StageName
  readonly filesRead: readonly string[]
  readonly filesWritten: readonly string[]
  readonly writtenText: string
  readonly verifies: boolean
  /** An edit by a tool that is refused as a whole, so that a refusal writes nothing. */
  readonly edits: boolean
  /** The commands of a shell line; empty for every other action. */
  readonly commands: readonly ShellCommand[]
}

export const NO_ACTION: ActionEffects = {
  effect: 'explore',
  stage: 'inspection',
  filesRead: [],
  filesWritten: [],
  writtenText: '',
  verifies: false,
  edits: false,
  commands: []
}
