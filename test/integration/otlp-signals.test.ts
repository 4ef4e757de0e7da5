// Logs and metrics through the whole collector: real exporters, a real store, read back through the
// ClickHouse interface as Grafana reads them.

import { request as httpRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { OTLPLogExporter as GrpcLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc'
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as ProtoLogExporter } from '@opentelemetry/exporter-logs-otlp-proto'
import { OTLPMetricExporter as JsonMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtoMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import t from 'tap'
import type { DecodedLogRecord } from '../../collector/model/index.ts'
import { startTestCollector } from '../support/started-collector.ts'
import { startTestGateway } from '../support/started-gateway.ts'

const gateway = await startTestGateway(t)
const { store } = gateway
const heard: DecodedLogRecord[] = []
const collector = await startTestCollector(t, {
  store,
  env: { ONSET_GRPC_PORT: '0', ONSET_CORS_ORIGINS: 'https://app.example.com' },
  logListener: {
    logsAccepted: async (records) => {
      heard.push(...records)
    }
  }
})

async function select(sql: string): Promise<readonly Record<string, unknown>[]> {
  const answer = await gateway.ask(`${sql} FORMAT JSONEachRow`)
  if (answer.status !== 200) throw new Error(answer.text)
  return answer.text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Record<string, unknown> => JSON.parse(line))
}

const nanos = (ms: number): string => `${ms}000000`

t.test('log records of every exporter reach otel_logs, masked', async (t) => {
  const exporters = {
    grpc: new GrpcLogExporter({ url: collector.grpcUrl ?? '' }),
    json: new JsonLogExporter({ url: `${collector.url}/v1/logs` }),
    proto: new ProtoLogExporter({
      url: `${collector.url}/v1/logs`,
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the package re-declares the enum
      compression: CompressionAlgorithm.GZIP
    })
  }
  for (const [name, exporter] of Object.entries(exporters)) {
    const loggers = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] })
    loggers.getLogger(`logger-${name}`, '1.0').emit({
      eventName: 'codex.tool_result',
      severityText: 'INFO',
      body: { output: 'password=hunter2-and-more', lines: [1, true, { deep: 'x' }] },
      attributes: { 'tool.name': 'shell', api_key: 'sk-abcdefghijklmnopqrstuvwxyz123456' }
    })
    await loggers.shutdown()
    const [row] = await select(`SELECT * FROM otel.otel_logs WHERE ScopeName = 'logger-${name}'`)
    t.match(
      row,
      {
        SeverityText: 'INFO',
        EventName: 'codex.tool_result',
        ScopeVersion: '1.0',
        LogAttributes: { 'tool.name': 'shell', api_key: '[masked:api_key]' }
      },
      name
    )
    const body: unknown = JSON.parse(String(row?.['Body']))
    t.match(body, { output: /^password=\[masked/, lines: [1, true, { deep: 'x' }] }, name)
    t.notOk('IngestedAt' in (row ?? {}), 'our own columns are in no SELECT *')
  }
  t.equal(heard.length, 3, 'and whoever makes something of them was told before the answer')
  t.notMatch(JSON.stringify(heard.map(({ body }) => body)), /hunter2/)
})

t.test('points of every kind reach their tables', async (t) => {
  const exporters = [
    new JsonMetricExporter({ url: `${collector.url}/v1/metrics` }),
    new ProtoMetricExporter({ url: `${collector.url}/v1/metrics` })
  ]
  for (const [index, exporter] of exporters.entries()) {
    const reader = new PeriodicExportingMetricReader({ exporter })
    const meters = new MeterProvider({ readers: [reader] })
    const meter = meters.getMeter(`meter-${index}`)
    meter.createCounter('tokens', { unit: '{token}' }).add(42, { model: 'm' })
    meter.createHistogram('seconds', { advice: { explicitBucketBoundaries: [1, 2] } }).record(1.5)
    meter.createGauge('temperature').record(-1.25)
    await meters.shutdown()
    const where = `WHERE ScopeName = 'meter-${index}'`
    t.match(await select(`SELECT * FROM otel.otel_metrics_sum ${where}`), [
      { MetricName: 'tokens', Value: 42, IsMonotonic: true, AggregationTemporality: 2 }
    ])
    t.match(await select(`SELECT * FROM otel.otel_metrics_gauge ${where}`), [{ Value: -1.25 }])
    const [histogram] = await select(
      `SELECT Sum, toString(Count) AS Count, arrayMap(x -> toUInt32(x), BucketCounts) AS Buckets, ExplicitBounds FROM otel.otel_metrics_histogram ${where}`
    )
    t.same(histogram, { Sum: 1.5, Count: '1', Buckets: [0, 1, 0], ExplicitBounds: [1, 2] })
  }
})

