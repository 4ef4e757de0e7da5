// The wire type of a log record: as received and decoded, before any convention is applied to it.
// Source: https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto

import type { SpanId, TraceId, UnixNano } from './quantities.ts'
import type { Attributes, AttributeValue, Resource, Scope } from './span.ts'

/** From TRACE to FATAL, in ranges of four: https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
export const SEVERITY_NUMBER_MAX = 24

export interface DecodedLogRecord {
  /** When it happened, by the source's clock; `observedTime` where the source did not say. */
  readonly time: UnixNano
  /** When it was first seen by a library, an agent or, when nobody said, by this receiver. */
  readonly observedTime: UnixNano
  /** Absent when the record belongs to no trace. */
  readonly traceId: TraceId | undefined
  /** Present only together with `traceId`. */
  readonly spanId: SpanId | undefined
  /** W3C trace flags in the lowest 8 bits. */
  readonly flags: number
  /** 1 to SEVERITY_NUMBER_MAX; 0 says that there is none. */
  readonly severityNumber: number
  /** The source's own word for it; empty when there is none. */
  readonly severityText: string
  /** Names what kind of event the record is; empty when it is none, or when only an attribute `event.name` says so. */
  readonly eventName: string
  /** Any value; structured ones are kept as they came. `undefined` when there is none. */
  readonly body: AttributeValue
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
  readonly resource: Resource
  readonly scope: Scope
}

/** Told of log records after they were sanitized and before they are acknowledged. */
export interface LogListener {
  /** Resolves when whatever it made of them is durable; a rejection refuses the request. */
  logsAccepted(records: readonly DecodedLogRecord[]): Promise<void>
}

export interface LogWriter {
  /**
   * Resolves only when the records are durable. Writing the same batch again within the engine's
   * window of deduplication changes nothing a reader sees.
   *
   * @throws CollectorError STORE_BUSY, STORE_DISK_FULL, STORE_UNAVAILABLE (all retryable)
   */
  writeLogs(records: readonly DecodedLogRecord[]): Promise<void>
}
