// The child's environment and arguments: the user's own, with what its producer needs put where the user has
// said nothing.

import type { LaunchTelemetry } from './options.ts'
import type { Environment } from './producer.ts'
import type { Recognized } from './recognize-command.ts'

export interface ChildSetup {
  /** What is added, and nothing else. */
  readonly added: Readonly<Record<string, string>>
  readonly args: readonly string[]
  readonly advice: string | undefined
}

export interface ChildSetupOptions {
  readonly recognized: Recognized
  readonly telemetry: Pick<LaunchTelemetry, 'endpoint' | 'headers' | 'hasContent'>
  readonly agent: string
  readonly name: string | undefined
  readonly launchId: string
  readonly traceparent: string
  readonly tracestate: string
  readonly registerUrl: string
  readonly env: Environment
}

/** Of what the user may have set, only these are extended: they are lists. */
const EXTENDED = new Set(['NODE_OPTIONS', 'PYTHONPATH'])

export function setUpChild(options: ChildSetupOptions): ChildSetup {
  const { recognized, telemetry, agent, name, env, registerUrl } = options
  const { endpoint, hasContent } = telemetry
  const { producer, program } = recognized
  const setUp = producer.setUp({ endpoint, agent, registerUrl, program, env, hasContent })
  const wanted: Record<string, string> = {
    ...setUp.variables,
    ...(name === undefined ? {} : { OTEL_SERVICE_NAME: name }),
    ...headerVariables(telemetry.headers)
  }
  const added: Record<string, string> = {}
  for (const [variable, value] of Object.entries(wanted)) {
    const isSet = env[variable] !== undefined && env[variable] !== ''
    if (!isSet || EXTENDED.has(variable)) added[variable] = value
  }
  const given = env['OTEL_RESOURCE_ATTRIBUTES']?.trim() ?? ''
  const ours = `onset.launch.id=${options.launchId}`
  added['OTEL_RESOURCE_ATTRIBUTES'] = given === '' ? ours : `${given.replace(/,$/, '')},${ours}`
  // The launch is the parent now, also of what was started under another one: it has joined that itself.
  added['TRACEPARENT'] = options.traceparent
  added['TRACESTATE'] = options.tracestate
  return { added, args: [...(setUp.args ?? []), ...program.args], advice: setUp.advice }
}

/** Percent-encoded, as the specification of the exporters wants it. */
function headerVariables(headers: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = Object.entries(headers).map(
    ([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`
  )
  return pairs.length === 0 ? {} : { OTEL_EXPORTER_OTLP_HEADERS: pairs.join(',') }
}
