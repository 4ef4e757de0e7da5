// Stamps rows with the time of their arrival: strictly increasing within a process, although the clock counts
// milliseconds and may be set back.

import { fromUnixMillis, toUnixNano, type UnixNano } from '../model/index.ts'

export class IngestClock {
  readonly #now: () => number
  #last = 0n

  /** `now` in milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now
  }

  next(): UnixNano {
    return this.nextAfter(0n)
  }

  /** A time after `earlier`, even when that was stamped by a process whose clock is ahead. */
  nextAfter(earlier: bigint): UnixNano {
    const now: bigint = fromUnixMillis(this.#now())
    const floor = earlier > this.#last ? earlier : this.#last
    this.#last = now > floor ? now : floor + 1n
    return toUnixNano(this.#last)
  }
}
