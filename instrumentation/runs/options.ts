// What the room of runs is given and what it gives.

import type { Attributes, Context, Tracer, TracerProvider } from '@opentelemetry/api'

export interface RunsOptions {
  readonly getTracer: (name: string, version?: string) => Tracer
  /** The agent's name. */
  readonly agent: string
  /** What the agent was asked; recorded only when given. */
  readonly task: string | undefined
  /** `process`: the process is one run. `none`: runs are what `withRun` and the application make. */
  readonly mode: 'process' | 'none'
  /** A thread of a process: works in the run it is given and makes none. */
  readonly isPart: boolean
  /** W3C trace context this process was started under. */
  readonly traceparent: string | undefined
  readonly tracestate: string | undefined
  /** A launch: its span is the frame of what it starts, also inside another launch. */
  readonly isLaunch?: boolean
  /** Further attributes of the run's root span. */
  readonly attributes: Attributes
  /** Writes a span's present state where a kill cannot lose it. */
  readonly checkpoint: (spanId: string) => void
  /** Ends a span without a trace of it. */
  readonly discard: (spanId: string) => void
  readonly flush: (timeoutMs?: number) => Promise<boolean>
}

/** How the process ends. */
export type RunEnding =
  | { readonly kind: 'exit'; readonly code: number; readonly error?: Error }
  | { readonly kind: 'signal'; readonly signal: string }

export interface Runs {
  /** What rooms make spans with: a span without a parent belongs to the process's run. */
  readonly tracer: Tracer
  /** The same for libraries that ask the OpenTelemetry API for a tracer. */
  readonly provider: TracerProvider
  /** Where something that is being recorded belongs: the active span, else the process's run. */
  activeContext(): Context
  /** The variables that let a child process join: `TRACEPARENT`, `TRACESTATE`. */
  childEnvironment(context: Context): Record<string, string>
  /** Where the process's run is, for threads of the same process. */
  traceparent(): string | undefined
  /** The application has its own SDK: its traces stay as they are, an empty run of ours goes. */
  standBack(): void
  end(ending: RunEnding): void
}

export type RunOutcome = 'ok' | 'error' | 'cancelled'
