// What the alerter tells about itself. Rules and destinations are an operator's few, runs are never named.

import type { AlertDelivery, AlertEvent } from '@onset/collector/model'
import type { BatchObservableResult, Meter } from '@opentelemetry/api'

import type { OpenSizes } from './delivery/open-deliveries.ts'

export interface AlerterMetrics {
  /** Deliveries that began to fire, were resolved, held back or taken back in silence. */
  countChanges(changed: readonly AlertDelivery[]): void
  countAttempt(attempt: Attempt): void
  countDead(destination: string, deliveries: number): void
  countFailure(what: 'store'): void
  /** Stops observing. */
  close(): void
}

export interface Attempt {
  readonly destination: string
  readonly event: AlertEvent | 'refresh'
  readonly result: 'confirmed' | 'failed' | 'refused'
  readonly seconds: number
}

export interface AlerterMetricsOptions {
  readonly sizes: () => OpenSizes
  readonly now: () => number
  /** Counted from 0 at the start: a rate sees only what it saw begin. */
  readonly destinations: readonly string[]
}

/** From a receiver on this machine to the time given to one. */
const SECONDS_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const MILLIS_PER_SECOND = 1_000

export function createAlerterMetrics(meter: Meter, options: AlerterMetricsOptions): AlerterMetrics {
  const changes = meter.createCounter('onset_alerter_changes', {
    description: 'Alerts by rule and what became of them: waiting, held, delivered, withdrawn.'
  })
  const attempts = meter.createCounter('onset_alerter_attempts', {
    description: 'Requests to destinations by event and result.'
  })
  const dead = meter.createCounter('onset_alerter_dead_letters', {
    description: 'Alerts given up, by destination.'
  })
  const failures = meter.createCounter('onset_alerter_failures', {
    description: 'Times the outbox could not be read or written; what was to be sent is sent later.'
  })
  const seconds = meter.createHistogram('onset_alerter_attempt_seconds', {
    description: 'Time of a request to a destination.',
    advice: { explicitBucketBoundaries: SECONDS_BUCKETS }
  })
  for (const destination of options.destinations) dead.add(0, { destination })
  failures.add(0, { what: 'store' })
  return {
    countChanges: (changed) => {
      for (const { rule, event, status } of changed) changes.add(1, { rule, event, status })
    },
    countAttempt: ({ destination, event, result, seconds: took }) => {
      attempts.add(1, { destination, event, result })
      seconds.record(took, { destination })
    },
    countDead: (destination, deliveries) => dead.add(deliveries, { destination }),
    countFailure: (what) => failures.add(1, { what }),
    close: observeSizes(meter, options)
  }
}

function observeSizes(meter: Meter, { sizes, now }: AlerterMetricsOptions): () => void {
  const open = meter.createObservableGauge('onset_alerter_open_alerts', {
    description: 'Alerts that are not delivered yet, waiting or held for a summary.'
  })
  const oldest = meter.createObservableGauge('onset_alerter_oldest_waiting_seconds', {
    description: 'Age of the oldest alert that waits to be delivered; 0 when none does.'
  })
  const observe = (result: BatchObservableResult): void => {
    const { waiting, held, oldestAt } = sizes()
    result.observe(open, waiting, { status: 'waiting' })
    result.observe(open, held, { status: 'held' })
    const age = oldestAt === undefined ? 0 : Math.max(0, now() - oldestAt)
    result.observe(oldest, age / MILLIS_PER_SECOND)
  }
  meter.addBatchObservableCallback(observe, [open, oldest])
  return () => meter.removeBatchObservableCallback(observe, [open, oldest])
}
