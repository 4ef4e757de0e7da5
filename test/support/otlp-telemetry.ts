// Requests of log records and metrics in both encodings, from literals that say only what a test is about.

import type { AttributeValue } from '../../collector/model/index.ts'
import { BUILT_START } from './builders.ts'
import {
  type AttributeLiterals,
  DEFAULT_RESOURCE,
  DEFAULT_SCOPE,
  type Encoding,
  toAnyValue,
  toAnyValueJson,
  toKeyValues,
  toKeyValuesJson
} from './otlp-request.ts'
import {
  doubleField,
  fixed32Field,
  fixed64Field,
  lenField,
  tag,
  varint,
  varintField
} from './protobuf-writer.ts'

export interface LogLiteral {
  readonly time?: bigint
  readonly observedTime?: bigint
  readonly severityNumber?: number
  readonly severityText?: string
  readonly body?: AttributeValue
  readonly attributes?: AttributeLiterals
  readonly droppedAttributesCount?: number
  readonly flags?: number
  readonly traceId?: string
  readonly spanId?: string
  readonly eventName?: string
}

export interface ExemplarLiteral {
  readonly time: bigint
  readonly value: number
  readonly traceId: string
  readonly spanId: string
  readonly filteredAttributes: AttributeLiterals
}

interface PointLiteral {
  readonly attributes?: AttributeLiterals
  readonly startTime?: bigint
  readonly time?: bigint
  readonly flags?: number
  readonly exemplars?: readonly ExemplarLiteral[]
}

export interface NumberLiteral extends PointLiteral {
  readonly value: number | bigint
}

export interface DistributionLiteral extends PointLiteral {
  readonly count: bigint
  readonly sum?: number
  readonly min?: number
  readonly max?: number
}

export interface HistogramLiteral extends DistributionLiteral {
  readonly bucketCounts: readonly bigint[]
  readonly explicitBounds: readonly number[]
}

export interface ExponentialLiteral extends DistributionLiteral {
  readonly scale: number
  readonly zeroCount: bigint
  readonly positive: { readonly offset: number; readonly counts: readonly bigint[] }
  readonly negative: { readonly offset: number; readonly counts: readonly bigint[] }
}

export interface SummaryLiteral extends PointLiteral {
  readonly count: bigint
  readonly sum: number
  readonly quantiles: readonly { readonly quantile: number; readonly value: number }[]
}

export interface MetricLiteral {
  readonly name: string
  readonly description?: string
  readonly unit?: string
  readonly temporality?: number
  readonly isMonotonic?: boolean
  readonly gauge?: readonly NumberLiteral[]
  readonly sum?: readonly NumberLiteral[]
  readonly histogram?: readonly HistogramLiteral[]
  readonly exponential?: readonly ExponentialLiteral[]
  readonly summary?: readonly SummaryLiteral[]
}

export function encodeLogsRequest(records: readonly LogLiteral[], encoding: Encoding): Buffer {
  return encoding === 'json'
    ? wrapJson(['resourceLogs', 'scopeLogs', 'logRecords'], records.map(logToJson))
    : wrapItems(records.map(logToProtobuf))
}

export function encodeMetricsRequest(
  metrics: readonly MetricLiteral[],
  encoding: Encoding
): Buffer {
  return encoding === 'json'
    ? wrapJson(['resourceMetrics', 'scopeMetrics', 'metrics'], metrics.map(metricToJson))
    : wrapItems(metrics.map(metricToProtobuf))
}

/** Messages of any signal within one resource and scope. */
export function wrapItems(items: readonly Uint8Array[]): Buffer {
  const resource = Buffer.concat(toKeyValues(1, DEFAULT_RESOURCE.attributes ?? {}))
  const scope = Buffer.concat([lenField(1, DEFAULT_SCOPE.name ?? ''), lenField(2, '1.2.3')])
  const scoped = [lenField(1, scope), ...items.map((item) => lenField(2, item))]
  return lenField(1, lenField(1, resource), lenField(2, Buffer.concat(scoped)))
}

export function wrapJson(
  [resources, scopes, items]: readonly [string, string, string],
  messages: readonly object[]
): Buffer {
  const resource = { attributes: toKeyValuesJson(DEFAULT_RESOURCE.attributes ?? {}) }
  const scoped = [{ scope: { ...DEFAULT_SCOPE }, [items]: messages }]
  return Buffer.from(JSON.stringify({ [resources]: [{ resource, [scopes]: scoped }] }))
}

