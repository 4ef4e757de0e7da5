// The one place where error codes become statuses. OTLP senders keep a batch only on 429, 502, 503 and
// 504 (https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes), so whatever passes by itself
// answers one of these, and whatever is wrong with the request itself never does.

import { CollectorError, type ErrorCode } from './model/index.ts'

export interface HttpStatus {
  readonly status: number
  /** Number of https://grpc.io/docs/guides/status-codes/, for `google.rpc.Status` bodies. */
  readonly grpcCode: number
  readonly code: ErrorCode
  /** For the caller; never holds more than it may know. */
  readonly message: string
  /** For Retry-After; present on retryable errors only. */
  readonly retryAfterSeconds?: number
}

const GRPC = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16
} as const

interface StatusOfCode {
  readonly status: number
  readonly grpcCode: number
}

const STATUS_OF_CODE: Readonly<Record<ErrorCode, StatusOfCode>> = {
  MALFORMED_REQUEST: { status: 400, grpcCode: GRPC.invalidArgument },
  // ResourceExhausted without RetryInfo is final to an OTLP/gRPC sender, as 413 is over HTTP.
  REQUEST_TOO_LARGE: { status: 413, grpcCode: GRPC.resourceExhausted },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, grpcCode: GRPC.invalidArgument },
  UNSUPPORTED_ENCODING: { status: 415, grpcCode: GRPC.unimplemented },
  METHOD_NOT_ALLOWED: { status: 405, grpcCode: GRPC.unimplemented },
  UNAUTHENTICATED: { status: 401, grpcCode: GRPC.unauthenticated },
  PERMISSION_DENIED: { status: 403, grpcCode: GRPC.permissionDenied },
  NOT_FOUND: { status: 404, grpcCode: GRPC.notFound },
  INVALID_ARGUMENT: { status: 400, grpcCode: GRPC.invalidArgument },
  OVERLOADED: { status: 429, grpcCode: GRPC.resourceExhausted },
  RATE_LIMITED: { status: 429, grpcCode: GRPC.resourceExhausted },
  STORE_BUSY: { status: 503, grpcCode: GRPC.unavailable },
  // Not 507: a sender would drop the batch, although space can be made while it waits.
  STORE_DISK_FULL: { status: 503, grpcCode: GRPC.unavailable },
  STORE_UNAVAILABLE: { status: 503, grpcCode: GRPC.unavailable },
  STORE_LOCKED: { status: 503, grpcCode: GRPC.unavailable },
  STORE_NOT_WRITABLE: { status: 503, grpcCode: GRPC.unavailable },
  STORE_ENGINE_MISSING: { status: 503, grpcCode: GRPC.unavailable },
  STORE_SCHEMA_MISMATCH: { status: 503, grpcCode: GRPC.unavailable },
  NO_PROCESSOR: { status: 503, grpcCode: GRPC.failedPrecondition },
  SETTINGS_INVALID: { status: 500, grpcCode: GRPC.internal },
  INTERNAL: { status: 500, grpcCode: GRPC.internal }
}

/** Fastify's own refusals, so that a caller sees one set of codes, and what would be right. */
const FASTIFY_ERRORS: ReadonlyMap<string, readonly [code: ErrorCode, message: string]> = new Map([
  ['FST_ERR_CTP_BODY_TOO_LARGE', ['REQUEST_TOO_LARGE', 'the body is larger than this path takes']],
  [
    'FST_ERR_CTP_INVALID_MEDIA_TYPE',
    [
      'UNSUPPORTED_MEDIA_TYPE',
      'the content type is none that this path reads; application/json is right'
    ]
  ],
  [
    'FST_ERR_CTP_EMPTY_JSON_BODY',
    ['MALFORMED_REQUEST', 'the body is empty; a JSON object is right']
  ],
  ['FST_ERR_CTP_INVALID_JSON_BODY', ['MALFORMED_REQUEST', 'the body is not JSON']],
  [
    'FST_ERR_CTP_INVALID_CONTENT_LENGTH',
    ['MALFORMED_REQUEST', 'the body is not as long as its content-length']
  ],
  // @fastify/static, of a path that leads out of its folder.
  ['FST_STATIC_FORBIDDEN_PATH', ['NOT_FOUND', 'there is no such file']],
  ['FST_ERR_BAD_URL', ['MALFORMED_REQUEST', 'the path is not percent-encoded UTF-8']],
  ['FST_ERR_MAX_PARAM_LENGTH', ['INVALID_ARGUMENT', 'a part of the path is longer than any id']]
])

/** An exporter's own back-off starts near this; a shorter wait would only be spent in its queue. */
const RETRY_AFTER_SECONDS_DEFAULT = 1

export function httpStatusOf(error: unknown): HttpStatus {
  if (error instanceof CollectorError) return statusOfCollectorError(error)
  const known = FASTIFY_ERRORS.get(fastifyCodeOf(error))
  if (known !== undefined) {
    const [code, message] = known
    return { ...STATUS_OF_CODE[code], code, message }
  }
  return {
    ...STATUS_OF_CODE.INTERNAL,
    code: 'INTERNAL',
    message:
      'a defect in the collector; its log has the details under the x-request-id of this answer'
  }
}

/** What docs/errors.md must say of a code. */
export function statusOfCode(code: ErrorCode): StatusOfCode {
  return STATUS_OF_CODE[code]
}

function statusOfCollectorError(error: CollectorError): HttpStatus {
  const { status, grpcCode } = STATUS_OF_CODE[error.code]
  const answer = { status, grpcCode, code: error.code, message: error.message }
  if (!error.retryable) return answer
  return { ...answer, retryAfterSeconds: error.retryAfterSeconds ?? RETRY_AFTER_SECONDS_DEFAULT }
}

function fastifyCodeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}
