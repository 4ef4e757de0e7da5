// Asks the store from time to time for runs that no analysis covers: the truth behind what memory
// follows. Finds what an earlier process left undone, what was evicted, and what other processes wrote.

import type { AnalysisStore, PendingRun } from '@onset/collector/model'
import { fromUnixMillis, toUnixNano } from '@onset/collector/model'

import type { SetTimer } from './completion-options.ts'
import type { CompletionLimits } from './limits.ts'

export interface SweepOptions {
  readonly store: Pick<AnalysisStore, 'findPendingRuns'>
  readonly now: () => number
  readonly setTimer: SetTimer
  readonly limits: CompletionLimits
  /** Returns false when there is no room for more. Must not throw. */
  readonly onPending: (pending: PendingRun, readAt: number) => boolean
  readonly onSwept: (result: { readonly runs: number; readonly error: unknown }) => void
}

/** Pages of one sweep; more pending runs than that are found by the next. */
const PAGES_MAX = 20

export class Sweep {
  readonly #options: SweepOptions
  #lastFullAt = -Infinity
  #cancelNext: (() => void) | undefined
  #sweeping: Promise<void> | undefined
  #closed = false

  constructor(options: SweepOptions) {
    this.#options = options
  }

  /** Sweeps once, and from then on in intervals. */
  async start(): Promise<void> {
    this.#sweeping = this.#sweep()
    await this.#sweeping
    this.#sweeping = undefined
    if (this.#closed) return
    const { setTimer, limits } = this.#options
    this.#cancelNext = setTimer(() => void this.start(), limits.sweepIntervalMs)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancelNext?.()
    await this.#sweeping
  }

  async #sweep(): Promise<void> {
    const { now, limits, onSwept } = this.#options
    const startedAt = now()
    // Also after the clock was set back: what is in the window now is not what was.
    const isFull =
      startedAt < this.#lastFullAt || startedAt - this.#lastFullAt >= limits.fullSweepIntervalMs
    const sinceMs = isFull ? 0 : Math.max(0, startedAt - limits.sweepWindowMs)
    let runs = 0
    try {
      for await (const page of this.#pages(sinceMs)) {
        runs += page.length
        if (!this.#tell(page, startedAt)) break
      }
      if (isFull) this.#lastFullAt = startedAt
      onSwept({ runs, error: undefined })
    } catch (error) {
      // The next sweep asks again; nothing is lost by waiting for it.
      onSwept({ runs, error })
    }
  }

  #tell(page: readonly PendingRun[], readAt: number): boolean {
    return page.every((pending) => this.#options.onPending(pending, readAt))
  }

  async *#pages(sinceMs: number): AsyncGenerator<readonly PendingRun[]> {
    const { store, limits } = this.#options
    let since = fromUnixMillis(sinceMs)
    for (let count = 0; count < PAGES_MAX && !this.#closed; count += 1) {
      // oxlint-disable-next-line no-await-in-loop -- each page begins where the last one ended
      const page = await store.findPendingRuns(since, limits.sweepRunsMax)
      yield page
      const last = page.at(-1)
      if (last === undefined || page.length < limits.sweepRunsMax) return
      since = toUnixNano(last.lastIngestedAt > since ? last.lastIngestedAt : since + 1n)
    }
  }
}