export function logToProtobuf(log: LogLiteral): Buffer {
  return Buffer.concat([
    fixed64Field(1, log.time ?? BUILT_START),
    varintField(2, log.severityNumber ?? 0),
    lenField(3, log.severityText ?? ''),
    lenField(5, toAnyValue(log.body)),
    ...toKeyValues(6, log.attributes ?? {}),
    varintField(7, log.droppedAttributesCount ?? 0),
    fixed32Field(8, log.flags ?? 0),
    lenField(9, Buffer.from(log.traceId ?? '', 'hex')),
    lenField(10, Buffer.from(log.spanId ?? '', 'hex')),
    fixed64Field(11, log.observedTime ?? 0n),
    lenField(12, log.eventName ?? '')
  ])
}

export function logToJson(log: LogLiteral): Record<string, unknown> {
  return {
    timeUnixNano: String(log.time ?? BUILT_START),
    observedTimeUnixNano: String(log.observedTime ?? 0n),
    severityNumber: log.severityNumber ?? 0,
    severityText: log.severityText ?? '',
    body: toAnyValueJson(log.body),
    attributes: toKeyValuesJson(log.attributes ?? {}),
    droppedAttributesCount: log.droppedAttributesCount ?? 0,
    flags: log.flags ?? 0,
    traceId: log.traceId ?? '',
    spanId: log.spanId ?? '',
    eventName: log.eventName ?? ''
  }
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

function packed(field: number, values: readonly Uint8Array[]): Buffer {
  return lenField(field, Buffer.concat(values))
}

function fixed64(value: bigint): Buffer {
  return fixed64Field(0, value).subarray(1)
}

function optionalDouble(field: number, value: number | undefined): Buffer {
  return value === undefined ? Buffer.alloc(0) : doubleField(field, value)
}

/** The numbers that the kinds of points give the fields they share. */
interface PointFields {
  readonly attributes: number
  readonly flags: number
  readonly exemplars: number
}

function pointToProtobuf(point: PointLiteral, fields: PointFields): readonly Buffer[] {
  return [
    ...toKeyValues(fields.attributes, point.attributes ?? {}),
    fixed64Field(2, point.startTime ?? 0n),
    fixed64Field(3, point.time ?? BUILT_START),
    varintField(fields.flags, point.flags ?? 0),
    ...(point.exemplars ?? []).map((held) =>
      lenField(
        fields.exemplars,
        fixed64Field(2, held.time),
        doubleField(3, held.value),
        lenField(4, Buffer.from(held.spanId, 'hex')),
        lenField(5, Buffer.from(held.traceId, 'hex')),
        ...toKeyValues(7, held.filteredAttributes)
      )
    )
  ]
}

function numberToProtobuf(point: NumberLiteral): Buffer {
  const { value } = point
  return Buffer.concat([
    ...pointToProtobuf(point, { attributes: 7, flags: 8, exemplars: 5 }),
    typeof value === 'bigint' ? fixed64Field(6, value) : doubleField(4, value)
  ])
}

function histogramToProtobuf(point: HistogramLiteral): Buffer {
  return Buffer.concat([
    ...pointToProtobuf(point, { attributes: 9, flags: 10, exemplars: 8 }),
    fixed64Field(4, point.count),
    optionalDouble(5, point.sum),
    packed(6, point.bucketCounts.map(fixed64)),
    // Not packed, as a parser must take them too.
    ...point.explicitBounds.map((bound) => doubleField(7, bound)),
    optionalDouble(11, point.min),
    optionalDouble(12, point.max)
  ])
}

function exponentialToProtobuf(point: ExponentialLiteral): Buffer {
  const buckets = (field: number, { offset, counts }: ExponentialLiteral['positive']): Buffer =>
    lenField(field, varintField(1, zigzag(offset)), packed(2, counts.map(varint)))
  return Buffer.concat([
    ...pointToProtobuf(point, { attributes: 1, flags: 10, exemplars: 11 }),
    fixed64Field(4, point.count),
    optionalDouble(5, point.sum),
    varintField(6, zigzag(point.scale)),
    fixed64Field(7, point.zeroCount),
    buckets(8, point.positive),
    buckets(9, point.negative),
    optionalDouble(12, point.min),
    optionalDouble(13, point.max)
  ])
}

function summaryToProtobuf(point: SummaryLiteral): Buffer {
  return Buffer.concat([
    ...pointToProtobuf(point, { attributes: 7, flags: 8, exemplars: 99 }),
    fixed64Field(4, point.count),
    doubleField(5, point.sum),
    ...point.quantiles.map((held) =>
      lenField(6, doubleField(1, held.quantile), doubleField(2, held.value))
    )
  ])
}

export function metricToProtobuf(metric: MetricLiteral): Buffer {
  const data = (field: number, points: readonly Buffer[] | undefined): Buffer =>
    points === undefined
      ? Buffer.alloc(0)
      : lenField(
          field,
          ...points.map((point) => lenField(1, point)),
          ...(field === 5 || field === 11 ? [] : [varintField(2, metric.temporality ?? 0)]),
          ...(field === 7 ? [varintField(3, metric.isMonotonic === true ? 1 : 0)] : [])
        )
  return Buffer.concat([
    data(5, metric.gauge?.map(numberToProtobuf)),
    data(7, metric.sum?.map(numberToProtobuf)),
    data(9, metric.histogram?.map(histogramToProtobuf)),
    data(10, metric.exponential?.map(exponentialToProtobuf)),
    data(11, metric.summary?.map(summaryToProtobuf)),
    // After the points: a parser may not count on the order of fields.
    lenField(1, metric.name),
    lenField(2, metric.description ?? ''),
    lenField(3, metric.unit ?? ''),
    Buffer.concat([tag(12, 2), varint(0)])
  ])
}

function doubleJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value)
}

