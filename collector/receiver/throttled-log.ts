// Logs the first of a kind and then at most one per interval: a misconfigured sender repeats its mistake
// every few seconds, and one line tells as much as ten thousand.

import type { Logger } from 'pino'

const LOG_INTERVAL_MS = 10_000

export class ThrottledLog {
  readonly #logger: Logger | undefined
  readonly #now: () => number
  /** By message, which is a constant. */
  readonly #loggedAt = new Map<string, number>()

  constructor(logger: Logger | undefined, now: () => number) {
    this.#logger = logger
    this.#now = now
  }

  warn(fields: object, message: string): void {
    if (this.#isDue(message)) this.#logger?.warn(fields, message)
  }

  /** Defects are never left out. */
  error(fields: object, message: string): void {
    this.#logger?.error(fields, message)
  }

  #isDue(message: string): boolean {
    const now = this.#now()
    const last = this.#loggedAt.get(message)
    // A clock that was set back by an hour would otherwise silence it for an hour.
    if (last !== undefined && now >= last && now - last < LOG_INTERVAL_MS) return false
    this.#loggedAt.set(message, now)
    return true
  }
}
