// Connects `onset run` to this package's own telemetry: the root span of an execution is spooled, masked and
// uploaded as every span of an agent is.

import { createRunCommand, type Command } from './commands/index.ts'
import type { LaunchServices, LaunchTelemetry, TelemetryRequest } from './launcher/index.ts'
import { launchState, startRuns } from './runs/index.ts'
import { readSettings, type Environment, type Settings } from './settings.ts'
import { createRedaction, startTelemetry } from './telemetry/index.ts'

/** The process that called us may go at any time; its end must not wait. */
const EXIT_WAIT_MS = 0

export interface RunCommandOptions {
  readonly now: () => number
  readonly raise: (signal: NodeJS.Signals) => void
}

export function buildRunCommand({ now, raise }: RunCommandOptions): Command {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const services: LaunchServices = {
    openTelemetry: (request) => openTelemetry(request, now),
    describeTelemetry: (env) => {
      const settings = readSettings(env, [])
      return settings.isDisabled ? undefined : describe(settings, env)
    },
    registerUrl: new URL(`./register.${extension}`, import.meta.url).href,
    now
  }
  return createRunCommand({ ...services, raise })
}

function openTelemetry(request: TelemetryRequest, now: () => number): LaunchTelemetry | undefined {
  const { env, agent, task, launchId, command, argv, tell } = request
  const settings = readSettings(env, argv)
  if (settings.isDisabled) return undefined
  for (const complaint of settings.complaints) tell(complaint)
  const redaction = createRedaction({
    env,
    patterns: settings.redactPatterns,
    allowedVariables: settings.allowedVariables
  })
  const telemetry = startTelemetry({
    ...settings,
    resource: {
      'telemetry.distro.name': '@onset/instrumentation',
      ...settings.resource,
      'service.name': agent,
      'onset.launch.id': launchId
    },
    redaction,
    exitWaitMs: settings.exitWaitMs ?? EXIT_WAIT_MS,
    lastUploadEnvironment: {},
    now,
    onDefect: (error) => tell(error instanceof Error ? error.message : String(error)),
    tell
  })
  const hasContent = settings.capture === 'full'
  const runs = startRuns({
    getTracer: (name, version) => telemetry.getTracer(name, version),
    agent,
    task: settings.capture === 'off' ? undefined : (task ?? settings.task),
    mode: 'process',
    isPart: false,
    isLaunch: true,
    traceparent: settings.traceparent,
    tracestate: settings.tracestate,
    attributes: {
      'onset.launch.id': launchId,
      ...(hasContent ? { 'process.command_args': [...command] } : {}),
      ...(settings.session === undefined ? {} : { 'gen_ai.conversation.id': settings.session })
    },
    checkpoint: (spanId) => telemetry.checkpoint(spanId),
    discard: (spanId) => telemetry.discard(spanId),
    flush: (timeoutMs) => telemetry.flush(timeoutMs)
  })
  // Under another run the span begins with its first use, which is now.
  runs.activeContext()
  const traceparent = runs.traceparent() ?? ''
  return {
    ...describe(settings, env),
    runId: traceparent.split('-')[1] ?? '',
    traceparent,
    tracestate: launchState(traceparent, settings.tracestate),
    redact: (text) => redaction.redact(text),
    end: (end) => runs.end(end),
    discard: () => telemetry.discard(traceparent.split('-')[2] ?? ''),
    flush: (timeoutMs) => telemetry.flush(timeoutMs)
  }
}

function describe(
  { destination, capture }: Settings,
  env: Environment
): Pick<LaunchTelemetry, 'endpoint' | 'headers' | 'hasContent'> {
  const { url, headers } = destination
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT']
  const endpoint =
    base === undefined || base === '' ? url.href.replace(/\/v1\/traces\/?$/, '') : base
  return { endpoint: endpoint.replace(/\/+$/, ''), headers, hasContent: capture === 'full' }
}
