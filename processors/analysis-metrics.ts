// What analyses say about the agents, as rates for dashboards and alerts. Labels are closed words: a run, a
// service or an agent would be a series for everyone who sends spans.

import type { Analysis, RunId } from '@onset/collector/model'
import { toUnixMillis } from '@onset/collector/model'
import type { Meter } from '@opentelemetry/api'

export interface AnalysisMetrics {
  /** Of an analysis in state `complete`, when it is saved at `savedAt`, milliseconds since 1970. */
  record(analysis: Analysis, savedAt: number): void
}

/** From a run that settles at once to one that was found after a night. */
const LAG_SECONDS_BUCKETS = [1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 43_200]
const MILLIS_PER_SECOND = 1_000

/** Runs whose last count is remembered, so that analysing them again counts only what changed. */
const REMEMBERED_RUNS_MAX = 10_000

export function createAnalysisMetrics(meter: Meter): AnalysisMetrics {
  const runs = meter.createCounter('onset_processors_runs', {
    description: 'Complete runs by outcome; a run whose outcome changes is counted again.'
  })
  const onsets = meter.createCounter('onset_processors_onsets', {
    description: 'Localized failures by category and stage; one that changes is counted again.'
  })
  const wastedTokens = meter.createCounter('onset_processors_waste_tokens', {
    description: 'Tokens spent after the onset, by its category.'
  })
  const wastedSteps = meter.createCounter('onset_processors_waste_steps', {
    description: 'Steps made after the onset, by its category.'
  })
  const lag = meter.createHistogram('onset_processors_lag_seconds', {
    description: 'Time from the last arrival of a run to its saved analysis, waits included.',
    advice: { explicitBucketBoundaries: LAG_SECONDS_BUCKETS }
  })
  const outcomes = new Remembered()
  const suspects = new Remembered()
  // A rate sees only what it saw begin.
  runs.add(0, { outcome: 'error' })
  runs.add(0, { outcome: 'ok' })
  return {
    record: ({ tree, localization, ingestedThrough }, savedAt) => {
      const { runId, outcome } = tree.run
      lag.record(Math.max(0, savedAt - toUnixMillis(ingestedThrough)) / MILLIS_PER_SECOND)
      if (outcomes.isNew(runId, outcome)) runs.add(1, { outcome })
      const [onset] = localization.onsets
      const suspect = onset === undefined ? '' : `${onset.stepId} ${onset.category} ${onset.stage}`
      if (!suspects.isNew(runId, suspect) || onset === undefined) return
      const { category, stage, waste } = onset
      onsets.add(1, { category, stage })
      wastedTokens.add((waste.tokens.input ?? 0) + (waste.tokens.output ?? 0), { category })
      wastedSteps.add(waste.steps, { category })
    }
  }
}

class Remembered {
  readonly #last = new Map<RunId, string>()

  isNew(runId: RunId, word: string): boolean {
    if (this.#last.get(runId) === word) return false
    this.#last.delete(runId)
    this.#last.set(runId, word)
    const [oldest] = this.#last.keys()
    if (this.#last.size > REMEMBERED_RUNS_MAX && oldest !== undefined) this.#last.delete(oldest)
    return true
  }
}