t.test('values that JSON has no number for are stored as they are', async (t) => {
  const time = nanos(Date.now())
  const exemplar = {
    timeUnixNano: time,
    asDouble: 'Infinity',
    traceId: '1'.repeat(32),
    spanId: '2'.repeat(16),
    filteredAttributes: [{ key: 'a', value: { stringValue: 'b' } }]
  }
  const metrics = [
    {
      name: 'odd',
      gauge: { dataPoints: [{ timeUnixNano: time, asDouble: 'NaN', exemplars: [exemplar] }] }
    },
    {
      name: 'big',
      exponentialHistogram: {
        aggregationTemporality: 1,
        dataPoints: [
          {
            timeUnixNano: time,
            count: '18446744073709551615',
            scale: -2,
            zeroCount: '1',
            positive: { offset: -3, bucketCounts: ['1', '2'] }
          }
        ]
      }
    },
    {
      name: 'quantiles',
      summary: {
        dataPoints: [
          {
            timeUnixNano: time,
            count: 3,
            sum: 4,
            quantileValues: [{ quantile: 0.5, value: 'NaN' }]
          }
        ]
      }
    }
  ]
  const body = { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }
  const answer = await collector.post('/v1/metrics', body)
  t.match(answer, { status: 200, text: '{}' })
  t.same(
    await select(
      `SELECT isNaN(Value) AS Nan, isInfinite(Exemplars.Value[1]) AS Infinite, Exemplars.TraceId AS Ids,
        Exemplars.FilteredAttributes AS Filtered FROM otel.otel_metrics_gauge WHERE MetricName = 'odd'`
    ),
    [{ Nan: 1, Infinite: 1, Ids: ['1'.repeat(32)], Filtered: [{ a: 'b' }] }]
  )
  t.same(
    await select(
      `SELECT toString(Count) AS Count, Scale, PositiveOffset, length(PositiveBucketCounts) AS Buckets
        FROM otel.otel_metrics_exponential_histogram WHERE MetricName = 'big'`
    ),
    [{ Count: '18446744073709551615', Scale: -2, PositiveOffset: -3, Buckets: 2 }]
  )
  t.same(
    await select(
      `SELECT ValueAtQuantiles.Quantile AS Q, isNaN(ValueAtQuantiles.Value[1]) AS Nan FROM otel.otel_metrics_summary`
    ),
    [{ Q: [0.5], Nan: 1 }]
  )
})

function logsBody(scope: string, texts: readonly string[]): object {
  const timeUnixNano = nanos(1_770_000_000_000)
  const logRecords = texts.map((stringValue) => ({ timeUnixNano, body: { stringValue } }))
  return { resourceLogs: [{ scopeLogs: [{ scope: { name: scope }, logRecords }] }] }
}

t.test(
  'a batch that is sent again is stored once, also while the first is on its way',
  async (t) => {
    const body = logsBody('again', ['same', 'same', 'other'])
    const answers = await Promise.all([1, 2, 3].map(() => collector.post('/v1/logs', body)))
    t.same(
      answers.map(({ status }) => status),
      [200, 200, 200]
    )
    t.equal((await collector.post('/v1/logs', body)).status, 200)
    const rows = await select(`SELECT Body FROM otel.otel_logs WHERE ScopeName = 'again'`)
    t.equal(rows.length, 3, 'equal records within one batch are not one')
    t.match(
      (await collector.get('/metrics')).text,
      /onset_receiver_log_records_total\{[^}]*accepted/
    )
  }
)

t.test('many batches at once are all stored', async (t) => {
  const texts = Array.from({ length: 40 }, (_, index) => `text ${index}`)
  const answers = await Promise.all(
    texts.map((text) => collector.post('/v1/logs', logsBody('many', [text])))
  )
  t.ok(answers.every(({ status }) => status === 200))
  const [row] = await select(
    `SELECT toUInt32(uniqExact(Body)) AS Texts, toUInt32(count()) AS Rows FROM otel.otel_logs WHERE ScopeName = 'many'`
  )
  t.same(row, { Texts: 40, Rows: 40 })
})

t.test("Grafana's log queries work, of this and of the last schema", async (t) => {
  await collector.post('/v1/logs', logsBody('grafana', ['needle in the hay']))
  const range = `Timestamp >= fromUnixTimestamp64Milli(1769999000000) AND Timestamp <= fromUnixTimestamp64Milli(1770001000000)`
  const list = `SELECT Timestamp AS timestamp, Body AS body, SeverityText AS level, LogAttributes AS labels, TraceId AS traceID
    FROM "otel"."otel_logs" WHERE (${range}) AND (body LIKE '%needle%') ORDER BY timestamp DESC LIMIT 1000`
  t.match(await select(list), [{ body: 'needle in the hay' }])
  const bucketed = `SELECT Timestamp, Body FROM otel_logs
    WHERE toStartOfFiveMinutes(Timestamp) >= toStartOfFiveMinutes(fromUnixTimestamp64Milli(1769999000000)) AND ${range} AND hasToken(lower(Body), 'needle')
    ORDER BY (toStartOfFiveMinutes(Timestamp), Timestamp) DESC LIMIT 100`
  t.equal((await select(bucketed)).length, 1)
  const old = `SELECT Body FROM otel.otel_logs WHERE TimestampTime >= toDateTime(1769999000) AND TimestampTime <= toDateTime(1770001000) AND Body = 'needle in the hay'`
  t.equal((await select(old)).length, 1)
})

