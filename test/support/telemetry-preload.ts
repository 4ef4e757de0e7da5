// Loaded before a program by `--import`: the SDK of OpenTelemetry as a user sets it up, with exporters to
// the address in OTLP_URL. How many spans, traces, log records and metrics there were goes to the file COUNTS_FILE.

import { writeFileSync } from 'node:fs'
import { context, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

const url = process.env['OTLP_URL'] ?? ''
const counts = { spans: 0, logs: 0, metrics: 0 }
const traces = new Set<string>()
const resource = resourceFromAttributes({ 'service.name': process.env['SERVICE'] ?? '' })
const nothing = (): Promise<void> => Promise.resolve()
const provider = new TracerProvider({
  resource,
  spanProcessors: [
    {
      onStart: () => {},
      onEnd: (span) => {
        counts.spans += 1
        traces.add(span.spanContext().traceId)
      },
      forceFlush: nothing,
      shutdown: nothing
    },
    new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${url}/v1/traces` }) })
  ]
})
const loggerProvider = new LoggerProvider({
  resource,
  processors: [
    { onEmit: () => (counts.logs += 1), forceFlush: nothing, shutdown: nothing },
    new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url: `${url}/v1/logs` }) })
  ]
})
class CountingMetricExporter extends OTLPMetricExporter {
  override export(...[batch, done]: Parameters<OTLPMetricExporter['export']>): void {
    counts.metrics = batch.scopeMetrics.flatMap((scope) => scope.metrics).length
    super.export(batch, done)
  }
}
const meterProvider = new MeterProvider({
  resource,
  readers: [
    new PeriodicExportingMetricReader({
      exporter: new CountingMetricExporter({ url: `${url}/v1/metrics` })
    })
  ]
})
metrics.setGlobalMeterProvider(meterProvider)
trace.setGlobalTracerProvider(provider)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
Reflect.set(globalThis, 'telemetry', { provider, loggerProvider })

process.once('beforeExit', () => void end())

async function end(): Promise<void> {
  await Promise.all([provider, loggerProvider, meterProvider].map((each) => each.shutdown()))
  writeFileSync(
    process.env['COUNTS_FILE'] ?? '',
    JSON.stringify({ ...counts, traces: traces.size })
  )
}
