// Spans that the receiver leaves out, and how their sender is told: why and which, in bounded words.

import { cutText } from '../../model/index.ts'
import { PARTIAL_SUCCESS_CHARS_MAX } from '../limits.ts'

export type RejectReason =
  | 'invalid_trace_id'
  | 'invalid_span_id'
  | 'invalid_parent_span_id'
  | 'start_time_missing'
  | 'start_time_too_early'
  | 'start_time_in_future'
  | 'end_time_in_future'
  | 'too_many_spans'
  | 'too_many_values'
  | 'resource_too_large'

export interface RejectedSpan {
  /** Position among the spans of the request, from 0. */
  readonly index: number
  /** As received, in lower-case hex where it was hex, cut; empty when the span was not read at all. */
  readonly traceId: string
  readonly spanId: string
  readonly reason: RejectReason
  /** What was wrong with which value and what would be right. */
  readonly message: string
}

/** What `describeOutcome` needs of a decoded request. */
export interface RequestOutcome {
  readonly spanCount: number
  readonly rejected: readonly RejectedSpan[]
  readonly rejectedCounts: ReadonlyMap<RejectReason, number>
  readonly warnings: readonly string[]
}

/** Examples in one answer: enough to recognize the producer, few enough for one log line. */
const EXAMPLES_MAX = 3
const EXAMPLE_CHARS_MAX = 200

/** For `error_message` of a partial success: counts per reason, a few examples, then warnings. */
export function describeOutcome(outcome: RequestOutcome): string {
  const parts: string[] = []
  const total = countRejected(outcome.rejectedCounts)
  if (total > 0) {
    const counts = [...outcome.rejectedCounts].map(([reason, count]) => `${reason} ${count}`)
    parts.push(`${total} of ${outcome.spanCount} spans rejected: ${counts.join(', ')}.`)
    parts.push(...pickExamples(outcome.rejected).map(describeRejected))
  }
  parts.push(...outcome.warnings)
  return cutText(parts.join(' '), PARTIAL_SUCCESS_CHARS_MAX)
}

export function countRejected(counts: ReadonlyMap<RejectReason, number>): number {
  let total = 0
  for (const count of counts.values()) total += count
  return total
}

/** One of each reason before a second of any. */
function pickExamples(rejected: readonly RejectedSpan[]): readonly RejectedSpan[] {
  const firsts = new Map<RejectReason, RejectedSpan>()
  for (const span of rejected) if (!firsts.has(span.reason)) firsts.set(span.reason, span)
  return [...new Set([...firsts.values(), ...rejected.slice(0, EXAMPLES_MAX)])].slice(
    0,
    EXAMPLES_MAX
  )
}

function describeRejected(span: RejectedSpan): string {
  const name = span.spanId === '' ? `Span ${span.index}` : `Span ${span.index} (${span.spanId})`
  return cutText(`${name}: ${span.message}.`, EXAMPLE_CHARS_MAX)
}
