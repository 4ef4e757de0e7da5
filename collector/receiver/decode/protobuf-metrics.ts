// Walks an ExportMetricsServiceRequest in protobuf and hands each data point to the intake. The tables are
// the schema, field by field, of
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto

import type { MetricKind } from '../../model/index.ts'
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
import {
  type Field,
  type FieldReader,
  indexByTag,
  type MessageFields,
  readAhead,
  readEach,
  readEnvelope,
  readFields,
  readMessage
} from './protobuf-messages.ts'
import { readAttribute } from './protobuf-values.ts'
import { I64, LEN, VARINT, type WireReader } from './wire-reader.ts'

const EXEMPLAR = indexByTag<ExemplarDraft>([
  [2, I64, (reader, exemplar) => (exemplar.time = reader.fixed64())],
  [3, I64, (reader, exemplar) => (exemplar.value = reader.double())],
  [4, LEN, (reader, exemplar) => (exemplar.spanId = reader.hex())],
  [5, LEN, (reader, exemplar) => (exemplar.traceId = reader.hex())],
  [6, I64, (reader, exemplar) => (exemplar.value = Number(reader.sfixed64()))],
  [7, LEN, (reader, exemplar) => readAttribute(reader, exemplar.filteredAttributes)]
])

const NUMBER_POINT = indexByTag<PointDraft>([
  [2, I64, (reader, point) => (point.startTime = reader.fixed64())],
  [3, I64, (reader, point) => (point.time = reader.fixed64())],
  [4, I64, (reader, point) => (point.value = reader.double())],
  [5, LEN, readExemplar],
  [6, I64, (reader, point) => point.setInteger(reader.sfixed64())],
  [7, LEN, (reader, point) => readAttribute(reader, point.attributes)],
  [8, VARINT, (reader, point) => (point.flags = reader.uint32())]
])

const HISTOGRAM_POINT = indexByTag<PointDraft>([
  [2, I64, (reader, point) => (point.startTime = reader.fixed64())],
  [3, I64, (reader, point) => (point.time = reader.fixed64())],
  [4, I64, (reader, point) => (point.count = reader.fixed64())],
  [5, I64, (reader, point) => (point.sum = reader.double())],
  ...repeated(6, I64, (reader, point: PointDraft) =>
    append(point, point.bucketCounts, reader.fixed64())
  ),
  ...repeated(7, I64, (reader, point: PointDraft) =>
    append(point, point.explicitBounds, reader.double())
  ),
  [8, LEN, readExemplar],
  [9, LEN, (reader, point) => readAttribute(reader, point.attributes)],
  [10, VARINT, (reader, point) => (point.flags = reader.uint32())],
  [11, I64, (reader, point) => (point.min = reader.double())],
  [12, I64, (reader, point) => (point.max = reader.double())]
])

/** Buckets, and the point whose bounds they count against. */
interface BucketsOfPoint {
  readonly point: PointDraft
  readonly buckets: BucketsDraft
}

const BUCKETS = indexByTag<BucketsOfPoint>([
  [1, VARINT, (reader, { buckets }) => (buckets.offset = reader.sint32())],
  ...repeated(2, VARINT, (reader, { point, buckets }: BucketsOfPoint) =>
    append(point, buckets.counts, reader.uint64())
  )
])

const EXPONENTIAL_POINT = indexByTag<PointDraft>([
  [1, LEN, (reader, point) => readAttribute(reader, point.attributes)],
  [2, I64, (reader, point) => (point.startTime = reader.fixed64())],
  [3, I64, (reader, point) => (point.time = reader.fixed64())],
  [4, I64, (reader, point) => (point.count = reader.fixed64())],
  [5, I64, (reader, point) => (point.sum = reader.double())],
  [6, VARINT, (reader, point) => (point.scale = reader.sint32())],
  [7, I64, (reader, point) => (point.zeroCount = reader.fixed64())],
  [8, LEN, (reader, point) => readMessage(reader, BUCKETS, { point, buckets: point.positive })],
  [9, LEN, (reader, point) => readMessage(reader, BUCKETS, { point, buckets: point.negative })],
  [10, VARINT, (reader, point) => (point.flags = reader.uint32())],
  [11, LEN, readExemplar],
  [12, I64, (reader, point) => (point.min = reader.double())],
  [13, I64, (reader, point) => (point.max = reader.double())]
])

interface QuantileDraft {
  quantile: number
  value: number
}

const QUANTILE = indexByTag<QuantileDraft>([
  [1, I64, (reader, held) => (held.quantile = reader.double())],
  [2, I64, (reader, held) => (held.value = reader.double())]
])

