// A property over the real exporters: however the spans of a run are delivered — encoding, batches, order,
// twice — the API tells of the same run.

import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import * as fc from 'fast-check'
import t from 'tap'
import { createApiClient, type RunDetail } from '../../instrumentation/api-client/index.ts'
import { aDataDir, startOnset } from '../support/onset-process.ts'
import { recordRun, retrace } from '../support/recorded-run.ts'
import { waitFor } from '../support/wait-for.ts'

const DELIVERIES = 24

interface Delivery {
  readonly encoding: 'json' | 'protobuf'
  readonly gzip: boolean
  readonly batchSpans: number
  /** Sorts the spans; the same key keeps their order. */
  readonly order: readonly number[]
  readonly twice: boolean
}

const ONE_BATCH: Delivery = {
  encoding: 'protobuf',
  gzip: false,
  batchSpans: 100,
  order: [],
  twice: false
}

async function deliver(
  url: string,
  spans: readonly ReadableSpan[],
  { encoding, gzip, batchSpans, order, twice }: Delivery
): Promise<void> {
  const options = { url: `${url}/v1/traces`, ...(gzip ? { compression: 'gzip' as never } : {}) }
  const exporter = encoding === 'json' ? new JsonExporter(options) : new ProtobufExporter(options)
  const keyed = spans.map((span, index) => ({ span, key: order[index] ?? 0 }))
  const ordered = keyed.toSorted((a, b) => a.key - b.key).map(({ span }) => span)
  for (const all of twice ? [ordered, ordered] : [ordered]) {
    for (let start = 0; start < all.length; start += batchSpans) {
      await new Promise<void>((resolve, reject) => {
        exporter.export(all.slice(start, start + batchSpans), ({ error }) =>
          error === undefined ? resolve() : reject(error)
        )
      })
    }
  }
  await exporter.shutdown()
}

/** What must not depend on delivery: all but ids of the trace and counters of analyses. */
function toComparable(detail: RunDetail, traceId: string): unknown {
  const text = JSON.stringify(detail).replaceAll(traceId, 'trace')
  return JSON.parse(text, (key, value: unknown) =>
    key === 'revision' || key === 'analyzedAt' || key === 'detectedAt' ? undefined : value
  )
}

t.test('the same run comes out, however its spans come in', async (t) => {
  const env = { ONSET_COMPLETION_SETTLE_MS: '200', ONSET_LOG_LEVEL: 'warn' }
  const onset = await startOnset(t, { dataDir: aDataDir(t), env })
  const api = createApiClient({ ONSET_URL: onset.url })
  const recorded = recordRun()
  let count = 0

  const observe = async (delivery: Delivery): Promise<unknown> => {
    count += 1
    const traceId = count.toString(16).padStart(32, 'a')
    await deliver(onset.url, retrace(recorded, traceId), delivery)
    const detail = await waitFor(`run ${traceId} complete with all its spans`, async () => {
      const found = await api.findRun(traceId)
      const whole = found as (RunDetail & { run: { spanCount: number } }) | undefined
      return whole?.run.state === 'complete' && whole.run.spanCount === recorded.length
        ? whole
        : undefined
    })
    return toComparable(detail, traceId)
  }

  const expected = (await observe(ONE_BATCH)) as RunDetail
  t.equal(expected.run.outcome, 'error')
  t.equal(expected.onsets[0]?.stepIndex, 2, 'the write is the onset')
  t.equal(expected.run.tokens.input, 500, 'five calls of 100 tokens, each counted once')

  const deliveries = fc.record({
    encoding: fc.constantFrom('json' as const, 'protobuf' as const),
    gzip: fc.boolean(),
    batchSpans: fc.constantFrom(1, 3, 100),
    order: fc.array(fc.nat(1000), { minLength: recorded.length, maxLength: recorded.length }),
    twice: fc.boolean()
  })
  await fc.assert(
    fc.asyncProperty(deliveries, async (delivery) => {
      t.same(await observe(delivery), expected, JSON.stringify(delivery))
    }),
    { numRuns: DELIVERIES, endOnFailure: true }
  )
})
