// Brands for the quantities that get confused: two strings of hex, two bigints of time. A brand costs
// nothing at run time; it makes passing a span id where a trace id is meant a type error.

/** Nanoseconds since 1970-01-01T00:00:00Z. A bigint, because 2^53 ns ended in April 1970. */
export type UnixNano = bigint & { readonly __unit: 'unix_nano' }

/** 32 lower-case hex digits, not all zero (https://www.w3.org/TR/trace-context/#trace-id). */
export type TraceId = string & { readonly __brand: 'TraceId' }

/** 16 lower-case hex digits, not all zero (https://www.w3.org/TR/trace-context/#parent-id). */
export type SpanId = string & { readonly __brand: 'SpanId' }

/** One execution of an agent for one request; the trace id when the run is one trace. */
export type RunId = string & { readonly __brand: 'RunId' }

/** Unique within a run; the span id when the step came from a span. */
export type StepId = string & { readonly __brand: 'StepId' }

const NANOS_PER_MILLI = 1_000_000n

/** Days of UTC, which has no leap seconds in Unix time. */
export const NANOS_PER_DAY = 86_400_000_000_000n

export function toUnixNano(nanoseconds: bigint): UnixNano {
  return nanoseconds as UnixNano
}

/** Whole and fractional milliseconds since 1970; exact to the microsecond for dates of this century. */
export function toUnixMillis(time: UnixNano): number {
  return Number(time / NANOS_PER_MILLI) + Number(time % NANOS_PER_MILLI) / 1e6
}

export function fromUnixMillis(milliseconds: number): UnixNano {
  return toUnixNano(BigInt(Math.trunc(milliseconds)) * NANOS_PER_MILLI)
}

export function toTraceId(hex: string): TraceId {
  return hex as TraceId
}

export function toSpanId(hex: string): SpanId {
  return hex as SpanId
}

export function toRunId(text: string): RunId {
  return text as RunId
}

export function toStepId(text: string): StepId {
  return text as StepId
}
