// Every refusal as google.rpc.Status in the encoding of the request, counted by whether its sender is
// asked to come again.

import type { FastifyReply, FastifyRequest } from 'fastify'
import { CollectorError } from '../../model/index.ts'
import { ACCEPTED_ENCODINGS } from './content-encoding.ts'
import { encodeStatus } from './encode-response.ts'
import { isFieldViolation } from '../decode/malformed-request.ts'
import { answerMediaType, unsupportedMediaType } from './media-type.ts'
import type { ReceiverMetrics, RequestOutcome, Signal } from './receiver-metrics.ts'
import type { ThrottledLog } from './throttled-log.ts'

/** What an error means to its sender; the composition decides. */
export interface HttpStatus {
  readonly status: number
  /** For `google.rpc.Status`. */
  readonly grpcCode: number
  readonly message: string
  readonly retryAfterSeconds?: number
}

export interface ErrorAnswerOptions {
  readonly httpStatusOf: (error: unknown) => HttpStatus
  readonly metrics: ReceiverMetrics
  readonly log: ThrottledLog
}

/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504])

export function createErrorAnswer(options: ErrorAnswerOptions) {
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const contentType = request.headers['content-type']
    const error = isInvalidMediaType(thrown) ? unsupportedMediaType(contentType) : thrown
    const { status, grpcCode, message, retryAfterSeconds } = options.httpStatusOf(error)
    const outcome = request.raw.readableAborted ? 'aborted' : outcomeOf(status)
    options.metrics.countRequest(signalOf(request), outcome)
    logOutcome(options.log, outcome, error)

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

function outcomeOf(status: number): RequestOutcome {
  if (RETRYABLE_STATUSES.has(status)) return 'deferred'
  return status >= 500 ? 'failed' : 'refused'
}

function logOutcome(log: ThrottledLog, outcome: RequestOutcome, error: unknown): void {
  if (outcome === 'failed') log.error({ err: error }, 'OTLP request failed')
  if (outcome === 'deferred') log.warn({ err: error }, 'OTLP request deferred')
  // Somebody else's mistake, told to them in the answer: no stack.
  if (outcome === 'refused') log.warn({ reason: reasonOf(error) }, 'OTLP request refused')
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function violationOf(error: unknown): { field: string; description: string } | undefined {
  if (!(error instanceof CollectorError) || !isFieldViolation(error.cause)) return undefined
  return error.cause
}

function signalOf(request: FastifyRequest): Signal {
  const url = request.routeOptions.url ?? ''
  if (url.endsWith('/logs')) return 'logs'
  return url.endsWith('/metrics') ? 'metrics' : 'traces'
}
