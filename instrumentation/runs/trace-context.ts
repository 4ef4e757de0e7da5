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
