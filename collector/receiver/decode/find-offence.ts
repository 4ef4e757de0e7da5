// Why a span cannot be kept. A wrong id or time is not repaired: a made-up one would join the span to
// a run that it does not belong to.

import { TIME_NANO_MIN } from '../limits.ts'
import type { Offence } from './request-intake.ts'
import { isId, SPAN_ID_DIGITS, type SpanDraft, TRACE_ID_DIGITS } from './span-draft.ts'

/** `latestTime` is the end of what the sender's clock may say, in nanoseconds. */
export function findOffence(draft: SpanDraft, latestTime: bigint): Offence | undefined {
  return findIdOffence(draft) ?? findTimeOffence(draft, latestTime)
}

function findIdOffence(draft: SpanDraft): Offence | undefined {
  if (!isId(draft.traceId, TRACE_ID_DIGITS)) {
    const message = describeId('trace_id', draft.traceId, TRACE_ID_DIGITS)
    return { reason: 'invalid_trace_id', message }
  }
  if (!isId(draft.spanId, SPAN_ID_DIGITS)) {
    const message = describeId('span_id', draft.spanId, SPAN_ID_DIGITS)
    return { reason: 'invalid_span_id', message }
  }
  if (isRoot(draft.parentSpanId) || isId(draft.parentSpanId, SPAN_ID_DIGITS)) return undefined
  const message = describeId('parent_span_id', draft.parentSpanId, SPAN_ID_DIGITS)
  return { reason: 'invalid_parent_span_id', message }
}

const NO_PARENT = '0'.repeat(SPAN_ID_DIGITS)

/** Some SDKs write the all-zero id for "no parent". */
export function isRoot(parentSpanId: string): boolean {
  return parentSpanId === '' || parentSpanId === NO_PARENT
}

/** Says what is wrong with an id that `isId` refused. */
function describeId(field: string, id: string, digits: number): string {
  const bytes = digits / 2
  if (id === '') return `${field} is missing; ${bytes} bytes are required`
  if (!/^[0-9a-f]*$/.test(id)) {
    return `${field} ${JSON.stringify(id)} is not hex; OTLP JSON writes ids as ${digits} hex digits, not base64`
  }
  if (id.length === digits) return `${field} is all zero, which means "no id"`
  return `${field} has ${describeLength(id)}; ${bytes} are required`
}

function describeLength(id: string): string {
  return id.length % 2 === 0 ? `${id.length / 2} bytes` : `${id.length} hex digits`
}

const START = 'start_time_unix_nano'
const END = 'end_time_unix_nano'

function findTimeOffence(draft: SpanDraft, latestTime: bigint): Offence | undefined {
  const { startTime, endTime } = draft
  if (startTime === 0n) {
    const message = `${START} is missing; nanoseconds since 1970 are required`
    return { reason: 'start_time_missing', message }
  }
  if (startTime < TIME_NANO_MIN) {
    return { reason: 'start_time_too_early', message: describeEarly(START, startTime, latestTime) }
  }
  if (startTime > latestTime) {
    return { reason: 'start_time_in_future', message: describeLate(START, startTime, latestTime) }
  }
  if (endTime > latestTime) {
    return { reason: 'end_time_in_future', message: describeLate(END, endTime, latestTime) }
  }
  return undefined
}

/** Of an item with one time, which says that it is missing with 0. */
export function describeTimeOffence(
  field: string,
  time: bigint,
  latestTime: bigint
): Offence | undefined {
  if (time === 0n) {
    const message = `${field} is missing; nanoseconds since 1970 are required`
    return { reason: 'time_missing', message }
  }
  if (time < TIME_NANO_MIN) {
    return { reason: 'time_too_early', message: describeEarly(field, time, latestTime) }
  }
  if (time <= latestTime) return undefined
  return { reason: 'time_in_future', message: describeLate(field, time, latestTime) }
}

const UNITS: readonly (readonly [string, bigint])[] = [
  ['microseconds', 1_000n],
  ['milliseconds', 1_000_000n],
  ['seconds', 1_000_000_000n]
]

function describeEarly(field: string, time: bigint, latestTime: bigint): string {
  const isPlausible = ([, scale]: readonly [string, bigint]): boolean =>
    time * scale >= TIME_NANO_MIN && time * scale <= latestTime
  const unit = UNITS.find(isPlausible)
  const problem = `${field} ${time} is before the year 2000`
  return unit === undefined
    ? `${problem}; nanoseconds since 1970 are required`
    : `${problem}; it looks like ${unit[0]}, and nanoseconds are required`
}

function describeLate(field: string, time: bigint, latestTime: bigint): string {
  return `${field} ${time} is more than a day ahead of this clock; at most ${latestTime} is accepted`
}
