// A token bucket: fills at a rate, holds what a burst may take. It may go below empty, because what a request took
// is known only when it has ended; the next ones then wait until that is paid back.

const MILLIS_PER_SECOND = 1_000

/** What sums of fractions are off by at most: who waited as long as told is not told to wait once more. */
const ROUNDING = 1e-6

export class TokenBucket {
  readonly #perSecond: number
  readonly #capacity: number
  #tokens: number
  #filledAt: number

  /** `capacity` at once, `perSecond` on average; `now` in milliseconds of a clock that never steps. */
  constructor(perSecond: number, capacity: number, now: number) {
    this.#perSecond = perSecond
    this.#capacity = capacity
    this.#tokens = capacity
    this.#filledAt = now
  }

  /** Seconds until `tokens` may be had; 0 when they are there. */
  waitSeconds(now: number, tokens: number): number {
    this.#fill(now)
    return this.#tokens >= tokens - ROUNDING
      ? 0
      : Math.ceil((tokens - this.#tokens) / this.#perSecond)
  }

  take(now: number, tokens: number): void {
    this.#fill(now)
    this.#tokens -= tokens
  }

  #fill(now: number): void {
    const seconds = Math.max(0, now - this.#filledAt) / MILLIS_PER_SECOND
    this.#tokens = Math.min(this.#capacity, this.#tokens + seconds * this.#perSecond)
    this.#filledAt = now
  }
}
