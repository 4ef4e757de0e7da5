// The life of a run on one machine: open → settling → complete → open again when something late arrives.
// Memory decides when a run is due, because it saw the steps pass; the store decides what is due at all,
// because it survives. What is decided here is put in the lane; what the lane says moves the run on.

import type { ClassifiedStep, PendingRun, RunId } from '@onset/collector/model'
import { CollectorError, toUnixMillis } from '@onset/collector/model'

import { AnalysisLane } from './analysis-lane.ts'
import type { Order, Work, WorkResult } from './analysis-lane.ts'
import { createCompletionMetrics } from './completion-metrics.ts'
import type { CompletionMetrics } from './completion-metrics.ts'
import type { AnalyzedRun, Completion, CompletionOptions } from './completion-options.ts'
import { DueTimes } from './due-times.ts'
import type { CompletionLimits } from './limits.ts'
import { COMPLETION_LIMITS } from './limits.ts'
import { SignReader } from './run-signs.ts'
import type { Settling } from './settle.ts'
import { settlingOf } from './settle.ts'
import { Sweep } from './sweep.ts'
import type { TrackedRun } from './tracked-runs.ts'
import { TrackedRuns } from './tracked-runs.ts'

export function createCompletion(options: CompletionOptions): Completion {
  return new RunCompletion(options)
}

/** 2^20 s is beyond every limit on the delay. */
const RETRY_DOUBLINGS_MAX = 20

/** Timers may not be longer than 2^31 ms; a run that is due later is looked at in between. */
const TIMER_MS_MAX = 3_600_000

class RunCompletion implements Completion {
  readonly #options: CompletionOptions
  readonly #limits: CompletionLimits
  readonly #metrics: CompletionMetrics
  readonly #runs: TrackedRuns
  readonly #due = new DueTimes<TrackedRun>()
  readonly #lane: AnalysisLane
  readonly #sweep: Sweep
  #wakeAt = Infinity
  #cancelWake: (() => void) | undefined
  #closed = false

