// Decoding metrics: each claim in both encodings.

import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import t from 'tap'
import type { DecodedMetricPoint } from '../../collector/model/index.ts'
import { type DecodedItems, decodeMetricsRequest } from '../../collector/receiver/index.ts'
import { BUILT_START } from '../support/builders.ts'
import { BUILT_NOW } from '../support/decode.ts'
import { type Encoding, encodeTraceRequest } from '../support/otlp-request.ts'
import {
  encodeLogsRequest,
  encodeMetricsRequest,
  type MetricLiteral,
  wrapItems
} from '../support/otlp-telemetry.ts'
import { fixed64Field, lenField } from '../support/protobuf-writer.ts'
import { metricLiterals } from '../support/telemetry-arbitraries.ts'

function decode(body: Uint8Array, encoding: Encoding): DecodedItems<DecodedMetricPoint> {
  return decodeMetricsRequest(body, encoding, { now: BUILT_NOW })
}

/** @throws Error when the encodings differ */
function decodeBoth(metrics: readonly MetricLiteral[]): DecodedItems<DecodedMetricPoint> {
  const fromProtobuf = decode(encodeMetricsRequest(metrics, 'protobuf'), 'protobuf')
  const fromJson = decode(encodeMetricsRequest(metrics, 'json'), 'json')
  if (!isDeepStrictEqual(positiveZeros(fromProtobuf), positiveZeros(fromJson))) {
    throw new Error('protobuf and JSON differ', { cause: { fromProtobuf, fromJson } })
  }
  return fromProtobuf
}

/** JSON.stringify has no -0. */
function positiveZeros(value: unknown): unknown {
  if (typeof value === 'number') return value + 0
  if (Array.isArray(value)) return value.map(positiveZeros)
  if (value instanceof Map || value instanceof Uint8Array) return value
  if (typeof value !== 'object' || value === null) return value
  const copy: Record<string, unknown> = Object.create(null)
  for (const [key, held] of Object.entries(value)) copy[key] = positiveZeros(held)
  return copy
}

t.test('any point is read as it was written, whichever the encoding', async () => {
  fc.assert(
    fc.property(metricLiterals, (metrics) => {
      const { items, rejected } = decodeBoth(metrics)
      const points = metrics.flatMap((metric) => [
        ...(metric.gauge ?? []),
        ...(metric.sum ?? []),
        ...(metric.histogram ?? []),
        ...(metric.exponential ?? []),
        ...(metric.summary ?? [])
      ])
      return (
        rejected.length === 0 &&
        items.length === points.length &&
        items.every(
          (item, index) =>
            item.time === points[index]?.time &&
            item.startTime === points[index]?.startTime &&
            item.flags === points[index]?.flags &&
            item.metric.resource.attributes['service.name'] === 'checkout-agent'
        )
      )
    })
  )
})

t.test('each kind says what it says', async (t) => {
  const exemplar = {
    time: BUILT_START,
    value: 0.5,
    traceId: 'ab'.repeat(16),
    spanId: 'cd'.repeat(8),
    filteredAttributes: { user: 'u' }
  }
  const distribution = { count: 3n, sum: 1.5, min: -1, max: 9 }
  const { items } = decodeBoth([
    { name: 'g', unit: 'By', description: 'd', gauge: [{ value: 1.5, exemplars: [exemplar] }] },
    { name: 's', temporality: 2, isMonotonic: true, sum: [{ value: -7n, attributes: { a: 1 } }] },
    {
      name: 'h',
      temporality: 1,
      histogram: [{ ...distribution, bucketCounts: [1n, 2n], explicitBounds: [0.5] }]
    },
    {
      name: 'e',
      temporality: 1,
      exponential: [
        {
          count: 2n ** 64n - 1n,
          scale: -3,
          zeroCount: 4n,
          positive: { offset: -5, counts: [1n, 2n ** 64n - 1n] },
          negative: { offset: 6, counts: [] }
        }
      ]
    },
    { name: 'y', summary: [{ count: 2n, sum: 3, quantiles: [{ quantile: 0.99, value: 8 }] }] }
  ])
  t.match(items, [
    {
      kind: 'gauge',
      metric: { name: 'g', unit: 'By', description: 'd' },
      value: 1.5,
      exemplars: [{ value: 0.5, traceId: 'ab'.repeat(16), filteredAttributes: { user: 'u' } }]
    },
    { kind: 'sum', value: -7, temporality: 'cumulative', isMonotonic: true, attributes: { a: 1 } },
    { kind: 'histogram', ...distribution, temporality: 'delta', bucketCounts: [1n, 2n] },
    {
      kind: 'exponential_histogram',
      count: 2n ** 64n - 1n,
      sum: undefined,
      scale: -3,
      positive: { offset: -5, counts: [1n, 2n ** 64n - 1n] },
      negative: { offset: 6, counts: [] }
    },
    { kind: 'summary', count: 2n, sum: 3, quantiles: [{ quantile: 0.99, value: 8 }] }
  ])
})

