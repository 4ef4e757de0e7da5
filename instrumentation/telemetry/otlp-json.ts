// Spans as OTLP/JSON objects: what the spool holds, one a line, and what both encodings are made of.
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding

import type { Attributes, AttributeValue, HrTime, Link } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { OPEN_VALUE_CHARS_MAX } from './limits.ts'
import { isSecretNumberKey, MASK } from './redaction.ts'

export interface OtlpValue {
  stringValue?: string
  boolValue?: boolean
  intValue?: string
  doubleValue?: number
  arrayValue?: { values: OtlpValue[] }
}

export interface OtlpAttribute {
  key: string
  value: OtlpValue
}

export interface OtlpEvent {
  timeUnixNano: string
  name: string
  attributes: OtlpAttribute[]
  droppedAttributesCount: number
}

export interface OtlpLink {
  traceId: string
  spanId: string
  traceState?: string
  attributes: OtlpAttribute[]
  droppedAttributesCount: number
  flags: number
}

export interface OtlpSpan {
  traceId: string
  spanId: string
  traceState?: string
  parentSpanId?: string
  flags: number
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: OtlpAttribute[]
  droppedAttributesCount: number
  events: OtlpEvent[]
  droppedEventsCount: number
  links: OtlpLink[]
  droppedLinksCount: number
  status: { code: number; message?: string }
}

export interface OtlpScope {
  name: string
  version?: string
}

/** A line of a spool: one span and the scope it came from. */
export interface SpanRecord {
  scope: OtlpScope
  span: OtlpSpan
}

export interface OtlpRequest {
  resourceSpans: {
    resource: { attributes: OtlpAttribute[] }
    scopeSpans: { scope: OtlpScope; spans: OtlpSpan[] }[]
  }[]
}

/** What happens to a text under a key on its way out; undefined leaves the attribute out. */
export type TextFilter = (key: string, text: string) => string | undefined

const NANOS_PER_SECOND = 1_000_000_000n
const NANOS_PER_MILLISECOND = 1_000_000n

export function toSpanRecord(span: ReadableSpan, filter: TextFilter): SpanRecord {
  const { traceId, spanId, traceState, traceFlags } = span.spanContext()
  const state = filter('', traceState?.serialize() ?? '')
  const parentSpanId = span.parentSpanContext?.spanId
  const message = span.status.message
  return {
    scope: toScope(span, filter),
    span: {
      traceId,
      spanId,
      ...(state === undefined || state === '' ? {} : { traceState: state }),
      ...(parentSpanId === undefined ? {} : { parentSpanId }),
      flags: traceFlags,
      name: filter('', span.name) ?? '',
      // The API counts from 0, the protocol from 1.
      kind: span.kind + 1,
      startTimeUnixNano: toNanos(span.startTime),
      endTimeUnixNano: toNanos(span.endTime),
      attributes: toAttributes(span.attributes, filter),
      droppedAttributesCount: span.droppedAttributesCount,
      events: span.events.map((event) => ({
        timeUnixNano: toNanos(event.time),
        name: filter('', event.name) ?? '',
        attributes: toAttributes(event.attributes ?? {}, filter),
        droppedAttributesCount: event.droppedAttributesCount ?? 0
      })),
      droppedEventsCount: span.droppedEventsCount,
      links: span.links.map((link) => toLink(link, filter)),
      droppedLinksCount: span.droppedLinksCount,
      status: {
        code: span.status.code,
        ...(message === undefined ? {} : { message: filter('', message) ?? '' })
      }
    }
  }
}

function toScope({ instrumentationScope }: ReadableSpan, filter: TextFilter): OtlpScope {
  const { name, version } = instrumentationScope
  const scope = { name: filter('', name) ?? '' }
  return version === undefined ? scope : { ...scope, version: filter('', version) ?? '' }
}

/** The same for a span that has not ended: long values are cut, it is there to be closed, not to be kept. */
export function toStartRecord(span: ReadableSpan, filter: TextFilter): SpanRecord {
  return toSpanRecord(span, (key, text) =>
    filter(key, text.length > OPEN_VALUE_CHARS_MAX ? text.slice(0, OPEN_VALUE_CHARS_MAX) : text)
  )
}

export function toAttributes(attributes: Attributes, filter: TextFilter): OtlpAttribute[] {
  const list: OtlpAttribute[] = []
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue
    const converted = toValue(key, value, filter)
    if (converted !== undefined) list.push({ key: filter('', key) ?? '', value: converted })
  }
  return list
}

function toValue(key: string, value: AttributeValue, filter: TextFilter): OtlpValue | undefined {
  if (typeof value === 'string') {
    const text = filter(key, value)
    return text === undefined ? undefined : { stringValue: text }
  }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number') return toNumber(key, value)
  if (!Array.isArray(value)) return undefined
  const values: OtlpValue[] = []
  for (const item of value) {
    const converted = item === null || item === undefined ? {} : toValue(key, item, filter)
    if (converted !== undefined) values.push(converted)
  }
  return { arrayValue: { values } }
}

function toNumber(key: string, value: number): OtlpValue {
  if (isSecretNumberKey(key)) return { stringValue: MASK }
  if (Number.isSafeInteger(value)) return { intValue: String(value) }
  // JSON has no NaN and no infinities.
  return Number.isFinite(value) ? { doubleValue: value } : { stringValue: String(value) }
}

function toLink(link: Link, filter: TextFilter): OtlpLink {
  const state = filter('', link.context.traceState?.serialize() ?? '')
  return {
    traceId: link.context.traceId,
    spanId: link.context.spanId,
    ...(state === undefined || state === '' ? {} : { traceState: state }),
    attributes: toAttributes(link.attributes ?? {}, filter),
    droppedAttributesCount: link.droppedAttributesCount ?? 0,
    flags: link.context.traceFlags
  }
}

function toNanos([seconds, nanos]: HrTime): string {
  return String(BigInt(seconds) * NANOS_PER_SECOND + BigInt(Math.round(nanos)))
}

/** A span that a dead process left open, ended where it gave its last sign of life. */
export function closeInterrupted({ scope, span }: SpanRecord, lastSignMs: number): SpanRecord {
  const lastSign = BigInt(Math.round(lastSignMs)) * NANOS_PER_MILLISECOND
  const start = BigInt(span.startTimeUnixNano)
  return {
    scope,
    span: {
      ...span,
      endTimeUnixNano: String(lastSign > start ? lastSign : start),
      attributes: [
        ...span.attributes.filter(({ key }) => key !== 'error.type'),
        { key: 'error.type', value: { stringValue: 'interrupted' } }
      ],
      status: { code: 2, message: 'interrupted: the process was killed' }
    }
  }
}

export function toRequest(
  resource: readonly OtlpAttribute[],
  records: readonly SpanRecord[]
): OtlpRequest {
  const scopes = new Map<string, { scope: OtlpScope; spans: OtlpSpan[] }>()
  for (const { scope, span } of records) {
    const key = `${scope.name}\n${scope.version ?? ''}`
    const group = scopes.get(key)
    if (group === undefined) scopes.set(key, { scope, spans: [span] })
    else group.spans.push(span)
  }
  return {
    resourceSpans: [{ resource: { attributes: [...resource] }, scopeSpans: [...scopes.values()] }]
  }
}
