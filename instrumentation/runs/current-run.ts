// Which run code belongs to. The registered instrumentation is found over the global object, because an
// application may bundle its own copy of this module.

import { context, createContextKey, type Context, type Span, type Tracer } from '@opentelemetry/api'

const SHARED = Symbol.for('onset.instrumentation.1')
const RUN_KEY = createContextKey('onset run')

export interface SharedRuns {
  readonly tracer: Tracer
  /** An explicit run takes the place of the process's as long as that one is empty. */
  leaveProcessRun(): void
  useProcessRun(): Span | undefined
  /** The run of another process that this one works in; absent in copies from before there was one. */
  joinedRun?(): Context | undefined
  readonly checkpoint: (span: Span) => void
  readonly flush: (timeoutMs?: number) => Promise<boolean>
}

export function shareRuns(runs: SharedRuns): void {
  Object.defineProperty(globalThis, SHARED, { value: runs, configurable: true, enumerable: false })
}

export function sharedRuns(): SharedRuns | undefined {
  const found: unknown = Reflect.get(globalThis, SHARED)
  return isShared(found) ? found : undefined
}

function isShared(value: unknown): value is SharedRuns {
  return typeof value === 'object' && value !== null && 'useProcessRun' in value
}

export function setRunSpan(under: Context, span: Span): Context {
  return under.setValue(RUN_KEY, span)
}

/** The root span of the run that the running code belongs to. */
export function currentRunSpan(): Span | undefined {
  const found = context.active().getValue(RUN_KEY)
  return isSpan(found) ? found : sharedRuns()?.useProcessRun()
}

function isSpan(value: unknown): value is Span {
  return typeof value === 'object' && value !== null && 'spanContext' in value
}
