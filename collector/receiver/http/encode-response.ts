// Encodes the three answers of OTLP/HTTP in the encoding of the request: ExportTraceServiceResponse, with
// or without a partial success, and google.rpc.Status.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp-response

import { cutText } from '../../model/index.ts'
import type { TraceEncoding } from '../decode/decode-trace-request.ts'
import { STATUS_MESSAGE_CHARS_MAX } from '../limits.ts'
import type { FieldViolation } from '../decode/malformed-request.ts'
import { LEN, VARINT } from '../decode/wire-reader.ts'

export interface PartialSuccess {
  readonly rejectedSpans: number
  readonly errorMessage: string
}

export interface RpcStatus {
  readonly grpcCode: number
  readonly message: string
  /** The `BadRequest` details of bad data. */
  readonly violation: FieldViolation | undefined
}

const BAD_REQUEST_TYPE = 'type.googleapis.com/google.rpc.BadRequest'

export function encodeSuccess(encoding: TraceEncoding): Buffer {
  return encoding === 'json' ? Buffer.from('{}') : Buffer.alloc(0)
}

export function encodePartialSuccess(partial: PartialSuccess, encoding: TraceEncoding): Buffer {
  const { rejectedSpans, errorMessage } = partial
  if (encoding === 'json') {
    // int64 is a decimal string in proto3 JSON.
    return toJson({ partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage } })
  }
  return writeField(1, Buffer.concat([writeNumber(1, rejectedSpans), writeText(2, errorMessage)]))
}

export function encodeStatus(status: RpcStatus, encoding: TraceEncoding): Buffer {
  const message = cutText(status.message, STATUS_MESSAGE_CHARS_MAX)
  return encoding === 'json' ? toStatusJson(status, message) : toStatusProtobuf(status, message)
}

function toStatusJson({ grpcCode, violation }: RpcStatus, message: string): Buffer {
  if (violation === undefined) return toJson({ code: grpcCode, message })
  const { field, description } = violation
  const details = [{ '@type': BAD_REQUEST_TYPE, fieldViolations: [{ field, description }] }]
  return toJson({ code: grpcCode, message, details })
}

function toStatusProtobuf({ grpcCode, violation }: RpcStatus, message: string): Buffer {
  const parts = [writeNumber(1, grpcCode), writeText(2, message)]
  if (violation !== undefined) {
    const { field, description } = violation
    const fieldViolation = Buffer.concat([writeText(1, field), writeText(2, description)])
    const badRequest = writeField(1, fieldViolation)
    const any = Buffer.concat([writeText(1, BAD_REQUEST_TYPE), writeField(2, badRequest)])
    parts.push(writeField(3, any))
  }
  return Buffer.concat(parts)
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
