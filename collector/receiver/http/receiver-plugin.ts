// OTLP over HTTP: POST /v1/traces in both encodings, and clear words for everything else sent there.
// Answers 200 only when the spans are durable. https://opentelemetry.io/docs/specs/otlp/#otlphttp

import { performance } from 'node:perf_hooks'
import { Readable } from 'node:stream'
import type { Meter } from '@opentelemetry/api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { CollectorError, type DecodedSpan } from '../../model/index.ts'
import { createDecompressor } from './content-encoding.ts'
import {
  type DecodeResult,
  decodeTraceRequest,
  type TraceEncoding
} from '../decode/decode-trace-request.ts'
import { encodePartialSuccess, encodeSuccess } from './encode-response.ts'
import { createErrorAnswer, type HttpStatus } from './error-answer.ts'
import { InflightBytes, type InflightReservation } from './inflight-bytes.ts'
import { readMediaType } from './media-type.ts'
import { readBody } from './read-body.ts'
import { createReceiverMetrics, type ReceiverMetrics } from './receiver-metrics.ts'
import { countRejected, describeOutcome } from '../decode/rejection.ts'
import { ThrottledLog } from './throttled-log.ts'

export interface ReceiverOptions {
  /** Resolves when the spans are durable; what it rejects with becomes the answer. */
  readonly accept: (spans: readonly DecodedSpan[]) => Promise<void>
  readonly httpStatusOf: (error: unknown) => HttpStatus
  /** Of one body, before and after decompression; BODY_BYTES_MAX is what OTLP recommends. */
  readonly bodyBytesMax: number
  /** Of all bodies from the first byte until they are durable; at least twice bodyBytesMax. */
  readonly inflightBytesMax: number
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly meter: Meter
  readonly logger?: Logger
}

interface Receiver {
  readonly options: ReceiverOptions
  readonly inflight: InflightBytes
  readonly metrics: ReceiverMetrics
  readonly log: ThrottledLog
}

const TRACES_PATH = '/v1/traces'

/** Signals that have a path in OTLP and none here yet. */
const UNSERVED = [
  { signal: 'logs', path: '/v1/logs', variable: 'OTEL_LOGS_EXPORTER' },
  { signal: 'metrics', path: '/v1/metrics', variable: 'OTEL_METRICS_EXPORTER' }
] as const

const MILLIS_PER_SECOND = 1_000

/** @throws CollectorError SETTINGS_INVALID */
export async function receiverPlugin(
  app: FastifyInstance,
  options: ReceiverOptions
): Promise<void> {
  assertBounds(options)
  const inflight = new InflightBytes(options.inflightBytesMax)
  const metrics = createReceiverMetrics(options.meter, inflight)
  const log = new ThrottledLog(options.logger, options.now)
  const receiver: Receiver = { options, inflight, metrics, log }
  app.addHook('onClose', async () => metrics.close())

  // Bodies are read by readBody, under its bounds, so that no parser buffers one before.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.setErrorHandler(createErrorAnswer({ ...receiver, httpStatusOf: options.httpStatusOf }))

  app.post(TRACES_PATH, async (request, reply) => receiveTraces(receiver, request, reply))
  app.route({
    method: app.supportedMethods.filter((method) => method !== 'POST'),
    url: TRACES_PATH,
    handler: refuseMethod
  })
  for (const unserved of UNSERVED) app.all(unserved.path, () => refuseSignal(unserved))
}

/** Within these, a body of the greatest size is accepted when nothing else is in flight. */
function assertBounds({ bodyBytesMax, inflightBytesMax }: ReceiverOptions): void {
  if (inflightBytesMax >= 2 * bodyBytesMax) return
  const message = `inflightBytesMax is ${inflightBytesMax}; at least twice bodyBytesMax (${bodyBytesMax}) is required, because a compressed body is counted before and after decompression`
  throw new CollectorError('SETTINGS_INVALID', message, { retryable: false })
}

async function receiveTraces(
  receiver: Receiver,
  request: FastifyRequest,
  reply: FastifyReply
): Promise<FastifyReply> {
  const { name, encoding } = readMediaType(request.headers['content-type'])
  const reservation = receiver.inflight.open()
  try {
    const body = await receiveBody(receiver, request, reservation)
    receiver.metrics.countBody(body.length, encoding)
    const result = decodeTimed(receiver, body, encoding)
    if (result.spans.length > 0) await receiver.options.accept(result.spans)
    reply.header('content-type', name)
    return reply.send(encodeOutcome(receiver, result, encoding))
  } finally {
    reservation.release()
  }
}

async function receiveBody(
  { options }: Receiver,
  request: FastifyRequest,
  reservation: InflightReservation
): Promise<Buffer> {
  const { headers, body } = request
  const length = headers['content-length']
  return await readBody(body instanceof Readable ? body : Readable.from([]), {
    bodyBytesMax: options.bodyBytesMax,
    reservation,
    decompressor: createDecompressor(headers['content-encoding']),
    contentLength: length === undefined ? undefined : Number(length)
  })
}

/** Not by `now`: that may step, and a millisecond is longer than most requests take. */
function decodeTimed(
  { options, metrics }: Receiver,
  body: Buffer,
  encoding: TraceEncoding
): DecodeResult {
  const start = performance.now()
  try {
    return decodeTraceRequest(body, encoding, { now: options.now() })
  } finally {
    metrics.recordDecode((performance.now() - start) / MILLIS_PER_SECOND, encoding)
  }
}

function encodeOutcome(
  { metrics, log }: Receiver,
  result: DecodeResult,
  encoding: TraceEncoding
): Buffer {
  const rejectedSpans = countRejected(result.rejectedCounts)
  metrics.countRequest('traces', rejectedSpans === 0 ? 'accepted' : 'partly_accepted')
  metrics.countAccepted(result.spans.length)
  metrics.countRejected(result)
  if (rejectedSpans === 0 && result.warnings.length === 0) return encodeSuccess(encoding)
  const errorMessage = describeOutcome(result)
  log.warn({ rejectedSpans, spans: result.spanCount, errorMessage }, 'spans rejected or repaired')
  return encodePartialSuccess({ rejectedSpans, errorMessage }, encoding)
}

function refuseMethod(request: FastifyRequest, reply: FastifyReply): never {
  reply.header('allow', 'POST')
  const message = `${request.method} is not allowed on ${TRACES_PATH}; OTLP sends with POST`
  throw new CollectorError('METHOD_NOT_ALLOWED', message, { retryable: false })
}

function refuseSignal({ signal, path, variable }: (typeof UNSERVED)[number]): never {
  const message = `${signal} are not accepted (${path}), only traces, at ${TRACES_PATH}; set ${variable}=none on the client`
  throw new CollectorError('NOT_FOUND', message, { retryable: false })
}
