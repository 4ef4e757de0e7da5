// Errors as OTLP/gRPC wants them: the status code says whether to come again, RetryInfo when. Without it a
// sender drops what was refused with RESOURCE_EXHAUSTED.
// https://opentelemetry.io/docs/specs/otlp/#failures

import { Metadata, status as Code } from '@grpc/grpc-js'
import { CollectorError, cutText } from '../../model/index.ts'
import { violationOf } from '../decode/malformed-request.ts'
import { encodeStatus } from '../encode-response.ts'
import type { HttpStatus } from '../receiver.ts'

/** Status and details both go into the trailers, of which common clients take 8 KiB. */
const MESSAGE_CHARS_MAX = 1_024

/** Holds a google.rpc.Status: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses */
const DETAILS_KEY = 'grpc-status-details-bin'

export interface GrpcStatus {
  readonly code: Code
  readonly details: string
  readonly metadata: Metadata
}

/** By number, which is what the composition knows them by. */
const CODES: ReadonlyMap<number, Code> = new Map(
  Object.values(Code)
    .filter((code) => typeof code !== 'string')
    .map((code) => [code, code])
)

export function toGrpcStatus(status: HttpStatus, error: unknown): GrpcStatus {
  const isKnown = error instanceof CollectorError
  const message = cutText(isKnown ? status.message : DEFECT, MESSAGE_CHARS_MAX)
  const { grpcCode, retryAfterSeconds } = status
  const violation = violationOf(error)
  const metadata = new Metadata()
  if (violation !== undefined || retryAfterSeconds !== undefined) {
    const details = {
      grpcCode,
      message,
      violation,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds })
    }
    metadata.set(DETAILS_KEY, encodeStatus(details, 'protobuf'))
  }
  return {
    code: CODES.get(grpcCode) ?? Code.UNKNOWN,
    details: message,
    metadata
  }
}

const DEFECT = 'a defect in the collector; its log has the details'
