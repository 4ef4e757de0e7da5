// Onset's own metrics: one provider for all rooms of the process, read when Prometheus asks. What every
// process has is named as Prometheus' own clients name it (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics),
// so that the dashboards people have show it; what only this one has is `onset_<room>_…`.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Meter } from '@opentelemetry/api'
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'

export interface Metrics {
  /** For one room, `store`. */
  meter(room: string): Meter
  /** In Prometheus' text format, version 0.0.4. */
  expose(): Promise<string>
  close(): Promise<void>
}

export const EXPOSITION_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Ten samples in the shortest delay that a person would notice. */
const DELAY_RESOLUTION_MS = 10

const NANOS_PER_SECOND = 1e9
const MICROS_PER_SECOND = 1e6

export function createMetrics(): Metrics {
  const reader = new PullReader()
  const provider = new MeterProvider({ readers: [reader] })
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true)
  const stopProcessMetrics = observeProcess(provider.getMeter('onset.process'))
  return {
    meter: (room) => provider.getMeter(`onset.${room}`),
    expose: async () => {
      const { resourceMetrics } = await reader.collect()
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the exporter's own copy of sdk-metrics, same enums
      const text = serializer.serialize(resourceMetrics)
      return `${text.trimEnd()}\n`
    },
    close: async () => {
      stopProcessMetrics()
      await provider.shutdown()
    }
  }
}

/** Collects when asked and pushes nowhere. */
class PullReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE })
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}

function observeProcess(meter: Meter): () => void {
  meter
    .createObservableGauge('process_resident_memory_bytes', { description: 'Resident memory.' })
    .addCallback((result) => result.observe(process.memoryUsage.rss()))
  const heapUsed = meter.createObservableGauge('nodejs_heap_used_bytes', {
    description: 'Memory of JavaScript objects in use.'
  })
  const external = meter.createObservableGauge('nodejs_external_memory_bytes', {
    description: 'Memory of buffers and other objects outside of the heap.'
  })
  meter.addBatchObservableCallback(
    (result) => {
      const usage = process.memoryUsage()
      result.observe(heapUsed, usage.heapUsed)
      result.observe(external, usage.external)
    },
    [heapUsed, external]
  )
  meter
    .createObservableCounter('process_cpu_seconds', { description: 'CPU time, user and system.' })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage()
      result.observe((user + system) / MICROS_PER_SECOND)
    })
  meter
    .createObservableGauge('process_uptime_seconds', { description: 'Since the process began.' })
    .addCallback((result) => result.observe(process.uptime()))
  return observeEventLoop(meter)
}

/** Each exposition tells of the time since the one before, so that an old stall does not hide a new one. */
function observeEventLoop(meter: Meter): () => void {
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS })
  delay.enable()
  const gauge = meter.createObservableGauge('nodejs_eventloop_delay_seconds', {
    description: 'Delay of the event loop since the last exposition.'
  })
  gauge.addCallback((result) => {
    if (delay.count === 0) return
    result.observe(toDelaySeconds(delay.percentile(50)), { quantile: '0.5' })
    result.observe(toDelaySeconds(delay.percentile(99)), { quantile: '0.99' })
    result.observe(toDelaySeconds(delay.max), { quantile: '1' })
    delay.reset()
  })
  return () => {
    delay.disable()
  }
}

/** Node measures from one sample to the next: an idle loop shows the resolution, not zero. */
function toDelaySeconds(nanoseconds: number): number {
  return Math.max(0, nanoseconds / NANOS_PER_SECOND - DELAY_RESOLUTION_MS / 1_000)
}
