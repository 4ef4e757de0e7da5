// Every refusal as google.rpc.Status in the encoding of the request, counted by whether its sender is
// asked to come again.

import type { FastifyReply, FastifyRequest } from 'fastify'
import { CollectorError } from '../../model/index.ts'
import { ACCEPTED_ENCODINGS } from './content-encoding.ts'
import { violationOf } from '../decode/malformed-request.ts'
import type { Signal } from '../decode/signal.ts'
import { encodeStatus } from '../encode-response.ts'
import type { Receiver } from '../receiver.ts'
import { logOutcome, outcomeOf } from '../request-outcome.ts'
import { answerMediaType, unsupportedMediaType } from './media-type.ts'

/** The path names the signal; other paths have no receiver. */
export type SignalOf = (request: FastifyRequest) => Signal

export function createErrorAnswer(receiver: Receiver, signalOf: SignalOf) {
  const { options, metrics, log } = receiver
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const contentType = request.headers['content-type']
    const error = isInvalidMediaType(thrown) ? unsupportedMediaType(contentType) : thrown
    const { status, grpcCode, message, retryAfterSeconds } = options.httpStatusOf(error)
    const outcome = request.raw.readableAborted ? 'aborted' : outcomeOf(status)
    metrics.countRequest(signalOf(request), 'http', outcome)
    logOutcome(log, outcome, error)

    if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
    if (error instanceof CollectorError && error.code === 'UNSUPPORTED_ENCODING') {
      reply.header('accept-encoding', ACCEPTED_ENCODINGS)
    }
    const { name, encoding } = answerMediaType(contentType)
    const violation = violationOf(error)
    const body = encodeStatus({ grpcCode, message, violation }, encoding)
    return reply.code(status).header('content-type', name).send(body)
  }
}

/** Fastify refuses what is no media type at all before the route is asked. */
function isInvalidMediaType(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE'
  )
}
