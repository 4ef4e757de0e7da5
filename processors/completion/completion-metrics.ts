// What completion tells about itself: how many runs it follows, what became of analyses, what the bounds
// cost.

import type { BatchObservableResult, Meter } from '@opentelemetry/api'

import type { WorkResult } from './analysis-lane.ts'
import type { SettledBy } from './settle.ts'

export interface CompletionMetrics {
  countAnalysis(result: WorkResult): void
  countSettled(by: SettledBy): void
  countReopened(): void
  countEvicted(): void
  countFound(): void
  countSweep(result: 'done' | 'failed'): void
  /** Stops observing. */
  close(): void
}

export interface CompletionSizes {
  readonly open: () => number
  readonly complete: () => number
  readonly waiting: () => number
}

/** From a run of a few steps to the largest, on a busy machine. */
const SECONDS_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const MILLIS_PER_SECOND = 1_000

export function createCompletionMetrics(meter: Meter, sizes: CompletionSizes): CompletionMetrics {
  const analyses = meter.createCounter('onset_completion_analyses', {
    description:
      'Analyses by kind (final, provisional, requested) and result (done, empty, failed).'
  })
  const seconds = meter.createHistogram('onset_completion_analysis_seconds', {
    description: 'Time of an analysis from reading the run to having saved it.',
    advice: { explicitBucketBoundaries: SECONDS_BUCKETS }
  })
  const settled = meter.createCounter('onset_completion_settled_runs', {
    description: 'Runs taken as complete, by what ended them.'
  })
  const reopened = meter.createCounter('onset_completion_reopened_runs', {
    description: 'Complete runs to which something late arrived.'
  })
  const evicted = meter.createCounter('onset_completion_evicted_runs', {
    description: 'Open runs that memory let go of; the sweep finds them.'
  })
  const found = meter.createCounter('onset_completion_found_runs', {
    description: 'Runs that only the sweep knew of.'
  })
  const sweeps = meter.createCounter('onset_completion_sweeps', {
    description: 'Sweeps of the store for runs without an analysis, by result.'
  })
  return {
    countAnalysis: (result) => {
      const { kind } = result.work
      analyses.add(1, { kind, result: resultOf(result) })
      seconds.record((result.endedAt - result.startedAt) / MILLIS_PER_SECOND, { kind })
    },
    countSettled: (by) => settled.add(1, { by }),
    countReopened: () => reopened.add(1),
    countEvicted: () => evicted.add(1),
    countFound: () => found.add(1),
    countSweep: (result) => sweeps.add(1, { result }),
    close: observeSizes(meter, sizes)
  }
}

function resultOf(result: WorkResult): 'done' | 'empty' | 'failed' {
  if (result.error !== undefined) return 'failed'
  return result.analyzed === undefined ? 'empty' : 'done'
}

function observeSizes(meter: Meter, sizes: CompletionSizes): () => void {
  const tracked = meter.createObservableGauge('onset_completion_tracked_runs', {
    description: 'Runs followed in memory, open or complete.'
  })
  const waiting = meter.createObservableGauge('onset_completion_waiting_runs', {
    description: 'Runs whose turn to be analyzed has not come.'
  })
  const observe = (result: BatchObservableResult) => {
    result.observe(tracked, sizes.open(), { state: 'open' })
    result.observe(tracked, sizes.complete(), { state: 'complete' })
    result.observe(waiting, sizes.waiting())
  }
  meter.addBatchObservableCallback(observe, [tracked, waiting])
  return () => meter.removeBatchObservableCallback(observe, [tracked, waiting])
}
