// OTLP over gRPC: the same bytes, decoders, bounds and answers as over HTTP, on a port of its own. Answers OK
// only when what came is durable. https://opentelemetry.io/docs/specs/otlp/#otlpgrpc

import {
  logVerbosity,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  setLogVerbosity
} from '@grpc/grpc-js'
import type { Signal } from '../decode/signal.ts'
import { SIGNALS } from '../decode/signal.ts'
import { encodePartialSuccess, encodeSuccess } from '../encode-response.ts'
import type { Receiver } from '../receiver.ts'
import { logOutcome, outcomeOf } from '../request-outcome.ts'
import { type AdmitCaller, createCallGuard } from './call-guard.ts'
import { defineExport } from './export-services.ts'
import { toGrpcStatus } from './grpc-status.ts'

/** Calls of one connection at a time. Exporters have one under way, a Collector's queue ten. */
const STREAMS_PER_CONNECTION_MAX = 32

/** OTLP's recommended limit of a response, which is a hundred bytes. */
const RESPONSE_BYTES_MAX = 4_194_304

/** What an answer in flight gets after the deadline, before connections are cut. */
const CUT_MS = 100

export interface GrpcReceiverOptions {
  /** Whoever made it closes it, after this. */
  readonly receiver: Receiver
  readonly admit: AdmitCaller
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

export interface GrpcReceiver {
  readonly port: number
  /** Stops accepting, lets calls in flight end, and cuts what has not ended after `deadlineMs`. Idempotent. */
  close(deadlineMs: number): Promise<void>
}

/** Rejects with grpc-js's own error when the port cannot be had. */
export async function startGrpcReceiver(options: GrpcReceiverOptions): Promise<GrpcReceiver> {
  const { receiver, admit, host, port } = options
  // A failure to bind is told by whoever called this; the library would print a line of its own first.
  setLogVerbosity(logVerbosity.NONE)
  const server = new Server({
    'grpc.max_receive_message_length': receiver.options.bodyBytesMax,
    'grpc.max_send_message_length': RESPONSE_BYTES_MAX,
    'grpc.max_concurrent_streams': STREAMS_PER_CONNECTION_MAX,
    interceptors: [createCallGuard(receiver, admit)]
  })
  for (const signal of SIGNALS) {
    server.addService(defineExport(signal), { Export: handleExport(receiver, signal) })
  }
  const bound = await bind(server, `${host.includes(':') ? `[${host}]` : host}:${port}`)
  let closed: Promise<void> | undefined
  return {
    port: bound,
    close: (deadlineMs) => {
      closed ??= shutDown(server, deadlineMs)
      return closed
    }
  }
}

type Handler = (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => void

function handleExport(receiver: Receiver, signal: Signal): Handler {
  return (call, callback) => void answerExport(receiver, signal, call.request, callback)
}

/** Never rejects. */
async function answerExport(
  receiver: Receiver,
  signal: Signal,
  body: Buffer,
  callback: sendUnaryData<Buffer>
): Promise<void> {
  let answer: Buffer
  try {
    answer = await receiveExport(receiver, signal, body)
  } catch (error) {
    const status = receiver.options.httpStatusOf(error)
    const outcome = outcomeOf(status.status)
    receiver.metrics.countRequest(signal, 'grpc', outcome)
    logOutcome(receiver.log, outcome, error)
    callback(toGrpcStatus(status, error))
    return
  }
  callback(null, answer)
}

async function receiveExport(receiver: Receiver, signal: Signal, body: Buffer): Promise<Buffer> {
  const reservation = receiver.inflight.open()
  try {
    reservation.reserve(body.length)
    const { rejectedCount, errorMessage } = await receiver.receive(signal, body, 'protobuf')
    const outcome = rejectedCount === 0 ? 'accepted' : 'partly_accepted'
    receiver.metrics.countRequest(signal, 'grpc', outcome)
    return errorMessage === ''
      ? encodeSuccess('protobuf')
      : encodePartialSuccess({ signal, rejectedCount, errorMessage }, 'protobuf')
  } finally {
    reservation.release()
  }
}

/** TLS ends in a proxy in front, as for HTTP. */
function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port)
      else reject(error)
    })
  })
}

function shutDown(server: Server, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      server.forceShutdown()
      // Cut streams end without a word to whoever waits for them.
      setTimeout(resolve, CUT_MS)
    }, deadlineMs)
    server.tryShutdown(() => {
      clearTimeout(cut)
      resolve()
    })
  })
}
