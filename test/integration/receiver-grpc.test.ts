// OTLP/gRPC with the real exporters and with raw calls, on real sockets. The receiver keeps what it accepted.

import { once } from 'node:events'
import http2 from 'node:http2'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import {
  ChannelCredentials,
  Client,
  compressionAlgorithms,
  Metadata,
  type ServiceError,
  status as Status
} from '@grpc/grpc-js'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import t, { type Test } from 'tap'
import { CollectorError } from '../../collector/model/index.ts'
import {
  type AdmitCaller,
  type ReceiverOptions,
  startGrpcReceiver
} from '../../collector/receiver/index.ts'
import { BUILT_START } from '../support/builders.ts'
import { encodeTraceRequest } from '../support/otlp-request.ts'
import { fixed64Field, lenField } from '../support/protobuf-writer.ts'
import { fieldsOf } from '../support/protobuf-fields.ts'
import { keepingReceiver, type KeepingReceiver } from '../support/receiver-server.ts'

interface GrpcServer extends KeepingReceiver {
  readonly address: string
  call(path: string, body: Uint8Array, options?: CallOptions): Promise<GrpcAnswer>
}

interface CallOptions {
  readonly metadata?: Metadata
  readonly gzip?: boolean
}

interface GrpcAnswer {
  readonly code: Status
  readonly details: string
  readonly body: Buffer | undefined
  /** Of grpc-status-details-bin. */
  readonly statusDetails: Buffer | undefined
}

const TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const LOGS = '/opentelemetry.proto.collector.logs.v1.LogsService/Export'
const METRICS = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'

const admitAll: AdmitCaller = () => () => undefined

async function startGrpc(
  t: Test,
  overrides: Partial<ReceiverOptions> = {},
  admit: AdmitCaller = admitAll
): Promise<GrpcServer> {
  const keeping = keepingReceiver(t, overrides)
  const { receiver } = keeping
  const server = await startGrpcReceiver({ receiver, admit, host: '127.0.0.1', port: 0 })
  const address = `127.0.0.1:${server.port}`
  t.teardown(() => server.close(500))
  return {
    ...keeping,
    address,
    call: (path, body, options) => call(t, address, { path, body, ...options })
  }
}

interface Call extends CallOptions {
  readonly path: string
  readonly body: Uint8Array
}

async function call(
  t: Test,
  address: string,
  { path, body, metadata, gzip }: Call
): Promise<GrpcAnswer> {
  const client = new Client(address, ChannelCredentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.enable_retries': 0,
    ...(gzip === true && { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip })
  })
  t.teardown(() => client.close())
  const asIs = (bytes: Buffer): Buffer => bytes
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      asIs,
      asIs,
      Buffer.from(body),
      metadata ?? new Metadata(),
      { deadline: Date.now() + 20_000 },
      (error: ServiceError | null, answer?: Buffer) => {
        const details = error?.metadata.get('grpc-status-details-bin')[0]
        resolve({
          code: error?.code ?? Status.OK,
          details: error?.details ?? '',
          body: answer,
          statusDetails: Buffer.isBuffer(details) ? details : undefined
        })
      }
    )
  })
}

for (const compression of [CompressionAlgorithm.NONE, CompressionAlgorithm.GZIP]) {
  t.test(`the SDK's exporters of all three signals are understood (${compression})`, async (t) => {
    const server = await startGrpc(t, { now: Date.now })
    const options = { url: `http://${server.address}`, compression }
    const tracers = new TracerProvider({
      spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(options) })]
    })
    tracers.getTracer('agent').startSpan('execute_tool ls').end()
    await tracers.shutdown()
    t.match(server.batches, [[{ name: 'execute_tool ls' }]])

    const loggers = new LoggerProvider({
      processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter(options) })]
    })
    loggers.getLogger('agent').emit({
      eventName: 'gen_ai.choice',
      severityText: 'INFO',
      body: { message: { content: 'done' } },
      attributes: { 'gen_ai.system': 'openai' }
    })
    await loggers.shutdown()
    t.match(server.logBatches, [
      [{ eventName: 'gen_ai.choice', severityText: 'INFO', body: { message: { content: 'done' } } }]
    ])

    const reader = new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(options) })
    const meters = new MeterProvider({ readers: [reader] })
    meters.getMeter('agent').createCounter('tokens', { unit: '{token}' }).add(42, { model: 'm' })
    meters.getMeter('agent').createHistogram('duration').record(1.5)
    await meters.shutdown()
    const points = server.metricBatches.flat()
    t.match(
      points.find((point) => point.metric.name === 'tokens'),
      { kind: 'sum', value: 42, isMonotonic: true, attributes: { model: 'm' } }
    )
    t.match(
      points.find((point) => point.metric.name === 'duration'),
      { kind: 'histogram', count: 1n, sum: 1.5 }
    )
  })
}