t.test('points without a time, a name or fitting buckets are rejected', async (t) => {
  const buckets = { count: 1n, bucketCounts: [1n, 2n, 3n], explicitBounds: [1] }
  const { items, rejected, itemCount } = decodeBoth([
    { name: 'a', gauge: [{ value: 1, time: 0n }, { value: 1, time: 5n }, { value: 1 }] },
    { name: '', gauge: [{ value: 1 }] },
    { name: 'h', histogram: [buckets, { ...buckets, bucketCounts: [], explicitBounds: [] }] }
  ])
  t.equal(itemCount, 6)
  t.equal(items.length, 2)
  t.match(rejected, [
    { reason: 'time_missing', message: 'of metric "a", time_unix_nano is missing' },
    { reason: 'time_too_early' },
    { reason: 'name_missing' },
    { reason: 'invalid_buckets', message: /bucket_counts has 3 elements/ }
  ])
})

t.test('integers that no double holds are rounded, and that is said', async (t) => {
  const { items, warnings } = decodeBoth([{ name: 'a', sum: [{ value: 2n ** 60n + 1n }] }])
  t.match(items, [{ value: 2 ** 60 }])
  t.match(warnings, ['Integer beyond 2^53, rounded: 1 data point (first a).'])
})

t.test('buckets beyond the limit cost the point and no time', async (t) => {
  const millions = Buffer.alloc(8_000_000, 1)
  const point = Buffer.concat([
    fixed64Field(3, BUILT_START),
    lenField(8, lenField(2, millions)),
    lenField(9, lenField(2, millions))
  ])
  const metric = Buffer.concat([lenField(1, 'big'), lenField(10, lenField(1, point))])
  const { items, rejected } = decode(wrapItems([metric]), 'protobuf')
  t.equal(items.length, 0)
  t.match(rejected, [{ reason: 'invalid_buckets', message: /more than 4096 buckets/ }])
})

t.test('a request of another signal is called by its name', async (t) => {
  for (const encoding of ['protobuf', 'json'] as const) {
    t.throws(() => decode(encodeTraceRequest([{}, {}], encoding), encoding), {
      message: /this is an OTLP traces request, sent to the path of metrics/
    })
    t.throws(() => decode(encodeLogsRequest([{ body: 'text' }], encoding), encoding), {
      message: /this is an OTLP logs request, sent to the path of metrics/
    })
  }
})

t.test('a metric without points, and a request without metrics, is nothing', async (t) => {
  t.match(decodeBoth([{ name: 'a' }, { name: 'b', gauge: [] }]), { itemCount: 0, items: [] })
  t.match(decode(Buffer.alloc(0), 'protobuf'), { itemCount: 0, warnings: [] })
})

t.test('a malformed request names the field', async (t) => {
  const dataPoints = [{ timeUnixNano: String(BUILT_START), asDouble: 'x' }]
  const body = {
    resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'a', gauge: { dataPoints } }] }] }]
  }
  t.throws(() => decode(Buffer.from(JSON.stringify(body)), 'json'), {
    message: /metrics\[0\]\.dataPoints\[0\]\.asDouble is "x"; a number/
  })
  const cut = encodeMetricsRequest([{ name: 'a', sum: [{ value: 1 }] }], 'protobuf')
  t.throws(() => decode(cut.subarray(0, -30), 'protobuf'), { message: /resource_metrics/ })
})
