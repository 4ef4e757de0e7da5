// ExportTraceServiceRequest: bytes in, spans out.

import type { DecodedSpan } from '../../model/index.ts'
import { type DecodeOptions, decodeRequest, type OtlpEncoding } from './decode-request.ts'
import type { RequestFormat } from './decode-request.ts'
import { readJsonRequest, SPAN_KEYS } from './json-request.ts'
import { readProtobufRequest } from './protobuf-request.ts'
import type { RejectedItem, RejectReason } from './rejection.ts'
import { openSpanIntake } from './span-intake.ts'

export interface DecodeResult {
  readonly spans: readonly DecodedSpan[]
  /** At most REJECTIONS_LISTED_MAX, in order; `rejectedCounts` has them all. */
  readonly rejected: readonly RejectedItem[]
  readonly rejectedCounts: ReadonlyMap<RejectReason, number>
  /** Spans of the request, kept or not. */
  readonly spanCount: number
  /** Sentences about what was repaired or cut, one per kind. */
  readonly warnings: readonly string[]
}

const TRACES: RequestFormat<DecodedSpan> = {
  signal: 'traces',
  keys: SPAN_KEYS,
  openIntake: openSpanIntake,
  readProtobuf: readProtobufRequest,
  readJson: readJsonRequest
}

/** @throws CollectorError MALFORMED_REQUEST, REQUEST_TOO_LARGE */
export function decodeTraceRequest(
  body: Uint8Array,
  encoding: OtlpEncoding,
  options: DecodeOptions
): DecodeResult {
  const decoded = decodeRequest(TRACES, body, encoding, options)
  const { items, itemCount, rejected, rejectedCounts, warnings } = decoded
  return { spans: items, spanCount: itemCount, rejected, rejectedCounts, warnings }
}