t.test('bad requests say what is wrong, in each form', async (t) => {
  for (const path of ['/v1/logs', '/v1/metrics']) {
    const json = await collector.post(path, '{"resourceLogs":')
    t.match(json, { status: 400, json: { code: 3, message: /not valid JSON/ } }, path)
    const response = await fetch(`${collector.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
      body: gzipSync(Buffer.from('no protobuf'))
    })
    t.equal(response.status, 400)
    t.match(await response.text(), /not valid OTLP protobuf/)
  }
  const early = {
    resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: '1770000000000' }, {}] }] }]
  }
  t.match(await collector.post('/v1/logs', early), {
    status: 200,
    json: {
      partialSuccess: { rejectedLogRecords: '1', errorMessage: /time_too_early 1.*milliseconds/ }
    }
  })
  const nameless = {
    resourceMetrics: [{ scopeMetrics: [{ metrics: [{ gauge: { dataPoints: [{}] } }] }] }]
  }
  t.match(await collector.post('/v1/metrics', nameless), {
    status: 200,
    json: { partialSuccess: { rejectedDataPoints: '1', errorMessage: /name_missing 1/ } }
  })
})

t.test('spans over gRPC become steps as over HTTP', async (t) => {
  const tracers = new TracerProvider({
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: collector.grpcUrl ?? '' }) })
    ]
  })
  const span = tracers.getTracer('grpc').startSpan('execute_tool ls')
  span.end()
  await tracers.shutdown()
  const { traceId } = span.spanContext()
  t.equal((await select(`SELECT 1 FROM otel.agent_steps WHERE RunId = '${traceId}'`)).length, 1)
})

/** fetch() sets no Origin. */
function ask(
  method: string,
  path: string,
  headers: Record<string, string>
): Promise<{ status: number; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${collector.url}${path}`, { method, headers }, (response) => {
      response.resume().on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers })
      })
    })
    request.on('error', reject)
    request.end(method === 'POST' ? '{}' : undefined)
  })
}

t.test('pages of listed origins may send telemetry, and nothing else', async (t) => {
  const origin = 'https://app.example.com'
  const preflight = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type,authorization'
  }
  for (const path of ['/v1/traces', '/v1/logs', '/v1/metrics']) {
    const asked = await ask('OPTIONS', path, { origin, ...preflight })
    t.equal(asked.status, 204, path)
    t.equal(asked.headers['access-control-allow-origin'], origin)
    t.equal(asked.headers['access-control-allow-methods'], 'POST')
    const sent = await ask('POST', path, { origin, 'content-type': 'application/json' })
    t.equal(sent.status, 200)
    t.equal(sent.headers['access-control-allow-origin'], origin)
  }
  const other = { origin: 'https://evil.example' }
  t.notOk(
    (await ask('OPTIONS', '/v1/logs', { ...other, ...preflight })).headers[
      'access-control-allow-origin'
    ]
  )
  t.equal(
    (await ask('POST', '/v1/logs', { ...other, 'content-type': 'application/json' })).status,
    403
  )
  const api = await ask('GET', '/api/runs', { origin })
  t.equal(api.status, 403, 'REST is not for pages')
  t.notOk(api.headers['access-control-allow-origin'])
})

t.test('over gRPC keys are required where they are over HTTP', async (t) => {
  const key = 'ingest-key-0123456789'
  const locked = await startTestCollector(t, {
    store,
    env: { ONSET_GRPC_PORT: '0', ONSET_API_KEYS: `ingest:${key},read:read-key-0123456789` }
  })
  const url = locked.grpcUrl ?? ''
  const send = async (headers: Record<string, string>): Promise<void> => {
    const { Metadata } = await import('@grpc/grpc-js')
    const metadata = new Metadata()
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
    const exporter = new GrpcLogExporter({ url, metadata })
    const loggers = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] })
    loggers.getLogger('locked').emit({ body: headers['authorization'] ?? 'none' })
    await loggers.shutdown().catch(() => undefined)
  }
  await send({})
  await send({ authorization: 'Bearer read-key-0123456789' })
  await send({ authorization: 'Bearer wrong-key-01234567' })
  await send({ authorization: `Bearer ${key}` })
  await sleep(10)
  const rows = await select(`SELECT Body FROM otel.otel_logs WHERE ScopeName = 'locked'`)
  t.equal(rows.length, 1)
})

t.test('a chosen port of gRPC that is taken stops the start and says what to do', async (t) => {
  const port = new URL(collector.grpcUrl ?? '').port
  const env = { ONSET_GRPC_PORT: port }
  await t.rejects(startTestCollector(t, { store, env }), {
    code: 'SETTINGS_INVALID',
    message: new RegExp(`ONSET_GRPC_PORT is ${port}, which another process already listens on`)
  })
})
