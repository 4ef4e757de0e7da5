// Which spans are left out and which are repaired, alike in both encodings, and what their sender reads.

import t from 'tap'
import { toUnixNano } from '../../collector/model/index.ts'
import { describeOutcome, SPANS } from '../../collector/receiver/decode/rejection.ts'
import { BUILT_START } from '../support/builders.ts'
import { BUILT_NOW, decode, decodeBoth, decodeOne } from '../support/decode.ts'
import {
  encodeTraceRequest,
  type SpanLiteral,
  spanToJson,
  spanToProtobuf,
  wrapSpans,
  wrapSpansJson
} from '../support/otlp-request.ts'
import { fixed64Field, lenField, varintField } from '../support/protobuf-writer.ts'

const DAY_NANOS = 86_400_000_000_000n
const YEAR_2000_NANOS = 946_684_800_000_000_000n
const TRACE_ID = '5b8efff798038103d269b633813fc60c'
const SPAN_ID = 'eee19b7ec3c1b174'

const REJECTED: readonly (readonly [SpanLiteral, string, RegExp])[] = [
  [{ traceId: '' }, 'invalid_trace_id', /trace_id is missing; 16 bytes are required/],
  [{ traceId: '0'.repeat(32) }, 'invalid_trace_id', /trace_id is all zero/],
  [{ traceId: TRACE_ID.slice(2) }, 'invalid_trace_id', /trace_id has 15 bytes; 16 are required/],
  [{ traceId: TRACE_ID.repeat(2) }, 'invalid_trace_id', /trace_id has 32 bytes; 16 are required/],
  [{ spanId: '' }, 'invalid_span_id', /span_id is missing; 8 bytes are required/],
  [{ spanId: '0'.repeat(16) }, 'invalid_span_id', /span_id is all zero/],
  [{ spanId: TRACE_ID }, 'invalid_span_id', /span_id has 16 bytes; 8 are required/],
  [{ parentSpanId: 'abcd' }, 'invalid_parent_span_id', /parent_span_id has 2 bytes; 8 are/],
  [{ startTime: 0n }, 'start_time_missing', /start_time_unix_nano is missing; nanoseconds/],
  [{ startTime: 1n }, 'start_time_too_early', /before the year 2000; nanoseconds/],
  [{ startTime: YEAR_2000_NANOS - 1n }, 'start_time_too_early', /before the year 2000/],
  [{ startTime: BUILT_START / 1_000n }, 'start_time_too_early', /looks like microseconds/],
  [{ startTime: BUILT_START / 1_000_000n }, 'start_time_too_early', /looks like milliseconds/],
  [{ startTime: BUILT_START / 1_000_000_000n }, 'start_time_too_early', /looks like seconds/],
  [{ startTime: BUILT_START + DAY_NANOS + 1n }, 'start_time_in_future', /more than a day ahead/],
  [{ startTime: 2n ** 64n - 1n }, 'start_time_in_future', /more than a day ahead/],
  [{ endTime: BUILT_START + DAY_NANOS + 1n }, 'end_time_in_future', /end_time_unix_nano/],
  [{ endTime: 2n ** 64n - 1n }, 'end_time_in_future', /at most \d+ is accepted/]
]

t.test(
  'a span with a bad id or time is left out with its reason, the others are kept',
  async (t) => {
    for (const [literal, reason, message] of REJECTED) {
      const spans = [{ name: 'first' }, { endTime: BUILT_START, ...literal }, { name: 'last' }]
      for (const encoding of ['protobuf', 'json'] as const) {
        const result = decode(encodeTraceRequest(spans, encoding), encoding)
        t.match(result.spans, [{ name: 'first' }, { name: 'last' }])
        t.match(result.rejected, [{ index: 1, reason, message }])
        t.same([...result.rejectedCounts], [[reason, 1]])
        t.equal(result.spanCount, 3)
      }
    }
  }
)

t.test('the first moment of 2000 and a day ahead are the bounds', async (t) => {
  const ends = { endTime: BUILT_START + DAY_NANOS }
  t.equal(decodeBoth([{ startTime: YEAR_2000_NANOS, ...ends }]).spans.length, 1)
  t.equal(decodeBoth([{ startTime: BUILT_START + DAY_NANOS, ...ends }]).spans.length, 1)
})

t.test('ids in base64, which is what other JSON mappings write, are told from hex', async (t) => {
  const traceId = Buffer.from(TRACE_ID, 'hex').toString('base64')
  const { rejected } = decode(wrapSpansJson({ ...spanToJson({}), traceId }), 'json')
  t.match(rejected, [
    { reason: 'invalid_trace_id', message: /not hex; .* 32 hex digits, not base64/ }
  ])
})

t.test(
  'an end that is missing or before the start is set to the start, with a warning',
  async (t) => {
    const missing = decodeBoth([{ spanId: SPAN_ID, endTime: 0n }])
    t.equal(missing.spans[0]?.endTime, missing.spans[0]?.startTime)
    t.same(missing.warnings, [`No end, set to the start: 1 span (first ${SPAN_ID}).`])
    const early = decodeBoth([{ endTime: BUILT_START - 1n }, { endTime: BUILT_START - 2n }, {}])
    t.equal(early.spans[0]?.endTime, BUILT_START)
    t.match(early.warnings, [/^End before the start, set to it: 2 spans \(first \w{16}\)\.$/])
  }
)

t.test('a span that is its own parent becomes a root, with a warning', async (t) => {
  const { spans, warnings } = decodeBoth([{ spanId: SPAN_ID, parentSpanId: SPAN_ID }])
  t.equal(spans[0]?.parentSpanId, undefined)
  t.match(warnings, [/^Own id as parent, left out: 1 span/])
})

