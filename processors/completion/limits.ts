// Every delay and bound of completion, with its reason. All can be overridden: a demo and the tests do
// not want to wait, a fleet may have more runs under way.

import { STEPS_PER_RUN_MAX } from '@onset/collector/model'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

export interface CompletionLimits {
  /** Root ended and no parent missing: only siblings of other exporters may still be on their way. */
  readonly structureSettleMs: number
  /** Root ended or outcome told: a batch exporter flushes every 5 s. */
  readonly endSettleMs: number
  /** No root and nothing new: longer than models think and short tools run. */
  readonly quietMs: number
  /** No root, and a tool that was asked for has not come back: builds and test suites take this long. */
  readonly pendingToolMs: number
  /** Spans late to a complete run come in bursts: one more exporter that flushes every 5 s. */
  readonly reopenDebounceMs: number
  /** A run this old is a daemon, not a request. */
  readonly runAgeMsMax: number
  /** As many as the assembler reads. */
  readonly runStepsMax: number
  /** Beyond a cap every new span would re-open the run: not more often than this. */
  readonly cappedIntervalMs: number
  /** While a run is open somebody may be watching it; no page refreshes faster. */
  readonly provisionalIntervalMs: number
  /** A suspicion came or went: as soon as what arrived with it is in. */
  readonly provisionalUrgentMs: number
  /** Of one run's time: 20 times what its last analysis took must pass before the next provisional one. */
  readonly provisionalTimeShare: number
  /** Of all time, for all open runs together: receiving spans comes first. */
  readonly provisionalTimeShareOfAll: number
  /** Runs followed in memory, about 1 KB each; more are left to the sweep. */
  readonly trackedRunsMax: number
  /** Span ids held to know which parents are missing, about 80 bytes each. */
  readonly trackedSpansMax: number
  /** Analyses hold the event loop; two would only take turns on it. */
  readonly concurrency: number
  /** Ten times the largest run's analysis; beyond it the engine hangs, not the analysis. */
  readonly analysisTimeoutMs: number
  /** Requests of people for an analysis at once that may wait. */
  readonly requestsMax: number
  readonly retryMinMs: number
  /** After an error that may pass, as of a store that is busy. */
  readonly retryPassingMsMax: number
  /** After an error of the run itself: a new version may read it, and that is a restart away. */
  readonly retryMsMax: number
  readonly sweepIntervalMs: number
  /** Reaches over the longest wait for a run, so that a run evicted from memory is found when due. */
  readonly sweepWindowMs: number
  /** From the beginning of time; what was left undone before a stop is found at the start. */
  readonly fullSweepIntervalMs: number
  /** Of one page of the sweep. */
  readonly sweepRunsMax: number
}

export const COMPLETION_LIMITS: CompletionLimits = {
  structureSettleMs: 2 * SECOND_MS,
  endSettleMs: 5 * SECOND_MS,
  quietMs: 120 * SECOND_MS,
  pendingToolMs: 30 * MINUTE_MS,
  reopenDebounceMs: 5 * SECOND_MS,
  runAgeMsMax: 24 * HOUR_MS,
  runStepsMax: STEPS_PER_RUN_MAX,
  cappedIntervalMs: 10 * MINUTE_MS,
  provisionalIntervalMs: 10 * SECOND_MS,
  provisionalUrgentMs: SECOND_MS,
  provisionalTimeShare: 0.05,
  provisionalTimeShareOfAll: 0.25,
  trackedRunsMax: 10_000,
  trackedSpansMax: 500_000,
  concurrency: 1,
  analysisTimeoutMs: 5 * MINUTE_MS,
  requestsMax: 64,
  retryMinMs: SECOND_MS,
  retryPassingMsMax: 30 * SECOND_MS,
  retryMsMax: 30 * MINUTE_MS,
  sweepIntervalMs: 30 * SECOND_MS,
  sweepWindowMs: 2 * HOUR_MS,
  fullSweepIntervalMs: 6 * HOUR_MS,
  sweepRunsMax: 1_000
}
