// What the launcher knows about a producer: how its command is recognized, and which variables and arguments
// make it send its telemetry. Nothing of it is written to a file of the user's.

/** Where telemetry goes and what belongs to this launch. */
export interface LaunchTarget {
  /** Base of the OTLP paths, without a slash at its end. */
  readonly endpoint: string
  /** Of this launch's root span: `service.name` of producers that have none of their own. */
  readonly agent: string
  /** URL of the preload for Node. A URL, not a path: in `NODE_OPTIONS` spaces separate flags. */
  readonly registerUrl: string
  /** What the user typed or the script's own first line names, when it could be found. */
  readonly program: Program
  readonly env: Environment
  /** False: prompts, answers, arguments and results stay with the producer. */
  readonly hasContent: boolean
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The command as it was found, without running it. */
export interface Program {
  /** Last part of its path, without `.exe` or `.cmd`. */
  readonly name: string
  /** Undefined when there is none of that name. */
  readonly path: string | undefined
  /** Of a script: the program its first line names. */
  readonly interpreter: string | undefined
  readonly args: readonly string[]
}

export interface SetUp {
  /** Set unless the user's environment has them already. */
  readonly variables: Readonly<Record<string, string>>
  /** Put before the user's own arguments. */
  readonly args?: readonly string[]
  /** What is missing, a line. */
  readonly advice?: string
}

export interface Producer {
  readonly name: string
  /** Where its variables are documented. */
  readonly documentation: string
  /** Which version of it that was read for. */
  readonly versionRead: string
  /** Names of its command. */
  readonly commands: readonly string[]
  /** Its packages, for `npx <package>`. */
  readonly packages?: readonly string[]
  /** `service.name` under which its runs come when they do not join the launch's trace. */
  readonly services: readonly string[]
  readonly setUp: (target: LaunchTarget) => SetUp
}

/** What every exporter of OpenTelemetry reads: https://opentelemetry.io/docs/specs/otel/protocol/exporter/ */
export function exporterVariables(endpoint: string): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf'
  }
}

export const ALL_SIGNALS = {
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_LOGS_EXPORTER: 'otlp',
  OTEL_METRICS_EXPORTER: 'otlp'
} as const
