// An OTLP request in protobuf, from the same objects as its JSON. Field numbers:
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto

import type {
  OtlpAttribute,
  OtlpEvent,
  OtlpLink,
  OtlpRequest,
  OtlpSpan,
  OtlpValue
} from './otlp-json.ts'

const VARINT = 0
const FIXED64 = 1
const LENGTH_DELIMITED = 2
const FIXED32 = 5

export function encodeProtobuf(request: OtlpRequest): Buffer {
  return message(request.resourceSpans, (resourceSpans) => [
    nested(1, [
      nested(
        1,
        resourceSpans.resource.attributes.map((attribute) => nested(1, toKeyValue(attribute)))
      ),
      ...resourceSpans.scopeSpans.map(({ scope, spans }) =>
        nested(2, [
          nested(1, [text(1, scope.name), text(2, scope.version)]),
          ...spans.map((span) => nested(2, toSpan(span)))
        ])
      )
    ])
  ])
}

function toSpan(span: OtlpSpan): Buffer[] {
  return [
    bytes(1, span.traceId),
    bytes(2, span.spanId),
    text(3, span.traceState),
    bytes(4, span.parentSpanId),
    text(5, span.name),
    uint(6, span.kind),
    fixed64(7, span.startTimeUnixNano),
    fixed64(8, span.endTimeUnixNano),
    ...span.attributes.map((attribute) => nested(9, toKeyValue(attribute))),
    uint(10, span.droppedAttributesCount),
    ...span.events.map((event) => nested(11, toEvent(event))),
    uint(12, span.droppedEventsCount),
    ...span.links.map((link) => nested(13, toLink(link))),
    uint(14, span.droppedLinksCount),
    nested(15, [text(2, span.status.message), uint(3, span.status.code)]),
    fixed32(16, span.flags)
  ]
}

function toEvent(event: OtlpEvent): Buffer[] {
  return [
    fixed64(1, event.timeUnixNano),
    text(2, event.name),
    ...event.attributes.map((attribute) => nested(3, toKeyValue(attribute))),
    uint(4, event.droppedAttributesCount)
  ]
}

function toLink(link: OtlpLink): Buffer[] {
  return [
    bytes(1, link.traceId),
    bytes(2, link.spanId),
    text(3, link.traceState),
    ...link.attributes.map((attribute) => nested(4, toKeyValue(attribute))),
    uint(5, link.droppedAttributesCount),
    fixed32(6, link.flags)
  ]
}

function toKeyValue({ key, value }: OtlpAttribute): Buffer[] {
  return [text(1, key), nested(2, toAnyValue(value))]
}

function toAnyValue(value: OtlpValue): Buffer[] {
  // A set member of a oneof is written also when it has its type's zero value.
  if (value.stringValue !== undefined) return [lengthDelimited(1, Buffer.from(value.stringValue))]
  if (value.boolValue !== undefined) return [tag(2, VARINT), varint(value.boolValue ? 1n : 0n)]
  if (value.intValue !== undefined) {
    return [tag(3, VARINT), varint(BigInt.asUintN(64, BigInt(value.intValue)))]
  }
  if (value.doubleValue !== undefined) {
    const number = Buffer.allocUnsafe(8)
    number.writeDoubleLE(value.doubleValue)
    return [tag(4, FIXED64), number]
  }
  if (value.arrayValue !== undefined) {
    return [
      nested(
        5,
        value.arrayValue.values.map((item) => nested(1, toAnyValue(item)))
      )
    ]
  }
  return []
}

function message<T>(items: readonly T[], encode: (item: T) => Buffer[]): Buffer {
  return Buffer.concat(items.flatMap((item) => encode(item)))
}

function nested(field: number, parts: readonly Buffer[]): Buffer {
  return lengthDelimited(field, Buffer.concat(parts))
}

function text(field: number, value: string | undefined): Buffer {
  return value === undefined || value === '' ? EMPTY : lengthDelimited(field, Buffer.from(value))
}

function bytes(field: number, hex: string | undefined): Buffer {
  return hex === undefined || hex === '' ? EMPTY : lengthDelimited(field, Buffer.from(hex, 'hex'))
}

function uint(field: number, value: number): Buffer {
  return value === 0 ? EMPTY : Buffer.concat([tag(field, VARINT), varint(BigInt(value))])
}

function fixed64(field: number, value: string): Buffer {
  const number = Buffer.allocUnsafe(8)
  number.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)))
  return Buffer.concat([tag(field, FIXED64), number])
}

function fixed32(field: number, value: number): Buffer {
  const number = Buffer.allocUnsafe(4)
  number.writeUInt32LE(value >>> 0)
  return Buffer.concat([tag(field, FIXED32), number])
}

function lengthDelimited(field: number, content: Buffer): Buffer {
  return Buffer.concat([tag(field, LENGTH_DELIMITED), varint(BigInt(content.length)), content])
}

function tag(field: number, wireType: number): Buffer {
  return varint(BigInt(field * 8 + wireType))
}

function varint(value: bigint): Buffer {
  const out: number[] = []
  let rest = value
  while (rest > 0x7fn) {
    out.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  out.push(Number(rest))
  return Buffer.from(out)
}

const EMPTY = Buffer.alloc(0)
