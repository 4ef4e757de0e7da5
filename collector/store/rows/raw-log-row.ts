// A row of otel_logs as the record it was made of, as far as the exporter's columns hold it: values and bodies
// are text, what an SDK dropped is not there.

import type { DecodedLogRecord } from '../../model/index.ts'
import { toSpanId, toTraceId } from '../../model/index.ts'
import { readNanos } from './cells.ts'
import { toAttributes } from './raw-span-row.ts'

type Texts = Readonly<Record<string, string>>

export interface RawLogRow {
  readonly Timestamp: string
  readonly TraceId: string
  readonly SpanId: string
  readonly TraceFlags: number
  readonly SeverityText: string
  readonly SeverityNumber: number
  readonly Body: string
  readonly ResourceSchemaUrl: string
  readonly ResourceAttributes: Texts
  readonly ScopeSchemaUrl: string
  readonly ScopeName: string
  readonly ScopeVersion: string
  readonly ScopeAttributes: Texts
  readonly LogAttributes: Texts
  readonly EventName: string
}

export function fromRawLogRow(row: RawLogRow): DecodedLogRecord {
  const time = readNanos(row.Timestamp)
  const traceId = row.TraceId === '' ? undefined : toTraceId(row.TraceId)
  return {
    time,
    observedTime: time,
    traceId,
    spanId: traceId === undefined || row.SpanId === '' ? undefined : toSpanId(row.SpanId),
    flags: row.TraceFlags,
    severityNumber: row.SeverityNumber,
    severityText: row.SeverityText,
    eventName: row.EventName,
    body: row.Body === '' ? undefined : row.Body,
    attributes: toAttributes(row.LogAttributes),
    droppedAttributesCount: 0,
    resource: {
      attributes: toAttributes(row.ResourceAttributes),
      droppedAttributesCount: 0,
      schemaUrl: row.ResourceSchemaUrl
    },
    scope: {
      name: row.ScopeName,
      version: row.ScopeVersion,
      attributes: toAttributes(row.ScopeAttributes),
      droppedAttributesCount: 0,
      schemaUrl: row.ScopeSchemaUrl
    }
  }
}
