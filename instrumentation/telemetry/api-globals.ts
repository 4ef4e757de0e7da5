// Lives with an OpenTelemetry SDK that the application may bring itself. Our provider is there for whoever
// asks the API for one, in every copy of the API, and gives way to the one that the application registers.
// Nothing of the application's own telemetry changes by our being here.

import { createRequire } from 'node:module'
import { realpathSync } from 'node:fs'
import { context, type TracerProvider } from '@opentelemetry/api'

/** Where all copies of the API's major version 1 keep what was registered. */
const API_GLOBALS = Symbol.for('opentelemetry.js.api.1')

interface ApiGlobals {
  version: string
  trace?: TracerProvider
}

export interface GlobalsOptions {
  readonly provider: TracerProvider
  /** The application's entry file: its copy of the API is found from there. */
  readonly entry: string | undefined
  /** Called when the application has, or gets, a provider of its own. */
  readonly onJoined: (provider: TracerProvider) => void
}

export function shareApi({ provider, entry, onJoined }: GlobalsOptions): void {
  const globals = readGlobals()
  if (globals === undefined) return
  if (globals.trace !== undefined) {
    onJoined(globals.trace)
    return
  }
  offerProvider(globals, provider, onJoined)
  alignVersion(globals, entry)
}

/** Made before anything registers: the API would make the version read-only. */
export function prepareGlobals(version: string): void {
  if (readGlobals() === undefined) Reflect.set(globalThis, API_GLOBALS, { version })
}

function readGlobals(): ApiGlobals | undefined {
  const found: unknown = Reflect.get(globalThis, API_GLOBALS)
  return isGlobals(found) ? found : undefined
}

function isGlobals(value: unknown): value is ApiGlobals {
  return typeof value === 'object' && value !== null && 'version' in value
}

/**
 * Whoever asks for a provider gets ours; whoever is about to register one finds the place free. Both read the
 * same property, so the stack tells them apart. Where it tells nothing, in a minified bundle, the place is
 * free: then a library's spans are not seen, which breaks nothing.
 */
function offerProvider(
  globals: ApiGlobals,
  provider: TracerProvider,
  onJoined: (registered: TracerProvider) => void
): void {
  let registered: TracerProvider | undefined
  Object.defineProperty(globals, 'trace', {
    configurable: true,
    enumerable: true,
    get: () => registered ?? (isAskedForProvider() ? provider : undefined),
    set: (value: TracerProvider | undefined) => {
      registered = value
      // What is registered is the API's proxy; the provider behind it is set right after.
      if (value !== undefined) queueMicrotask(() => onJoined(value))
    }
  })
}

const STACK_FRAMES = 6

function isAskedForProvider(): boolean {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = STACK_FRAMES
  const stack = String(new Error('who asks').stack)
  Error.stackTraceLimit = limit
  if (/\b(?:registerGlobal|setGlobalTracerProvider)\b/.test(stack)) return false
  return /\bgetTracerProvider\b/.test(stack)
}

/**
 * A copy of the API registers only where its own version stands. Ours has read the globals by now and does
 * not look at the version again, so an application on an older one gets the version it expects.
 */
function alignVersion(globals: ApiGlobals, entry: string | undefined): void {
  const version = entry === undefined ? undefined : findApiVersion(entry)
  if (version === undefined || version === globals.version) return
  const own = globals.version
  const before = context.active()
  globals.version = version
  // If our copy does look again, it sees nothing now; then both are better off with ours.
  if (context.active() !== before || !contextWorks()) globals.version = own
}

function contextWorks(): boolean {
  const key = Symbol('onset probe')
  return context.with(
    context.active().setValue(key, true),
    () => context.active().getValue(key) === true
  )
}

function findApiVersion(entry: string): string | undefined {
  try {
    const require = createRequire(realpathSync(entry))
    const found: unknown = require(
      `${packageFolder(require.resolve('@opentelemetry/api'))}package.json`
    )
    return isVersioned(found) ? found.version : undefined
  } catch {
    // No API in the application, or a bundle.
    return undefined
  }
}

function packageFolder(file: string): string {
  const marker = '@opentelemetry/api/'
  const path = file.replaceAll('\\', '/')
  return path.slice(0, path.lastIndexOf(marker) + marker.length)
}

function isVersioned(value: unknown): value is { version: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    typeof value.version === 'string'
  )
}
