// Time that passes when a test says so. Timers run in order of their time, and what they start is let
// run before the next one, as far as it waits for promises only.

import type { SetTimer } from '../../processors/completion/index.ts'

interface Timer {
  readonly at: number
  readonly callback: () => void
}

export class FakeClock {
  #now: number
  readonly #timers = new Set<Timer>()

  constructor(startMs = 0) {
    this.#now = startMs
  }

  readonly now = (): number => this.#now

  readonly setTimer: SetTimer = (callback, delayMs) => {
    const timer = { at: this.#now + delayMs, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  get timerCount(): number {
    return this.#timers.size
  }

  /** Resolves after `delayMs` of this clock. */
  readonly sleep = async (delayMs: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.setTimer(resolve, delayMs)
    return promise
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms
    await settlePromises()
    for (let timer = this.#next(until); timer !== undefined; timer = this.#next(until)) {
      this.#timers.delete(timer)
      this.#now = Math.max(this.#now, timer.at)
      timer.callback()
      // oxlint-disable-next-line no-await-in-loop -- one timer after the other is what a clock is
      await settlePromises()
    }
    this.#now = until
  }

  #next(until: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.at <= until && (next === undefined || timer.at < next.at)) next = timer
    }
    return next
  }
}

/** Lets chains of promises run out: an immediate comes after all of them. */
async function settlePromises(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setImmediate(resolve)
  return promise
}
