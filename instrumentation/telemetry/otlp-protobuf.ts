// An OTLP request in protobuf, from the same objects as its JSON. Field numbers:
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto

import type {
  OtlpAttribute,
  OtlpEvent,
  OtlpLink,
  OtlpRequest,
  OtlpScope,
  OtlpSpan,
  OtlpValue
} from './otlp-json.ts'
import { ProtobufWriter } from './protobuf-writer.ts'

export function encodeProtobuf(request: OtlpRequest): Buffer {
  const writer = new ProtobufWriter()
  for (const { resource, scopeSpans } of request.resourceSpans) {
    const whole = writer.begin(1)
    const described = writer.begin(1)
    for (const attribute of resource.attributes) writeAttribute(writer, 1, attribute)
    writer.end(described)
    for (const { scope, spans } of scopeSpans) writeScopeSpans(writer, scope, spans)
    writer.end(whole)
  }
  return writer.finish()
}

function writeScopeSpans(
  writer: ProtobufWriter,
  scope: OtlpScope,
  spans: readonly OtlpSpan[]
): void {
  const group = writer.begin(2)
  const named = writer.begin(1)
  writer.text(1, scope.name)
  writer.text(2, scope.version)
  writer.end(named)
  for (const span of spans) writeSpan(writer, span)
  writer.end(group)
}

function writeSpan(writer: ProtobufWriter, span: OtlpSpan): void {
  const at = writer.begin(2)
  writer.hex(1, span.traceId)
  writer.hex(2, span.spanId)
  writer.text(3, span.traceState)
  writer.hex(4, span.parentSpanId)
  writer.text(5, span.name)
  writer.uint(6, span.kind)
  writer.fixed64(7, span.startTimeUnixNano)
  writer.fixed64(8, span.endTimeUnixNano)
  for (const attribute of span.attributes) writeAttribute(writer, 9, attribute)
  writer.uint(10, span.droppedAttributesCount)
  for (const event of span.events) writeEvent(writer, event)
  writer.uint(12, span.droppedEventsCount)
  for (const link of span.links) writeLink(writer, link)
  writer.uint(14, span.droppedLinksCount)
  const status = writer.begin(15)
  writer.text(2, span.status.message)
  writer.uint(3, span.status.code)
  writer.end(status)
  writer.fixed32(16, span.flags)
  writer.end(at)
}

function writeEvent(writer: ProtobufWriter, event: OtlpEvent): void {
  const at = writer.begin(11)
  writer.fixed64(1, event.timeUnixNano)
  writer.text(2, event.name)
  for (const attribute of event.attributes) writeAttribute(writer, 3, attribute)
  writer.uint(4, event.droppedAttributesCount)
  writer.end(at)
}

function writeLink(writer: ProtobufWriter, link: OtlpLink): void {
  const at = writer.begin(13)
  writer.hex(1, link.traceId)
  writer.hex(2, link.spanId)
  writer.text(3, link.traceState)
  for (const attribute of link.attributes) writeAttribute(writer, 4, attribute)
  writer.uint(5, link.droppedAttributesCount)
  writer.fixed32(6, link.flags)
  writer.end(at)
}

function writeAttribute(
  writer: ProtobufWriter,
  field: number,
  { key, value }: OtlpAttribute
): void {
  const at = writer.begin(field)
  writer.text(1, key)
  writeValue(writer, 2, value)
  writer.end(at)
}

function writeValue(writer: ProtobufWriter, field: number, value: OtlpValue): void {
  const at = writer.begin(field)
  // A set member of a oneof is written also when it has its type's zero value.
  if (value.stringValue !== undefined) writer.member(1, value.stringValue)
  else if (value.boolValue !== undefined) writer.varintMember(2, value.boolValue ? '1' : '0')
  else if (value.intValue !== undefined) writer.varintMember(3, value.intValue)
  else if (value.doubleValue !== undefined) writer.double(4, value.doubleValue)
  else if (value.arrayValue !== undefined) {
    const list = writer.begin(5)
    for (const item of value.arrayValue.values) writeValue(writer, 1, item)
    writer.end(list)
  }
  writer.end(at)
}
