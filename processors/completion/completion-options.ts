// What completion needs from outside and what it offers.

import type {
  AnalysisStore,
  ClassifiedStep,
  RunId,
  RunListener,
  RunState
} from '@onset/collector/model'
import type { Meter } from '@opentelemetry/api'
import type { Logger } from 'pino'

import type { CompletionLimits } from './limits.ts'

/** What to analyze a run as. */
export interface AnalysisOrder {
  readonly state: RunState
  /** A cap ended the run, not its own end. */
  readonly partial: boolean
  /** Aborts when the analysis took too long: it has failed then and must not be saved. */
  readonly signal: AbortSignal
}

export interface AnalyzedRun {
  readonly revision: number
}

/** Reads, assembles, localizes and saves one run; `undefined` when it has no steps. */
export type AnalyzeRun = (runId: RunId, order: AnalysisOrder) => Promise<AnalyzedRun | undefined>

/** Follows one open run, at a cost and a memory that do not grow with it. */
export interface RunWatch {
  /** True when the step made a suspicion or took one back: then an analysis is worth its cost. */
  add(step: ClassifiedStep): boolean
}

/** Calls back once after `delayMs`; returns what cancels it. */
export type SetTimer = (callback: () => void, delayMs: number) => () => void

export interface CompletionOptions {
  readonly store: Pick<AnalysisStore, 'findPendingRuns'>
  readonly analyze: AnalyzeRun
  /** Of each run that is followed; without it open runs are analyzed by the clock alone. */
  readonly watch?: (() => RunWatch) | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly setTimer: SetTimer
  readonly logger: Logger
  readonly meter: Meter
  readonly limits?: Partial<CompletionLimits>
}

export interface Completion extends RunListener {
  /** Looks for runs that an earlier process left undone; resolves when the first page was looked at. */
  start(): Promise<void>
  /**
   * Analyzes the run before all others, complete or not. Resolves when it is saved, with `undefined`
   * when the run has no steps.
   *
   * @throws CollectorError OVERLOADED when too many wait, NO_PROCESSOR after `close`, and whatever the
   *   analysis throws.
   */
  analyzeNow(runId: RunId): Promise<AnalyzedRun | undefined>
  /** Stops timers and waits for what is running. What waits is found by the next start. Idempotent. */
  close(): Promise<void>
}
