// OTLP over HTTP: POST /v1/traces, /v1/logs and /v1/metrics in both encodings, and clear words for everything
// else sent there. Answers 200 only when what came is durable. https://opentelemetry.io/docs/specs/otlp/#otlphttp

import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CollectorError } from '../../model/index.ts'
import { type Signal, SIGNAL_PATHS, SIGNALS } from '../decode/signal.ts'
import { encodePartialSuccess, encodeSuccess } from '../encode-response.ts'
import type { Receiver } from '../receiver.ts'
import { createDecompressor } from './content-encoding.ts'
import { createErrorAnswer } from './error-answer.ts'
import { readMediaType } from './media-type.ts'
import { type Body, type BodyOptions, readBody } from './read-body.ts'
import { SpareBuffers } from './spare-buffers.ts'

export interface ReceiverPluginOptions {
  /** Whoever made it closes it, after this server. */
  readonly receiver: Receiver
}

export async function receiverPlugin(
  app: FastifyInstance,
  { receiver }: ReceiverPluginOptions
): Promise<void> {
  // Bodies are read by readBody, under its bounds, so that no parser buffers one before.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.setErrorHandler(createErrorAnswer(receiver, signalOf))
  const door: Door = { receiver, spares: new SpareBuffers() }
  for (const signal of SIGNALS) addSignal(app, door, signal)
}

interface Door {
  readonly receiver: Receiver
  readonly spares: SpareBuffers
}

function addSignal(app: FastifyInstance, door: Door, signal: Signal): void {
  const url = SIGNAL_PATHS[signal]
  app.post(url, async (request, reply) => receiveExport(door, signal, request, reply))
  app.route({
    // A preflight of CORS, where it is on, is answered before its route.
    method: app.supportedMethods.filter((method) => method !== 'POST'),
    url,
    // Before Fastify asks for a body: QUERY without a content type is refused for its method, not for that.
    onRequest: async (request, reply) => refuseMethod(request, reply, url),
    handler: (request, reply) => refuseMethod(request, reply, url)
  })
}

function signalOf(request: FastifyRequest): Signal {
  const url = request.routeOptions.url ?? ''
  return SIGNALS.find((signal) => SIGNAL_PATHS[signal] === url) ?? 'traces'
}

async function receiveExport(
  { receiver, spares }: Door,
  signal: Signal,
  request: FastifyRequest,
  reply: FastifyReply
): Promise<FastifyReply> {
  const { name, encoding } = readMediaType(request.headers['content-type'])
  const reservation = receiver.inflight.open()
  try {
    const body = await receiveBody(receiver, request, { reservation, spares })
    const receiving = receiver.receive(signal, body.bytes, encoding)
    // It is decoded when that returns, and what was decoded has copies of its own.
    body.release()
    const { rejectedCount, errorMessage } = await receiving
    const outcome = rejectedCount === 0 ? 'accepted' : 'partly_accepted'
    receiver.metrics.countRequest(signal, 'http', outcome)
    reply.header('content-type', name)
    return reply.send(
      errorMessage === ''
        ? encodeSuccess(encoding)
        : encodePartialSuccess({ signal, rejectedCount, errorMessage }, encoding)
    )
  } finally {
    reservation.release()
  }
}

async function receiveBody(
  { options }: Receiver,
  request: FastifyRequest,
  { reservation, spares }: Pick<BodyOptions, 'reservation' | 'spares'>
): Promise<Body> {
  const { headers, body } = request
  const length = headers['content-length']
  return await readBody(body instanceof Readable ? body : Readable.from([]), {
    bodyBytesMax: options.bodyBytesMax,
    reservation,
    spares,
    decompressor: createDecompressor(headers['content-encoding']),
    contentLength: length === undefined ? undefined : Number(length)
  })
}

function refuseMethod(request: FastifyRequest, reply: FastifyReply, url: string): never {
  reply.header('allow', 'POST')
  const message = `${request.method} is not allowed on ${url}; OTLP sends with POST`
  throw new CollectorError('METHOD_NOT_ALLOWED', message, { retryable: false })
}
