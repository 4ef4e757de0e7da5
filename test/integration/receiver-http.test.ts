// The receiver over real sockets, spoken to by hand: every status, header and body that OTLP prescribes.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp

import { once } from 'node:events'
import { connect } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { constants, createZstdCompress, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import t from 'tap'
import { CollectorError, type ErrorCode } from '../../collector/model/index.ts'
import { contentTypeOf, type Encoding, encodeTraceRequest } from '../support/otlp-request.ts'
import { fieldsOf } from '../support/protobuf-fields.ts'
import { type ReceiverServer, startReceiver } from '../support/receiver-server.ts'

const ENCODINGS = ['protobuf', 'json'] as const
const MEBIBYTE = 1024 * 1024
const ONE_SPAN = [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16), name: 'the span' }]

function post(
  server: ReceiverServer,
  body: Uint8Array | undefined,
  headers: Readonly<Record<string, string>>
): Promise<Response> {
  const init = { method: 'POST', headers: { ...headers } }
  return fetch(
    `${server.url}/v1/traces`,
    body === undefined ? init : { ...init, body: Buffer.from(body) }
  )
}

function send(server: ReceiverServer, encoding: Encoding, body: Uint8Array): Promise<Response> {
  return post(server, body, { 'content-type': contentTypeOf(encoding) })
}

interface ReadStatus {
  readonly status: number
  readonly code: number
  readonly message: string
  readonly violation: { readonly field: string; readonly description: string } | undefined
}

/** The google.rpc.Status of an answer, from whichever encoding its Content-Type says. */
async function readStatus(response: Response): Promise<ReadStatus> {
  const body = Buffer.from(await response.arrayBuffer())
  const { status } = response
  if (response.headers.get('content-type') === 'application/json') {
    const { code, message, details } = JSON.parse(body.toString())
    return { status, code, message, violation: details?.[0]?.fieldViolations?.[0] }
  }
  const fields = fieldsOf(body)
  const details = fields.get(3)
  return {
    status,
    code: Number(fields.get(1)),
    message: String(fields.get(2)),
    violation: Buffer.isBuffer(details) ? readViolation(details) : undefined
  }
}

/** FieldViolation in BadRequest in Any. */
function readViolation(any: Buffer): ReadStatus['violation'] {
  const violation = fieldsOf(fieldsOf(fieldsOf(any).get(2) as Buffer).get(1) as Buffer)
  return { field: String(violation.get(1)), description: String(violation.get(2)) }
}

t.test(
  'spans are accepted and answered with an empty success, in the encoding they came in',
  async (t) => {
    const server = await startReceiver(t)
    const types: readonly (readonly [string, Encoding, string])[] = [
      ['application/x-protobuf', 'protobuf', ''],
      ['application/protobuf', 'protobuf', ''],
      ['Application/X-Protobuf; charset=utf-8', 'protobuf', ''],
      ['application/json', 'json', '{}'],
      ['application/json; charset=utf-8', 'json', '{}']
    ]
    for (const [type, encoding, expected] of types) {
      const response = await post(server, encodeTraceRequest(ONE_SPAN, encoding), {
        'content-type': type
      })
      t.equal(response.status, 200)
      t.equal(response.headers.get('content-type'), type.split(';')[0]?.toLowerCase())
      t.equal(await response.text(), expected)
    }
    t.equal(server.batches.length, types.length)
    for (const batch of server.batches) t.match(batch, [{ name: 'the span' }])
  }
)

t.test('the answer waits until the spans are durable', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const server = await startReceiver(t, { accept: () => promise })
  let isAnswered = false
  const answered = send(server, 'protobuf', encodeTraceRequest(ONE_SPAN, 'protobuf')).then(
    (response) => {
      isAnswered = true
      return response.status
    }
  )
  // A second, whole exchange on the same server: the first would have been answered by now.
  await send(server, 'json', Buffer.from('{}'))
  t.equal(isAnswered, false)
  resolve()
  t.equal(await answered, 200)
})

