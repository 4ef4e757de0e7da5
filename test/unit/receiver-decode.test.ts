// What a span is after decoding. Most claims hold of both encodings: `decodeOne` decodes in both and
// fails when they differ.

import t from 'tap'
import type { AttributeValue } from '../../collector/model/index.ts'
import { BUILT_START } from '../support/builders.ts'
import { decode, decodeBoth, decodeOne } from '../support/decode.ts'
import {
  encodeTraceRequest,
  spanToJson,
  spanToProtobuf,
  toAnyValue,
  wrapSpans,
  wrapSpansJson
} from '../support/otlp-request.ts'
import {
  doubleField,
  fixed64Field,
  lenField,
  tag,
  varint,
  varintField
} from '../support/protobuf-writer.ts'

const TRACE_ID = '5b8efff798038103d269b633813fc60c'
const SPAN_ID = 'eee19b7ec3c1b174'
const PARENT_ID = 'eee19b7ec3c1b173'

/** AnyValues of one element. */
function aList(text: string): Buffer {
  return lenField(5, lenField(1, toAnyValue(text)))
}

function aMap(key: string): Buffer {
  return lenField(6, lenField(1, lenField(1, key), lenField(2)))
}

t.test('an empty request has no spans', async (t) => {
  t.same(decode(Buffer.alloc(0), 'protobuf').spans, [])
  t.same(decode(Buffer.from('{}'), 'json').spans, [])
  t.same(decode(Buffer.from('{"resourceSpans":null}'), 'json').spans, [])
  t.same(decode(Buffer.from('\uFEFF{"resourceSpans":[]}'), 'json').spans, [])
})

t.test('every field of a span arrives', async (t) => {
  const resource = {
    attributes: { 'service.name': 'a' },
    droppedAttributesCount: 1,
    schemaUrl: 'https://opentelemetry.io/schemas/1.41.0'
  }
  const scope = {
    name: 's',
    version: '2',
    attributes: { k: 'v' },
    droppedAttributesCount: 2,
    schemaUrl: 'https://opentelemetry.io/schemas/1.40.0'
  }
  const end = BUILT_START + 123_456_789n
  const link = { traceId: TRACE_ID, spanId: SPAN_ID, traceState: 'a=1', attributes: { l: 1 } }
  const span = decodeOne({
    traceId: TRACE_ID,
    spanId: SPAN_ID,
    parentSpanId: PARENT_ID,
    traceState: 'rojo=00f067aa0ba902b7',
    flags: 0x301,
    name: 'chat m',
    kind: 'client',
    startTime: BUILT_START + 1n,
    endTime: end,
    attributes: { a: 1 },
    droppedAttributesCount: 3,
    events: [{ name: 'e', time: end, attributes: { x: true }, droppedAttributesCount: 4 }],
    droppedEventsCount: 5,
    links: [{ ...link, droppedAttributesCount: 6, flags: 0x100 }],
    droppedLinksCount: 7,
    statusCode: 'error',
    statusMessage: 'rate limited',
    resource,
    scope
  })
  t.strictSame(span, {
    traceId: TRACE_ID,
    spanId: SPAN_ID,
    parentSpanId: PARENT_ID,
    traceState: 'rojo=00f067aa0ba902b7',
    flags: 0x301,
    name: 'chat m',
    kind: 'client',
    startTime: BUILT_START + 1n,
    endTime: end,
    attributes: bag({ a: 1 }),
    droppedAttributesCount: 3,
    events: [{ time: end, name: 'e', attributes: bag({ x: true }), droppedAttributesCount: 4 }],
    droppedEventsCount: 5,
    links: [{ ...link, attributes: bag({ l: 1 }), droppedAttributesCount: 6, flags: 0x100 }],
    droppedLinksCount: 7,
    statusCode: 'error',
    statusMessage: 'rate limited',
    resource: { ...resource, attributes: bag(resource.attributes) },
    scope: { ...scope, attributes: bag(scope.attributes) }
  })
})

t.test('spans of one resource and scope share the objects', async (t) => {
  const { spans } = decodeBoth([{}, {}, { scope: { name: 'other' } }])
  t.equal(spans[0]?.resource, spans[1]?.resource)
  t.equal(spans[0]?.scope, spans[1]?.scope)
  t.equal(spans[0]?.resource, spans[2]?.resource)
  t.not(spans[0]?.scope, spans[2]?.scope)
})

t.test('attribute values of every type arrive as they are', async (t) => {
  const values: Record<string, AttributeValue> = {
    text: 'naïve 😀 \u0000',
    empty: '',
    true: true,
    false: false,
    zero: 0,
    negative: -42,
    safe: Number.MAX_SAFE_INTEGER,
    huge: 2n ** 63n - 1n,
    low: -(2n ** 63n),
    double: 0.1,
    tiny: 5e-324,
    nan: Number.NaN,
    infinite: Number.POSITIVE_INFINITY,
    minus: Number.NEGATIVE_INFINITY,
    bytes: new Uint8Array([0, 255, 128]),
    noBytes: new Uint8Array(),
    nothing: undefined,
    list: ['a', 1, 2.5, true, undefined, ['nested'], { in: 'list' }],
    emptyList: [],
    map: { a: { b: { c: [1, { d: 'e' }] } } },
    emptyMap: {}
  }
  t.strictSame(decodeOne({ attributes: values }).attributes, bag(values))
})

