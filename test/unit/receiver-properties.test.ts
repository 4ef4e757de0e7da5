// For any spans: both encodings give the same, and what the SDK for JavaScript sends is what arrives. Its
// serializers are the other side of the wire, written by others.

import assert from 'node:assert/strict'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import * as fc from 'fast-check'
import t from 'tap'
import { decode } from '../support/decode.ts'
import { encodeTraceRequest } from '../support/otlp-request.ts'
import { sdkSpans, spanLiterals } from '../support/otlp-arbitraries.ts'

const RUNS = { numRuns: 300 }

t.test('any spans decode to the same from protobuf and from JSON', async (t) => {
  const property = fc.property(spanLiterals, (literals) => {
    const fromProtobuf = decode(encodeTraceRequest(literals, 'protobuf'), 'protobuf')
    const fromJson = decode(encodeTraceRequest(literals, 'json'), 'json')
    assertSame(fromJson, fromProtobuf)
    return fromProtobuf.spans.length === literals.length
  })
  t.doesNotThrow(() => fc.assert(property, RUNS))
})

t.test('any spans the SDK serializes arrive as they were, in both encodings', async (t) => {
  const property = fc.property(sdkSpans, (pairs) => {
    const readable = pairs.map((pair) => pair.readable)
    const expected = pairs.map((pair) => pair.expected)
    const protobuf = ProtobufTraceSerializer.serializeRequest(readable)
    const json = JsonTraceSerializer.serializeRequest(readable)
    if (protobuf === undefined || json === undefined) throw new Error('nothing serialized')
    assertSame(decode(protobuf, 'protobuf').spans, expected)
    assertSame(decode(json, 'json').spans, expected)
  })
  t.doesNotThrow(() => fc.assert(property, RUNS))
})

function assertSame(actual: unknown, expected: unknown): void {
  // Object.is on every leaf: NaN equals itself, -0 is not 0; prototypes count.
  assert.deepStrictEqual(actual, expected)
}
