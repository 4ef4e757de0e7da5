// W3C trace context in environment variables, in and out.
// https://www.w3.org/TR/trace-context/ https://opentelemetry.io/docs/specs/otel/context/env-carriers/

import {
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  type Context
} from '@opentelemetry/api'

/** Our entry of the trace state: the span of a launch, which is the frame of the run it starts. */
const STATE_KEY = 'onset'

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/

/** The context a parent process gave, or undefined when it gave none or an invalid one. */
export function readTraceContext(
  traceparent: string | undefined,
  tracestate: string | undefined
): Context | undefined {
  const match = TRACEPARENT.exec(traceparent?.trim() ?? '')
  if (match === null) return undefined
  const [, version, traceId = '', spanId = ''] = match
  if (version === 'ff') return undefined
  const spanContext = {
    traceId,
    spanId,
    // A caller that samples its own traces has not decided about ours: a run is recorded whole.
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
    ...(tracestate === undefined ? {} : { traceState: createTraceState(tracestate) })
  }
  return isSpanContextValid(spanContext)
    ? trace.setSpanContext(ROOT_CONTEXT, spanContext)
    : undefined
}

export function writeTraceContext(context: Context): Record<string, string> {
  const spanContext = trace.getSpanContext(context)
  if (spanContext === undefined || !isSpanContextValid(spanContext)) return {}
  const { traceId, spanId, traceFlags, traceState } = spanContext
  const flags = traceFlags.toString(16).padStart(2, '0')
  const state = traceState?.serialize() ?? ''
  return {
    TRACEPARENT: `00-${traceId}-${spanId}-${flags}`,
    ...(state === '' ? {} : { TRACESTATE: state })
  }
}

/** The trace state that a launch gives its command with the trace context of its span. */
export function launchState(traceparent: string, tracestate: string | undefined): string {
  const others = entries(tracestate).filter((entry) => !entry.startsWith(`${STATE_KEY}=`))
  return [`${STATE_KEY}=${traceparent.split('-')[2] ?? ''}`, ...others].join(',')
}

/** Whether the parent is a launch: what a program starts itself inherits the state with another parent. */
export function isUnderLaunch(parent: Context, tracestate: string | undefined): boolean {
  const spanId = trace.getSpanContext(parent)?.spanId
  return entries(tracestate).includes(`${STATE_KEY}=${spanId}`)
}

function entries(tracestate: string | undefined): readonly string[] {
  return (tracestate ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}
