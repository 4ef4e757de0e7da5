// Items (spans, log records, data points) that the receiver leaves out, and how their sender is told: why and which, in bounded words.

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
  | 'time_missing'
  | 'time_too_early'
  | 'time_in_future'
  | 'name_missing'
  | 'invalid_buckets'
  | 'too_many_spans'
  | 'too_many_log_records'
  | 'too_many_data_points'
  | 'too_many_values'
  | 'resource_too_large'

/** What the items of a signal are called in answers to their senders. */
export interface ItemNoun {
  readonly one: string
  readonly many: string
  /** What VALUES_PER_REQUEST_MAX counts. */
  readonly values: string
  readonly tooMany: RejectReason
}

export const SPANS: ItemNoun = {
  one: 'span',
  many: 'spans',
  values: 'attribute values, events and links',
  tooMany: 'too_many_spans'
}
export const LOG_RECORDS: ItemNoun = {
  one: 'log record',
  many: 'log records',
  values: 'attribute values',
  tooMany: 'too_many_log_records'
}
export const DATA_POINTS: ItemNoun = {
  one: 'data point',
  many: 'data points',
  values: 'attribute values, buckets, quantiles and exemplars',
  tooMany: 'too_many_data_points'
}

export interface RejectedItem {
  /** Position among the items of the request, from 0. */
  readonly index: number
  /** As received, in lower-case hex where it was hex, cut; empty when the item has none or was not read. */
  readonly traceId: string
  readonly spanId: string
  readonly reason: RejectReason
  /** What was wrong with which value and what would be right. */
  readonly message: string
}

/** What `describeOutcome` needs of a decoded request. */
export interface RequestOutcome {
  readonly itemCount: number
  readonly rejected: readonly RejectedItem[]
  readonly rejectedCounts: ReadonlyMap<RejectReason, number>
  readonly warnings: readonly string[]
}

/** Examples in one answer: enough to recognize the producer, few enough for one log line. */
const EXAMPLES_MAX = 3
const EXAMPLE_CHARS_MAX = 200

/** For `error_message` of a partial success: counts per reason, a few examples, then warnings. */
export function describeOutcome(outcome: RequestOutcome, noun: ItemNoun): string {
  const parts: string[] = []
  const total = countRejected(outcome.rejectedCounts)
  if (total > 0) {
    const counts = [...outcome.rejectedCounts].map(([reason, count]) => `${reason} ${count}`)
    parts.push(`${total} of ${outcome.itemCount} ${noun.many} rejected: ${counts.join(', ')}.`)
    parts.push(...pickExamples(outcome.rejected).map((item) => describeRejected(item, noun)))
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
function pickExamples(rejected: readonly RejectedItem[]): readonly RejectedItem[] {
  const firsts = new Map<RejectReason, RejectedItem>()
  for (const item of rejected) if (!firsts.has(item.reason)) firsts.set(item.reason, item)
  return [...new Set([...firsts.values(), ...rejected.slice(0, EXAMPLES_MAX)])].slice(
    0,
    EXAMPLES_MAX
  )
}

function describeRejected(item: RejectedItem, { one }: ItemNoun): string {
  const noun = one.charAt(0).toUpperCase() + one.slice(1)
  const id = item.spanId === '' ? '' : ` (${item.spanId})`
  return cutText(`${noun} ${item.index}${id}: ${item.message}.`, EXAMPLE_CHARS_MAX)
}
