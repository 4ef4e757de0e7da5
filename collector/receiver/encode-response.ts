// Encodes the answers of OTLP in the encoding of the request: ExportXServiceResponse, with or without a
// partial success, and google.rpc.Status. The responses of the signals differ in one name of JSON.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp-response

import { cutText } from '../model/index.ts'
import type { OtlpEncoding } from './decode/decode-request.ts'
import { STATUS_MESSAGE_CHARS_MAX } from './limits.ts'
import type { FieldViolation } from './decode/malformed-request.ts'
import type { Signal } from './decode/signal.ts'
import { LEN, VARINT } from './decode/wire-reader.ts'

export interface PartialSuccess {
  readonly signal: Signal
  readonly rejectedCount: number
  readonly errorMessage: string
}

/** The count's name in JSON; in protobuf it is field 1 of each. */
const REJECTED_KEYS: Readonly<Record<Signal, string>> = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints'
}

export interface RpcStatus {
  readonly grpcCode: number
  readonly message: string
  /** The `BadRequest` details of bad data. */
  readonly violation: FieldViolation | undefined
  /** Of the `RetryInfo` details; over HTTP there is a header for it. */
  readonly retryAfterSeconds?: number
}

const BAD_REQUEST_TYPE = 'type.googleapis.com/google.rpc.BadRequest'
const RETRY_INFO_TYPE = 'type.googleapis.com/google.rpc.RetryInfo'

export function encodeSuccess(encoding: OtlpEncoding): Buffer {
  return encoding === 'json' ? Buffer.from('{}') : Buffer.alloc(0)
}

export function encodePartialSuccess(partial: PartialSuccess, encoding: OtlpEncoding): Buffer {
  const { signal, rejectedCount, errorMessage } = partial
  if (encoding === 'json') {
    // int64 is a decimal string in proto3 JSON.
    const rejected = { [REJECTED_KEYS[signal]]: String(rejectedCount) }
    return toJson({ partialSuccess: { ...rejected, errorMessage } })
  }
  return writeField(1, Buffer.concat([writeNumber(1, rejectedCount), writeText(2, errorMessage)]))
}

export function encodeStatus(status: RpcStatus, encoding: OtlpEncoding): Buffer {
  const message = cutText(status.message, STATUS_MESSAGE_CHARS_MAX)
  return encoding === 'json' ? toStatusJson(status, message) : toStatusProtobuf(status, message)
}

function toStatusJson({ grpcCode, violation }: RpcStatus, message: string): Buffer {
  if (violation === undefined) return toJson({ code: grpcCode, message })
  const { field, description } = violation
  const details = [{ '@type': BAD_REQUEST_TYPE, fieldViolations: [{ field, description }] }]
  return toJson({ code: grpcCode, message, details })
}

function toStatusProtobuf(status: RpcStatus, message: string): Buffer {
  const parts = [writeNumber(1, status.grpcCode), writeText(2, message)]
  const { violation, retryAfterSeconds } = status
  if (violation !== undefined) {
    const { field, description } = violation
    const fieldViolation = Buffer.concat([writeText(1, field), writeText(2, description)])
    parts.push(writeDetail(BAD_REQUEST_TYPE, writeField(1, fieldViolation)))
  }
  if (retryAfterSeconds !== undefined) {
    // `retry_delay`, a Duration of whole seconds.
    parts.push(writeDetail(RETRY_INFO_TYPE, writeField(1, writeNumber(1, retryAfterSeconds))))
  }
  return Buffer.concat(parts)
}

/** A google.protobuf.Any among `details`. */
function writeDetail(type: string, payload: Buffer): Buffer {
  return writeField(3, Buffer.concat([writeText(1, type), writeField(2, payload)]))
}

function toJson(value: object): Buffer {
  return Buffer.from(JSON.stringify(value))
}

function writeNumber(field: number, value: number): Buffer {
  return Buffer.concat([writeVarint((field << 3) | VARINT), writeVarint(value)])
}

function writeText(field: number, text: string): Buffer {
  return writeField(field, Buffer.from(text))
}

function writeField(field: number, payload: Uint8Array): Buffer {
  return Buffer.concat([writeVarint((field << 3) | LEN), writeVarint(payload.length), payload])
}

/** Of a safe integer, not negative. */
function writeVarint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return Buffer.from([...bytes, rest])
}
