// Metrics while they are being read, from either encoding: one draft holds what any kind of point may say,
// and becomes the point of its kind.
// https://opentelemetry.io/docs/specs/otel/metrics/data-model/

import {
  type AggregationTemporality,
  type DecodedMetricPoint,
  type Exemplar,
  type MetricHead,
  type MetricKind,
  toUnixNano
} from '../../model/index.ts'
import { BUCKETS_PER_POINT_MAX, EXEMPLARS_PER_POINT_MAX } from '../limits.ts'
import { AttributeBag } from './attribute-bag.ts'
import { describeTimeOffence } from './find-offence.ts'
import type { ItemOwner } from './owner-drafts.ts'
import { DATA_POINTS } from './rejection.ts'
import type { RequestBudget } from './request-budget.ts'
import { type Offence, RequestIntake } from './request-intake.ts'

/** In the order of their numbers. */
const TEMPORALITIES: readonly AggregationTemporality[] = ['unspecified', 'delta', 'cumulative']

export class BucketsDraft {
  offset = 0
  readonly counts: bigint[] = []
}

export class ExemplarDraft {
  readonly filteredAttributes: AttributeBag
  time = 0n
  value = 0
  traceId = ''
  spanId = ''

  constructor(budget: RequestBudget) {
    this.filteredAttributes = new AttributeBag(budget)
  }

  finish(): Exemplar {
    return {
      time: toUnixNano(this.time),
      value: this.value,
      traceId: this.traceId,
      spanId: this.spanId,
      filteredAttributes: this.filteredAttributes.finish()
    }
  }
}

/** What a metric says of all its points. */
export class MetricDraft {
  name = ''
  description = ''
  unit = ''
  /** Number of the AggregationTemporality enum. */
  temporality = 0
  isMonotonic = false

  countChars(): number {
    return this.name.length + this.description.length + this.unit.length
  }
}

export class PointDraft {
  readonly budget: RequestBudget
  readonly attributes: AttributeBag
  readonly exemplars: Exemplar[] = []
  readonly bucketCounts: bigint[] = []
  readonly explicitBounds: number[] = []
  readonly positive = new BucketsDraft()
  readonly negative = new BucketsDraft()
  readonly quantiles: { quantile: number; value: number }[] = []
  startTime = 0n
  time = 0n
  flags = 0
  value = 0
  count = 0n
  sum: number | undefined
  min: number | undefined
  max: number | undefined
  scale = 0
  zeroCount = 0n
  /** More than BUCKETS_PER_POINT_MAX: without some of them the point would say something else. */
  isTooLong = false

  constructor(budget: RequestBudget) {
    this.budget = budget
    this.attributes = new AttributeBag(budget)
  }

  /** False when the next element of `list` must be passed over. */
  admitTo(list: readonly unknown[]): boolean {
    if (list.length < BUCKETS_PER_POINT_MAX) return this.budget.admitValue()
    this.isTooLong = true
    return false
  }

  admitExemplar(): boolean {
    if (this.exemplars.length < EXEMPLARS_PER_POINT_MAX) return this.budget.admitValue()
    this.budget.warn('exemplars_truncated')
    return false
  }

  /** Of an integer: points hold doubles, as the tables do. */
  setInteger(value: bigint): void {
    this.value = this.toDouble(value)
  }

  toDouble(value: bigint): number {
    const double = Number(value)
    if (!Number.isSafeInteger(double)) this.budget.warn('value_rounded')
    return double
  }
}

export type MetricIntake = RequestIntake<DecodedMetricPoint>

export function openMetricIntake(now: number): MetricIntake {
  return new RequestIntake<DecodedMetricPoint>(DATA_POINTS, now)
}

/** A metric whose points are about to be read. */
export interface OpenMetric {
  readonly kind: MetricKind
  readonly head: MetricHead
  readonly temporality: AggregationTemporality
  readonly isMonotonic: boolean
  /** Resource, scope and the metric's own texts, which are stored with each point. */
  readonly owner: ItemOwner
}

export function openMetric(kind: MetricKind, draft: MetricDraft, owner: ItemOwner): OpenMetric {
  const { name, description, unit, temporality, isMonotonic } = draft
  return {
    kind,
    head: { name, description, unit, resource: owner.resource, scope: owner.scope },
    temporality: TEMPORALITIES[temporality] ?? 'unspecified',
    isMonotonic,
    owner: { ...owner, chars: owner.chars + draft.countChars() }
  }
}

export function addPoint(intake: MetricIntake, draft: PointDraft, metric: OpenMetric): void {
  const offence =
    intake.findCostOffence(metric.owner) ?? findPointOffence(draft, metric, intake.latestTime)
  if (offence === undefined) intake.keep(toPoint(draft, metric), metric.head.name)
  else intake.reject({ traceId: '', spanId: '' }, nameMetric(offence, metric))
}

const SHOWN_NAME_CHARS_MAX = 80

function nameMetric({ reason, message }: Offence, { head }: OpenMetric): Offence {
  const name = JSON.stringify(head.name.slice(0, SHOWN_NAME_CHARS_MAX))
  return { reason, message: `of metric ${name}, ${message}` }
}

function findPointOffence(
  draft: PointDraft,
  { kind, head }: OpenMetric,
  latestTime: bigint
): Offence | undefined {
  if (head.name === '') return { reason: 'name_missing', message: 'the metric has no name' }
  return (
    describeTimeOffence('time_unix_nano', draft.time, latestTime) ?? findBucketOffence(draft, kind)
  )
}

function findBucketOffence(draft: PointDraft, kind: MetricKind): Offence | undefined {
  if (draft.isTooLong) {
    const message = `the point has more than ${BUCKETS_PER_POINT_MAX} buckets or quantiles`
    return { reason: 'invalid_buckets', message }
  }
  const { bucketCounts, explicitBounds } = draft
  if (kind !== 'histogram' || bucketCounts.length === 0) return undefined
  if (bucketCounts.length === explicitBounds.length + 1) return undefined
  const message = `bucket_counts has ${bucketCounts.length} elements; one more than explicit_bounds (${explicitBounds.length}) is required`
  return { reason: 'invalid_buckets', message }
}

function toPoint(draft: PointDraft, metric: OpenMetric): DecodedMetricPoint {
  const { exemplars, count, sum, min, max, value } = draft
  const { kind, temporality, isMonotonic } = metric
  const base = {
    metric: metric.head,
    attributes: draft.attributes.finish(),
    startTime: toUnixNano(draft.startTime),
    time: toUnixNano(draft.time),
    flags: draft.flags
  }
  if (kind === 'gauge') return { ...base, kind, value, exemplars }
  if (kind === 'sum') return { ...base, kind, value, temporality, isMonotonic, exemplars }
  if (kind === 'summary') {
    return { ...base, kind, count, sum: sum ?? 0, quantiles: draft.quantiles }
  }
  const distribution = { ...base, count, sum, min, max, temporality, exemplars }
  if (kind === 'histogram') {
    const { bucketCounts, explicitBounds } = draft
    return { ...distribution, kind, bucketCounts, explicitBounds }
  }
  const { scale, zeroCount } = draft
  const positive = { offset: draft.positive.offset, counts: draft.positive.counts }
  const negative = { offset: draft.negative.offset, counts: draft.negative.counts }
  return { ...distribution, kind, scale, zeroCount, positive, negative }
}
