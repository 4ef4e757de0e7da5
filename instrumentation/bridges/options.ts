// What the room is given and what it gives.

import type { Context, Tracer } from '@opentelemetry/api'

export interface BridgesOptions {
  readonly tracer: Tracer
  readonly capture: 'full' | 'hash' | 'off'
  /** Masks secrets; called with every text before it gets onto a span. */
  redact(text: string): string
  /** Told of everything that went wrong inside; nothing of it reaches the program. */
  onDefect(error: unknown): void
}

export interface Bridges {
  /** The context of the framework's agent or tool that runs now, when that is the innermost. */
  activeContext(): Context | undefined
  uninstall(): void
}
