// Sanitizers: what is wrong with a span but does not change what it says is repaired, and warned of.

import {
  cutText,
  type DecodedSpan,
  type SpanEvent,
  type SpanKind,
  type StatusCode,
  toSpanId,
  toTraceId,
  toUnixNano,
  type UnixNano
} from '../../model/index.ts'
import { isRoot } from './find-offence.ts'
import { SPAN_NAME_CHARS_MAX, TIME_NANO_MIN } from '../limits.ts'
import type { ItemOwner } from './owner-drafts.ts'
import type { SpanDraft } from './span-draft.ts'

/** In the order of their numbers: https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto */
const SPAN_KINDS: readonly SpanKind[] = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer'
]
const STATUS_CODES: readonly StatusCode[] = ['unset', 'ok', 'error']

/** `draft` has no offence: ids and start are valid, the end is not in the future. */
export function toDecodedSpan(
  draft: SpanDraft,
  { resource, scope }: ItemOwner,
  latestTime: bigint
): DecodedSpan {
  const { attributes } = draft
  return {
    traceId: toTraceId(draft.traceId),
    spanId: toSpanId(draft.spanId),
    parentSpanId: repairParent(draft),
    traceState: draft.traceState,
    flags: draft.flags,
    name: repairName(draft),
    kind: SPAN_KINDS[draft.kind] ?? 'unspecified',
    startTime: toUnixNano(draft.startTime),
    endTime: repairEnd(draft),
    attributes: attributes.finish(),
    droppedAttributesCount: draft.droppedAttributesCount + attributes.droppedCount,
    events: repairEvents(draft, latestTime),
    droppedEventsCount: draft.droppedEventsCount + draft.truncatedEvents,
    links: draft.links,
    droppedLinksCount: draft.droppedLinksCount + draft.truncatedLinks,
    statusCode: STATUS_CODES[draft.statusCode] ?? 'unset',
    statusMessage: draft.statusMessage,
    resource,
    scope
  }
}

function repairParent(draft: SpanDraft): DecodedSpan['parentSpanId'] {
  if (isRoot(draft.parentSpanId)) return undefined
  if (draft.parentSpanId !== draft.spanId) return toSpanId(draft.parentSpanId)
  draft.budget.warn('own_parent')
  return undefined
}

function repairName(draft: SpanDraft): string {
  if (draft.name.length <= SPAN_NAME_CHARS_MAX) return draft.name
  draft.budget.warn('name_truncated')
  return cutText(draft.name, SPAN_NAME_CHARS_MAX)
}

function repairEnd(draft: SpanDraft): UnixNano {
  if (draft.endTime >= draft.startTime) return toUnixNano(draft.endTime)
  draft.budget.warn(draft.endTime === 0n ? 'end_missing' : 'end_before_start')
  return toUnixNano(draft.startTime)
}

function repairEvents(draft: SpanDraft, latestTime: bigint): readonly SpanEvent[] {
  const isPlausible = ({ time }: SpanEvent): boolean => time >= TIME_NANO_MIN && time <= latestTime
  if (draft.events.every(isPlausible)) return draft.events
  draft.budget.warn('event_time_invalid')
  const time = toUnixNano(draft.startTime)
  return draft.events.map((event) => (isPlausible(event) ? event : { ...event, time }))
}
