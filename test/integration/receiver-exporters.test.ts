// The receiver with the exporters that people have: the SDK for JavaScript, tracer to durable span, over
// HTTP in both encodings.

import { type Attributes, context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import t, { type Test } from 'tap'
import { CollectorError, type DecodedSpan } from '../../collector/model/index.ts'
import { type ReceiverServer, startReceiver } from '../support/receiver-server.ts'

const EXPORTERS = { json: JsonExporter, protobuf: ProtobufExporter } as const
type ExporterName = keyof typeof EXPORTERS
const NAMES: readonly ExporterName[] = ['json', 'protobuf']

/** The exporter's own limit for a batch with all its retries. */
const TIMEOUT_MS = 8_000

interface Sender {
  readonly name: ExporterName
  readonly server: ReceiverServer
  readonly compression?: 'none' | 'gzip'
}

/** A tracer that exports to the server when flushed. Time is the real one, as spans carry it. */
function startTracing(t: Test, { name, server, compression = 'none' }: Sender) {
  const exporter = new EXPORTERS[name]({
    url: `${server.url}/v1/traces`,
    timeoutMillis: TIMEOUT_MS,
    // Not the enum: each exporter may have its own copy of the package that declares it.
    compression: compression as never
  })
  const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] })
  t.teardown(() => provider.shutdown())
  return {
    tracer: provider.getTracer('agent', '1.0.0'),
    flush: () => provider.forceFlush()
  }
}

const ATTRIBUTES: Attributes = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.usage.input_tokens': 1_234,
  'gen_ai.request.temperature': 0.7,
  'gen_ai.request.stream': true,
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', content: 'naïve 😀' }])
}

function startNowReceiver(t: Test, accept?: (spans: readonly DecodedSpan[]) => Promise<void>) {
  return startReceiver(t, accept === undefined ? { now: Date.now } : { now: Date.now, accept })
}

t.test('a trace arrives as it was recorded, from either exporter, compressed or not', async (t) => {
  for (const name of NAMES) {
    for (const compression of ['none', 'gzip'] as const) {
      const server = await startNowReceiver(t)
      const { tracer, flush } = startTracing(t, { name, server, compression })
      const root = tracer.startSpan('invoke_agent fixer')
      const inRoot = trace.setSpan(context.active(), root)
      const child = tracer.startSpan(
        'chat m',
        { attributes: ATTRIBUTES, kind: SpanKind.CLIENT },
        inRoot
      )
      child.addEvent('first token', { index: 0 })
      child.addLink({ context: root.spanContext() })
      child.setStatus({ code: SpanStatusCode.ERROR, message: 'rate limited' })
      child.end()
      root.end()
      await flush()

      const spans = server.batches.flat()
      t.equal(spans.length, 2, `${name} ${compression}`)
      const [chat, agent] = spans
      t.match(agent, { name: 'invoke_agent fixer', parentSpanId: undefined, kind: 'internal' })
      t.match(chat, {
        traceId: root.spanContext().traceId,
        spanId: child.spanContext().spanId,
        parentSpanId: root.spanContext().spanId,
        name: 'chat m',
        kind: 'client',
        attributes: ATTRIBUTES,
        events: [{ name: 'first token', attributes: { index: 0 } }],
        links: [{ spanId: root.spanContext().spanId }],
        statusCode: 'error',
        statusMessage: 'rate limited',
        resource: { attributes: { 'telemetry.sdk.language': 'nodejs' } },
        scope: { name: 'agent', version: '1.0.0' }
      })
    }
  }
})

t.test('an exporter that is told to wait comes again, and the spans arrive once', async (t) => {
  for (const name of NAMES) {
    const accepted: DecodedSpan[] = []
    const arrivals: number[] = []
    const server = await startNowReceiver(t, async (spans) => {
      arrivals.push(performance.now())
      if (arrivals.length === 1) {
        const options = { retryable: true, retryAfterSeconds: 2 }
        throw new CollectorError('STORE_UNAVAILABLE', 'the store restarts', options)
      }
      accepted.push(...spans)
    })
    const { tracer, flush } = startTracing(t, { name, server })
    tracer.startSpan('patient').end()
    await flush()
    t.match(accepted, [{ name: 'patient' }], name)
    t.equal(arrivals.length, 2)
    const waited = (arrivals[1] ?? 0) - (arrivals[0] ?? 0)
    t.ok(
      waited >= 1_990,
      `Retry-After of 2 s, not the first back-off of 1 s: ${Math.round(waited)} ms`
    )
  }
})

t.test('an exporter that is refused for good does not come again', async (t) => {
  for (const name of NAMES) {
    let attempts = 0
    const server = await startNowReceiver(t, async () => {
      attempts += 1
      throw new CollectorError('PERMISSION_DENIED', 'no', { retryable: false })
    })
    const { tracer, flush } = startTracing(t, { name, server })
    tracer.startSpan('refused').end()
    await flush().catch(() => undefined)
    t.equal(attempts, 1, name)
  }
})

t.test('two thousand spans of two exporters arrive, each once', async (t) => {
  const server = await startNowReceiver(t)
  const senders = NAMES.map((name) => startTracing(t, { name, server, compression: 'gzip' }))
  for (let round = 0; round < 50; round += 1) {
    for (const { tracer } of senders) {
      for (let index = 0; index < 20; index += 1) tracer.startSpan(`span ${round}`).end()
    }
    if (round % 10 === 0) await Promise.all(senders.map(({ flush }) => flush()))
  }
  await Promise.all(senders.map(({ flush }) => flush()))
  const ids = server.batches.flat().map(({ spanId }) => spanId)
  t.equal(ids.length, 2_000)
  t.equal(new Set(ids).size, 2_000)
})
