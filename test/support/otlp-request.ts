// Requests of OTLP traces in both encodings, from literals that name only what a test is about. Written
// from the protocol, not with an SDK, so that the two can be held against each other.
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto

import type { AttributeValue, SpanKind, StatusCode } from '../../collector/model/index.ts'
import { aSpanId, aTraceId, BUILT_START } from './builders.ts'
import {
  doubleField,
  fixed32Field,
  fixed64Field,
  lenField,
  varintField
} from './protobuf-writer.ts'

export { agentSpans, type AgentTrace } from './agent-spans.ts'

export type Encoding = 'protobuf' | 'json'

export type AttributeLiterals = Readonly<Record<string, AttributeValue>>

export interface ResourceLiteral {
  readonly attributes?: AttributeLiterals
  readonly droppedAttributesCount?: number
  readonly schemaUrl?: string
}

export interface ScopeLiteral extends ResourceLiteral {
  readonly name?: string
  readonly version?: string
}

export interface EventLiteral {
  readonly name: string
  readonly time?: bigint
  readonly attributes?: AttributeLiterals
  readonly droppedAttributesCount?: number
}

export interface LinkLiteral {
  readonly traceId: string
  readonly spanId: string
  readonly traceState?: string
  readonly attributes?: AttributeLiterals
  readonly droppedAttributesCount?: number
  readonly flags?: number
}

/** A span of one second, the root of a trace of its own, unless it says otherwise. Ids are hex. */
export interface SpanLiteral {
  readonly traceId?: string
  readonly spanId?: string
  readonly parentSpanId?: string
  readonly traceState?: string
  readonly flags?: number
  readonly name?: string
  readonly kind?: SpanKind
  readonly startTime?: bigint
  readonly endTime?: bigint
  readonly attributes?: AttributeLiterals
  readonly droppedAttributesCount?: number
  readonly events?: readonly EventLiteral[]
  readonly droppedEventsCount?: number
  readonly links?: readonly LinkLiteral[]
  readonly droppedLinksCount?: number
  readonly statusCode?: StatusCode
  readonly statusMessage?: string
  /** Spans that share the object share the ResourceSpans, and the ScopeSpans within it. */
  readonly resource?: ResourceLiteral
  readonly scope?: ScopeLiteral
}

type WholeSpan = Required<SpanLiteral>

const KINDS: readonly SpanKind[] = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer'
]
const STATUS_CODES: readonly StatusCode[] = ['unset', 'ok', 'error']
const NANOS_PER_SECOND = 1_000_000_000n

export const DEFAULT_RESOURCE: ResourceLiteral = {
  attributes: { 'service.name': 'checkout-agent' }
}
export const DEFAULT_SCOPE: ScopeLiteral = { name: 'agent-instrumentation', version: '1.2.3' }

/** An ExportTraceServiceRequest of these spans, in their order within each resource and scope. */
export function encodeTraceRequest(spans: readonly SpanLiteral[], encoding: Encoding): Buffer {
  const groups = groupSpans(spans.map(fillSpan))
  if (encoding === 'json') {
    return Buffer.from(JSON.stringify({ resourceSpans: groups.map(toResourceSpansJson) }))
  }
  return Buffer.concat(groups.map((group) => lenField(1, toResourceSpansProtobuf(group))))
}

export function contentTypeOf(encoding: Encoding): string {
  return encoding === 'json' ? 'application/json' : 'application/x-protobuf'
}

/** The Span message alone, for requests that are put together by hand. */
export function spanToProtobuf(literal: SpanLiteral): Buffer {
  const span = fillSpan(literal)
  return Buffer.concat([
    lenField(1, fromHex(span.traceId)),
    lenField(2, fromHex(span.spanId)),
    lenField(3, span.traceState),
    lenField(4, fromHex(span.parentSpanId)),
    lenField(5, span.name),
    varintField(6, KINDS.indexOf(span.kind)),
    fixed64Field(7, span.startTime),
    fixed64Field(8, span.endTime),
    ...toKeyValues(9, span.attributes),
    varintField(10, span.droppedAttributesCount),
    ...span.events.map((event) => lenField(11, toEventProtobuf(event))),
    varintField(12, span.droppedEventsCount),
    ...span.links.map((link) => lenField(13, toLinkProtobuf(link))),
    varintField(14, span.droppedLinksCount),
    lenField(
      15,
      lenField(2, span.statusMessage),
      varintField(3, STATUS_CODES.indexOf(span.statusCode))
    ),
    fixed32Field(16, span.flags)
  ])
}

