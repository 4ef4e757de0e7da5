// What a small body may not become: every bound of the decoder, in both encodings where they share it.

import t from 'tap'
import type { AttributeValue } from '../../collector/model/index.ts'
import {
  ATTRIBUTES_MAX,
  EVENTS_PER_SPAN_MAX,
  JSON_TOKENS_MAX,
  LINKS_PER_SPAN_MAX,
  NESTING_DEPTH_MAX,
  REJECTIONS_LISTED_MAX,
  ITEMS_PER_REQUEST_MAX
} from '../../collector/receiver/limits.ts'
import { decode, decodeBoth, decodeOne } from '../support/decode.ts'
import {
  type AttributeLiterals,
  type Encoding,
  spanToJson,
  spanToProtobuf,
  toKeyValues,
  wrapSpans,
  wrapSpansJson
} from '../support/otlp-request.ts'
import { LEN, lenField, tag, varint } from '../support/protobuf-writer.ts'

function manyAttributes(count: number): AttributeLiterals {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]))
}

function nest(depth: number): AttributeValue {
  let value: AttributeValue = 'innermost'
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { in: value }
  return value
}

/** Levels of containers around the innermost value. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const [inner] = Object.values(value)
  return 1 + depthOf(inner)
}

t.test('attributes beyond the bound are left out and counted', async (t) => {
  t.equal(
    Object.keys(decodeOne({ attributes: manyAttributes(ATTRIBUTES_MAX) }).attributes).length,
    ATTRIBUTES_MAX
  )
  const over = { attributes: manyAttributes(ATTRIBUTES_MAX + 3), droppedAttributesCount: 2 }
  const { spans, warnings } = decodeBoth([{ ...over, events: [{ name: 'e', ...over }] }])
  t.equal(Object.keys(spans[0]?.attributes ?? {}).length, ATTRIBUTES_MAX)
  t.equal(spans[0]?.droppedAttributesCount, 5)
  t.equal(spans[0]?.events[0]?.droppedAttributesCount, 5)
  t.match(warnings, [/^Too many attributes, the rest left out: 1 span/])
})

t.test('attributes of resource and scope are bounded as those of spans', async (t) => {
  const over = { attributes: manyAttributes(ATTRIBUTES_MAX + 1) }
  const span = decodeOne({ resource: over, scope: over })
  t.equal(span.resource.droppedAttributesCount, 1)
  t.equal(span.scope.droppedAttributesCount, 1)
})

t.test('events and links beyond their bounds are left out and counted', async (t) => {
  const events = Array.from({ length: EVENTS_PER_SPAN_MAX + 2 }, () => ({ name: 'e' }))
  const link = { traceId: '1'.repeat(32), spanId: '2'.repeat(16) }
  const links = Array.from({ length: LINKS_PER_SPAN_MAX + 3 }, () => link)
  const { spans, warnings } = decodeBoth([{ events, links, droppedEventsCount: 1 }])
  t.match(spans[0], { droppedEventsCount: 3, droppedLinksCount: 3 })
  t.equal(spans[0]?.events.length, EVENTS_PER_SPAN_MAX)
  t.equal(spans[0]?.links.length, LINKS_PER_SPAN_MAX)
  t.match(warnings, [/^Too many events/, /^Too many links/])
})

t.test('values nested beyond the bound are left out and counted', async (t) => {
  const deepest = decodeOne({ attributes: { k: nest(NESTING_DEPTH_MAX) } })
  t.equal(depthOf(deepest.attributes['k']), NESTING_DEPTH_MAX)
  t.equal(deepest.droppedAttributesCount, 0)
  const { spans, warnings } = decodeBoth([{ attributes: { k: nest(NESTING_DEPTH_MAX + 9), l: 1 } }])
  t.equal(depthOf(spans[0]?.attributes['k']), NESTING_DEPTH_MAX)
  t.match(spans[0], { droppedAttributesCount: 1, attributes: { l: 1 } })
  t.match(warnings, [/^Attributes nested too deeply/])
})

t.test('nesting as deep as a body allows is survived', async (t) => {
  // From the inside out, as headers only: each list of one list adds about eight bytes.
  const headers: Buffer[] = []
  for (let bytes = 0; headers.length < 200_000; bytes += headers.at(-1)?.length ?? 0) {
    headers.push(Buffer.concat([tag(headers.length % 2 === 0 ? 1 : 5, LEN), varint(bytes)]))
  }
  const value = Buffer.concat(headers.toReversed())
  const span = Buffer.concat([
    spanToProtobuf({}),
    lenField(9, lenField(1, 'k'), lenField(2, value))
  ])
  const { spans } = decode(wrapSpans(span), 'protobuf')
  t.equal(depthOf(spans[0]?.attributes['k']), NESTING_DEPTH_MAX)
})

t.test('spans beyond the bound are rejected, counted, and not all listed', async (t) => {
  const span = lenField(2, spanToProtobuf({}))
  const spans = Buffer.alloc(span.length * (ITEMS_PER_REQUEST_MAX + 5_000), span)
  const result = decode(lenField(1, lenField(2, spans)), 'protobuf')
  t.equal(result.spans.length, ITEMS_PER_REQUEST_MAX)
  t.equal(result.spanCount, ITEMS_PER_REQUEST_MAX + 5_000)
  t.same([...result.rejectedCounts], [['too_many_spans', 5_000]])
  t.equal(result.rejected.length, REJECTIONS_LISTED_MAX)
  t.match(result.rejected[0], { index: ITEMS_PER_REQUEST_MAX, message: /send smaller batches/ })
})

t.test('two bytes a span do not become memory', async (t) => {
  const spans = Buffer.alloc(2 * 8_000_000, Buffer.from([0x12, 0x00]))
  const result = decode(lenField(1, lenField(2, spans)), 'protobuf')
  t.equal(result.spanCount, 8_000_000)
  t.equal(result.rejected.length, REJECTIONS_LISTED_MAX)
})

/** A request of a span for each count, whose one attribute is a list of so many empty values. */
function encodeLists(counts: readonly number[], encoding: Encoding): Buffer {
  if (encoding === 'json') {
    const spans = counts.map((count) => {
      const values = Array.from({ length: count }, () => ({}))
      return { ...spanToJson({}), attributes: [{ key: 'k', value: { arrayValue: { values } } }] }
    })
    return wrapSpansJson(...spans)
  }
  const item = lenField(1)
  const spans = counts.map((count) => {
    const list = lenField(5, Buffer.alloc(count * item.length, item))
    return Buffer.concat([spanToProtobuf({}), lenField(9, lenField(1, 'k'), lenField(2, list))])
  })
  return wrapSpans(...spans)
}

