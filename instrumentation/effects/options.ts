// What the room is given and what it gives.

import type { Context, Tracer } from '@opentelemetry/api'
import type { EffectLimits } from './limits.ts'

/** What is recorded of commands, output and files: the text, its hash, or nothing. */
export type CaptureMode = 'full' | 'hash' | 'off'

export interface EffectsOptions {
  readonly tracer: Tracer
  /** Where an effect made now belongs: the tool call that is open, else the run's root. */
  parentContext(): Context
  /** The variables that let a child process join the trace. */
  childEnvironment(context: Context): Record<string, string>
  /** The process's own environment, which a command inherits that is given none. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly capture: CaptureMode
  /** Masks secrets; called with every text before it gets onto a span. */
  redact(text: string): string
  /** Folders whose files are not the agent's, such as the recorder's own. */
  readonly ignorePaths: readonly string[]
  /** Told of everything that went wrong inside; nothing of it reaches the program. */
  onDefect(error: unknown): void
  /** Values of variables that a command is given beyond the process's own may be recorded under these names. */
  readonly allowedVariables?: readonly string[]
  /** Reads are recorded; false for a program that only works for an agent, such as a compiler. Default true. */
  readonly recordsReads?: boolean
  /** Looks for files that a command changed in a git work tree. Default false. */
  readonly looksForChanges?: boolean
  readonly limits?: Partial<EffectLimits>
}

export interface Effects {
  /** Takes the hooks off and ends what is open. */
  uninstall(): void
}
