// The runs that completion follows in memory, within bounds. Complete runs are kept as long as there is
// room, because a late span is read better by who saw the rest; then the longest quiet are let go, and
// the sweep finds them in the store when they are due.

import type { ClassifiedStep, PendingRun, RunId } from '@onset/collector/model'
import { toUnixMillis } from '@onset/collector/model'

import type { RunWatch } from './completion-options.ts'
import type { CompletionLimits } from './limits.ts'
import { SignReader } from './run-signs.ts'

export interface TrackedRun {
  readonly runId: RunId
  readonly signs: SignReader
  /** Only while the run is open. */
  watch: RunWatch | undefined
  /** The watch has seen a suspicion come or go since the last provisional analysis was set. */
  stirred: boolean
  firstSeenAt: number
  lastSeenAt: number
  /** The latest arrival that the store has told of, by the clock that stamped it. */
  storedAt: number
  completedAt: number | undefined
  fullAt: number | undefined
  /** Counts what has arrived. */
  changes: number
  /** `changes` when the last analysis began. */
  seenChanges: number
  /** When the next provisional analysis may be. */
  provisionalAt: number
  /** Before this no provisional one may be, whatever stirs: the last one has to be paid for. */
  restUntil: number
  failures: number
  retryAt: number
}

export class TrackedRuns {
  readonly #limits: CompletionLimits
  readonly #onEvict: (run: TrackedRun) => void
  readonly #watch: (() => RunWatch) | undefined
  /** Open and seen at work, in order of their last sign of life. */
  readonly #live = new Map<RunId, TrackedRun>()
  /** Open and known from the store alone: they have a bound of their own, so that neither starves. */
  readonly #found = new Map<RunId, TrackedRun>()
  readonly #complete = new Map<RunId, TrackedRun>()
  #spanCount = 0

  /** `onEvict` is told of open runs only. */
  constructor(
    limits: CompletionLimits,
    onEvict: (run: TrackedRun) => void,
    watch?: () => RunWatch
  ) {
    this.#limits = limits
    this.#onEvict = onEvict
    this.#watch = watch
  }

  get openCount(): number {
    return this.#live.size + this.#found.size
  }

  get completeCount(): number {
    return this.#complete.size
  }

  get spanCount(): number {
    return this.#spanCount
  }

  find(runId: RunId): TrackedRun | undefined {
    return this.#live.get(runId) ?? this.#found.get(runId) ?? this.#complete.get(runId)
  }

  isOpen(run: TrackedRun): boolean {
    return this.#live.get(run.runId) === run || this.#found.get(run.runId) === run
  }

  noteSteps(runId: RunId, steps: readonly ClassifiedStep[], now: number): TrackedRun {
    const run = this.#touch(runId, now)
    for (const step of steps) {
      const added = run.signs.note(step)
      this.#spanCount += added
      // A span that is sent again is no second action.
      if (added > 0 && run.watch?.add(step) === true) run.stirred = true
    }
    if (run.signs.signs.stepCount >= this.#limits.runStepsMax) run.fullAt ??= now
    this.#makeRoom()
    return run
  }

  noteOutcome(runId: RunId, now: number): TrackedRun {
    const run = this.#touch(runId, now)
    run.signs.noteOutcome()
    this.#makeRoom()
    return run
  }

  /**
   * What the store says of a run that may be new here; `undefined` when there is no room for it. Times
   * of the store are believed up to `now`: its clock may be ahead.
   */
  noteStored(pending: PendingRun, now: number): TrackedRun | undefined {
    const storedAt = toUnixMillis(pending.lastIngestedAt)
    const run =
      this.#live.get(pending.runId) ?? this.#findOrAdd(pending.runId, Math.min(now, storedAt))
    if (run === undefined) return undefined
    run.signs.noteStored(pending)
    run.firstSeenAt = Math.min(run.firstSeenAt, toUnixMillis(pending.firstIngestedAt))
    // A clock that was set back, or is ahead elsewhere, leaves times that are still to come: they tell that something
    // arrived, once, and must not put the run off until then.
    const isNews = storedAt > run.storedAt
    if (run.lastSeenAt > now || (isNews && storedAt > now)) run.lastSeenAt = now
    else if (isNews) run.lastSeenAt = Math.max(run.lastSeenAt, storedAt)
    run.storedAt = Math.max(run.storedAt, storedAt)
    if (pending.stepCount >= this.#limits.runStepsMax) run.fullAt ??= now
    return run
  }

  /** A run whose analysis failed waits among the others, so that it holds no place of a found one. */
  putBack(run: TrackedRun): void {
    if (!this.#found.delete(run.runId)) return
    this.#live.set(run.runId, run)
    this.#makeRoom()
  }

  complete(run: TrackedRun): void {
    if (!this.#removeOpen(run)) return
    run.watch = undefined
    this.#complete.set(run.runId, run)
    this.#makeRoom()
  }

  /** Of a run that turned out to have no steps. */
  drop(run: TrackedRun): void {
    if (this.#removeOpen(run)) this.#spanCount -= run.signs.heldSpans
  }

  #removeOpen(run: TrackedRun): boolean {
    return this.isOpen(run) && (this.#live.delete(run.runId) || this.#found.delete(run.runId))
  }

  #touch(runId: RunId, now: number): TrackedRun {
    const run = this.#reopen(runId, now) ?? this.find(runId) ?? this.#newRun(runId, now)
    for (const runs of [this.#live, this.#found]) runs.delete(runId)
    this.#live.set(runId, run)
    run.lastSeenAt = Math.max(run.lastSeenAt, now)
    run.changes += 1
    return run
  }

  #findOrAdd(runId: RunId, seenAt: number): TrackedRun | undefined {
    const known = this.#found.get(runId)
    if (known !== undefined) return known
    if (this.#found.size >= this.#limits.sweepRunsMax) return undefined
    const run = this.#reopen(runId, seenAt) ?? this.#newRun(runId, seenAt)
    this.#found.set(runId, run)
    run.changes += 1
    return run
  }

  /** A run that was complete is most often so again soon: no provisional analysis at once. */
  #reopen(runId: RunId, now: number): TrackedRun | undefined {
    const run = this.#complete.get(runId)
    if (run === undefined) return undefined
    this.#complete.delete(runId)
    run.provisionalAt = Math.max(run.provisionalAt, now + this.#limits.provisionalIntervalMs)
    return run
  }

  #makeRoom(): void {
    for (const run of this.#complete.values()) {
      if (!this.#isOver()) return
      this.#complete.delete(run.runId)
      this.#spanCount -= run.signs.heldSpans
    }
    for (const run of this.#live.values()) {
      if (!this.#isOver()) return
      this.drop(run)
      this.#onEvict(run)
    }
  }

  #isOver(): boolean {
    const { trackedRunsMax, trackedSpansMax } = this.#limits
    const runs = this.#live.size + this.#complete.size
    return runs > trackedRunsMax || this.#spanCount > trackedSpansMax
  }

  #newRun(runId: RunId, now: number): TrackedRun {
    return {
      runId,
      signs: new SignReader(this.#limits.runStepsMax),
      watch: this.#watch?.(),
      stirred: false,
      firstSeenAt: now,
      storedAt: -Infinity,
      lastSeenAt: now,
      completedAt: undefined,
      fullAt: undefined,
      changes: 0,
      seenChanges: 0,
      provisionalAt: now + this.#limits.provisionalIntervalMs,
      restUntil: 0,
      failures: 0,
      retryAt: 0
    }
  }
}