t.test('an empty request succeeds and bothers nobody', async (t) => {
  const server = await startReceiver(t)
  t.equal((await send(server, 'protobuf', Buffer.alloc(0))).status, 200)
  t.equal((await send(server, 'json', Buffer.from('{"resourceSpans":[]}'))).status, 200)
  t.same(server.batches, [])
})

t.test('rejected spans are counted and explained, the others accepted', async (t) => {
  const server = await startReceiver(t)
  const spans = [...ONE_SPAN, { traceId: '' }, { startTime: 5n }]
  const json = await send(server, 'json', encodeTraceRequest(spans, 'json'))
  t.equal(json.status, 200)
  const body = JSON.parse(await json.text())
  t.equal(body.partialSuccess.rejectedSpans, '2')
  t.match(body.partialSuccess.errorMessage, /^2 of 3 spans rejected: invalid_trace_id 1/)
  const protobuf = await send(server, 'protobuf', encodeTraceRequest(spans, 'protobuf'))
  const { partialSuccess } = ProtobufTraceSerializer.deserializeResponse(
    new Uint8Array(await protobuf.arrayBuffer())
  )
  t.match(partialSuccess, { rejectedSpans: 2, errorMessage: /start_time_too_early 1/ })
  t.match(server.batches, [[{ name: 'the span' }], [{ name: 'the span' }]])
})

t.test('warnings alone reject nothing', async (t) => {
  const server = await startReceiver(t)
  const response = await send(server, 'json', encodeTraceRequest([{ endTime: 0n }], 'json'))
  t.match(await response.json(), {
    partialSuccess: { rejectedSpans: '0', errorMessage: /^No end, set to the start: 1 span/ }
  })
  const protobuf = await send(server, 'protobuf', encodeTraceRequest([{ endTime: 0n }], 'protobuf'))
  const bytes = new Uint8Array(await protobuf.arrayBuffer())
  t.match(ProtobufTraceSerializer.deserializeResponse(bytes).partialSuccess, {
    errorMessage: /^No end/
  })
})

t.test('every compression is undone, several members of gzip too', async (t) => {
  const server = await startReceiver(t)
  for (const encoding of ENCODINGS) {
    const body = encodeTraceRequest(ONE_SPAN, encoding)
    const half = body.length >> 1
    const compressed: readonly (readonly [string, Uint8Array])[] = [
      ['gzip', gzipSync(body)],
      ['GZIP', gzipSync(body)],
      ['x-gzip', gzipSync(body)],
      ['gzip', Buffer.concat([gzipSync(body.subarray(0, half)), gzipSync(body.subarray(half))])],
      ['deflate', deflateSync(body)],
      ['zstd', zstdCompressSync(body)],
      ['identity', body]
    ]
    for (const [name, bytes] of compressed) {
      const headers = { 'content-type': contentTypeOf(encoding), 'content-encoding': name }
      t.equal((await post(server, bytes, headers)).status, 200, `${encoding} ${name}`)
      t.match(server.batches.pop(), [{ name: 'the span' }])
    }
  }
})

t.test(
  'a compressed body that is cut, broken or followed by more is bad data, whole or nothing',
  async (t) => {
    const server = await startReceiver(t)
    const body = encodeTraceRequest(ONE_SPAN, 'protobuf')
    const broken: readonly (readonly [string, Uint8Array])[] = [
      ['gzip', cut(gzipSync(body))],
      ['gzip', body],
      ['gzip', Buffer.alloc(0)],
      ['gzip', Buffer.concat([gzipSync(body), Buffer.from('more')])],
      ['deflate', cut(deflateSync(body))],
      ['deflate', Buffer.concat([deflateSync(body), Buffer.from('more')])],
      ['zstd', cut(zstdCompressSync(body))],
      ['zstd', body],
      // The second frame would be ignored, and its spans lost without a word.
      ['zstd', Buffer.concat([zstdCompressSync(body), zstdCompressSync(body)])]
    ]
    for (const [name, bytes] of broken) {
      const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': name }
      const status = await readStatus(await post(server, bytes, headers))
      t.match(status, { status: 400, code: 3, message: /^cannot decompress the body: / }, name)
      t.equal(status.violation?.field, 'Content-Encoding')
    }
    t.same(server.batches, [])
  }
)