t.test('keys that would reach a prototype are ordinary attributes', async (t) => {
  // Not a literal: `__proto__` in one sets the prototype.
  const hostile = JSON.parse('{"__proto__":"a","constructor":"b","toString":"c","inner":{}}')
  hostile.inner = JSON.parse('{"__proto__":{"polluted":true}}')
  const { attributes } = decodeOne({ attributes: hostile })
  t.equal(Object.getPrototypeOf(attributes), null)
  t.same(Object.keys(attributes), ['__proto__', 'constructor', 'toString', 'inner'])
  t.equal(attributes['__proto__'], 'a')
  const inner = attributes['inner'] as Record<string, unknown>
  t.equal(Object.getPrototypeOf(inner), null)
  t.same(Object.keys(inner), ['__proto__'])
  t.equal(({} as Record<string, unknown>)['polluted'], undefined)
})

t.test('the last value of a repeated key wins', async (t) => {
  const fields = [lenField(9, lenField(1, 'k'), lenField(2, toAnyValue('first')))]
  fields.push(lenField(9, lenField(1, 'k'), lenField(2, toAnyValue('last'))))
  const { spans } = decode(wrapSpans(Buffer.concat([spanToProtobuf({}), ...fields])), 'protobuf')
  t.equal(spans[0]?.attributes['k'], 'last')
  const json = spanToJson({})
  json['attributes'] = ['first', 'last'].map((text) => ({ key: 'k', value: { stringValue: text } }))
  t.equal(decode(wrapSpansJson(json), 'json').spans[0]?.attributes['k'], 'last')
})

t.test('an attribute without a value, or of a kind not known yet, is undefined', async (t) => {
  const span = Buffer.concat([
    spanToProtobuf({}),
    lenField(9, lenField(1, 'bare')),
    lenField(9, lenField(1, 'index'), lenField(2, varintField(8, 3))),
    lenField(9, lenField(2, toAnyValue('no key')))
  ])
  const { attributes } = decode(wrapSpans(span), 'protobuf').spans[0] ?? {}
  t.strictSame(attributes, bag({ bare: undefined, index: undefined, '': 'no key' }))
})

t.test('a message that occurs twice is merged, of a oneof the last member holds', async (t) => {
  const span = Buffer.concat([
    spanToProtobuf({}),
    lenField(9, lenField(1, 'two lists'), lenField(2, aList('a')), lenField(2, aList('b'))),
    lenField(9, lenField(1, 'one value, two lists'), lenField(2, aList('a'), aList('b'))),
    lenField(9, lenField(1, 'two maps'), lenField(2, aMap('a'), aMap('b'))),
    lenField(9, lenField(1, 'list, then text'), lenField(2, aList('a'), toAnyValue('b'))),
    lenField(9, lenField(1, 'text, then nothing'), lenField(2, toAnyValue('a')), lenField(2)),
    lenField(15, lenField(2, 'message')),
    lenField(15, varintField(3, 2))
  ])
  const decoded = decode(wrapSpans(span), 'protobuf').spans[0]
  t.strictSame(
    decoded?.attributes,
    bag({
      'two lists': ['a', 'b'],
      'one value, two lists': ['a', 'b'],
      'two maps': { a: undefined, b: undefined },
      'list, then text': 'b',
      'text, then nothing': 'a'
    })
  )
  t.match(decoded, { statusMessage: 'message', statusCode: 'error' })
})

t.test('resource and scope are complete even when they follow the spans', async (t) => {
  const span = spanToProtobuf({})
  const attribute = lenField(1, lenField(1, 'service.name'), lenField(2, toAnyValue('late')))
  const scopeSpans = lenField(
    2,
    lenField(2, span),
    lenField(3, 'url-s'),
    lenField(1, lenField(1, 'n'))
  )
  const body = lenField(1, scopeSpans, lenField(3, 'url-r'), lenField(1, attribute))
  t.match(decode(body, 'protobuf').spans[0], {
    resource: { attributes: { 'service.name': 'late' }, schemaUrl: 'url-r' },
    scope: { name: 'n', schemaUrl: 'url-s' }
  })
})

t.test('spans without resource or scope have empty ones', async (t) => {
  const body = lenField(1, lenField(2, lenField(2, spanToProtobuf({}))))
  const json = Buffer.from(
    JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [spanToJson({})] }] }] })
  )
  for (const span of [decode(body, 'protobuf').spans[0], decode(json, 'json').spans[0]]) {
    t.strictSame(span?.resource, { attributes: bag({}), droppedAttributesCount: 0, schemaUrl: '' })
    t.match(span?.scope, { name: '', version: '', schemaUrl: '' })
  }
})

