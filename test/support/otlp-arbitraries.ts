// Spans for property tests: any that a sender may write, in the literals of otlp-request.ts and in the
// shape that the SDK for JavaScript hands to its serializers.

import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import * as fc from 'fast-check'
import type { AttributeValue, DecodedSpan } from '../../collector/model/index.ts'
import { toSpanId, toTraceId, toUnixNano } from '../../collector/model/index.ts'
import { BUILT_START } from './builders.ts'
import type {
  AttributeLiterals,
  EventLiteral,
  LinkLiteral,
  ResourceLiteral,
  ScopeLiteral,
  SpanLiteral
} from './otlp-request.ts'

const NANOS_PER_SECOND = 1_000_000_000n
const UINT32_MAX = 0xffff_ffff

/** Any UTF-16, lone surrogates included, and names that mean something to JavaScript. */
export const text = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 })
      .map((units) => String.fromCharCode(...units))
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', '0', '', 'x\u0000')
  }
)

const wholeNumber = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.nat(300))
const finiteNumber = fc.oneof(
  wholeNumber,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(2 ** 53, 2 ** 60, -(2 ** 63), 2 ** 63, 2 ** 64, 1e21, 1e300, 5e-324)
)
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const bytes = fc.uint8Array({ maxLength: 9 })

/** `leaves` and what nests them, two levels deep on average. */
function valuesOf(leaves: fc.Arbitrary<AttributeValue>): fc.Arbitrary<AttributeValue> {
  const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaves,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: false })
    )
  }))
  return value
}

function attributesOf(values: fc.Arbitrary<AttributeValue>): fc.Arbitrary<AttributeLiterals> {
  return fc.dictionary(text, values, { maxKeys: 6, noNullPrototype: false })
}

const hexDigit = fc.integer({ min: 0, max: 15 }).map((digit) => digit.toString(16))

export function idOf(digits: number): fc.Arbitrary<string> {
  return fc
    .string({ unit: hexDigit, minLength: digits, maxLength: digits })
    .filter((id) => !/^0*$/.test(id))
}

/** Within a year before the builders' time, so that no span is rejected. */
export const time = fc
  .bigInt({ min: 0n, max: 365n * 86_400n * NANOS_PER_SECOND })
  .map((before) => BUILT_START - before)

export const literalValues = valuesOf(
  fc.oneof(
    text,
    fc.boolean(),
    finiteNumber,
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    int64,
    bytes,
    fc.constant(undefined)
  )
)
export const literalAttributes = attributesOf(literalValues)
export const count = fc.nat(UINT32_MAX)

const eventLiteral: fc.Arbitrary<EventLiteral> = fc.record({
  name: text,
  time,
  attributes: literalAttributes,
  droppedAttributesCount: count
})

const linkLiteral: fc.Arbitrary<LinkLiteral> = fc.record({
  traceId: idOf(32),
  spanId: idOf(16),
  traceState: text,
  attributes: literalAttributes,
  droppedAttributesCount: count,
  flags: count
})

const resourceLiteral: fc.Arbitrary<ResourceLiteral> = fc.record({
  attributes: literalAttributes,
  droppedAttributesCount: count,
  schemaUrl: text
})

const scopeLiteral: fc.Arbitrary<ScopeLiteral> = fc.record({
  name: text,
  version: text,
  attributes: literalAttributes,
  droppedAttributesCount: count,
  schemaUrl: text
})

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const
const STATUS_CODES = ['unset', 'ok', 'error'] as const

const spanLiteral: fc.Arbitrary<SpanLiteral> = fc.record({
  traceId: idOf(32),
  spanId: idOf(16),
  parentSpanId: fc.oneof(fc.constant(''), idOf(16)),
  traceState: text,
  flags: count,
  name: text,
  kind: fc.constantFrom(...KINDS),
  startTime: time,
  endTime: time,
  attributes: literalAttributes,
  droppedAttributesCount: count,
  events: fc.array(eventLiteral, { maxLength: 3 }),
  droppedEventsCount: count,
  links: fc.array(linkLiteral, { maxLength: 3 }),
  droppedLinksCount: count,
  statusCode: fc.constantFrom(...STATUS_CODES),
  statusMessage: text
})

