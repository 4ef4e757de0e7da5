// What OTLP JSON allows beyond what the encoder of the tests writes:
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding

import t from 'tap'
import { BUILT_START } from '../support/builders.ts'
import { decode } from '../support/decode.ts'
import { spanToJson, wrapSpansJson } from '../support/otlp-request.ts'

function decodeSpan(changes: Readonly<Record<string, unknown>>) {
  return decode(wrapSpansJson({ ...spanToJson({}), ...changes }), 'json').spans[0]
}

function decodeValue(value: unknown) {
  return decodeSpan({ attributes: [{ key: 'k', value }] })?.attributes['k']
}

function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return 'no error'
}

t.test('ids are hex in either case', async (t) => {
  const span = decodeSpan({
    traceId: '5B8EFFF798038103D269B633813FC60C',
    spanId: 'EEE19b7ec3c1b174',
    parentSpanId: 'EEE19B7EC3C1B173'
  })
  t.match(span, {
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    parentSpanId: 'eee19b7ec3c1b173'
  })
})

t.test('64-bit integers are decimal strings or numbers', async (t) => {
  t.equal(decodeValue({ intValue: '42' }), 42)
  t.equal(decodeValue({ intValue: 42 }), 42)
  t.equal(decodeValue({ intValue: '-9223372036854775808' }), -(2n ** 63n))
  t.equal(decodeSpan({ droppedEventsCount: '7' })?.droppedEventsCount, 7)
})

