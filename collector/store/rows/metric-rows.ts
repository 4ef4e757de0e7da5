// A data point as a row of the table of its kind, with the words of the Collector's ClickHouse exporter, which
// writes 0 for a sum, a minimum or a maximum that nobody measured. One way: dashboards read them.

import type {
  AggregationTemporality,
  DecodedMetricPoint,
  Exemplar,
  MetricKind
} from '../../model/index.ts'
import type { TableName } from '../engine/engine.ts'
import { toAttributeText, toAttributeTexts } from './attribute-text.ts'
import type { Cell, RawNumber } from './cells.ts'
import { secondsCell } from './cells.ts'

export const METRIC_TABLES: Readonly<Record<MetricKind, TableName>> = {
  gauge: 'otel_metrics_gauge',
  sum: 'otel_metrics_sum',
  histogram: 'otel_metrics_histogram',
  exponential_histogram: 'otel_metrics_exponential_histogram',
  summary: 'otel_metrics_summary'
}

/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto */
const TEMPORALITY_NUMBERS: Readonly<Record<AggregationTemporality, number>> = {
  unspecified: 0,
  delta: 1,
  cumulative: 2
}

type Row = Readonly<Record<string, Cell>>

export function toMetricRow(point: DecodedMetricPoint): Row {
  return { ...toHeadCells(point), ...toValueCells(point) }
}

function toHeadCells(point: DecodedMetricPoint): Row {
  const { name, description, unit, resource, scope } = point.metric
  return {
    ResourceAttributes: toAttributeTexts(resource.attributes),
    ResourceSchemaUrl: resource.schemaUrl,
    ScopeName: scope.name,
    ScopeVersion: scope.version,
    ScopeAttributes: toAttributeTexts(scope.attributes),
    ScopeDroppedAttrCount: scope.droppedAttributesCount,
    ScopeSchemaUrl: scope.schemaUrl,
    ServiceName: toAttributeText(resource.attributes['service.name']),
    MetricName: name,
    MetricDescription: description,
    MetricUnit: unit,
    Attributes: toAttributeTexts(point.attributes),
    StartTimeUnix: secondsCell(point.startTime),
    TimeUnix: secondsCell(point.time),
    Flags: point.flags
  }
}

type Distribution = Extract<DecodedMetricPoint, { kind: 'histogram' | 'exponential_histogram' }>

function toValueCells(point: DecodedMetricPoint): Row {
  if (point.kind === 'gauge') {
    return { Value: doubleCell(point.value), ...toExemplarCells(point.exemplars) }
  }
  if (point.kind === 'sum') {
    return {
      Value: doubleCell(point.value),
      AggregationTemporality: TEMPORALITY_NUMBERS[point.temporality],
      IsMonotonic: point.isMonotonic,
      ...toExemplarCells(point.exemplars)
    }
  }
  if (point.kind !== 'summary') return { ...toDistributionCells(point), ...toBucketCells(point) }
  return {
    Count: uint64Cell(point.count),
    Sum: doubleCell(point.sum),
    'ValueAtQuantiles.Quantile': doubleCells(point.quantiles.map((held) => held.quantile)),
    'ValueAtQuantiles.Value': doubleCells(point.quantiles.map((held) => held.value))
  }
}

function toBucketCells(point: Distribution): Row {
  if (point.kind === 'histogram') {
    return {
      BucketCounts: point.bucketCounts.map(uint64Cell),
      ExplicitBounds: doubleCells(point.explicitBounds)
    }
  }
  return {
    Scale: point.scale,
    ZeroCount: uint64Cell(point.zeroCount),
    PositiveOffset: point.positive.offset,
    PositiveBucketCounts: point.positive.counts.map(uint64Cell),
    NegativeOffset: point.negative.offset,
    NegativeBucketCounts: point.negative.counts.map(uint64Cell)
  }
}

function toDistributionCells(point: Distribution): Row {
  return {
    Count: uint64Cell(point.count),
    Sum: doubleCell(point.sum ?? 0),
    Min: doubleCell(point.min ?? 0),
    Max: doubleCell(point.max ?? 0),
    AggregationTemporality: TEMPORALITY_NUMBERS[point.temporality],
    ...toExemplarCells(point.exemplars)
  }
}

function toExemplarCells(exemplars: readonly Exemplar[]): Row {
  return {
    'Exemplars.FilteredAttributes': exemplars.map((held) =>
      toAttributeTexts(held.filteredAttributes)
    ),
    'Exemplars.TimeUnix': exemplars.map((held) => secondsCell(held.time)),
    'Exemplars.Value': doubleCells(exemplars.map((held) => held.value)),
    'Exemplars.SpanId': exemplars.map((held) => held.spanId),
    'Exemplars.TraceId': exemplars.map((held) => held.traceId)
  }
}

/** JSON has no NaN and no infinities; the engine reads them as texts. */
function doubleCell(value: number): number | string {
  return Number.isFinite(value) ? value : String(value).toLowerCase().replace('infinity', 'inf')
}

/** All as texts when one must be: the engine reads those as well. */
function doubleCells(values: readonly number[]): readonly number[] | readonly string[] {
  return values.every(Number.isFinite) ? values : values.map((value) => String(doubleCell(value)))
}

/** Digit by digit: a count may be beyond 2^53. */
function uint64Cell(count: bigint): RawNumber {
  return JSON.rawJSON(String(count))
}