t.test('an accepted request is answered with no bytes, an empty one too', async (t) => {
  const server = await startGrpc(t)
  const answer = await server.call(TRACES, encodeTraceRequest([{}], 'protobuf'), { gzip: true })
  t.match(answer, { code: Status.OK, body: Buffer.alloc(0) })
  t.match(await server.call(LOGS, Buffer.alloc(0)), { code: Status.OK, body: Buffer.alloc(0) })
  t.equal(server.batches.length, 1)
  t.match(
    await server.readMetrics(),
    /onset_receiver_requests_total\{.*signal="traces",transport="grpc",outcome="accepted".*\} 1/
  )
})

t.test('partial success says how many and why', async (t) => {
  const server = await startGrpc(t)
  const body = encodeTraceRequest([{ traceId: 'abcd' }, {}], 'protobuf')
  const answer = await server.call(TRACES, body)
  t.equal(answer.code, Status.OK)
  const partial = fieldsOf(fieldsOf(answer.body ?? Buffer.alloc(0)).get(1) as Buffer)
  t.equal(partial.get(1), 1)
  t.match(String(partial.get(2)), /1 of 2 spans rejected: invalid_trace_id/)
  t.equal(server.batches[0]?.length, 1)
})

t.test('bad bytes are INVALID_ARGUMENT with the field, on each service', async (t) => {
  const server = await startGrpc(t)
  for (const path of [TRACES, LOGS, METRICS]) {
    const answer = await server.call(path, Buffer.from('not protobuf'))
    t.equal(answer.code, Status.INVALID_ARGUMENT, path)
    t.match(answer.details, /not valid OTLP protobuf/)
    t.match(String(answer.statusDetails), /google\.rpc\.BadRequest/)
  }
  const record = lenField(2, fixed64Field(1, BUILT_START), fixed64Field(11, BUILT_START))
  const logs = lenField(1, lenField(2, record))
  t.match(await server.call(TRACES, logs), {
    code: Status.INVALID_ARGUMENT,
    details: /this is an OTLP logs request/
  })
})

t.test('what passes by itself is UNAVAILABLE or RESOURCE_EXHAUSTED, with RetryInfo', async (t) => {
  const cases = [
    ['STORE_BUSY', Status.UNAVAILABLE],
    ['OVERLOADED', Status.RESOURCE_EXHAUSTED]
  ] as const
  for (const [code, status] of cases) {
    const accept = async (): Promise<void> => {
      throw new CollectorError(code, 'later', { retryable: true, retryAfterSeconds: 3 })
    }
    const server = await startGrpc(t, { accept })
    const answer = await server.call(TRACES, encodeTraceRequest([{}], 'protobuf'))
    t.equal(answer.code, status)
    const any = fieldsOf(fieldsOf(answer.statusDetails ?? Buffer.alloc(0)).get(3) as Buffer)
    t.equal(String(any.get(1)), 'type.googleapis.com/google.rpc.RetryInfo')
    t.equal(fieldsOf(fieldsOf(any.get(2) as Buffer).get(1) as Buffer).get(1), 3)
  }
})

t.test('a defect is INTERNAL and tells nothing of itself', async (t) => {
  const accept = async (): Promise<void> => {
    throw new TypeError('secret inside')
  }
  const server = await startGrpc(t, { accept })
  const answer = await server.call(TRACES, encodeTraceRequest([{}], 'protobuf'))
  t.equal(answer.code, Status.INTERNAL)
  t.notMatch(answer.details, /secret/)
})

t.test('a message beyond the limit is refused, compressed or not', async (t) => {
  const server = await startGrpc(t, { bodyBytesMax: 100_000 })
  const large = encodeTraceRequest([{ attributes: { text: 'a'.repeat(200_000) } }], 'protobuf')
  for (const gzip of [false, true]) {
    const answer = await server.call(TRACES, large, { gzip })
    t.equal(answer.code, Status.RESOURCE_EXHAUSTED, `gzip ${gzip}`)
    t.equal(answer.statusDetails, undefined, 'and not to be sent again')
  }
  t.same(server.batches, [])
})

t.test('more in flight than fits is RESOURCE_EXHAUSTED with RetryInfo', async (t) => {
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const bounds = { bodyBytesMax: 100_000, inflightBytesMax: 200_000 }
  const server = await startGrpc(t, { ...bounds, accept: () => held })
  const body = encodeTraceRequest([{ attributes: { text: 'a'.repeat(90_000) } }], 'protobuf')
  const first = server.call(TRACES, body)
  const second = server.call(TRACES, body)
  const third = await Promise.race([
    first,
    second,
    new Promise((resolve) => setTimeout(resolve, 300)).then(() => server.call(TRACES, body))
  ])
  t.equal(third.code, Status.RESOURCE_EXHAUSTED)
  t.match(String(third.statusDetails), /RetryInfo/)
  release()
  t.equal((await first).code, Status.OK)
  t.equal(server.receiver.inflight.bytes === 0 || (await second).code === Status.OK, true)
})

