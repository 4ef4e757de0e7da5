// Walks an ExportTraceServiceRequest in protobuf and hands each span to the intake. The tables are the
// schema, field by field, of
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
// A field with another wire type than the schema's is an unknown field, as for every protobuf parser.

import { readAttribute } from './protobuf-values.ts'
import type { SpanIntake } from './span-intake.ts'
import {
  EventDraft,
  LinkDraft,
  NO_OWNER,
  ResourceDraft,
  ScopeDraft,
  SpanDraft,
  type SpanOwner
} from './span-draft.ts'
import { I32, I64, LEN, VARINT, type WireReader } from './wire-reader.ts'

type FieldReader<T> = (reader: WireReader, message: T) => void

/** Indexed by tag. */
type MessageFields<T> = readonly (FieldReader<T> | undefined)[]

type Field<T> = readonly [number: number, wireType: number, read: FieldReader<T>]

/** `resource_spans`, `scope_spans` and `spans` in the message that holds them. */
const RESOURCE_SPANS = (1 << 3) | LEN
const SCOPE_SPANS = (2 << 3) | LEN
const SPANS = (2 << 3) | LEN

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

const RESOURCE = indexByTag<ResourceDraft>([
  [1, LEN, (reader, resource) => readAttribute(reader, resource.attributes)],
  [2, VARINT, (reader, resource) => (resource.droppedAttributesCount = reader.uint32())]
])

const SCOPE = indexByTag<ScopeDraft>([
  [1, LEN, (reader, scope) => (scope.name = reader.string())],
  [2, LEN, (reader, scope) => (scope.version = reader.string())],
  [3, LEN, (reader, scope) => readAttribute(reader, scope.attributes)],
  [4, VARINT, (reader, scope) => (scope.droppedAttributesCount = reader.uint32())]
])

/** All of ResourceSpans and ScopeSpans but what they hold many of: that is read in a second pass. */
const RESOURCE_OF_SPANS = indexByTag<ResourceDraft>([
  [1, LEN, (reader, resource) => readMessage(reader, RESOURCE, resource)],
  [3, LEN, (reader, resource) => (resource.schemaUrl = reader.string())]
])
const SCOPE_OF_SPANS = indexByTag<ScopeDraft>([
  [1, LEN, (reader, scope) => readMessage(reader, SCOPE, scope)],
  [3, LEN, (reader, scope) => (scope.schemaUrl = reader.string())]
])

/** @throws WireError */
export function readProtobufRequest(reader: WireReader, intake: SpanIntake): void {
  readEach(reader, RESOURCE_SPANS, () => readResourceSpans(reader, intake))
}

function readResourceSpans(reader: WireReader, intake: SpanIntake): void {
  const outer = reader.enter()
  // Spans of a request that has used up its values are still counted.
  const shared = intake.budget.admitValue() ? readResource(reader, intake) : NO_OWNER
  readEach(reader, SCOPE_SPANS, () => readScopeSpans(reader, intake, shared))
  reader.leave(outer)
}

function readScopeSpans(reader: WireReader, intake: SpanIntake, shared: SpanOwner): void {
  const outer = reader.enter()
  const owner = intake.budget.admitValue() ? readScope(reader, intake, shared) : NO_OWNER
  readEach(reader, SPANS, (tag) => {
    if (intake.admitSpan()) readSpan(reader, intake, owner)
    else reader.skip(tag)
  })
  reader.leave(outer)
}

/** Reads ahead, so that spans find their resource complete, and goes back. */
function readResource(reader: WireReader, intake: SpanIntake): SpanOwner {
  const start = reader.position
  const draft = new ResourceDraft(intake.budget)
  readFields(reader, RESOURCE_OF_SPANS, draft)
  reader.rewind(start)
  return { ...NO_OWNER, resource: draft.finish(), chars: draft.countChars() }
}

function readScope(reader: WireReader, intake: SpanIntake, shared: SpanOwner): SpanOwner {
  const start = reader.position
  const draft = new ScopeDraft(intake.budget)
  readFields(reader, SCOPE_OF_SPANS, draft)
  reader.rewind(start)
  return { ...shared, scope: draft.finish(), chars: shared.chars + draft.countChars() }
}

function readSpan(reader: WireReader, intake: SpanIntake, owner: SpanOwner): void {
  const draft = new SpanDraft(intake.budget)
  readMessage(reader, SPAN, draft)
  intake.add(draft, owner)
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

/** Calls `read` at each field `wanted` of the message being read and passes over the others. */
function readEach(reader: WireReader, wanted: number, read: (tag: number) => void): void {
  while (reader.hasMore()) {
    const tag = reader.tag()
    if (tag === wanted) read(tag)
    else reader.skip(tag)
  }
}

function readMessage<T>(reader: WireReader, fields: MessageFields<T>, message: T): void {
  const outer = reader.enter()
  readFields(reader, fields, message)
  reader.leave(outer)
}

/** A field that occurs twice overwrites or, when it is a message, is merged: both as proto3 wants it. */
function readFields<T>(reader: WireReader, fields: MessageFields<T>, message: T): void {
  while (reader.hasMore()) {
    const tag = reader.tag()
    const read = fields[tag]
    if (read === undefined) reader.skip(tag)
    else read(reader, message)
  }
}

function indexByTag<T>(fields: readonly Field<T>[]): MessageFields<T> {
  const byTag: (FieldReader<T> | undefined)[] = []
  for (const [number, wireType, read] of fields) byTag[(number << 3) | wireType] = read
  return byTag
}