t.test('what follows a compressed body is not lost unseen, however late it comes', async (t) => {
  const server = await startReceiver(t)
  const body = encodeTraceRequest(ONE_SPAN, 'protobuf')
  const sendParts = (name: string, first: Uint8Array, second: Uint8Array): Promise<Response> => {
    const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': name }
    const init = { method: 'POST', headers, body: inTwoParts(first, second) }
    return fetch(`${server.url}/v1/traces`, { ...init, duplex: 'half' as const })
  }
  const deflated = deflateSync(body)
  const longer = await readStatus(await sendParts('deflate', deflated, deflated))
  t.match(longer, { status: 400, message: /more bytes follow the end/ })
  const whole = await sendParts('deflate', deflated.subarray(0, 9), deflated.subarray(9))
  t.equal(whole.status, 200)

  const frame = zstdCompressSync(body)
  server.batches.length = 0
  t.equal((await sendParts('zstd', frame, frame)).status, 200, 'frames are members of one body')
  t.equal(server.batches.flat().length, 2)
})

/** The second part a moment after the first was sent. */
async function* inTwoParts(first: Uint8Array, second: Uint8Array): AsyncGenerator<Uint8Array> {
  yield first
  await new Promise((resolve) => setTimeout(resolve, 50))
  yield second
}

t.test('a zstd frame that demands a large window is refused before it gets one', async (t) => {
  const server = await startReceiver(t)
  const body = encodeTraceRequest(ONE_SPAN, 'protobuf')
  for (const [windowLog, status] of [
    [23, 200],
    [27, 400]
  ] as const) {
    // As a stream: with the whole size at hand the compressor would ask for no more than it needs.
    const compressor = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: windowLog } })
    compressor.write(body)
    compressor.flush(() => compressor.end())
    const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'zstd' }
    const response = await post(server, await buffer(compressor), headers)
    t.equal(response.status, status, `a window of 2^${windowLog} bytes`)
  }
})

t.test(
  'a body above the limit is 413, told beforehand, while it comes, or when it unfolds',
  async (t) => {
    const server = await startReceiver(t)
    const large = Buffer.alloc(MEBIBYTE + 1)
    const gzip = { 'content-encoding': 'gzip' }
    const bomb = gzipSync(Buffer.alloc(64 * MEBIBYTE))
    const member = gzipSync(Buffer.alloc(300_000))
    const nothing = Buffer.alloc(400_000, gzipSync(''))
    const cases: readonly (readonly [
      string,
      NonNullable<RequestInit['body']>,
      Record<string, string>
    ])[] = [
      ['Content-Length', large, {}],
      ['chunked', streamOf(large), {}],
      ['gzip bomb', bomb, gzip],
      ['chunked gzip bomb', streamOf(bomb), gzip],
      ['members that add up', Buffer.concat([member, member, member, member]), gzip],
      ['zstd bomb', zstdCompressSync(Buffer.alloc(64 * MEBIBYTE)), { 'content-encoding': 'zstd' }],
      ['members of nothing, for ever', streamOf(nothing, nothing, nothing, nothing), gzip]
    ]
    for (const [name, body, extra] of cases) {
      const headers = { 'content-type': 'application/x-protobuf', ...extra }
      const init: RequestInit & { duplex: 'half' } = {
        method: 'POST',
        headers,
        body,
        duplex: 'half'
      }
      const response = await fetch(`${server.url}/v1/traces`, init)
      const status = await readStatus(response)
      t.match(status, { status: 413, message: /more than 1048576 bytes/ }, name)
      t.equal(response.headers.get('retry-after'), null)
    }
    t.match(await server.readMetrics(), /^onset_receiver_inflight_bytes\S* 0/m)
  }
)

