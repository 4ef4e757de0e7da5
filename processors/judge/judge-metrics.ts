// What judging does and costs. Labels are closed words.

import type { Meter } from '@opentelemetry/api'
import { costOf } from './allowance.ts'
import type { FailureReason } from './chat.ts'
import type { Judgement } from './judge-run.ts'
import type { TokenPrices } from './limits.ts'

export interface JudgeMetrics {
  judged(judgement: Judgement, seconds: number): void
  /** A run that was wanted and not asked about. */
  skipped(reason: FailureReason): void
  close(): void
}

/** From a small local model to the end of a run's time. */
const SECONDS_BUCKETS = [1, 2.5, 5, 10, 20, 40, 60, 120, 180, 300]

export function createJudgeMetrics(
  meter: Meter,
  options: { readonly prices: TokenPrices | undefined; readonly waiting: () => number }
): JudgeMetrics {
  const runs = meter.createCounter('onset_judge_runs', {
    description: 'Runs the judge was asked about: confirmed, changed or failed.'
  })
  const failures = meter.createCounter('onset_judge_failures', {
    description: 'Runs that keep the deterministic answer although a judge was wanted, by reason.'
  })
  const sampleFailures = meter.createCounter('onset_judge_sample_failures', {
    description: 'Samples that gave nothing that counts, by reason.'
  })
  const calls = meter.createCounter('onset_judge_calls', {
    description: 'Requests to the endpoint, attempts again not counted, by result.'
  })
  const tokens = meter.createCounter('onset_judge_tokens', {
    description: 'Tokens charged, by type.'
  })
  const cost = meter.createCounter('onset_judge_cost_usd', {
    description: 'US dollars by the prices that are set.'
  })
  const quotes = meter.createCounter('onset_judge_quotes_rejected', {
    description: 'Claims discarded because the step they cite does not contain their quote.'
  })
  const steps = meter.createCounter('onset_judge_steps_refused', {
    description: 'Steps named that are not in the run or not among the suspects.'
  })
  const duration = meter.createHistogram('onset_judge_duration_seconds', {
    description: 'Time from the first request about a run to its verdict.',
    advice: { explicitBucketBoundaries: SECONDS_BUCKETS }
  })
  const unobserve = observeWaiting(meter, options.waiting)
  // A rate sees only what it saw begin.
  for (const result of ['confirmed', 'changed', 'failed']) runs.add(0, { result })
  quotes.add(0)
  steps.add(0)
  return {
    judged: (judgement, seconds) => {
      const { failure, changed, refused } = judgement
      runs.add(1, {
        result: failure === undefined ? (changed ? 'changed' : 'confirmed') : 'failed'
      })
      if (failure !== undefined) failures.add(1, { reason: failure })
      for (const reason of judgement.sampleFailures) sampleFailures.add(1, { reason })
      calls.add(judgement.calls.answered, { result: 'answered' })
      calls.add(judgement.calls.failed, { result: 'failed' })
      tokens.add(judgement.tokens.input, { type: 'input' })
      tokens.add(judgement.tokens.output, { type: 'output' })
      cost.add(costOf(judgement.tokens, options.prices) ?? 0)
      quotes.add(refused.quotes)
      steps.add(refused.steps)
      duration.record(seconds)
    },
    skipped: (reason) => failures.add(1, { reason }),
    close: unobserve
  }
}

function observeWaiting(meter: Meter, count: () => number): () => void {
  const waiting = meter.createObservableGauge('onset_judge_waiting_runs', {
    description: 'Runs that wait for the judge.'
  })
  const observe = (result: { observe(value: number): void }) => result.observe(count())
  waiting.addCallback(observe)
  return () => waiting.removeCallback(observe)
}
