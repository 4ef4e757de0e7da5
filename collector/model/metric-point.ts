// The wire types of metrics: one data point each, with what it shares with the others of its metric.
// Source: https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto

import type { UnixNano } from './quantities.ts'
import type { Attributes, Resource, Scope } from './span.ts'

export type AggregationTemporality = 'unspecified' | 'delta' | 'cumulative'

/** A measurement that a point was made of. */
export interface Exemplar {
  readonly time: UnixNano
  readonly value: number
  /** Empty when it was taken outside of a span. */
  readonly traceId: string
  readonly spanId: string
  readonly filteredAttributes: Attributes
}

/** Shared by reference between the points of one metric. */
export interface MetricHead {
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly resource: Resource
  readonly scope: Scope
}

interface MetricPointBase {
  readonly metric: MetricHead
  readonly attributes: Attributes
  /** 0 when the sender did not say. */
  readonly startTime: UnixNano
  readonly time: UnixNano
  /** Bit 0: no value was recorded. https://opentelemetry.io/docs/specs/otel/metrics/data-model/#no-recorded-value */
  readonly flags: number
}

export interface GaugePoint extends MetricPointBase {
  readonly kind: 'gauge'
  /** 64-bit integers beyond 2^53 are rounded, as the exporter does too. */
  readonly value: number
  readonly exemplars: readonly Exemplar[]
}

export interface SumPoint extends MetricPointBase {
  readonly kind: 'sum'
  readonly value: number
  readonly temporality: AggregationTemporality
  readonly isMonotonic: boolean
  readonly exemplars: readonly Exemplar[]
}

export interface HistogramPoint extends MetricPointBase {
  readonly kind: 'histogram'
  readonly count: bigint
  /** Absent where values may be negative. */
  readonly sum: number | undefined
  readonly min: number | undefined
  readonly max: number | undefined
  /** None, or one more than there are bounds. */
  readonly bucketCounts: readonly bigint[]
  readonly explicitBounds: readonly number[]
  readonly temporality: AggregationTemporality
  readonly exemplars: readonly Exemplar[]
}

/** https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram */
export interface ExponentialBuckets {
  readonly offset: number
  readonly counts: readonly bigint[]
}

export interface ExponentialHistogramPoint extends MetricPointBase {
  readonly kind: 'exponential_histogram'
  readonly count: bigint
  readonly sum: number | undefined
  readonly min: number | undefined
  readonly max: number | undefined
  readonly scale: number
  readonly zeroCount: bigint
  readonly positive: ExponentialBuckets
  readonly negative: ExponentialBuckets
  readonly temporality: AggregationTemporality
  readonly exemplars: readonly Exemplar[]
}

export interface SummaryPoint extends MetricPointBase {
  readonly kind: 'summary'
  readonly count: bigint
  readonly sum: number
  readonly quantiles: readonly { readonly quantile: number; readonly value: number }[]
}

export type DecodedMetricPoint =
  | GaugePoint
  | SumPoint
  | HistogramPoint
  | ExponentialHistogramPoint
  | SummaryPoint

export type MetricKind = DecodedMetricPoint['kind']

export interface MetricWriter {
  /**
   * Resolves only when the points are durable. Writing the same batch again within the engine's window
   * of deduplication changes nothing a reader sees.
   *
   * @throws CollectorError STORE_BUSY, STORE_DISK_FULL, STORE_UNAVAILABLE (all retryable)
   */
  writeMetrics(points: readonly DecodedMetricPoint[]): Promise<void>
}