function cut(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length - 5)
}

function streamOf(...chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks)
}

t.test('bad data is 400 with the field that is wrong', async (t) => {
  const server = await startReceiver(t)
  const json = await readStatus(await send(server, 'json', Buffer.from('{"resourceSpans":5}')))
  t.match(json, {
    status: 400,
    code: 3,
    message: 'not valid OTLP JSON: resourceSpans is 5; an array is required',
    violation: { field: 'resourceSpans', description: 'is 5; an array is required' }
  })
  const protobuf = await readStatus(await send(server, 'protobuf', Buffer.from([0x0a, 0x05, 0x01])))
  t.match(protobuf, {
    status: 400,
    code: 3,
    message: /^not valid OTLP protobuf at byte 2, in resource_spans\[0\]: /,
    violation: { field: 'resource_spans[0]', description: /5 bytes .* has 1 left/ }
  })
})

t.test('a media type or encoding that is not OTLP is 415 and says what is', async (t) => {
  const server = await startReceiver(t)
  const body = encodeTraceRequest(ONE_SPAN, 'json')
  for (const type of ['text/plain', 'application/x-ndjson', 'nonsense', '']) {
    const response = await post(server, body, { 'content-type': type })
    t.equal(response.headers.get('content-type'), 'application/json')
    t.match(await readStatus(response), { status: 415, message: /application\/x-protobuf/ }, type)
  }
  t.match(await readStatus(await post(server, undefined, {})), {
    status: 415,
    message: /Content-Type ""/
  })
  for (const encoding of ['br', 'snappy', 'gzip, gzip', 'constructor']) {
    const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': encoding }
    const response = await post(server, body, headers)
    t.equal(response.headers.get('content-type'), 'application/x-protobuf')
    t.equal(response.headers.get('accept-encoding'), 'gzip, deflate, zstd')
    t.match(await readStatus(response), { status: 415, message: /gzip, deflate, zstd/ }, encoding)
  }
  t.same(server.batches, [])
})

t.test('other methods are 405 with what is allowed', async (t) => {
  const server = await startReceiver(t)
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'QUERY']) {
    const response = await fetch(`${server.url}/v1/traces`, { method })
    t.equal(response.status, 405, method)
    t.equal(response.headers.get('allow'), 'POST')
    if (method !== 'HEAD') t.match(await readStatus(response), { message: /not allowed/ }, method)
  }
})

t.test('a request of another signal is refused with the path that is right', async (t) => {
  const server = await startReceiver(t)
  const bodies = { logs: '{"resourceLogs":[]}', metrics: '{"resourceMetrics":[]}' }
  const headers = { 'content-type': contentTypeOf('json') }
  for (const [signal, body] of Object.entries(bodies)) {
    const response = await fetch(`${server.url}/v1/traces`, { method: 'POST', headers, body })
    t.match(await readStatus(response), { status: 400, message: `accepted at /v1/${signal}` })
  }
  const traces = '{"resourceSpans":[]}'
  for (const path of ['/v1/logs', '/v1/metrics']) {
    const response = await fetch(server.url + path, { method: 'POST', headers, body: traces })
    t.match(await readStatus(response), {
      status: 400,
      message: 'traces are accepted at /v1/traces'
    })
  }
})

