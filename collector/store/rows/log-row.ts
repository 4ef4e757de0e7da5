// A log record as a row of otel_logs, with the words of the Collector's ClickHouse exporter. One way: log
// records are read by Grafana and by trace id only.

import type { DecodedLogRecord } from '../../model/index.ts'
import { toAttributeText, toAttributeTexts } from './attribute-text.ts'
import type { Cell } from './cells.ts'
import { nanosCell } from './cells.ts'

const TRACE_FLAGS_MASK = 0xff

export function toLogRow(record: DecodedLogRecord): Readonly<Record<string, Cell>> {
  const { resource, scope } = record
  return {
    Timestamp: nanosCell(record.time),
    TraceId: record.traceId ?? '',
    SpanId: record.spanId ?? '',
    TraceFlags: record.flags & TRACE_FLAGS_MASK,
    SeverityText: record.severityText,
    SeverityNumber: record.severityNumber,
    ServiceName: toAttributeText(resource.attributes['service.name']),
    Body: toAttributeText(record.body),
    ResourceSchemaUrl: resource.schemaUrl,
    ResourceAttributes: toAttributeTexts(resource.attributes),
    ScopeSchemaUrl: scope.schemaUrl,
    ScopeName: scope.name,
    ScopeVersion: scope.version,
    ScopeAttributes: toAttributeTexts(scope.attributes),
    LogAttributes: toAttributeTexts(record.attributes),
    EventName: record.eventName
  }
}
