// A received span as a row of otel_traces, with the words of the Collector's ClickHouse exporter, column by
// column. One way: spans are read by Grafana and by trace id only.

import type {
  AttributeValue,
  Attributes,
  DecodedSpan,
  SpanEvent,
  SpanKind,
  SpanLink,
  StatusCode
} from '../../model/index.ts'
import { duration, list, nanos, text, textMap, type Column } from '../write/native/columns.ts'
import { toAttributeText } from './attribute-text.ts'

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

export const SPAN_COLUMNS: readonly Column<DecodedSpan>[] = [
  nanos('Timestamp', (span) => span.startTime),
  text('TraceId', (span) => span.traceId),
  text('SpanId', (span) => span.spanId),
  text('ParentSpanId', (span) => span.parentSpanId),
  text('TraceState', (span) => span.traceState),
  text('SpanName', (span) => span.name),
  text('SpanKind', (span) => KIND_WORDS[span.kind]),
  text('ServiceName', (span) => toAttributeText(span.resource.attributes['service.name'])),
  attributes('ResourceAttributes', (span) => span.resource.attributes),
  text('ScopeName', (span) => span.scope.name),
  text('ScopeVersion', (span) => span.scope.version),
  attributes('SpanAttributes', (span) => span.attributes),
  duration('Duration', (span) => span.endTime - span.startTime),
  text('StatusCode', (span) => STATUS_WORDS[span.statusCode]),
  text('StatusMessage', (span) => span.statusMessage),
  ofEvents(nanos('Events.Timestamp', (event) => event.time)),
  ofEvents(text('Events.Name', (event) => event.name)),
  ofEvents(attributes('Events.Attributes', (event) => event.attributes)),
  ofLinks(text('Links.TraceId', (link) => link.traceId)),
  ofLinks(text('Links.SpanId', (link) => link.spanId)),
  ofLinks(text('Links.TraceState', (link) => link.traceState)),
  ofLinks(attributes('Links.Attributes', (link) => link.attributes))
]

function attributes<Row>(name: string, of: (row: Row) => Attributes): Column<Row> {
  return textMap<Row, AttributeValue>(name, of, toAttributeText)
}

function ofEvents(column: Column<SpanEvent>): Column<DecodedSpan> {
  return list((span) => span.events, column)
}

function ofLinks(column: Column<SpanLink>): Column<DecodedSpan> {
  return list((span) => span.links, column)
}
