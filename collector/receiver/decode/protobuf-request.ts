// Walks an ExportTraceServiceRequest in protobuf and hands each span to the intake. The tables are the
// schema, field by field, of
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto

import { indexByTag, readEnvelope, readFields, readMessage } from './protobuf-messages.ts'
import { readAttribute } from './protobuf-values.ts'
import { EventDraft, LinkDraft, SpanDraft } from './span-draft.ts'
import { addSpan, type SpanIntake } from './span-intake.ts'
import { I32, I64, LEN, VARINT, type WireReader } from './wire-reader.ts'

const STATUS = indexByTag<SpanDraft>([
  [2, LEN, (reader, span) => (span.statusMessage = reader.string())],
  [3, VARINT, (reader, span) => (span.statusCode = reader.uint32())]
])

const EVENT = indexByTag<EventDraft>([
  [1, I64, (reader, event) => (event.time = reader.fixed64())],
  [2, LEN, (reader, event) => (event.name = reader.string())],
  [3, LEN, (reader, event) => readAttribute(reader, event.attributes)],
  [4, VARINT, (reader, event) => (event.droppedAttributesCount = reader.uint32())]
])

const LINK = indexByTag<LinkDraft>([
  [1, LEN, (reader, link) => (link.traceId = reader.hex())],
  [2, LEN, (reader, link) => (link.spanId = reader.hex())],
  [3, LEN, (reader, link) => (link.traceState = reader.string())],
  [4, LEN, (reader, link) => readAttribute(reader, link.attributes)],
  [5, VARINT, (reader, link) => (link.droppedAttributesCount = reader.uint32())],
  [6, I32, (reader, link) => (link.flags = reader.fixed32())]
])

const SPAN = indexByTag<SpanDraft>([
  [1, LEN, (reader, span) => (span.traceId = reader.hex())],
  [2, LEN, (reader, span) => (span.spanId = reader.hex())],
  [3, LEN, (reader, span) => (span.traceState = reader.string())],
  [4, LEN, (reader, span) => (span.parentSpanId = reader.hex())],
  [5, LEN, (reader, span) => (span.name = reader.string())],
  [6, VARINT, (reader, span) => (span.kind = reader.uint32())],
  [7, I64, (reader, span) => (span.startTime = reader.fixed64())],
  [8, I64, (reader, span) => (span.endTime = reader.fixed64())],
  [9, LEN, (reader, span) => readAttribute(reader, span.attributes)],
  [10, VARINT, (reader, span) => (span.droppedAttributesCount = reader.uint32())],
  [11, LEN, readEvent],
  [12, VARINT, (reader, span) => (span.droppedEventsCount = reader.uint32())],
  [13, LEN, readLink],
  [14, VARINT, (reader, span) => (span.droppedLinksCount = reader.uint32())],
  [15, LEN, (reader, span) => readMessage(reader, STATUS, span)],
  [16, I32, (reader, span) => (span.flags = reader.fixed32())]
])

/** @throws WireError */
export function readProtobufRequest(reader: WireReader, intake: SpanIntake): void {
  readEnvelope(reader, intake.budget, (_, owner, tag) => {
    if (!intake.admitItem()) {
      reader.skip(tag)
      return
    }
    const draft = new SpanDraft(intake.budget)
    readMessage(reader, SPAN, draft)
    addSpan(intake, draft, owner)
  })
}

function readEvent(reader: WireReader, span: SpanDraft): void {
  const outer = reader.enter()
  if (span.admitEvent()) {
    const draft = new EventDraft(span.budget)
    readFields(reader, EVENT, draft)
    span.events.push(draft.finish())
  }
  reader.leave(outer)
}

function readLink(reader: WireReader, span: SpanDraft): void {
  const outer = reader.enter()
  if (span.admitLink()) {
    const draft = new LinkDraft(span.budget)
    readFields(reader, LINK, draft)
    span.addLink(draft.finish())
  }
  reader.leave(outer)
}
