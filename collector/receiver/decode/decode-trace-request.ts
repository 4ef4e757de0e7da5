// The decoder: bytes of an ExportTraceServiceRequest in, spans out. Pure, bounded in time and memory by
// limits.ts; what it throws is MALFORMED_REQUEST or REQUEST_TOO_LARGE, both permanent.

import { CollectorError, type DecodedSpan } from '../../model/index.ts'
import { findForeignSignal } from './foreign-signal.ts'
import { InexactIntegerError, isMessage, JsonFieldError, type JsonMessage } from './json-fields.ts'
import { readJsonRequest } from './json-request.ts'
import { JSON_TOKENS_MAX } from '../limits.ts'
import {
  foreignRequest,
  malformedField,
  malformedJson,
  malformedProtobuf,
  malformedRequest
} from './malformed-request.ts'
import { JsonTooManyTokensError, parseJson, parseJsonExactly } from './parse-json.ts'
import { readProtobufRequest } from './protobuf-request.ts'
import type { RejectedSpan, RejectReason } from './rejection.ts'
import { SpanIntake } from './span-intake.ts'
import { WireError, WireReader } from './wire-reader.ts'

export type TraceEncoding = 'protobuf' | 'json'

export interface DecodeOptions {
  /** Milliseconds since 1970, against which times in the future are judged. */
  readonly now: number
}

export interface DecodeResult {
  readonly spans: readonly DecodedSpan[]
  /** At most REJECTIONS_LISTED_MAX, in order; `rejectedCounts` has them all. */
  readonly rejected: readonly RejectedSpan[]
  readonly rejectedCounts: ReadonlyMap<RejectReason, number>
  /** Spans of the request, kept or not. */
  readonly spanCount: number
  /** Sentences about what was repaired or cut, one per kind. */
  readonly warnings: readonly string[]
}

/** @throws CollectorError MALFORMED_REQUEST, REQUEST_TOO_LARGE */
export function decodeTraceRequest(
  body: Uint8Array,
  encoding: TraceEncoding,
  { now }: DecodeOptions
): DecodeResult {
  return encoding === 'json' ? decodeJson(body, now) : decodeProtobuf(body, now)
}

function decodeProtobuf(body: Uint8Array, now: number): DecodeResult {
  const intake = new SpanIntake(now)
  try {
    readProtobufRequest(new WireReader(body), intake)
  } catch (error) {
    throw error instanceof WireError ? malformedProtobuf(body, error) : error
  }
  const isSuspect = intake.spans.length === 0 && intake.spanCount > 0
  const foreign = isSuspect ? findForeignSignal(body) : undefined
  if (foreign !== undefined) throw foreignRequest(foreign)
  return toResult(intake, [])
}

function decodeJson(body: Uint8Array, now: number): DecodeResult {
  const request = parseRequest(body)
  try {
    return readRequest(request, now)
  } catch (error) {
    if (!(error instanceof InexactIntegerError)) throw error
    return readRequest(toRequest(parseJsonExactly(body)), now)
  }
}

function readRequest(request: JsonMessage, now: number): DecodeResult {
  const intake = new SpanIntake(now)
  if (request['resourceSpans'] === undefined) {
    if (request['resourceLogs'] !== undefined) throw foreignRequest('logs')
    if (request['resourceMetrics'] !== undefined) throw foreignRequest('metrics')
    return toResult(intake, describeKeys(request))
  }
  try {
    readJsonRequest(request, intake)
  } catch (error) {
    throw error instanceof JsonFieldError ? malformedField(error) : error
  }
  return toResult(intake, [])
}

function toResult(intake: SpanIntake, warnings: readonly string[]): DecodeResult {
  return {
    spans: intake.spans,
    rejected: intake.rejected,
    rejectedCounts: intake.rejectedCounts,
    spanCount: intake.spanCount,
    warnings: [...intake.describeWarnings(), ...warnings]
  }
}

function parseRequest(body: Uint8Array): JsonMessage {
  let request: unknown
  try {
    request = parseJson(body)
  } catch (error) {
    throw error instanceof JsonTooManyTokensError
      ? tooManyTokens(error)
      : malformedJson(body, error)
  }
  return toRequest(request)
}

function toRequest(request: unknown): JsonMessage {
  if (isMessage(request)) return request
  const description = 'it is not an object; {"resourceSpans":[…]} is required'
  throw malformedRequest('not valid OTLP JSON: ', { field: 'the request', description })
}

function tooManyTokens(cause: unknown): CollectorError {
  const message = `the JSON body has more than ${JSON_TOKENS_MAX} values; send smaller batches`
  return new CollectorError('REQUEST_TOO_LARGE', message, { retryable: false, cause })
}

/** Unknown keys must be ignored, but a request of nothing else is a mistake that ought to be seen. */
function describeKeys(request: JsonMessage): readonly string[] {
  for (const key in request) {
    const name = JSON.stringify(key.slice(0, KEY_CHARS_MAX))
    return [
      `The request has no resourceSpans but ${name}; keys of OTLP JSON are in lowerCamelCase.`
    ]
  }
  return []
}

const KEY_CHARS_MAX = 40