t.test('whoever may not send is refused before the message is taken', async (t) => {
  const callers: (readonly string[])[] = []
  const admit: AdmitCaller = ({ authorization, address }) => {
    callers.push(authorization)
    t.equal(address, '127.0.0.1')
    if (authorization[0] === 'Bearer right') return () => undefined
    throw new CollectorError('UNAUTHENTICATED', 'no key', { retryable: false })
  }
  const server = await startGrpc(t, {}, admit)
  const body = encodeTraceRequest([{}], 'protobuf')
  t.match(await server.call(TRACES, body), { code: Status.UNAUTHENTICATED, details: 'no key' })
  const metadata = new Metadata()
  metadata.set('authorization', 'Bearer right')
  t.equal((await server.call(TRACES, body, { metadata })).code, Status.OK)
  t.same(callers, [[], ['Bearer right']])
  t.equal(server.receiver.inflight.bytes, 0)
  t.match(await server.readMetrics(), /transport="grpc",outcome="refused".*\} 1/)
})

t.test('other services and methods are UNIMPLEMENTED', async (t) => {
  const server = await startGrpc(t)
  const path = '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export'
  t.equal((await server.call(path, Buffer.alloc(0))).code, Status.UNIMPLEMENTED)
})

t.test('calls in flight end before the server does; others are cut at the deadline', async (t) => {
  const keeping = keepingReceiver(t, {
    accept: () => new Promise((resolve) => setTimeout(resolve, 200))
  })
  const options = { receiver: keeping.receiver, admit: admitAll, host: '127.0.0.1', port: 0 }
  const server = await startGrpcReceiver(options)
  const body = encodeTraceRequest([{}], 'protobuf')
  const answer = call(t, `127.0.0.1:${server.port}`, { path: TRACES, body })
  await new Promise((resolve) => setTimeout(resolve, 100))
  await server.close(5_000)
  t.equal((await answer).code, Status.OK)

  const stuck = keepingReceiver(t, { accept: () => new Promise(() => undefined) })
  const other = await startGrpcReceiver({ ...options, receiver: stuck.receiver })
  const cut = call(t, `127.0.0.1:${other.port}`, { path: TRACES, body })
  await new Promise((resolve) => setTimeout(resolve, 100))
  await other.close(50)
  t.not((await cut).code, Status.OK)
})

/** One call as any client would make it, its message compressed as told. */
async function callCompressed(
  address: string,
  body: Uint8Array,
  encoding: string
): Promise<http2.IncomingHttpHeaders & Record<string, unknown>> {
  const session = http2.connect(`http://${address}`)
  const stream = session.request({
    ':method': 'POST',
    ':path': TRACES,
    'content-type': 'application/grpc',
    'grpc-encoding': encoding,
    te: 'trailers'
  })
  const head = Buffer.alloc(5)
  head.writeUInt8(1, 0)
  head.writeUInt32BE(body.length, 1)
  stream.end(Buffer.concat([head, body]))
  try {
    const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders]
    // A refusal without a message has its status in the headers.
    if (headers['grpc-status'] !== undefined) return headers
    stream.resume()
    const [trailers] = (await once(stream, 'trailers')) as [http2.IncomingHttpHeaders]
    return { ...headers, ...trailers }
  } finally {
    session.destroy()
  }
}

t.test('gzip and deflate are taken, what gRPC has no name for is UNIMPLEMENTED', async (t) => {
  const server = await startGrpc(t)
  const body = encodeTraceRequest([{}], 'protobuf')
  for (const [encoding, compressed] of [
    ['gzip', gzipSync(body)],
    ['deflate', deflateSync(body)]
  ] as const) {
    const answer = await callCompressed(server.address, compressed, encoding)
    t.equal(answer['grpc-status'], String(Status.OK), encoding)
  }
  t.equal(server.batches.length, 2)
  for (const [encoding, compressed] of [
    ['zstd', zstdCompressSync(body)],
    ['snappy', body]
  ] as const) {
    const answer = await callCompressed(server.address, compressed, encoding)
    t.equal(answer['grpc-status'], String(Status.UNIMPLEMENTED), encoding)
    t.match(decodeURIComponent(String(answer['grpc-message'])), encoding, 'says which')
  }
  t.equal(server.batches.length, 2, 'nothing of these was taken')
})