t.test('beyond a million values a span is rejected, and all that follow it', async (t) => {
  // Resource, its attribute, and scope cost three. A list costs one, its container one, its items one each.
  for (const encoding of ['protobuf', 'json'] as const) {
    const exact = decode(encodeLists([999_990, 3], encoding), encoding)
    t.equal(exact.spans.length, 2, encoding)
    const over = decode(encodeLists([999_990, 4, 0], encoding), encoding)
    t.equal(over.spans.length, 1, encoding)
    t.same([...over.rejectedCounts], [['too_many_values', 2]], encoding)
  }
})

t.test('empty maps, the most memory for the fewest bytes, are within that bound', async (t) => {
  const item = lenField(1, lenField(6))
  const items = Buffer.alloc(item.length * 2_000_000, item)
  const span = Buffer.concat([
    spanToProtobuf({}),
    lenField(9, lenField(1, 'k'), lenField(2, lenField(5, items)))
  ])
  const result = decode(wrapSpans(span), 'protobuf')
  t.same([...result.rejectedCounts], [['too_many_values', 1]])
})

t.test('a list that is continued a hundred thousand times takes linear time', async (t) => {
  const piece = lenField(5, lenField(1, lenField(1, 'x')))
  const value = Buffer.alloc(piece.length * 100_000, piece)
  const span = Buffer.concat([
    spanToProtobuf({}),
    lenField(9, lenField(1, 'k'), lenField(2, value))
  ])
  const list = decode(wrapSpans(span), 'protobuf').spans[0]?.attributes['k']
  t.equal(Array.isArray(list) && list.length, 100_000)
})

t.test('a long resource under many spans is rejected before it multiplies', async (t) => {
  const resource = { attributes: { 'process.command_args': 'x'.repeat(4_000_000) } }
  const spans = Array.from({ length: 100 }, () => ({ resource }))
  const result = decodeBoth(spans)
  t.equal(result.spans.length, 67, '67 × 4,000,000 characters are just below 256 Mi')
  t.same([...result.rejectedCounts], [['resource_too_large', 33]])
  t.match(result.rejected[0]?.message, /shorter resource attributes/)
})

t.test('JSON of too many values is refused before it is parsed', async (t) => {
  const text = `{"resourceSpans":[],"x":[${'{},'.repeat(JSON_TOKENS_MAX)}{}]}`
  t.throws(() => decode(Buffer.from(text), 'json'), {
    code: 'REQUEST_TOO_LARGE',
    retryable: false,
    message: /more than 4000000 values; send smaller batches/
  })
})

t.test('separators within strings are not values', async (t) => {
  const text = '[{,"\\'.repeat(3_000_000)
  const json = JSON.stringify({ resourceSpans: [], text, end: '\\' })
  t.ok(json.length > JSON_TOKENS_MAX)
  t.same(decode(Buffer.from(json), 'json').spans, [])
})

t.test('many attributes in resources without spans count as well', async (t) => {
  const resource = lenField(1, Buffer.concat(toKeyValues(1, manyAttributes(1_000))))
  const empty = lenField(1, resource)
  const body = Buffer.concat([
    Buffer.alloc(empty.length * 1_001, empty),
    wrapSpans(spanToProtobuf({}))
  ])
  t.same([...decode(body, 'protobuf').rejectedCounts], [['too_many_values', 1]])
})
