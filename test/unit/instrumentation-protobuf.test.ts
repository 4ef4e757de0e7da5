// Protobuf as the uploader writes it, read by the receiver: lengths around every size that their own length has.

import t from 'tap'
import { decodeTraceRequest } from '../../collector/receiver/index.ts'
import type { OtlpValue } from '../../instrumentation/telemetry/otlp-json.ts'
import { encodeProtobuf } from '../../instrumentation/telemetry/otlp-protobuf.ts'

function decode(values: readonly OtlpValue[], copies = 1) {
  const span = {
    traceId: '0123456789abcdef0123456789abcdef',
    spanId: '0123456789abcdef',
    flags: 1,
    name: 'chat',
    kind: 3,
    startTimeUnixNano: '1790000000000000000',
    endTimeUnixNano: '1790000000000000001',
    attributes: values.map((value, at) => ({ key: `k${at}`, value })),
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: 2, message: 'no' }
  }
  const spans = Array.from({ length: copies }, (_, at) => ({
    ...span,
    spanId: (at + 1).toString(16).padStart(16, '0')
  }))
  const scopeSpans = [{ scope: { name: 'test', version: '1' }, spans }]
  const bytes = encodeProtobuf({ resourceSpans: [{ resource: { attributes: [] }, scopeSpans }] })
  return decodeTraceRequest(bytes, 'protobuf', { now: 1_790_000_001_000 })
}

t.test('texts of every length and script arrive as they are', async (t) => {
  const texts = ['', 'a', 'é', '漢', '😀'].flatMap((unit) =>
    [1, 42, 43, 63, 64, 126, 127, 128, 5461, 8192, 16_383, 16_384, 70_000].map((times) =>
      unit.repeat(times)
    )
  )
  const { spans, rejected } = decode(texts.map((stringValue) => ({ stringValue })))
  t.same(rejected, [])
  for (const [at, text] of texts.entries()) {
    t.equal(spans[0]?.attributes[`k${at}`], text, `${text.length} characters`)
  }
})

t.test('numbers, truths and lists arrive as they are, zeros too', async (t) => {
  const integers = ['0', '127', '128', '2147483647', '2147483648', '9007199254740991', '-1', '-300']
  const { spans } = decode([
    ...integers.map((intValue) => ({ intValue })),
    { doubleValue: 0 },
    { doubleValue: -1.5 },
    { boolValue: false },
    { boolValue: true },
    { arrayValue: { values: [{ stringValue: '' }, { intValue: '0' }, { boolValue: false }] } },
    { arrayValue: { values: [] } }
  ])
  const given = [...integers.map(Number), 0, -1.5, false, true, ['', 0, false], []]
  t.same(
    given.map((_, at) => spans[0]?.attributes[`k${at}`]),
    given
  )
})

t.test('a request that outgrows its first buffer has all of its spans', async (t) => {
  const { spans } = decode([{ stringValue: 'x'.repeat(3000) }, { intValue: '7' }], 500)
  t.equal(spans.length, 500)
  t.equal(new Set(spans.map(({ spanId }) => spanId)).size, 500)
  t.ok(spans.every(({ attributes }) => attributes['k1'] === 7))
})
