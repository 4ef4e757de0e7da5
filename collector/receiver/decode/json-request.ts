// Walks an ExportTraceServiceRequest in OTLP JSON and hands each span to the intake. Unknown fields are
// ignored, as OTLP demands. Fields in the order of
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto

import {
  type JsonMessage,
  readEach,
  readEnum,
  readFixed64,
  readId,
  readMessage,
  readString,
  readUint32
} from './json-fields.ts'
import { type EnvelopeKeys, readJsonEnvelope } from './json-messages.ts'
import { readAttributes } from './json-values.ts'
import { EventDraft, LinkDraft, SpanDraft } from './span-draft.ts'
import { addSpan, type SpanIntake } from './span-intake.ts'

export const SPAN_KEYS: EnvelopeKeys = {
  resources: 'resourceSpans',
  scopes: 'scopeSpans',
  items: 'spans'
}

const KIND_NAMES = [
  'SPAN_KIND_UNSPECIFIED',
  'SPAN_KIND_INTERNAL',
  'SPAN_KIND_SERVER',
  'SPAN_KIND_CLIENT',
  'SPAN_KIND_PRODUCER',
  'SPAN_KIND_CONSUMER'
]
const STATUS_CODE_NAMES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR']

/** @throws JsonFieldError, InexactIntegerError */
export function readJsonRequest(request: JsonMessage, intake: SpanIntake): void {
  readJsonEnvelope(request, SPAN_KEYS, intake.budget, (message, owner) => {
    if (intake.admitItem()) addSpan(intake, readSpan(message, intake), owner)
  })
}

function readSpan(message: JsonMessage, intake: SpanIntake): SpanDraft {
  const draft = new SpanDraft(intake.budget)
  draft.traceId = readId(message['traceId'], 'traceId')
  draft.spanId = readId(message['spanId'], 'spanId')
  draft.traceState = readString(message['traceState'], 'traceState')
  draft.parentSpanId = readId(message['parentSpanId'], 'parentSpanId')
  draft.flags = readUint32(message['flags'], 'flags')
  draft.name = readString(message['name'], 'name')
  draft.kind = readEnum(message['kind'], 'kind', KIND_NAMES)
  draft.startTime = readFixed64(message['startTimeUnixNano'], 'startTimeUnixNano')
  draft.endTime = readFixed64(message['endTimeUnixNano'], 'endTimeUnixNano')
  readAttributes(message['attributes'], draft.attributes)
  draft.droppedAttributesCount = readUint32(
    message['droppedAttributesCount'],
    'droppedAttributesCount'
  )
  readEvents(message, draft)
  readLinks(message, draft)
  const status = readMessage(message['status'], 'status') ?? {}
  draft.statusMessage = readString(status['message'], 'status.message')
  draft.statusCode = readEnum(status['code'], 'status.code', STATUS_CODE_NAMES)
  return draft
}

function readEvents(message: JsonMessage, span: SpanDraft): void {
  span.droppedEventsCount = readUint32(message['droppedEventsCount'], 'droppedEventsCount')
  readEach(message['events'], 'events', (event) => {
    if (!span.admitEvent()) return
    const draft = new EventDraft(span.budget)
    draft.time = readFixed64(event['timeUnixNano'], 'timeUnixNano')
    draft.name = readString(event['name'], 'name')
    readAttributes(event['attributes'], draft.attributes)
    draft.droppedAttributesCount = readUint32(
      event['droppedAttributesCount'],
      'droppedAttributesCount'
    )
    span.events.push(draft.finish())
  })
}

function readLinks(message: JsonMessage, span: SpanDraft): void {
  span.droppedLinksCount = readUint32(message['droppedLinksCount'], 'droppedLinksCount')
  readEach(message['links'], 'links', (link) => {
    if (!span.admitLink()) return
    const draft = new LinkDraft(span.budget)
    draft.traceId = readId(link['traceId'], 'traceId')
    draft.spanId = readId(link['spanId'], 'spanId')
    draft.traceState = readString(link['traceState'], 'traceState')
    readAttributes(link['attributes'], draft.attributes)
    draft.droppedAttributesCount = readUint32(
      link['droppedAttributesCount'],
      'droppedAttributesCount'
    )
    draft.flags = readUint32(link['flags'], 'flags')
    span.addLink(draft.finish())
  })
}