/** A protobuf request of one resource and scope that holds these Span messages as they are. */
export function wrapSpans(...spans: readonly Uint8Array[]): Buffer {
  const resource = toResourceProtobuf(DEFAULT_RESOURCE)
  const scope = toScopeProtobuf(DEFAULT_SCOPE)
  const scopeSpans = [lenField(1, scope), ...spans.map((span) => lenField(2, span))]
  return lenField(1, lenField(1, resource), lenField(2, concat(scopeSpans)))
}

/** The Span message alone in OTLP JSON, to be changed by a test. */
export function spanToJson(literal: SpanLiteral): Record<string, unknown> {
  const span = fillSpan(literal)
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    traceState: span.traceState,
    parentSpanId: span.parentSpanId,
    flags: span.flags,
    name: span.name,
    kind: KINDS.indexOf(span.kind),
    startTimeUnixNano: String(span.startTime),
    endTimeUnixNano: String(span.endTime),
    attributes: toKeyValuesJson(span.attributes),
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events.map(toEventJson),
    droppedEventsCount: span.droppedEventsCount,
    links: span.links.map(toLinkJson),
    droppedLinksCount: span.droppedLinksCount,
    status: { message: span.statusMessage, code: STATUS_CODES.indexOf(span.statusCode) }
  }
}

/** A JSON request of one resource and scope that holds these spans as they are. */
export function wrapSpansJson(...spans: readonly unknown[]): Buffer {
  const resource = { attributes: toKeyValuesJson(DEFAULT_RESOURCE.attributes ?? {}) }
  const scopeSpans = [{ scope: { ...DEFAULT_SCOPE }, spans }]
  return Buffer.from(JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] }))
}

/** KeyValue messages as fields numbered `field` of the message that holds them. */
export function toKeyValues(field: number, attributes: AttributeLiterals): readonly Buffer[] {
  return Object.entries(attributes).map(([key, value]) =>
    lenField(field, lenField(1, key), lenField(2, toAnyValue(value)))
  )
}

/** An AnyValue message. Numbers that are whole become int64, as SDKs for JavaScript write them. */
export function toAnyValue(value: AttributeValue): Buffer {
  if (value === undefined) return Buffer.alloc(0)
  if (typeof value === 'string') return lenField(1, value)
  if (typeof value === 'boolean') return varintField(2, value ? 1 : 0)
  if (typeof value === 'bigint') return varintField(3, value)
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? varintField(3, value) : doubleField(4, value)
  }
  if (value instanceof Uint8Array) return lenField(7, value)
  if (isList(value)) return lenField(5, concat(value.map((item) => lenField(1, toAnyValue(item)))))
  return lenField(6, concat(toKeyValues(1, value)))
}

export function toAnyValueJson(value: AttributeValue): object {
  if (value === undefined) return {}
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'bigint') return { intValue: String(value) }
  if (typeof value === 'number') return toNumberJson(value)
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') }
  if (isList(value)) return { arrayValue: { values: value.map(toAnyValueJson) } }
  return { kvlistValue: { values: toKeyValuesJson(value) } }
}

function toNumberJson(value: number): object {
  if (Number.isSafeInteger(value)) return { intValue: String(value) }
  return { doubleValue: Number.isFinite(value) ? value : String(value) }
}

function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value)
}

export function toKeyValuesJson(attributes: AttributeLiterals): readonly object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: toAnyValueJson(value) }))
}

function fillSpan(span: SpanLiteral): WholeSpan {
  const startTime = span.startTime ?? BUILT_START
  return {
    traceId: aTraceId(),
    spanId: aSpanId(),
    parentSpanId: '',
    traceState: '',
    flags: 1,
    name: 'execute_tool bash',
    kind: 'internal',
    startTime,
    endTime: startTime + NANOS_PER_SECOND,
    attributes: {},
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    statusCode: 'unset',
    statusMessage: '',
    resource: DEFAULT_RESOURCE,
    scope: DEFAULT_SCOPE,
    ...span
  }
}

