// Connects the rooms: telemetry brings spans out, runs says what belongs together, the others see what the
// agent does.

import { existsSync } from 'node:fs'
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { context, type Attributes } from '@opentelemetry/api'
import { installEffects } from './effects/index.ts'
import { installBridges } from './bridges/index.ts'
import { installLlmCalls } from './llm-calls/index.ts'
import { startRuns, type Runs } from './runs/index.ts'
import { readSettings, type Environment, type Settings } from './settings.ts'
import {
  createRedaction,
  joinProvider,
  prepareGlobals,
  shareApi,
  startTelemetry,
  type Redaction,
  type Telemetry
} from './telemetry/index.ts'

/** Version of the OpenTelemetry API that this package brings; its globals are made under it. */
export const API_VERSION = '1.10.0'

/** Nothing outlives the first process of a container: it waits this long for its helper. */
const CONTAINER_EXIT_WAIT_MS = 2_000

/** Where the main thread leaves the run's trace context for its worker threads. */
const WORKER_CONTEXT = 'onset.traceparent'

export interface StartOptions {
  readonly env: Environment
  readonly argv: readonly string[]
  readonly isMainThread: boolean
  readonly now: () => number
  readonly tell: (line: string) => void
}

export function startInstrumentation(options: StartOptions): void {
  const settings = readSettings(options.env, options.argv)
  if (settings.isDisabled) return
  for (const complaint of options.isMainThread ? settings.complaints : []) options.tell(complaint)
  const redaction = createRedaction({
    env: options.env,
    patterns: settings.redactPatterns,
    allowedVariables: settings.allowedVariables
  })
  const onDefect = countDefects(options.tell)
  const telemetry = openTelemetry({ settings, redaction, onDefect, ...options })
  const runs = openRuns(telemetry, settings, options)
  const bridges = installBridges({
    tracer: runs.tracer,
    capture: settings.capture,
    redact: (text) => redaction.redact(text),
    onDefect
  })
  const calls = installLlmCalls({
    tracer: runs.tracer,
    capture: settings.capture,
    redact: (text) => redaction.redact(text),
    isOwnTraffic: (url) => telemetry.isOwnTraffic(url),
    now: options.now,
    activeContext: () => bridges.activeContext() ?? runs.activeContext(),
    onDefect
  })
  telemetry.observe(calls.spanObserver)
  const effects = installEffects({
    tracer: runs.tracer,
    parentContext: () => calls.parentContext(),
    childEnvironment: (parent) => runs.childEnvironment(parent),
    environment: options.env,
    capture: settings.capture,
    redact: (text) => redaction.redact(text),
    ignorePaths: [settings.spoolDir],
    allowedVariables: settings.allowedVariables,
    // A program inside of somebody's run, such as a compiler, reads its own files, not the agent's.
    recordsReads: settings.traceparent === undefined,
    onDefect
  })
  telemetry.onEnding((ending) => {
    effects.uninstall()
    bridges.uninstall()
    calls.uninstall()
    runs.end(ending)
  })
  joinApplication({ telemetry, runs, settings, options })
}

interface OpenTelemetryOptions extends StartOptions {
  readonly settings: Settings
  readonly redaction: Redaction
  readonly onDefect: (error: unknown) => void
}

function openTelemetry({
  settings,
  redaction,
  onDefect,
  env,
  now,
  tell
}: OpenTelemetryOptions): Telemetry {
  prepareGlobals(API_VERSION)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  return startTelemetry({
    destination: settings.destination,
    resource: { ...describeProcess(), ...settings.resource },
    limits: settings.limits,
    capture: settings.capture,
    redaction,
    spoolDir: settings.spoolDir,
    spoolBytesMax: settings.spoolBytesMax,
    uploadDelayMs: settings.uploadDelayMs,
    batchSpansMax: settings.batchSpansMax,
    exitWaitMs: settings.exitWaitMs ?? (isContainer(env) ? CONTAINER_EXIT_WAIT_MS : 0),
    lastUploadEnvironment: pick(env, [
      'NODE_EXTRA_CA_CERTS',
      'SSL_CERT_FILE',
      'SSL_CERT_DIR',
      'SystemRoot'
    ]),
    now,
    onDefect,
    tell
  })
}

function openRuns(telemetry: Telemetry, settings: Settings, { isMainThread }: StartOptions): Runs {
  const inherited: unknown = isMainThread
    ? settings.traceparent
    : getEnvironmentData(WORKER_CONTEXT)
  const runs = startRuns({
    getTracer: (name, version) => telemetry.getTracer(name, version),
    agent: settings.agent,
    task: settings.capture === 'off' ? undefined : settings.task,
    // A worker thread works in the run of its process.
    mode: settings.runMode,
    isPart: !isMainThread,
    traceparent: typeof inherited === 'string' ? inherited : undefined,
    tracestate: isMainThread ? settings.tracestate : undefined,
    attributes:
      settings.session === undefined ? {} : { 'gen_ai.conversation.id': settings.session },
    checkpoint: (spanId) => telemetry.checkpoint(spanId),
    discard: (spanId) => telemetry.discard(spanId),
    flush: (timeoutMs) => telemetry.flush(timeoutMs)
  })
  if (isMainThread) setEnvironmentData(WORKER_CONTEXT, runs.traceparent())
  return runs
}

interface JoinOptions {
  readonly telemetry: Telemetry
  readonly runs: Runs
  readonly settings: Settings
  readonly options: StartOptions
}

function joinApplication({ telemetry, runs, settings, options }: JoinOptions): void {
  shareApi({
    provider: runs.provider,
    entry: options.argv[1],
    onJoined: (registered) => {
      runs.standBack()
      const joined = joinProvider(registered, telemetry.processor, settings.destination.url)
      if (joined === 'closed') {
        options.tell(
          'the application’s own OpenTelemetry SDK takes no further processor: its spans are not recorded'
        )
      }
    }
  })
}

function describeProcess(): Attributes {
  return {
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'telemetry.sdk.name': 'opentelemetry',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.distro.name': '@onset/instrumentation'
  }
}

/** Where processes of this one may be killed with it. */
function isContainer(env: Environment): boolean {
  if (process.pid === 1 || env['KUBERNETES_SERVICE_HOST'] !== undefined) return true
  return existsSync('/.dockerenv') || existsSync('/run/.containerenv')
}

function pick(env: Environment, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {}
  for (const name of names) {
    const value = env[name]
    if (value !== undefined) picked[name] = value
  }
  return picked
}

/** The first defect is told, the others are counted: an agent's terminal is not ours. */
function countDefects(tell: (line: string) => void): (error: unknown) => void {
  let count = 0
  return (error) => {
    count += 1
    if (count > 1) return
    const text = error instanceof Error ? error.message : String(error)
    tell(`a defect of the instrumentation, the agent is not affected: ${text}`)
  }
}
