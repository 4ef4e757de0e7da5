// What the store tells about itself. One observation a batch or query, never one a row.

import type { Meter } from '@opentelemetry/api'

import { CollectorError } from '../model/index.ts'

/** From a page's look-up to the longest read there may be. */
const SECONDS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const ROWS_BUCKETS = [1, 10, 100, 1_000, 2_500, 5_000, 10_000, 20_000]
const MILLIS_PER_SECOND = 1_000

export interface QueueSize {
  readonly rows: number
  readonly bytes: number
}

export interface WriteMetrics {
  observeQueue(read: () => QueueSize): void
  /** Rows that found no room in the queue. */
  countRefused(rows: number): void
  /** Runs and times a write of `rows`; returns its error instead of throwing it. */
  timeWrite(rows: number, write: () => Promise<void>): Promise<unknown>
}

export interface TelemetryMetrics {
  /** Rows accepted and not yet written. */
  observeTelemetryQueue(read: () => number): void
  /** Rows of logs and metrics that found no room in the queue. */
  countRefused(rows: number): void
  /** Rows of batches that had come before. */
  countRepeated(rows: number): void
  /** Runs and times a write of `rows`; returns its error instead of throwing it. */
  timeTelemetryWrite(rows: number, write: () => Promise<void>): Promise<unknown>
}

export interface StoreMetrics extends WriteMetrics, TelemetryMetrics {
  /** Runs and times a read; `query` is one of a few names of ours. */
  timeRead<T>(query: string, read: () => Promise<T>): Promise<T>
  countAnalysis(result: 'written' | 'unchanged'): void
}

export function createStoreMetrics(meter: Meter): StoreMetrics {
  const rowCount = meter.createCounter('onset_store_rows', {
    description: 'Rows of ingest by what became of them: written, failed, refused.'
  })
  const writeSeconds = meter.createHistogram('onset_store_write_seconds', {
    description: 'Time from handing a group of batches to the engine until it is durable.',
    advice: { explicitBucketBoundaries: SECONDS_BUCKETS }
  })
  const groupRows = meter.createHistogram('onset_store_group_rows', {
    description: 'Rows that went in with one write.',
    advice: { explicitBucketBoundaries: ROWS_BUCKETS }
  })
  const readSeconds = meter.createHistogram('onset_store_read_seconds', {
    description: 'Time of a read, by query.',
    advice: { explicitBucketBoundaries: SECONDS_BUCKETS }
  })
  const errors = meter.createCounter('onset_store_errors', {
    description: 'Failed writes and reads, by code.'
  })
  const analyses = meter.createCounter('onset_store_analyses', {
    description: 'Analyses saved, by whether they said something new.'
  })
  const telemetryRows = meter.createCounter('onset_store_telemetry_rows', {
    description: 'Rows of logs and metrics by what became of them: written, failed, repeated.'
  })
  const telemetrySeconds = meter.createHistogram('onset_store_telemetry_write_seconds', {
    description: 'Time from handing logs and metrics to the engine until they are durable.',
    advice: { explicitBucketBoundaries: SECONDS_BUCKETS }
  })
  return {
    countRepeated: (rows) => telemetryRows.add(rows, { outcome: 'repeated' }),
    timeTelemetryWrite: async (rows, write) => {
      const error = await timed(telemetrySeconds, write).catch((thrown: unknown) => thrown)
      telemetryRows.add(rows, { outcome: error === undefined ? 'written' : 'failed' })
      if (error !== undefined) errors.add(1, { code: errorCodeOf(error) })
      return error
    },
    observeQueue: (read) => observeQueue(meter, read),
    observeTelemetryQueue: (read) => observeTelemetryQueue(meter, read),
    countRefused: (rows) => rowCount.add(rows, { outcome: 'refused' }),
    timeWrite: async (rows, write) => {
      const error = await timed(writeSeconds, write).catch((thrown: unknown) => thrown)
      groupRows.record(rows)
      rowCount.add(rows, { outcome: error === undefined ? 'written' : 'failed' })
      if (error !== undefined) errors.add(1, { code: errorCodeOf(error) })
      return error
    },
    timeRead: async (query, read) => {
      try {
        return await timed(readSeconds, read, { query })
      } catch (error) {
        errors.add(1, { code: errorCodeOf(error) })
        throw error
      }
    },
    countAnalysis: (result) => analyses.add(1, { result })
  }
}

function observeQueue(meter: Meter, read: () => QueueSize): void {
  meter
    .createObservableGauge('onset_store_queue_rows', {
      description: 'Rows accepted and not yet written.'
    })
    .addCallback((result) => result.observe(read().rows))
  meter
    .createObservableGauge('onset_store_queue_bytes', {
      description: 'Bytes of the rows accepted and not yet written.'
    })
    .addCallback((result) => result.observe(read().bytes))
}

function observeTelemetryQueue(meter: Meter, read: () => number): void {
  meter
    .createObservableGauge('onset_store_telemetry_queue_rows', {
      description: 'Rows of logs and metrics accepted and not yet written.'
    })
    .addCallback((result) => result.observe(read()))
}

async function timed<T>(
  histogram: { record(value: number, attributes?: Record<string, string>): void },
  work: () => Promise<T>,
  attributes: Record<string, string> = {}
): Promise<T> {
  const startedAt = performance.now()
  try {
    return await work()
  } finally {
    histogram.record((performance.now() - startedAt) / MILLIS_PER_SECOND, attributes)
  }
}

function errorCodeOf(error: unknown): string {
  return error instanceof CollectorError ? error.code : 'INTERNAL'
}
