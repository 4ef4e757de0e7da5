// The wire types: an OTLP span as received and decoded, before any convention is applied to it.
// Source: https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto

import type { SpanId, TraceId, UnixNano } from './quantities.ts'

/**
 * An OTLP AnyValue. int64 is a number when it is a safe integer and a bigint otherwise; bytes stay
 * bytes; an AnyValue with nothing set is `undefined`, which OTLP 1.9 allows as an attribute value.
 */
export type AttributeValue =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | undefined
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue }

/** Keys are unique (the last value of a repeated key wins). Has no prototype: keys are anybody's. */
export type Attributes = Readonly<Record<string, AttributeValue>>

/** The entity that emitted the spans. Shared by reference between the spans of one ResourceSpans. */
export interface Resource {
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
  readonly schemaUrl: string
}

/** The instrumentation scope that made the spans. Shared by reference within one ScopeSpans. */
export interface Scope {
  readonly name: string
  readonly version: string
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
  readonly schemaUrl: string
}

export type SpanKind = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer'

export type StatusCode = 'unset' | 'ok' | 'error'

export interface SpanEvent {
  readonly time: UnixNano
  readonly name: string
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
}

export interface SpanLink {
  readonly traceId: string
  readonly spanId: string
  readonly traceState: string
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
  readonly flags: number
}

export interface DecodedSpan {
  readonly traceId: TraceId
  readonly spanId: SpanId
  /** Absent on a root span. */
  readonly parentSpanId: SpanId | undefined
  readonly traceState: string
  readonly flags: number
  readonly name: string
  readonly kind: SpanKind
  readonly startTime: UnixNano
  /** Never before startTime: the receiver's sanitizer saw to it. */
  readonly endTime: UnixNano
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
  readonly events: readonly SpanEvent[]
  readonly droppedEventsCount: number
  readonly links: readonly SpanLink[]
  readonly droppedLinksCount: number
  readonly statusCode: StatusCode
  readonly statusMessage: string
  readonly resource: Resource
  readonly scope: Scope
}
