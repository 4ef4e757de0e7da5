// What a launch is asked for and what it is given.

import type { Environment } from './producer.ts'

export interface LaunchRequest {
  readonly command: readonly string[]
  /** The agent's name (default: the command's). */
  readonly name: string | undefined
  readonly task: string | undefined
  /** A shell command that says by its exit code whether the agent did what it was to do. */
  readonly check: string | undefined
  readonly exitWith: 'agent' | 'check'
  /** How long to wait for the analysis, in ms; 0 does not wait. */
  readonly waitMs: number
  readonly printsEnvironment: boolean
}

/** How the agent ended. */
export type AgentEnd =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }

/** The telemetry of the launcher's own process: the root span of the execution. */
export interface LaunchTelemetry {
  /** The trace of this execution, which is its run. */
  readonly runId: string
  readonly traceparent: string
  /** Says beside it that the span is the frame of the run: a program that reads it makes none of its own. */
  readonly tracestate: string
  /** Base of the OTLP paths. */
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  readonly hasContent: boolean
  readonly redact: (text: string) => string
  /** Ends the root span. */
  end(end: AgentEnd): void
  /** Instead of its end: there was no run. */
  discard(): void
  /** Resolves with whether all was acknowledged in time. */
  flush(timeoutMs: number): Promise<boolean>
}

export interface TelemetryRequest {
  readonly env: Environment
  readonly agent: string
  readonly task: string | undefined
  readonly launchId: string
  readonly command: readonly string[]
  /** The program and what it is given; empty where the command does not say it. */
  readonly argv: readonly string[]
  readonly tell: (line: string) => void
}

export interface LaunchServices {
  /** Undefined when the environment switches telemetry off. */
  readonly openTelemetry: (request: TelemetryRequest) => LaunchTelemetry | undefined
  /** Whether the environment switches telemetry off, or where it goes; starts nothing. */
  readonly describeTelemetry: (
    env: Environment
  ) => Pick<LaunchTelemetry, 'endpoint' | 'headers' | 'hasContent'> | undefined
  readonly registerUrl: string
  readonly now: () => number
}

export interface LaunchIo {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
  readonly env: Environment
}