t.test('whole numbers that a double cannot hold are read exactly', async (t) => {
  const start = 1_762_000_000_123_456_789n
  const text = JSON.stringify({ ...spanToJson({}), attributes: [] })
    .replace(/"startTimeUnixNano":"\d+"/, `"startTimeUnixNano": ${start}`)
    .replace(/"endTimeUnixNano":"\d+"/, `"endTimeUnixNano":${start + 1n}`)
    .replace(
      '"attributes":[]',
      '"attributes":[{"key":"i","value":{"intValue":9007199254740993}},{"key":"d","value":{"doubleValue":12345678901234567890}},{"key":"s","value":{"stringValue":"x 12345678901234567890"}}]'
    )
  const body = Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${text}]}]}]}`)
  const span = decode(body, 'json').spans[0]
  t.equal(span?.startTime, start)
  t.equal(span?.endTime, start + 1n)
  t.equal(span?.attributes['i'], 9_007_199_254_740_993n)
  t.equal(span?.attributes['d'], Number('12345678901234567890'))
  t.equal(span?.attributes['s'], 'x 12345678901234567890')
})

t.test(
  'a whole number beyond 64 bits is the double that the SDK for JavaScript meant',
  async (t) => {
    t.equal(decodeValue({ intValue: 1e300 }), 1e300)
    t.equal(decodeValue({ intValue: 2 ** 64 }), 2 ** 64)
    t.equal(decodeValue({ intValue: '1e3' }), 1_000)
  }
)

t.test('doubles may be numbers, numbers as text, and the three names', async (t) => {
  t.equal(decodeValue({ doubleValue: 0.5 }), 0.5)
  t.equal(decodeValue({ doubleValue: '0.5' }), 0.5)
  t.equal(decodeValue({ doubleValue: '-1.5e-3' }), -0.0015)
  t.equal(decodeValue({ doubleValue: 'Infinity' }), Number.POSITIVE_INFINITY)
  t.equal(decodeValue({ doubleValue: '-Infinity' }), Number.NEGATIVE_INFINITY)
  t.ok(Number.isNaN(decodeValue({ doubleValue: 'NaN' })))
})

t.test('bytes are base64 of either alphabet, padded or not', async (t) => {
  const bytes = new Uint8Array([0xfb, 0xef, 0xff, 0x01])
  for (const text of ['++//AQ==', '--__AQ', '++//AQ', '--__AQ==']) {
    t.same(decodeValue({ bytesValue: text }), bytes, text)
  }
})

t.test('enums are integers, and their names cost nothing to understand', async (t) => {
  t.equal(decodeSpan({ kind: 3 })?.kind, 'client')
  t.equal(decodeSpan({ kind: 'SPAN_KIND_CLIENT' })?.kind, 'client')
  t.equal(decodeSpan({ kind: 'SPAN_KIND_NEW' })?.kind, 'unspecified')
  t.equal(decodeSpan({ status: { code: 'STATUS_CODE_ERROR' } })?.statusCode, 'error')
})

t.test('null is an absent field, everywhere', async (t) => {
  const fields = Object.keys(spanToJson({})).filter((name) => !/^(traceId|spanId|start)/.test(name))
  const span = decodeSpan(Object.fromEntries(fields.map((name) => [name, null])))
  t.match(span, { name: '', kind: 'unspecified', parentSpanId: undefined, statusCode: 'unset' })
  t.equal(decodeValue(null), undefined)
  t.equal(decodeValue({ stringValue: null }), undefined)
  t.same(decodeValue({ arrayValue: null }), undefined)
  t.same(decodeValue({ arrayValue: {} }), [])
  t.same(Object.keys(decodeValue({ kvlistValue: { values: null } }) as object), [])
})

t.test('members of AnyValue not known yet are no value, of two the last one holds', async (t) => {
  t.equal(decodeValue({ stringValueStrindex: 4 }), undefined)
  t.equal(decodeValue({ stringValue: 'a', intValue: '1' }), 1)
  t.equal(decodeValue({ __proto__: null, toString: 1, constructor: 2 }), undefined)
})

t.test(
  'snake_case is not OTLP: it is ignored, and a request of nothing else is warned of',
  async (t) => {
    t.same(decodeSpan({ parent_span_id: 'eee19b7ec3c1b173' })?.parentSpanId, undefined)
    const { warnings } = decode(Buffer.from('{"resource_spans":[]}'), 'json')
    t.match(warnings, [/no resourceSpans but "resource_spans".*lowerCamelCase/])
  }
)

const WRONG: readonly (readonly [Readonly<Record<string, unknown>>, RegExp])[] = [
  [{ name: 5 }, /spans\[0\]\.name is 5; a string is required/],
  [{ traceId: 5 }, /spans\[0\]\.traceId is 5; a string is required/],
  [{ startTimeUnixNano: '-1' }, /startTimeUnixNano is "-1"; an unsigned 64-bit integer/],
  [{ startTimeUnixNano: '1e30' }, /startTimeUnixNano/],
  [{ endTimeUnixNano: 'today' }, /endTimeUnixNano is "today"/],
  [{ endTimeUnixNano: 1.5 }, /endTimeUnixNano is 1.5/],
  [{ endTimeUnixNano: '0x10' }, /endTimeUnixNano is "0x10"/],
  [{ endTimeUnixNano: '9'.repeat(1_000) }, /endTimeUnixNano is "9+…; /],
  [{ droppedLinksCount: -1 }, /droppedLinksCount is -1; an integer from 0/],
  [{ flags: 2 ** 33 }, /flags is 8589934592/],
  [{ kind: true }, /kind is true/],
  [{ status: 'ok' }, /status is "ok"; an object is required/],
  [{ attributes: {} }, /attributes is an object; an array is required/],
  [{ attributes: [null] }, /attributes\[0\] is missing; an object is required/],
  [{ attributes: ['a'] }, /attributes\[0\] is "a"/],
  [{ events: [{ name: [] }] }, /spans\[0\]\.events\[0\]\.name is an array/],
  [{ links: [{}, { spanId: 1 }] }, /spans\[0\]\.links\[1\]\.spanId is 1/],
  [value({ intValue: '1.5' }), /attributes\[0\]\.intValue is "1.5"; an integer/],
  [value({ intValue: true }), /attributes\[0\]\.intValue is true/],
  [value({ boolValue: 'true' }), /attributes\[0\]\.boolValue is "true"/],
  [value({ doubleValue: 'many' }), /attributes\[0\]\.doubleValue is "many"/],
  [value({ bytesValue: 'not base64!' }), /attributes\[0\]\.bytesValue is "not base64!"/],
  [value('text'), /attributes\[0\]\.value is "text"; an object is required/],
  [
    value({ arrayValue: { values: [{}, { kvlistValue: { values: [{ key: 1 }] } }] } }),
    /attributes\[0\]\.arrayValue\.values\[1\]\.kvlistValue\.values\[0\]\.key is 1/
  ]
]

function value(anyValue: unknown) {
  return { attributes: [{ key: 'k', value: anyValue }] }
}

t.test('a field of the wrong type is named with its path and what is required', async (t) => {
  for (const [changes, message] of WRONG) {
    const text = messageOf(() => decodeSpan(changes))
    t.match(text, message)
    t.match(text, /^not valid OTLP JSON: resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[0\]\./)
    t.ok(text.length < 300, 'however long the value is')
  }
})

t.test('what is not JSON, or no object, is refused', async (t) => {
  for (const text of [
    '',
    '{',
    '[]',
    '"a"',
    'null',
    '5',
    '{"resourceSpans":[}',
    '{} {}',
    '\u0000'
  ]) {
    t.throws(() => decode(Buffer.from(text), 'json'), { code: 'MALFORMED_REQUEST' }, text)
  }
  for (const text of ['{"resourceSpans":{}}', '{"resourceSpans":[5]}', '{"resourceSpans":"a"}']) {
    t.throws(() => decode(Buffer.from(text), 'json'), { message: /resourceSpans/ }, text)
  }
})

t.test('nesting as deep as the body is long is survived', async (t) => {
  const depth = 200_000
  const deep = `{"resourceSpans":[],"x":${'['.repeat(depth)}${']'.repeat(depth)}}`
  t.same(decode(Buffer.from(deep), 'json').spans, [])
  // A long number makes the body be read again.
  const span = `[{"scopeSpans":[{"spans":[{"startTimeUnixNano":${BUILT_START}}]}]}]`
  t.match(decode(Buffer.from(deep.replace('[]', span)), 'json'), { spans: [], spanCount: 1 })
})

t.test(
  'numbers in strings and short ones stay what they are when long ones are read exactly',
  async (t) => {
    const attributes = [
      { key: 'a', value: { stringValue: '{"n": 12345678901234567890, "q": "\\"}' } },
      { key: 'quote', value: { stringValue: 'one " 12345678901234567890' } },
      { key: 'b', value: { intValue: 7 } },
      { key: 'c', value: { doubleValue: -0.1234567890123456 } },
      { key: 'd', value: { doubleValue: 1.5e-7 } },
      { key: 'e', value: { intValue: 1e300 } },
      { key: 'f', value: { boolValue: true } }
    ]
    const json = JSON.stringify({ ...spanToJson({}), attributes, droppedLinksCount: 3 })
    const text = json.replace(
      /"endTimeUnixNano":"\d+"/,
      `"endTimeUnixNano":-0,"endTimeUnixNano":${BUILT_START}`
    )
    const span = decode(
      Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${text}]}]}]}`),
      'json'
    ).spans[0]
    t.same(
      { ...span?.attributes },
      {
        a: '{"n": 12345678901234567890, "q": "\\"}',
        quote: 'one " 12345678901234567890',
        b: 7,
        c: -0.1234567890123456,
        d: 1.5e-7,
        e: 1e300,
        f: true
      }
    )
    t.match(span, { droppedLinksCount: 3, endTime: BUILT_START })
  }
)

t.test(
  'a body of the shortest numbers that are read exactly has room for their quotes',
  async (t) => {
    const numbers = Array.from({ length: 10_000 }, () => '1e5').join()
    const span = `{"startTimeUnixNano":${BUILT_START}}`
    const text = `{"x":[${numbers}],"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`
    t.equal(decode(Buffer.from(text), 'json').spanCount, 1)
  }
)
