// Walks an ExportMetricsServiceRequest in OTLP JSON and hands each data point to the intake. Fields in the
// order of
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto

import type { MetricKind } from '../../model/index.ts'
import {
  type JsonMessage,
  readBool,
  readDouble,
  readEach,
  readEachValue,
  readEnum,
  readFixed64,
  readId,
  readInt32,
  readInt64,
  readMessage,
  readString,
  readUint32
} from './json-fields.ts'
import { type EnvelopeKeys, readJsonEnvelope } from './json-messages.ts'
import { readAttributes } from './json-values.ts'
import {
  addPoint,
  type BucketsDraft,
  ExemplarDraft,
  MetricDraft,
  type MetricIntake,
  openMetric,
  PointDraft
} from './metric-draft.ts'
import type { ItemOwner } from './owner-drafts.ts'

export const METRIC_KEYS: EnvelopeKeys = {
  resources: 'resourceMetrics',
  scopes: 'scopeMetrics',
  items: 'metrics'
}

const TEMPORALITY_NAMES = [
  'AGGREGATION_TEMPORALITY_UNSPECIFIED',
  'AGGREGATION_TEMPORALITY_DELTA',
  'AGGREGATION_TEMPORALITY_CUMULATIVE'
]

type ReadPoint = (message: JsonMessage, point: PointDraft) => void

const KINDS: readonly (readonly [key: string, kind: MetricKind, read: ReadPoint])[] = [
  ['gauge', 'gauge', readNumberPoint],
  ['sum', 'sum', readNumberPoint],
  ['histogram', 'histogram', readHistogramPoint],
  ['exponentialHistogram', 'exponential_histogram', readExponentialPoint],
  ['summary', 'summary', readSummaryPoint]
]

/** @throws JsonFieldError, InexactIntegerError */
export function readJsonMetrics(request: JsonMessage, intake: MetricIntake): void {
  readJsonEnvelope(request, METRIC_KEYS, intake.budget, (message, owner) => {
    const isRead = intake.budget.admitValue()
    for (const [key, kind, read] of KINDS) {
      const data = readMessage(message[key], key)
      if (data === undefined) continue
      const draft = isRead ? readHead(message, data) : new MetricDraft()
      const points = { kind, read, draft, owner }
      readPoints(data, intake, points)
    }
  })
}

function readHead(message: JsonMessage, data: JsonMessage): MetricDraft {
  const draft = new MetricDraft()
  draft.name = readString(message['name'], 'name')
  draft.description = readString(message['description'], 'description')
  draft.unit = readString(message['unit'], 'unit')
  draft.temporality = readEnum(
    data['aggregationTemporality'],
    'aggregationTemporality',
    TEMPORALITY_NAMES
  )
  const monotonic = data['isMonotonic']
  draft.isMonotonic = isPresent(monotonic) && readBool(monotonic, 'isMonotonic')
  return draft
}

interface MetricPoints {
  readonly kind: MetricKind
  readonly read: ReadPoint
  readonly draft: MetricDraft
  readonly owner: ItemOwner
}

function readPoints(data: JsonMessage, intake: MetricIntake, points: MetricPoints): void {
  const metric = openMetric(points.kind, points.draft, points.owner)
  readEach(data['dataPoints'], 'dataPoints', (message) => {
    if (!intake.admitItem()) return
    const draft = new PointDraft(intake.budget)
    readPoint(message, draft)
    points.read(message, draft)
    addPoint(intake, draft, metric)
  })
}

/** What points of all kinds have. */
function readPoint(message: JsonMessage, point: PointDraft): void {
  readAttributes(message['attributes'], point.attributes)
  point.startTime = readFixed64(message['startTimeUnixNano'], 'startTimeUnixNano')
  point.time = readFixed64(message['timeUnixNano'], 'timeUnixNano')
  point.flags = readUint32(message['flags'], 'flags')
  readEach(message['exemplars'], 'exemplars', (exemplar) => {
    if (point.admitExemplar()) point.exemplars.push(readExemplar(exemplar, point).finish())
  })
}

function readExemplar(message: JsonMessage, point: PointDraft): ExemplarDraft {
  const draft = new ExemplarDraft(point.budget)
  readAttributes(message['filteredAttributes'], draft.filteredAttributes)
  draft.time = readFixed64(message['timeUnixNano'], 'timeUnixNano')
  if (isPresent(message['asDouble'])) draft.value = readDouble(message['asDouble'], 'asDouble')
  if (isPresent(message['asInt'])) draft.value = Number(readInt64(message['asInt'], 'asInt'))
  draft.spanId = readId(message['spanId'], 'spanId')
  draft.traceId = readId(message['traceId'], 'traceId')
  return draft
}

function readNumberPoint(message: JsonMessage, point: PointDraft): void {
  if (isPresent(message['asDouble'])) point.value = readDouble(message['asDouble'], 'asDouble')
  if (isPresent(message['asInt'])) {
    const value = readInt64(message['asInt'], 'asInt')
    point.value = typeof value === 'bigint' ? point.toDouble(value) : value
  }
}

function readHistogramPoint(message: JsonMessage, point: PointDraft): void {
  readDistribution(message, point)
  readEachValue(message['bucketCounts'], 'bucketCounts', (value, field) => {
    const count = readFixed64(value, field)
    if (point.admitTo(point.bucketCounts)) point.bucketCounts.push(count)
  })
  readEachValue(message['explicitBounds'], 'explicitBounds', (value, field) => {
    const bound = readDouble(value, field)
    if (point.admitTo(point.explicitBounds)) point.explicitBounds.push(bound)
  })
}

function readExponentialPoint(message: JsonMessage, point: PointDraft): void {
  readDistribution(message, point)
  point.scale = readInt32(message['scale'], 'scale')
  point.zeroCount = readFixed64(message['zeroCount'], 'zeroCount')
  readBuckets(readMessage(message['positive'], 'positive') ?? {}, point, point.positive)
  readBuckets(readMessage(message['negative'], 'negative') ?? {}, point, point.negative)
}

function readBuckets(message: JsonMessage, point: PointDraft, buckets: BucketsDraft): void {
  buckets.offset = readInt32(message['offset'], 'offset')
  readEachValue(message['bucketCounts'], 'bucketCounts', (value, field) => {
    const count = readFixed64(value, field)
    if (point.admitTo(buckets.counts)) buckets.counts.push(count)
  })
}

function readDistribution(message: JsonMessage, point: PointDraft): void {
  point.count = readFixed64(message['count'], 'count')
  point.sum = readOptionalDouble(message['sum'], 'sum')
  point.min = readOptionalDouble(message['min'], 'min')
  point.max = readOptionalDouble(message['max'], 'max')
}

function readSummaryPoint(message: JsonMessage, point: PointDraft): void {
  point.count = readFixed64(message['count'], 'count')
  point.sum = readOptionalDouble(message['sum'], 'sum')
  readEach(message['quantileValues'], 'quantileValues', (held) => {
    if (!point.admitTo(point.quantiles)) return
    point.quantiles.push({
      quantile: readOptionalDouble(held['quantile'], 'quantile') ?? 0,
      value: readOptionalDouble(held['value'], 'value') ?? 0
    })
  })
}

function readOptionalDouble(value: unknown, field: string): number | undefined {
  return isPresent(value) ? readDouble(value, field) : undefined
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null
}
