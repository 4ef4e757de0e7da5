// The decoder: bytes of an export request of any signal in, items out. Pure, bounded in time and memory by
// limits.ts; what it throws is MALFORMED_REQUEST or REQUEST_TOO_LARGE, both permanent.

import { CollectorError } from '../../model/index.ts'
import { JSON_TOKENS_MAX } from '../limits.ts'
import { findForeignSignal, findJsonSignal } from './foreign-signal.ts'
import { InexactIntegerError, isMessage, JsonFieldError, type JsonMessage } from './json-fields.ts'
import type { EnvelopeKeys } from './json-messages.ts'
import {
  foreignRequest,
  malformedField,
  malformedJson,
  malformedProtobuf,
  malformedRequest
} from './malformed-request.ts'
import { JsonTooManyTokensError, parseJson, parseJsonExactly } from './parse-json.ts'
import type { RejectedItem, RejectReason } from './rejection.ts'
import type { RequestIntake } from './request-intake.ts'
import type { Signal } from './signal.ts'
import { WireError, WireReader } from './wire-reader.ts'

export type OtlpEncoding = 'protobuf' | 'json'

export interface DecodeOptions {
  /** Milliseconds since 1970, against which times in the future are judged. */
  readonly now: number
}

export interface DecodedItems<Item> {
  readonly items: readonly Item[]
  /** Of the request, kept or not. */
  readonly itemCount: number
  /** At most REJECTIONS_LISTED_MAX, in order; `rejectedCounts` has them all. */
  readonly rejected: readonly RejectedItem[]
  readonly rejectedCounts: ReadonlyMap<RejectReason, number>
  /** Sentences about what was repaired or cut, one per kind. */
  readonly warnings: readonly string[]
}

/** How the requests of one signal are read. */
export interface RequestFormat<Item> {
  readonly signal: Signal
  readonly keys: EnvelopeKeys
  readonly openIntake: (now: number) => RequestIntake<Item>
  readonly readProtobuf: (reader: WireReader, intake: RequestIntake<Item>) => void
  readonly readJson: (request: JsonMessage, intake: RequestIntake<Item>) => void
}

/** @throws CollectorError MALFORMED_REQUEST, REQUEST_TOO_LARGE */
export function decodeRequest<Item>(
  format: RequestFormat<Item>,
  body: Uint8Array,
  encoding: OtlpEncoding,
  { now }: DecodeOptions
): DecodedItems<Item> {
  return encoding === 'json' ? decodeJson(format, body, now) : decodeProtobuf(format, body, now)
}

function decodeProtobuf<Item>(
  format: RequestFormat<Item>,
  body: Uint8Array,
  now: number
): DecodedItems<Item> {
  const intake = format.openIntake(now)
  const { signal } = format
  try {
    format.readProtobuf(new WireReader(body), intake)
  } catch (error) {
    throw error instanceof WireError ? malformedProtobuf(body, error, signal) : error
  }
  // A log record is kept whatever it lacks; spans and points of another signal's bytes are all rejected.
  const isSuspect = signal === 'logs' || intake.items.length === 0
  const foreign = isSuspect ? findForeignSignal(body) : undefined
  if (foreign !== undefined && foreign !== signal) throw foreignRequest(foreign, signal)
  return toResult(intake, [])
}

function decodeJson<Item>(
  format: RequestFormat<Item>,
  body: Uint8Array,
  now: number
): DecodedItems<Item> {
  const request = parseRequest(body, format.keys)
  try {
    return readRequest(format, request, now)
  } catch (error) {
    if (!(error instanceof InexactIntegerError)) throw error
    return readRequest(format, toRequest(parseJsonExactly(body), format.keys), now)
  }
}

function readRequest<Item>(
  format: RequestFormat<Item>,
  request: JsonMessage,
  now: number
): DecodedItems<Item> {
  const { keys, signal } = format
  const intake = format.openIntake(now)
  if (request[keys.resources] === undefined) {
    const foreign = findJsonSignal(request)
    if (foreign !== undefined) throw foreignRequest(foreign, signal)
    return toResult(intake, describeKeys(request, keys))
  }
  try {
    format.readJson(request, intake)
  } catch (error) {
    throw error instanceof JsonFieldError ? malformedField(error) : error
  }
  return toResult(intake, [])
}

function toResult<Item>(
  intake: RequestIntake<Item>,
  warnings: readonly string[]
): DecodedItems<Item> {
  return {
    items: intake.items,
    itemCount: intake.itemCount,
    rejected: intake.rejected,
    rejectedCounts: intake.rejectedCounts,
    warnings: [...intake.describeWarnings(), ...warnings]
  }
}

function parseRequest(body: Uint8Array, keys: EnvelopeKeys): JsonMessage {
  let request: unknown
  try {
    request = parseJson(body)
  } catch (error) {
    throw error instanceof JsonTooManyTokensError
      ? tooManyTokens(error)
      : malformedJson(body, error)
  }
  return toRequest(request, keys)
}

function toRequest(request: unknown, { resources }: EnvelopeKeys): JsonMessage {
  if (isMessage(request)) return request
  const description = `it is not an object; {"${resources}":[…]} is required`
  throw malformedRequest('not valid OTLP JSON: ', { field: 'the request', description })
}

function tooManyTokens(cause: unknown): CollectorError {
  const message = `the JSON body has more than ${JSON_TOKENS_MAX} values; send smaller batches`
  return new CollectorError('REQUEST_TOO_LARGE', message, { retryable: false, cause })
}

/** Unknown keys must be ignored, but a request of nothing else is a mistake that ought to be seen. */
function describeKeys(request: JsonMessage, { resources }: EnvelopeKeys): readonly string[] {
  for (const key in request) {
    const name = JSON.stringify(key.slice(0, KEY_CHARS_MAX))
    return [`The request has no ${resources} but ${name}; keys of OTLP JSON are in lowerCamelCase.`]
  }
  return []
}

const KEY_CHARS_MAX = 40
