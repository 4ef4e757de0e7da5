// Log records and metrics for property tests: any that a sender may write.

import * as fc from 'fast-check'
import { count, idOf, literalAttributes, literalValues, text, time } from './otlp-arbitraries.ts'
import type {
  ExemplarLiteral,
  ExponentialLiteral,
  HistogramLiteral,
  LogLiteral,
  MetricLiteral,
  NumberLiteral,
  SummaryLiteral
} from './otlp-telemetry.ts'

const noId = fc.constant('')

export const logLiterals: fc.Arbitrary<readonly LogLiteral[]> = fc.array(
  fc
    .record({
      time,
      observedTime: time,
      severityNumber: fc.nat(24),
      severityText: text,
      body: literalValues,
      attributes: literalAttributes,
      droppedAttributesCount: count,
      flags: count,
      traceId: fc.oneof(noId, idOf(32)),
      spanId: fc.oneof(noId, idOf(16)),
      eventName: text
    })
    // A span id without a trace is left out, which is another claim.
    .map((log) => (log.traceId === '' ? { ...log, spanId: '' } : log)),
  { maxLength: 5 }
)

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const int32 = fc.integer()
const double = fc.double()
const optional = fc.option(double, { nil: undefined })

const exemplar: fc.Arbitrary<ExemplarLiteral> = fc.record({
  time,
  value: double,
  traceId: fc.oneof(noId, idOf(32)),
  spanId: fc.oneof(noId, idOf(16)),
  filteredAttributes: literalAttributes
})

const point = {
  attributes: literalAttributes,
  startTime: fc.oneof(fc.constant(0n), time),
  time,
  flags: count,
  exemplars: fc.array(exemplar, { maxLength: 2 })
}

const numberPoint: fc.Arbitrary<NumberLiteral> = fc.record({
  ...point,
  value: fc.oneof(double, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
})

const distribution = { ...point, count: uint64, sum: optional, min: optional, max: optional }

const histogramPoint = fc
  .tuple(
    fc.record(distribution),
    fc.array(double, { maxLength: 4 }),
    fc.array(uint64, { minLength: 5, maxLength: 5 })
  )
  .map(([record, explicitBounds, counts]) => ({
    ...defined(record),
    explicitBounds,
    bucketCounts: counts.slice(0, explicitBounds.length + 1)
  })) as fc.Arbitrary<HistogramLiteral>

const buckets = fc.record({ offset: int32, counts: fc.array(uint64, { maxLength: 4 }) })

const exponentialPoint = fc
  .record({
    ...distribution,
    scale: int32,
    zeroCount: uint64,
    positive: buckets,
    negative: buckets
  })
  .map(defined) as fc.Arbitrary<ExponentialLiteral>

const summaryPoint: fc.Arbitrary<SummaryLiteral> = fc
  .record({
    ...point,
    count: uint64,
    sum: double,
    quantiles: fc.array(fc.record({ quantile: double, value: double }), { maxLength: 3 })
  })
  .map((literal) => ({ ...literal, exemplars: [] }))

function defined<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T
}

const head = {
  name: text.filter((name) => name !== ''),
  description: text,
  unit: text,
  temporality: fc.nat(2),
  isMonotonic: fc.boolean()
}
const few = { maxLength: 2 }

export const metricLiterals: fc.Arbitrary<readonly MetricLiteral[]> = fc.array(
  fc.oneof(
    fc.record({ ...head, gauge: fc.array(numberPoint, few) }),
    fc.record({ ...head, sum: fc.array(numberPoint, few) }),
    fc.record({ ...head, histogram: fc.array(histogramPoint, few) }),
    fc.record({ ...head, exponential: fc.array(exponentialPoint, few) }),
    fc.record({ ...head, summary: fc.array(summaryPoint, few) })
  ),
  { maxLength: 4 }
)
