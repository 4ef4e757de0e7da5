// The refusals of the decoder, in words that name the place, what is wrong there and what would be right.

import { CollectorError, cutText } from '../../model/index.ts'
import { findForeignSignal } from './foreign-signal.ts'
import type { JsonFieldError } from './json-fields.ts'
import { STATUS_MESSAGE_CHARS_MAX } from '../limits.ts'
import { type Signal, SIGNAL_PATHS } from './signal.ts'
import { describeOffset } from './wire-path.ts'
import type { WireError } from './wire-reader.ts'

/** What is wrong with which field: the `cause` of MALFORMED_REQUEST, for `BadRequest` details. */
export interface FieldViolation {
  readonly field: string
  readonly description: string
}

/** The details of an error that says which field is wrong. */
export function violationOf(error: unknown): FieldViolation | undefined {
  if (!(error instanceof CollectorError) || !isFieldViolation(error.cause)) return undefined
  return error.cause
}

function isFieldViolation(value: unknown): value is FieldViolation {
  return (
    typeof value === 'object' &&
    value !== null &&
    'field' in value &&
    typeof value.field === 'string' &&
    'description' in value &&
    typeof value.description === 'string'
  )
}

/** `introduction` goes before the description, with whatever stands between them. */
export function malformedRequest(introduction: string, violation: FieldViolation): CollectorError {
  const message = cutText(`${introduction}${violation.description}`, STATUS_MESSAGE_CHARS_MAX)
  return new CollectorError('MALFORMED_REQUEST', message, { retryable: false, cause: violation })
}

export function malformedProtobuf(
  body: Uint8Array,
  error: WireError,
  signal: Signal
): CollectorError {
  const foreign = findForeignSignal(body)
  if (foreign !== undefined && foreign !== signal) return foreignRequest(foreign, signal)
  const path = describeOffset(body, error.offset, signal)
  const field = path === '' ? 'the request' : path
  const looks = body[0] === OPEN_BRACE ? LOOKS_JSON : describeGzip(body)
  const description = `${error.message}${looks}`
  return malformedRequest(`not valid OTLP protobuf at byte ${error.offset}, in ${field}: `, {
    field,
    description
  })
}

export function malformedJson(body: Uint8Array, error: unknown): CollectorError {
  const looks = isProtobuf(body) ? LOOKS_PROTOBUF : describeGzip(body)
  const description = `${cutText(String(error), FAULT_CHARS_MAX)}${looks}`
  return malformedRequest('not valid JSON: ', { field: 'the request', description })
}

/** JSON.parse quotes the text around the fault. */
const FAULT_CHARS_MAX = 200
const LOOKS_JSON = '; it looks like JSON, which needs Content-Type: application/json'
const LOOKS_PROTOBUF = '; it looks like protobuf, which needs Content-Type: application/x-protobuf'
const OPEN_BRACE = 0x7b
/** Tag of `resource_spans`. Also a line feed, which JSON may begin with, but hardly before a length. */
const RESOURCE_SPANS = 0x0a

export function malformedField({ field, problem }: JsonFieldError): CollectorError {
  return malformedRequest(`not valid OTLP JSON: ${field} `, { field, description: problem })
}

/** A request of another signal than the path's: an endpoint variable without its path, usually. */
export function foreignRequest(foreign: Signal, wanted: Signal): CollectorError {
  const description =
    `this is an OTLP ${foreign} request, sent to the path of ${wanted}; ${foreign} are accepted at ${SIGNAL_PATHS[foreign]}. ` +
    `Correct OTEL_EXPORTER_OTLP_${foreign.toUpperCase()}_ENDPOINT on the client, or set OTEL_EXPORTER_OTLP_ENDPOINT without a path`
  return malformedRequest(`not a ${wanted} request: `, { field: 'the request', description })
}

/** A body that was sent under the wrong headers, told by its first bytes. */
function describeGzip(body: Uint8Array): string {
  const isGzip = body[0] === 0x1f && body[1] === 0x8b
  return isGzip ? '; it looks like gzip, which needs the header Content-Encoding: gzip' : ''
}

function isProtobuf(body: Uint8Array): boolean {
  return body[0] === RESOURCE_SPANS && body[1] !== OPEN_BRACE && body[1] !== SPACE
}

const SPACE = 0x20
