// Decodes as the receiver does, at the builders' time, and for tests about spans that both encodings
// must give alike: in both.

import { isDeepStrictEqual } from 'node:util'
import { type DecodedSpan, toUnixMillis } from '../../collector/model/index.ts'
import { type DecodeResult, decodeTraceRequest } from '../../collector/receiver/index.ts'
import { BUILT_START } from './builders.ts'
import { type Encoding, encodeTraceRequest, type SpanLiteral } from './otlp-request.ts'

/** Milliseconds since 1970: when tests of the receiver take place. */
export const BUILT_NOW = toUnixMillis(BUILT_START)

export function decode(body: Uint8Array, encoding: Encoding): DecodeResult {
  return decodeTraceRequest(body, encoding, { now: BUILT_NOW })
}

/** @throws Error when the encodings differ */
export function decodeBoth(literals: readonly SpanLiteral[]): DecodeResult {
  // Ids that are not given count up with every call, so they are fixed first.
  const spans = literals.map(fixIds)
  const fromProtobuf = decode(encodeTraceRequest(spans, 'protobuf'), 'protobuf')
  const fromJson = decode(encodeTraceRequest(spans, 'json'), 'json')
  if (!isDeepStrictEqual(fromProtobuf.spans, fromJson.spans)) {
    throw new Error('protobuf and JSON give different spans', { cause: { fromProtobuf, fromJson } })
  }
  return fromProtobuf
}

export function decodeOne(literal: SpanLiteral): DecodedSpan {
  const { spans } = decodeBoth([literal])
  if (spans[0] === undefined) throw new Error('the span was rejected')
  return spans[0]
}

let idCount = 0xa000_0000n

function fixIds(span: SpanLiteral): SpanLiteral {
  idCount += 1n
  const id = idCount.toString(16)
  return { traceId: id.padStart(32, '1'), spanId: id.padStart(16, '2'), ...span }
}