t.test('unknown fields, packed ones and those of another wire type are passed over', async (t) => {
  const span = Buffer.concat([
    varintField(7, 5),
    lenField(6, varint(1), varint(2)),
    fixed64Field(1, 5n),
    lenField(100, 'future'),
    varintField(2 ** 29 - 1, 1),
    spanToProtobuf({ name: 'kept', kind: 'server' }),
    lenField(16, 'flags of the wrong type')
  ])
  const body = Buffer.concat([lenField(9, 'future'), wrapSpans(span), varintField(2, 1)])
  t.match(decode(body, 'protobuf').spans[0], { name: 'kept', kind: 'server' })

  const json = { ...spanToJson({ name: 'kept' }), future: { deep: [1] }, trace_id: 5 }
  t.match(decode(wrapSpansJson(json), 'json').spans[0], { name: 'kept' })
})

t.test('enum values not known yet read as unspecified and unset', async (t) => {
  for (const kind of [99, -1]) {
    const span = Buffer.concat([spanToProtobuf({}), varintField(6, kind)])
    t.equal(decode(wrapSpans(span), 'protobuf').spans[0]?.kind, 'unspecified')
  }
  const json = { ...spanToJson({}), kind: 99, status: { code: -5 } }
  t.match(decode(wrapSpansJson(json), 'json').spans[0], {
    kind: 'unspecified',
    statusCode: 'unset'
  })
})

t.test('nanoseconds are exact', async (t) => {
  const startTime = 1_762_000_000_123_456_789n
  t.equal(decodeOne({ startTime, endTime: startTime + 1n }).startTime, startTime)
})

t.test('the all-zero parent id means no parent', async (t) => {
  t.equal(decodeOne({ parentSpanId: '0'.repeat(16) }).parentSpanId, undefined)
  t.equal(decodeOne({ parentSpanId: '' }).parentSpanId, undefined)
})

t.test('a lone surrogate becomes U+FFFD, as it does in protobuf', async (t) => {
  const attributes = { 'k\ud800': 'v\udc00', list: ['\ud83d'] }
  t.strictSame(
    decodeOne({ name: 'n\ud800', attributes }).attributes,
    bag({ 'k\uFFFD': 'v\uFFFD', list: ['\uFFFD'] })
  )
})

t.test('the body is not kept or changed', async (t) => {
  for (const encoding of ['protobuf', 'json'] as const) {
    const body = encodeTraceRequest([{ attributes: { b: new Uint8Array([1, 2]) } }], encoding)
    const before = Buffer.from(body)
    const bytes = decode(body, encoding).spans[0]?.attributes['b']
    t.same(body, before)
    body.fill(0)
    t.same(bytes, new Uint8Array([1, 2]))
  }
})

t.test('a double is read from its field whatever its value', async (t) => {
  const span = Buffer.concat([
    spanToProtobuf({}),
    lenField(9, lenField(1, 'd'), lenField(2, doubleField(4, 3)))
  ])
  t.equal(decode(wrapSpans(span), 'protobuf').spans[0]?.attributes['d'], 3)
})

t.test('an error names the field, the byte and what would be right', async (t) => {
  const broken = Buffer.concat([spanToProtobuf({}), tag(5, 2), varint(500), Buffer.from('short')])
  t.throws(() => decode(wrapSpans(spanToProtobuf({}), broken), 'protobuf'), {
    code: 'MALFORMED_REQUEST',
    retryable: false,
    message:
      /^not valid OTLP protobuf at byte \d+, in resource_spans\[0\]\.scope_spans\[0\]\.spans\[1\]\.name: a field of 500 bytes where its message has 5 left$/
  })
})

t.test('bytes of another kind are told by how they begin', async (t) => {
  const json = Buffer.from('{"resourceSpans":[]}')
  t.throws(() => decode(json, 'protobuf'), { message: /looks like JSON.*application\/json/ })
  t.throws(() => decode(wrapSpans(spanToProtobuf({})), 'json'), {
    message: /looks like protobuf.*application\/x-protobuf/
  })
  const gzip = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0])
  t.throws(() => decode(gzip, 'protobuf'), { message: /looks like gzip.*Content-Encoding/ })
  t.throws(() => decode(gzip, 'json'), { message: /looks like gzip.*Content-Encoding/ })
})

/** Attributes as the decoder makes them, at every depth. */
function bag(entries: Readonly<Record<string, AttributeValue>>): Record<string, unknown> {
  const attributes: Record<string, unknown> = Object.create(null)
  for (const [key, value] of Object.entries(entries)) attributes[key] = bagged(value)
  return attributes
}

function bagged(value: AttributeValue): unknown {
  if (Array.isArray(value)) return value.map(bagged)
  if (typeof value !== 'object' || value instanceof Uint8Array) return value
  return bag(value as Record<string, AttributeValue>)
}