/** Spans of up to three resources and scopes, shared among them. */
export const spanLiterals: fc.Arbitrary<readonly SpanLiteral[]> = fc
  .tuple(
    fc.array(resourceLiteral, { minLength: 1, maxLength: 3 }),
    fc.array(scopeLiteral, { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(spanLiteral, fc.nat(), fc.nat()), { maxLength: 6 })
  )
  .map(([resources, scopes, spans]) =>
    spans.map(([span, resource, scope]) => ({
      ...span,
      resource: resources[resource % resources.length] as ResourceLiteral,
      scope: scopes[scope % scopes.length] as ScopeLiteral
    }))
  )

/**
 * What the SDK writes alike in both encodings. In JSON, NaN and the infinities become null, and a whole
 * number above 2^53 becomes the shortest decimal of its double, which is another integer.
 */
const sdkNumber = finiteNumber.filter(
  (value) => !isInt64(value) || BigInt(String(value)) === BigInt(value)
)
const sdkValues = valuesOf(fc.oneof(text, fc.boolean(), sdkNumber, bytes, fc.constant(undefined)))
const sdkAttributes = attributesOf(sdkValues)

interface SdkSpanPair {
  readonly readable: ReadableSpan
  /** What the receiver must make of it. */
  readonly expected: DecodedSpan
}

const sdkSpanParts = fc.record({
  traceId: idOf(32),
  spanId: idOf(16),
  parentSpanId: fc.option(idOf(16), { nil: undefined }),
  isRemote: fc.boolean(),
  name: text,
  kind: fc.constantFrom(
    SpanKind.INTERNAL,
    SpanKind.SERVER,
    SpanKind.CLIENT,
    SpanKind.PRODUCER,
    SpanKind.CONSUMER
  ),
  startTime: time,
  endTime: time,
  attributes: sdkAttributes,
  droppedAttributesCount: count,
  events: fc.array(fc.record({ name: text, time, attributes: sdkAttributes }), { maxLength: 3 }),
  droppedEventsCount: count,
  links: fc.array(fc.record({ traceId: idOf(32), spanId: idOf(16), attributes: sdkAttributes }), {
    maxLength: 3
  }),
  droppedLinksCount: count,
  statusCode: fc.constantFrom(SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR),
  statusMessage: text,
  resource: fc.record({ attributes: sdkAttributes, schemaUrl: text }),
  scope: fc.record({ name: text, version: text, schemaUrl: text })
})

type SdkSpanParts = typeof sdkSpanParts extends fc.Arbitrary<infer Parts> ? Parts : never

/** Spans as the SDK hands them to an exporter, each with what must come out. Each of a resource of its own. */
export const sdkSpans: fc.Arbitrary<readonly SdkSpanPair[]> = fc.array(
  sdkSpanParts.map((parts) => ({ readable: toReadable(parts), expected: toExpected(parts) })),
  { maxLength: 4 }
)

function toReadable(parts: SdkSpanParts): ReadableSpan {
  const { traceId, spanId, parentSpanId, isRemote } = parts
  const parent = { traceId, spanId: parentSpanId ?? '', traceFlags: TraceFlags.SAMPLED, isRemote }
  const readable = {
    name: parts.name,
    kind: parts.kind,
    spanContext: () => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED }),
    ...(parentSpanId === undefined ? {} : { parentSpanContext: parent }),
    startTime: toHrTime(parts.startTime),
    endTime: toHrTime(parts.endTime),
    status: { code: parts.statusCode, message: parts.statusMessage },
    attributes: parts.attributes,
    links: parts.links.map((link) => ({
      context: { traceId: link.traceId, spanId: link.spanId, traceFlags: TraceFlags.NONE },
      attributes: link.attributes
    })),
    events: parts.events.map((event) => ({ ...event, time: toHrTime(event.time) })),
    duration: [0, 0],
    ended: true,
    resource: parts.resource,
    instrumentationScope: parts.scope,
    droppedAttributesCount: parts.droppedAttributesCount,
    droppedEventsCount: parts.droppedEventsCount,
    droppedLinksCount: parts.droppedLinksCount
  }
  return readable as unknown as ReadableSpan
}

function toHrTime(nanoseconds: bigint): [number, number] {
  return [Number(nanoseconds / NANOS_PER_SECOND), Number(nanoseconds % NANOS_PER_SECOND)]
}

const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

function toExpected(parts: SdkSpanParts): DecodedSpan {
  const isRemote = parts.parentSpanId !== undefined && parts.isRemote
  const isSelfParent = parts.parentSpanId === parts.spanId
  const { startTime, endTime } = parts
  return {
    traceId: toTraceId(parts.traceId),
    spanId: toSpanId(parts.spanId),
    parentSpanId:
      parts.parentSpanId === undefined || isSelfParent ? undefined : toSpanId(parts.parentSpanId),
    traceState: '',
    flags: TraceFlags.SAMPLED | HAS_IS_REMOTE | (isRemote ? IS_REMOTE : 0),
    name: parts.name.toWellFormed(),
    kind: KINDS[parts.kind + 1] ?? 'unspecified',
    startTime: toUnixNano(startTime),
    endTime: toUnixNano(endTime < startTime ? startTime : endTime),
    attributes: toBag(parts.attributes),
    droppedAttributesCount: parts.droppedAttributesCount,
    events: parts.events.map((event) => ({
      time: toUnixNano(event.time),
      name: event.name.toWellFormed(),
      attributes: toBag(event.attributes),
      droppedAttributesCount: 0
    })),
    droppedEventsCount: parts.droppedEventsCount,
    links: parts.links.map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      traceState: '',
      attributes: toBag(link.attributes),
      droppedAttributesCount: 0,
      flags: HAS_IS_REMOTE
    })),
    droppedLinksCount: parts.droppedLinksCount,
    statusCode: STATUS_CODES[parts.statusCode] ?? 'unset',
    statusMessage: parts.statusMessage.toWellFormed(),
    resource: {
      attributes: toBag(parts.resource.attributes),
      droppedAttributesCount: 0,
      schemaUrl: parts.resource.schemaUrl.toWellFormed()
    },
    scope: {
      name: parts.scope.name.toWellFormed(),
      version: parts.scope.version.toWellFormed(),
      attributes: toBag({}),
      droppedAttributesCount: 0,
      schemaUrl: parts.scope.schemaUrl.toWellFormed()
    }
  }
}

/** What comes out of attributes that an SDK for JavaScript wrote: whole numbers pass through int64. */
function toBag(attributes: AttributeLiterals): Record<string, AttributeValue> {
  const bag = Object.create(null) as Record<string, AttributeValue>
  for (const key of Object.keys(attributes)) bag[key.toWellFormed()] = toBagged(attributes[key])
  return bag
}

function toBagged(value: AttributeValue): AttributeValue {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value === 'number') return toNumber(value)
  if (Array.isArray(value)) return value.map(toBagged)
  if (typeof value !== 'object' || value instanceof Uint8Array) return value
  return toBag(value as AttributeLiterals)
}

function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63
}

function toNumber(value: number): number | bigint {
  if (!isInt64(value)) return value
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value
  return BigInt(value)
}