t.test('events without a plausible time get that of the start, with a warning', async (t) => {
  const times = [0n, 5n, BUILT_START + 7n, 2n ** 63n]
  const { spans, warnings } = decodeBoth([{ events: times.map((time) => ({ name: 'e', time })) }])
  const start = BUILT_START
  t.same(
    spans[0]?.events.map(({ time }) => time),
    [start, start, toUnixNano(start + 7n), start]
  )
  t.match(warnings, [/^Events without a plausible time/])
})

t.test('links without valid ids are left out and counted', async (t) => {
  const valid = { traceId: TRACE_ID, spanId: SPAN_ID }
  const links = [{ ...valid, traceId: '' }, valid, { ...valid, spanId: '00'.repeat(8) }]
  const { spans, warnings } = decodeBoth([{ links, droppedLinksCount: 1 }])
  t.match(spans[0]?.links, [valid])
  t.equal(spans[0]?.links.length, 1)
  t.equal(spans[0]?.droppedLinksCount, 3)
  t.match(warnings, [/^Links without a valid/])
})

t.test('a name of more than 1,024 characters is cut, with a warning', async (t) => {
  t.equal(decodeOne({ name: 'n'.repeat(1_024) }).name.length, 1_024)
  const { spans, warnings } = decodeBoth([{ name: 'n'.repeat(2_000) }])
  t.equal(spans[0]?.name.length, 1_024)
  t.match(spans[0]?.name, /characters left out/)
  t.match(warnings, [/^Name too long, cut/])
})

t.test('warnings of a rejected span are not given', async (t) => {
  const { warnings } = decodeBoth([{ spanId: '', endTime: 0n, name: 'n'.repeat(2_000) }])
  t.same(warnings, [])
})

t.test('a logs request on the path of traces is called by its name', async (t) => {
  const traceId = lenField(9, Buffer.from(TRACE_ID, 'hex'))
  const body = lenField(5, lenField(1, 'user prompt'))
  const attribute = lenField(6, lenField(1, 'k'), lenField(2, lenField(1, 'v')))
  const records = {
    whole: [fixed64Field(1, BUILT_START), varintField(2, 9), body, attribute, traceId],
    'without times': [varintField(2, 9), body],
    'of attributes only': [attribute],
    'observed only': [body, fixed64Field(11, BUILT_START)]
  }
  const message =
    /this is an OTLP logs request, sent to the path of traces; logs are accepted at \/v1\/logs.*OTEL_EXPORTER_OTLP_LOGS_ENDPOINT/
  for (const [name, record] of Object.entries(records)) {
    const request = wrapSpans(Buffer.concat(record), Buffer.concat(record))
    t.throws(() => decode(request, 'protobuf'), { code: 'MALFORMED_REQUEST', message }, name)
  }
  const json = Buffer.from('{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}')
  t.throws(() => decode(json, 'json'), { code: 'MALFORMED_REQUEST', message })
})

t.test('a metrics request is, too', async (t) => {
  const sum = Buffer.concat([lenField(1, 'requests'), lenField(7, varintField(2, 2))])
  const gauge = Buffer.concat([lenField(1, 'memory'), lenField(3, 'By'), lenField(5, lenField(1))])
  const message = /this is an OTLP metrics request.*accepted at \/v1\/metrics/
  t.throws(() => decode(wrapSpans(sum), 'protobuf'), { message })
  t.throws(() => decode(wrapSpans(gauge), 'protobuf'), { message })
  t.throws(() => decode(Buffer.from('{"resourceMetrics":[]}'), 'json'), { message })
})

t.test('spans that are all rejected are not taken for another signal', async (t) => {
  for (const literal of [{ traceId: '' }, { traceId: 'abcd', startTime: 0n }, { startTime: 0n }]) {
    t.equal(decode(wrapSpans(spanToProtobuf(literal)), 'protobuf').rejected.length, 1)
  }
})

t.test('the text for the sender counts per reason, shows few and stays short', async (t) => {
  const bad = Array.from({ length: 500 }, () => ({ traceId: 'ab', endTime: 0n }))
  const result = decodeBoth([...bad, { startTime: 5n }, { endTime: 0n }])
  const text = describeOutcome({ ...result, itemCount: result.spanCount }, SPANS)
  t.match(text, /^501 of 502 spans rejected: invalid_trace_id 500, start_time_too_early 1\./)
  t.match(text, /Span 0 \(\w{16}\): trace_id has 1 bytes; 16 are required\./)
  t.match(text, /Span 500 \(\w{16}\): start_time_unix_nano 5 is before/)
  t.match(text, /No end, set to the start: 1 span/)
  t.ok(text.length <= 1_024)
})

t.test('the text stays short whatever the ids are', async (t) => {
  const spanId = '"\n'.repeat(100_000)
  const hostile = Array.from({ length: 9 }, () => ({ ...spanToJson({}), spanId }))
  const { rejected, ...result } = decode(wrapSpansJson(...hostile), 'json')
  t.ok(describeOutcome({ ...result, rejected, itemCount: result.spanCount }, SPANS).length <= 1_024)
  t.ok(rejected.every(({ spanId }) => spanId.length <= 64))
})

t.test('the clock is the one that was given', async (t) => {
  const startTime = toUnixNano(BigInt(BUILT_NOW) * 1_000_000n)
  t.equal(decodeOne({ startTime, endTime: startTime }).startTime, startTime)
})