t.test(
  'what accept rejects with becomes the answer: retryable ones with Retry-After',
  async (t) => {
    const cases: readonly (readonly [ErrorCode, boolean, number, string | null])[] = [
      ['STORE_BUSY', true, 503, '3'],
      ['STORE_UNAVAILABLE', true, 503, '3'],
      ['OVERLOADED', true, 429, '3'],
      ['PERMISSION_DENIED', false, 403, null]
    ]
    for (const [code, retryable, status, retryAfter] of cases) {
      const accept = async () => {
        const options = retryable ? { retryable, retryAfterSeconds: 3 } : { retryable }
        throw new CollectorError(code, 'the reason', options)
      }
      const server = await startReceiver(t, { accept })
      for (const encoding of ENCODINGS) {
        const response = await send(server, encoding, encodeTraceRequest(ONE_SPAN, encoding))
        t.equal(response.headers.get('retry-after'), retryAfter, code)
        t.equal(response.headers.get('content-type'), contentTypeOf(encoding))
        t.match(await readStatus(response), { status, message: 'the reason' }, code)
      }
      t.match(await server.readMetrics(), /^onset_receiver_inflight_bytes\S* 0/m)
    }
  }
)

t.test(
  'more bytes in flight than allowed are refused with Retry-After until some are durable',
  async (t) => {
    const held: (() => void)[] = []
    const server = await startReceiver(t, {
      inflightBytesMax: 2 * MEBIBYTE,
      accept: () => new Promise((resolve) => held.push(resolve))
    })
    const large = encodeTraceRequest(
      [{ attributes: { k: 'x'.repeat(0.75 * MEBIBYTE) } }],
      'protobuf'
    )
    const first = send(server, 'protobuf', large)
    const second = send(server, 'protobuf', large)
    while (held.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    const refused = await send(server, 'protobuf', large)
    t.equal(refused.headers.get('retry-after'), '1')
    t.match(await readStatus(refused), { status: 429, message: /at most 2097152 are allowed/ })
    const bomb = gzipSync(Buffer.alloc(0.9 * MEBIBYTE))
    const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' }
    t.equal((await post(server, bomb, headers)).status, 429, 'also when it unfolds')
    t.match(await server.readMetrics(), /^onset_receiver_inflight_bytes\S* 15\d{5}/m)
    for (const resolve of held.splice(0)) resolve()
    t.equal((await first).status, 200)
    t.equal((await second).status, 200)
    const third = send(server, 'protobuf', large)
    while (held.length < 1) await new Promise((resolve) => setTimeout(resolve, 5))
    for (const resolve of held) resolve()
    t.equal((await third).status, 200)
    t.match(await server.readMetrics(), /^onset_receiver_inflight_bytes\S* 0/m)
  }
)

t.test('a sender that goes away in the middle leaves nothing behind', async (t) => {
  const server = await startReceiver(t)
  for (const header of ['', 'Content-Encoding: gzip\r\n']) {
    const socket = connect(server.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(
      `POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\n${header}Content-Length: 50000\r\n\r\n`
    )
    socket.write(gzipSync(Buffer.alloc(100)).subarray(0, 10))
    await waitForMetric(server, /^onset_receiver_inflight_bytes\S* [1-9]/m)
    socket.destroy()
    await waitForMetric(server, /^onset_receiver_inflight_bytes\S* 0/m)
  }
  t.match(await server.readMetrics(), /^onset_receiver_requests_total\{.*outcome="aborted".*\} 2/m)
  t.equal((await send(server, 'json', Buffer.from('{}'))).status, 200, 'and the server goes on')
})

async function waitForMetric(server: ReceiverServer, pattern: RegExp): Promise<void> {
  while (!pattern.test(await server.readMetrics())) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

t.test('while spans are stored, the size of their body is reserved and no more', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const server = await startReceiver(t, { accept: () => promise })
  const body = encodeTraceRequest([{ attributes: { k: 'x'.repeat(50_000) } }], 'protobuf')
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' }
  const answered = post(server, gzipSync(body), headers)
  await waitForMetric(server, new RegExp(`^onset_receiver_inflight_bytes\\S* ${body.length}$`, 'm'))
  resolve()
  t.equal((await answered).status, 200)
})

t.test('what unfolds is reserved as it unfolds', async (t) => {
  const server = await startReceiver(t)
  const socket = connect(server.port, '127.0.0.1')
  t.teardown(() => socket.destroy())
  const bytes = gzipSync(Buffer.alloc(900_000))
  const headers = `Content-Encoding: gzip\r\nContent-Length: ${bytes.length}\r\n`
  socket.write(`${HEAD}${headers}\r\n`)
  socket.write(bytes.subarray(0, bytes.length - 1))
  await waitForMetric(server, /^onset_receiver_inflight_bytes\S* [89]\d{5}$/m)
  t.pass('before the last byte has come')
})

const HEAD = 'POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n'

/** A chunk of `Transfer-Encoding: chunked`. */
function chunkOf(bytes: Uint8Array): Buffer {
  const size = Buffer.from(`${bytes.length.toString(16)}\r\n`)
  return Buffer.concat([size, bytes, Buffer.from('\r\n')])
}

t.test('a refused body is drained, so that the connection serves the next request', async (t) => {
  const server = await startReceiver(t)
  const large = Buffer.alloc(3 * MEBIBYTE)
  const bodies: readonly (readonly [string, Uint8Array])[] = [
    [`Content-Length: ${large.length}`, large],
    ['Transfer-Encoding: chunked', Buffer.concat([chunkOf(large), chunkOf(Buffer.alloc(0))])]
  ]
  for (const [framing, body] of bodies) {
    const socket = connect(server.port, '127.0.0.1')
    t.teardown(() => socket.destroy())
    socket.write(`${HEAD}${framing}\r\n\r\n`)
    socket.write(body)
    socket.end(`${HEAD}Content-Length: 2\r\nConnection: close\r\n\r\n{}`)
    const answers = await text(socket)
    t.same(answers.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 413', 'HTTP/1.1 200'], framing)
  }
})

t.test('a refused body without end is not drained for ever', async (t) => {
  const server = await startReceiver(t)
  const socket = connect(server.port, '127.0.0.1')
  // The cut shows as an error of the next write.
  socket.on('error', () => undefined)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`)
  const piece = chunkOf(Buffer.alloc(MEBIBYTE))
  const sendOn = (): void => {
    if (socket.destroyed) return
    if (socket.write(piece)) setImmediate(sendOn)
    else socket.once('drain', sendOn)
  }
  sendOn()
  await closed
  t.ok(socket.bytesWritten > 60 * MEBIBYTE && socket.bytesWritten < 200 * MEBIBYTE)
})

t.test('requests, spans and bytes are counted', async (t) => {
  const server = await startReceiver(t)
  const body = encodeTraceRequest([...ONE_SPAN, { traceId: 'ab' }], 'protobuf')
  await send(server, 'protobuf', body)
  await send(server, 'json', Buffer.from('{'))
  const metrics = await server.readMetrics()
  t.match(metrics, /^onset_receiver_requests_total\{.*outcome="partly_accepted".*\} 1/m)
  t.match(metrics, /^onset_receiver_requests_total\{.*outcome="refused".*\} 1/m)
  t.match(metrics, /^onset_receiver_spans_total\{.*outcome="accepted".*\} 1/m)
  t.match(metrics, /^onset_receiver_spans_total\{.*reason="invalid_trace_id".*\} 1/m)
  t.match(
    metrics,
    new RegExp(`^onset_receiver_request_bytes_total\\{.*"protobuf".*\\} ${body.length}`, 'm')
  )
  t.match(metrics, /^onset_receiver_decode_seconds_count\{.*"protobuf".*\} 1/m)
})

t.test('a bound that would refuse the largest body for ever is refused at the start', async (t) => {
  const options = { bodyBytesMax: MEBIBYTE, inflightBytesMax: 2 * MEBIBYTE - 1 }
  await t.rejects(startReceiver(t, options), { code: 'SETTINGS_INVALID' })
})