  constructor(options: CompletionOptions) {
    const { store, now, setTimer, analyze, meter } = options
    const limits = { ...COMPLETION_LIMITS, ...options.limits }
    this.#options = options
    this.#limits = limits
    this.#runs = new TrackedRuns(limits, (run) => this.#evicted(run), options.watch)
    this.#lane = new AnalysisLane({
      analyze,
      now,
      setTimer,
      limits,
      orderOf: (work) => this.#orderOf(work),
      onResult: (result) => this.#moveOn(result)
    })
    this.#sweep = new Sweep({
      store,
      now,
      setTimer,
      limits,
      onPending: (pending, readAt) => this.#found(pending, readAt),
      onSwept: ({ runs, error }) => this.#swept(runs, error)
    })
    this.#metrics = createCompletionMetrics(meter, {
      open: () => this.#runs.openCount,
      complete: () => this.#runs.completeCount,
      waiting: () => this.#lane.waitingCount
    })
  }

  async start(): Promise<void> {
    await this.#sweep.start()
  }

  stepsWritten(steps: readonly ClassifiedStep[]): void {
    if (this.#closed) return
    for (const [runId, ofRun] of Map.groupBy(steps, (step) => step.runId)) {
      this.#countReopened(runId)
      const now = this.#options.now()
      const run = this.#runs.noteSteps(runId, ofRun, now)
      this.#hasten(run, now)
      this.#schedule(run)
    }
  }

  outcomeReported(runId: RunId): void {
    if (this.#closed) return
    this.#countReopened(runId)
    this.#schedule(this.#runs.noteOutcome(runId, this.#options.now()))
  }

  async analyzeNow(runId: RunId): Promise<AnalyzedRun | undefined> {
    return this.#lane.request(runId)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancelWake?.()
    await Promise.all([this.#sweep.close(), this.#lane.close()])
    this.#metrics.close()
  }

  #countReopened(runId: RunId): void {
    const known = this.#runs.find(runId)
    if (known !== undefined && !this.#runs.isOpen(known)) this.#metrics.countReopened()
  }

  /** A suspicion that came or went is shown without waiting for the interval. */
  #hasten(run: TrackedRun, now: number): void {
    if (!run.stirred) return
    run.stirred = false
    const soonest = Math.max(now + this.#limits.provisionalUrgentMs, run.restUntil)
    run.provisionalAt = Math.min(run.provisionalAt, soonest)
  }

  #settlingOf(run: TrackedRun): Settling {
    return settlingOf(run, run.signs.signs, this.#limits)
  }

  /** Puts the run where it will be looked at next, unless it is being looked at. */
  #schedule(run: TrackedRun): void {
    if (!this.#runs.isOpen(run) || this.#lane.isBusyWith(run.runId)) return
    const provisionalAt = run.changes > run.seenChanges ? run.provisionalAt : Infinity
    const at = Math.max(run.retryAt, Math.min(this.#settlingOf(run).at, provisionalAt))
    this.#due.add(run, at)
    this.#setWake()
  }

  #setWake(): void {
    const at = this.#due.nextAt ?? Infinity
    if (this.#closed || at >= this.#wakeAt || at === Infinity) return
    this.#cancelWake?.()
    this.#wakeAt = at
    const delayMs = Math.min(TIMER_MS_MAX, Math.max(0, at - this.#options.now()))
    this.#cancelWake = this.#options.setTimer(() => this.#wake(), delayMs)
  }

  #wake(): void {
    this.#wakeAt = Infinity
    const now = this.#options.now()
    for (let run = this.#due.take(now); run !== undefined; run = this.#due.take(now)) {
      this.#dispatch(run, now)
    }
    this.#setWake()
  }

  #dispatch(run: TrackedRun, now: number): void {
    if (!this.#runs.isOpen(run) || this.#lane.isBusyWith(run.runId)) return
    const settling = this.#settlingOf(run)
    if (run.retryAt > now) {
      this.#due.add(run, run.retryAt)
    } else if (settling.at <= now) {
      this.#lane.add('final', run.runId)
    } else if (run.changes > run.seenChanges && run.provisionalAt <= now) {
      this.#due.add(run, settling.at)
      this.#lane.add('provisional', run.runId)
    } else {
      this.#schedule(run)
    }
  }

  #orderOf({ kind, runId }: Work): Order | undefined {
    const run = this.#runs.find(runId)
    if (run === undefined || !this.#runs.isOpen(run)) {
      return kind === 'requested' ? { state: 'complete', partial: false } : undefined
    }
    const { at, by, state, partial } = this.#settlingOf(run)
    const isOver = at <= this.#options.now()
    if (kind === 'provisional' && run.changes === run.seenChanges && !isOver) return undefined
    // Something came while the run waited for its turn: it is not over after all.
    if (kind === 'final' && !isOver) {
      this.#schedule(run)
      return undefined
    }
    run.seenChanges = run.changes
    if (isOver) this.#metrics.countSettled(by)
    return isOver ? { state: 'complete', partial } : { state, partial: false }
  }

  #moveOn(result: WorkResult): void {
    const { work, state, endedAt, error } = result
    this.#metrics.countAnalysis(result)
    if (error !== undefined) this.#logFailure(error, work)
    const run = this.#runs.find(work.runId)
    if (run === undefined || !this.#runs.isOpen(run)) return
    if (error !== undefined) {
      if (work.kind !== 'requested') this.#putOff(run, error, result)
    } else if (result.analyzed === undefined) {
      // An outcome was told of a run that has not arrived; its steps will bring it back.
      this.#runs.drop(run)
    } else {
      this.#advance(run, result)
      if (state === 'complete') this.#complete(run, endedAt)
    }
    this.#schedule(run)
  }

  #advance(run: TrackedRun, { startedAt, endedAt }: WorkResult): void {
    const { provisionalIntervalMs, provisionalTimeShare } = this.#limits
    const restMs = (endedAt - startedAt) / provisionalTimeShare
    run.failures = 0
    run.retryAt = 0
    run.restUntil = endedAt + restMs
    run.provisionalAt = endedAt + Math.max(provisionalIntervalMs, restMs)
  }

  #complete(run: TrackedRun, now: number): void {
    run.completedAt = now
    if (run.changes === run.seenChanges) this.#runs.complete(run)
  }

  /**
   * Never given up: the run is asked again, less and less often, and the less the more time each attempt
   * takes from the others. What fails while the run is open does not put off its end.
   */
  #putOff(run: TrackedRun, error: Error, { work, startedAt, endedAt }: WorkResult): void {
    const { retryMinMs, retryPassingMsMax, retryMsMax, provisionalTimeShare } = this.#limits
    const passes = error instanceof CollectorError && error.retryable
    const backOffMs = retryMinMs * 2 ** Math.min(run.failures, RETRY_DOUBLINGS_MAX)
    const restMs = (endedAt - startedAt) / provisionalTimeShare
    const delayMs = Math.min(Math.max(backOffMs, restMs), passes ? retryPassingMsMax : retryMsMax)
    run.failures += 1
    run.provisionalAt = endedAt + Math.max(delayMs, this.#limits.provisionalIntervalMs)
    run.restUntil = run.provisionalAt
    if (work.kind === 'final') run.retryAt = endedAt + delayMs
    this.#runs.putBack(run)
  }

  #logFailure(error: Error, { runId, kind }: Work): void {
    const failures = this.#runs.find(runId)?.failures ?? 0
    this.#options.logger.warn({ runId, kind, failures, err: error }, 'run analysis failed')
  }

  #evicted(run: TrackedRun): void {
    this.#lane.remove(run.runId)
    this.#metrics.countEvicted()
  }

  /** Returns false when no more found runs can be taken. */
  #found(pending: PendingRun, readAt: number): boolean {
    const now = this.#options.now()
    const known = this.#runs.find(pending.runId)
    // An outcome was told of a run that has not arrived: it may never, and must not hold a place.
    if (pending.stepCount === 0) return true
    // Completed after the store was asked: the answer is older than the analysis.
    if ((known?.completedAt ?? -Infinity) >= readAt) return true
    if (known === undefined && !this.#isDueSoon(pending, now)) return true
    const run = this.#runs.noteStored(pending, now)
    if (run === undefined) return false
    if (known === undefined) this.#metrics.countFound()
    this.#schedule(run)
    return true
  }

  /** Due before the next sweep would find it again. */
  #isDueSoon(pending: PendingRun, now: number): boolean {
    // Stamped by a clock that was ahead: only from here on is it known how long the run has been quiet.
    if (toUnixMillis(pending.lastIngestedAt) > now) return true
    const signs = new SignReader(0)
    signs.noteStored(pending)
    const times = {
      firstSeenAt: toUnixMillis(pending.firstIngestedAt),
      lastSeenAt: toUnixMillis(pending.lastIngestedAt),
      completedAt: undefined,
      fullAt: pending.stepCount >= this.#limits.runStepsMax ? now : undefined
    }
    return settlingOf(times, signs.signs, this.#limits).at <= now + this.#limits.sweepIntervalMs
  }

  #swept(runs: number, error: unknown): void {
    this.#metrics.countSweep(error === undefined ? 'done' : 'failed')
    if (error !== undefined) this.#options.logger.warn({ runs, err: error }, 'sweep failed')
  }
}