function pointToJson(point: PointLiteral): Record<string, unknown> {
  return {
    attributes: toKeyValuesJson(point.attributes ?? {}),
    startTimeUnixNano: String(point.startTime ?? 0n),
    timeUnixNano: String(point.time ?? BUILT_START),
    flags: point.flags ?? 0,
    exemplars: (point.exemplars ?? []).map((held) => ({
      timeUnixNano: String(held.time),
      asDouble: doubleJson(held.value),
      traceId: held.traceId,
      spanId: held.spanId,
      filteredAttributes: toKeyValuesJson(held.filteredAttributes)
    }))
  }
}

function numberToJson(point: NumberLiteral): object {
  const { value } = point
  const held =
    typeof value === 'bigint' ? { asInt: String(value) } : { asDouble: doubleJson(value) }
  return { ...pointToJson(point), ...held }
}

function distributionToJson(point: DistributionLiteral): Record<string, unknown> {
  const { count, sum, min, max } = point
  return {
    ...pointToJson(point),
    count: String(count),
    ...(sum !== undefined && { sum: doubleJson(sum) }),
    ...(min !== undefined && { min: doubleJson(min) }),
    ...(max !== undefined && { max: doubleJson(max) })
  }
}

function bucketsToJson({ offset, counts }: ExponentialLiteral['positive']): object {
  return { offset, bucketCounts: counts.map(String) }
}

export function metricToJson(metric: MetricLiteral): Record<string, unknown> {
  const { name, description = '', unit = '', temporality = 0, isMonotonic = false } = metric
  const aggregationTemporality = temporality
  return {
    name,
    description,
    unit,
    ...(metric.gauge && { gauge: { dataPoints: metric.gauge.map(numberToJson) } }),
    ...(metric.sum && {
      sum: { dataPoints: metric.sum.map(numberToJson), aggregationTemporality, isMonotonic }
    }),
    ...(metric.histogram && {
      histogram: {
        aggregationTemporality,
        dataPoints: metric.histogram.map((point) => ({
          ...distributionToJson(point),
          bucketCounts: point.bucketCounts.map(String),
          explicitBounds: point.explicitBounds.map(doubleJson)
        }))
      }
    }),
    ...(metric.exponential && {
      exponentialHistogram: {
        aggregationTemporality,
        dataPoints: metric.exponential.map((point) => ({
          ...distributionToJson(point),
          scale: point.scale,
          zeroCount: String(point.zeroCount),
          positive: bucketsToJson(point.positive),
          negative: bucketsToJson(point.negative)
        }))
      }
    }),
    ...(metric.summary && {
      summary: {
        dataPoints: metric.summary.map((point) => ({
          ...pointToJson(point),
          count: String(point.count),
          sum: doubleJson(point.sum),
          quantileValues: point.quantiles.map(({ quantile, value }) => ({
            quantile: doubleJson(quantile),
            value: doubleJson(value)
          }))
        }))
      }
    })
  }
}
