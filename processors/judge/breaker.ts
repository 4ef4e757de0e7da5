// Leaves an endpoint alone that keeps failing, and tries one run again from time to time.

import { BREAKER_FAILURES, BREAKER_MAX_MS, BREAKER_MIN_MS } from './limits.ts'

export class Breaker {
  #failures = 0
  #openUntil = 0

  /** While it is, no run is to be begun. */
  isOpen(now: number): boolean {
    return now < this.#openUntil
  }

  succeeded(): void {
    this.#failures = 0
    this.#openUntil = 0
  }

  failed(now: number): void {
    this.#failures += 1
    const beyond = this.#failures - BREAKER_FAILURES
    if (beyond < 0) return
    this.#openUntil =
      now + Math.min(BREAKER_MAX_MS, BREAKER_MIN_MS * 2 ** Math.min(beyond, DOUBLINGS_MAX))
  }
}

/** Far beyond the longest pause. */
const DOUBLINGS_MAX = 20