interface ScopeGroup {
  readonly scope: ScopeLiteral
  readonly spans: WholeSpan[]
}

interface ResourceGroup {
  readonly resource: ResourceLiteral
  readonly scopes: ScopeGroup[]
}

function groupSpans(spans: readonly WholeSpan[]): readonly ResourceGroup[] {
  const groups: ResourceGroup[] = []
  for (const span of spans) {
    let group = groups.find(({ resource }) => resource === span.resource)
    if (group === undefined) groups.push((group = { resource: span.resource, scopes: [] }))
    let scopeGroup = group.scopes.find(({ scope }) => scope === span.scope)
    if (scopeGroup === undefined) group.scopes.push((scopeGroup = { scope: span.scope, spans: [] }))
    scopeGroup.spans.push(span)
  }
  return groups
}

function toResourceSpansProtobuf({ resource, scopes }: ResourceGroup): Buffer {
  return Buffer.concat([
    lenField(1, toResourceProtobuf(resource)),
    ...scopes.map(({ scope, spans }) =>
      lenField(
        2,
        lenField(1, toScopeProtobuf(scope)),
        concat(spans.map((span) => lenField(2, spanToProtobuf(span)))),
        lenField(3, scope.schemaUrl ?? '')
      )
    ),
    lenField(3, resource.schemaUrl ?? '')
  ])
}

function toResourceProtobuf(resource: ResourceLiteral): Buffer {
  return Buffer.concat([
    ...toKeyValues(1, resource.attributes ?? {}),
    varintField(2, resource.droppedAttributesCount ?? 0)
  ])
}

function toScopeProtobuf(scope: ScopeLiteral): Buffer {
  return Buffer.concat([
    lenField(1, scope.name ?? ''),
    lenField(2, scope.version ?? ''),
    ...toKeyValues(3, scope.attributes ?? {}),
    varintField(4, scope.droppedAttributesCount ?? 0)
  ])
}

function toEventProtobuf(event: EventLiteral): Buffer {
  return Buffer.concat([
    fixed64Field(1, event.time ?? BUILT_START),
    lenField(2, event.name),
    ...toKeyValues(3, event.attributes ?? {}),
    varintField(4, event.droppedAttributesCount ?? 0)
  ])
}

function toLinkProtobuf(link: LinkLiteral): Buffer {
  return Buffer.concat([
    lenField(1, fromHex(link.traceId)),
    lenField(2, fromHex(link.spanId)),
    lenField(3, link.traceState ?? ''),
    ...toKeyValues(4, link.attributes ?? {}),
    varintField(5, link.droppedAttributesCount ?? 0),
    fixed32Field(6, link.flags ?? 0)
  ])
}

function toResourceSpansJson({ resource, scopes }: ResourceGroup): object {
  return {
    resource: {
      attributes: toKeyValuesJson(resource.attributes ?? {}),
      droppedAttributesCount: resource.droppedAttributesCount ?? 0
    },
    scopeSpans: scopes.map(({ scope, spans }) => ({
      scope: {
        name: scope.name ?? '',
        version: scope.version ?? '',
        attributes: toKeyValuesJson(scope.attributes ?? {}),
        droppedAttributesCount: scope.droppedAttributesCount ?? 0
      },
      spans: spans.map(spanToJson),
      schemaUrl: scope.schemaUrl ?? ''
    })),
    schemaUrl: resource.schemaUrl ?? ''
  }
}

function toEventJson(event: EventLiteral): object {
  return {
    timeUnixNano: String(event.time ?? BUILT_START),
    name: event.name,
    attributes: toKeyValuesJson(event.attributes ?? {}),
    droppedAttributesCount: event.droppedAttributesCount ?? 0
  }
}

function toLinkJson(link: LinkLiteral): object {
  return {
    traceId: link.traceId,
    spanId: link.spanId,
    traceState: link.traceState ?? '',
    attributes: toKeyValuesJson(link.attributes ?? {}),
    droppedAttributesCount: link.droppedAttributesCount ?? 0,
    flags: link.flags ?? 0
  }
}

/** Not spread into arguments: there may be a million. */
function concat(parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat(parts)
}

function fromHex(text: string): Buffer {
  return Buffer.from(text, 'hex')
}
