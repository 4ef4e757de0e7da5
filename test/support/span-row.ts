// A received span as a row of otel_traces in JSON: what span-columns.ts is held against.

import type { DecodedSpan, SpanKind, StatusCode } from '../../collector/model/index.ts'
import { toAttributeText, toAttributeTexts } from '../../collector/store/rows/attribute-text.ts'
import type { Cell } from '../../collector/store/rows/cells.ts'
import { nanosCell } from '../../collector/store/rows/cells.ts'

const KIND_WORDS: Readonly<Record<SpanKind, string>> = {
  unspecified: 'Unspecified',
  internal: 'Internal',
  server: 'Server',
  client: 'Client',
  producer: 'Producer',
  consumer: 'Consumer'
}

const STATUS_WORDS: Readonly<Record<StatusCode, string>> = {
  unset: 'Unset',
  ok: 'Ok',
  error: 'Error'
}

export function toSpanRow(span: DecodedSpan): Readonly<Record<string, Cell>> {
  return {
    Timestamp: nanosCell(span.startTime),
    TraceId: span.traceId,
    SpanId: span.spanId,
    ParentSpanId: span.parentSpanId ?? '',
    TraceState: span.traceState,
    SpanName: span.name,
    SpanKind: KIND_WORDS[span.kind],
    ServiceName: toAttributeText(span.resource.attributes['service.name']),
    ResourceAttributes: toAttributeTexts(span.resource.attributes),
    ScopeName: span.scope.name,
    ScopeVersion: span.scope.version,
    SpanAttributes: toAttributeTexts(span.attributes),
    Duration: nanosCell(span.endTime - span.startTime),
    StatusCode: STATUS_WORDS[span.statusCode],
    StatusMessage: span.statusMessage,
    'Events.Timestamp': span.events.map((event) => nanosCell(event.time)),
    'Events.Name': span.events.map((event) => event.name),
    'Events.Attributes': span.events.map((event) => toAttributeTexts(event.attributes)),
    'Links.TraceId': span.links.map((link) => link.traceId),
    'Links.SpanId': span.links.map((link) => link.spanId),
    'Links.TraceState': span.links.map((link) => link.traceState),
    'Links.Attributes': span.links.map((link) => toAttributeTexts(link.attributes))
  }
}