const SUMMARY_POINT = indexByTag<PointDraft>([
  [2, I64, (reader, point) => (point.startTime = reader.fixed64())],
  [3, I64, (reader, point) => (point.time = reader.fixed64())],
  [4, I64, (reader, point) => (point.count = reader.fixed64())],
  [5, I64, (reader, point) => (point.sum = reader.double())],
  [6, LEN, readQuantile],
  [7, LEN, (reader, point) => readAttribute(reader, point.attributes)],
  [8, VARINT, (reader, point) => (point.flags = reader.uint32())]
])

/** `data_points` of each kind. */
const POINTS = (1 << 3) | LEN

/** All that Gauge, Sum and their likes say of their points; read ahead, for it may come after them. */
const OF_POINTS = indexByTag<MetricDraft>([
  [2, VARINT, (reader, metric) => (metric.temporality = reader.uint32())],
  [3, VARINT, (reader, metric) => (metric.isMonotonic = reader.bool())]
])

const METRIC = indexByTag<MetricDraft>([
  [1, LEN, (reader, metric) => (metric.name = reader.string())],
  [2, LEN, (reader, metric) => (metric.description = reader.string())],
  [3, LEN, (reader, metric) => (metric.unit = reader.string())],
  [7, LEN, (reader, metric) => readMessage(reader, OF_POINTS, metric)],
  [9, LEN, (reader, metric) => readMessage(reader, OF_POINTS, metric)],
  [10, LEN, (reader, metric) => readMessage(reader, OF_POINTS, metric)]
])

interface Kind {
  readonly kind: MetricKind
  readonly fields: MessageFields<PointDraft>
}

/** By the number of the field that holds the points. A oneof: two of them in one metric are two metrics. */
const KINDS: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  [(5 << 3) | LEN, { kind: 'gauge', fields: NUMBER_POINT }],
  [(7 << 3) | LEN, { kind: 'sum', fields: NUMBER_POINT }],
  [(9 << 3) | LEN, { kind: 'histogram', fields: HISTOGRAM_POINT }],
  [(10 << 3) | LEN, { kind: 'exponential_histogram', fields: EXPONENTIAL_POINT }],
  [(11 << 3) | LEN, { kind: 'summary', fields: SUMMARY_POINT }]
])

/** @throws WireError */
export function readProtobufMetrics(reader: WireReader, intake: MetricIntake): void {
  readEnvelope(reader, intake.budget, (_, owner) => readMetric(reader, intake, owner))
}

function readMetric(reader: WireReader, intake: MetricIntake, owner: ItemOwner): void {
  const outer = reader.enter()
  const draft = new MetricDraft()
  // Points of a request that has used up its values are still counted.
  if (intake.budget.admitValue()) readAhead(reader, METRIC, draft)
  while (reader.hasMore()) {
    const tag = reader.tag()
    const found = KINDS.get(tag)
    if (found === undefined) reader.skip(tag)
    else readPoints(reader, intake, { draft, owner, ...found })
  }
  reader.leave(outer)
}

interface MetricPoints extends Kind {
  readonly draft: MetricDraft
  readonly owner: ItemOwner
}

function readPoints(reader: WireReader, intake: MetricIntake, points: MetricPoints): void {
  const metric = openMetric(points.kind, points.draft, points.owner)
  const outer = reader.enter()
  readEach(reader, POINTS, (tag) => {
    if (!intake.admitItem()) {
      reader.skip(tag)
      return
    }
    const draft = new PointDraft(intake.budget)
    readMessage(reader, points.fields, draft)
    addPoint(intake, draft, metric)
  })
  reader.leave(outer)
}

function readExemplar(reader: WireReader, point: PointDraft): void {
  const outer = reader.enter()
  if (point.admitExemplar()) {
    const draft = new ExemplarDraft(point.budget)
    readFields(reader, EXEMPLAR, draft)
    point.exemplars.push(draft.finish())
  }
  reader.leave(outer)
}

function readQuantile(reader: WireReader, point: PointDraft): void {
  const held: QuantileDraft = { quantile: 0, value: 0 }
  readMessage(reader, QUANTILE, held)
  if (point.admitTo(point.quantiles)) point.quantiles.push(held)
}

/** A repeated number comes packed, many in one field, or each in a field of its own. */
function repeated<T>(
  number: number,
  wireType: number,
  readOne: (reader: WireReader, message: T) => boolean
): readonly Field<T>[] {
  const readPacked: FieldReader<T> = (reader, message) => {
    const outer = reader.enter()
    let isAdmitted = true
    // `leave` passes over what is not admitted, of which there may be sixty million.
    while (isAdmitted && reader.hasMore()) isAdmitted = readOne(reader, message)
    reader.leave(outer)
  }
  return [
    [number, wireType, readOne],
    [number, LEN, readPacked]
  ]
}

/** False when there was no room in `list`. */
function append<T>(point: PointDraft, list: T[], value: T): boolean {
  const isAdmitted = point.admitTo(list)
  if (isAdmitted) list.push(value)
  return isAdmitted
}
