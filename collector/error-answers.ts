// What a refusal looks like: `{ error: { code, message } }`, or google.rpc.Status below /v1 where OTLP
// demands it and the receiver has not answered itself. Refusals are counted; what a person must act on is
// logged, but not once per request of a flood.

import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Meter } from '@opentelemetry/api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { httpStatusOf, type HttpStatus } from './http-status.ts'
import { CollectorError } from './model/index.ts'

export interface ErrorAnswerOptions {
  readonly meter: Meter
  readonly now: () => number
}

/** One line per code and interval tells an operator as much as ten thousand. */
const LOG_INTERVAL_MS = 10_000

/** A path longer than this is shown in part. */
const SHOWN_PATH_CHARS_MAX = 200

export type AnswerError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => void

export function createErrorAnswers({ meter, now }: ErrorAnswerOptions): AnswerError {
  const refusals = meter.createCounter('onset_server_refusals', {
    description: 'Requests answered with an error of the collector, by code.'
  })
  const loggedAt = new Map<string, number>()
  return (error, request, reply) => {
    const answer = httpStatusOf(error)
    refusals.add(1, { code: answer.code })
    if (answer.code === 'INTERNAL') request.log.error({ err: error }, 'defect')
    else if (isOperatorsConcern(answer)) {
      const [last, at] = [loggedAt.get(answer.code), now()]
      // Also after the clock was set back.
      if (last === undefined || at < last || at - last >= LOG_INTERVAL_MS) {
        loggedAt.set(answer.code, at)
        request.log.warn({ code: answer.code, err: error }, 'requests refused')
      }
    }
    if (answer.retryAfterSeconds !== undefined) {
      reply.header('retry-after', String(answer.retryAfterSeconds))
    }
    void reply.code(answer.status).type('application/json').send(toBody(request.url, answer))
  }
}

export function answerErrors(app: FastifyInstance, answer: AnswerError): void {
  app.setErrorHandler((error, request, reply) => {
    answer(error, request, reply)
    return reply
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0]?.slice(0, SHOWN_PATH_CHARS_MAX)
    const message = `there is no ${request.method} ${path}; /api/docs lists what there is, OTLP is POST /v1/traces`
    answer(new CollectorError('NOT_FOUND', message, { retryable: false }), request, reply)
    return reply
  })
}

/** For what is no HTTP request at all, or none that came in time: there is no reply to write to. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = statusOfBrokenRequest(error.code)
  const body = JSON.stringify({
    error: { code: 'MALFORMED_REQUEST', message: `${STATUS_CODES[status]}: no whole HTTP request` }
  })
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  )
}

/** The sender's mistakes are the sender's; that no processor runs here was somebody's choice. */
function isOperatorsConcern(answer: HttpStatus): boolean {
  return (answer.status >= 500 || answer.status === 429) && answer.code !== 'NO_PROCESSOR'
}

function statusOfBrokenRequest(code: string | undefined): number {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408
  return code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
}

function toBody(url: string, answer: HttpStatus): string {
  const { code, grpcCode, message } = answer
  return JSON.stringify(
    url.startsWith('/v1/') ? { code: grpcCode, message } : { error: { code, message } }
  )
}
