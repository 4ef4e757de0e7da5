// Counts the bytes of request bodies that are held in memory, from the first byte received until the
// items are durable, and refuses what would exceed the bound.

import { CollectorError } from '../model/index.ts'

/** A batch is durable in well under a second; exporters give up on a batch after ten. */
const RETRY_AFTER_SECONDS = 1

export class InflightBytes {
  readonly #bytesMax: number
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get bytes(): number {
    return this.#bytes
  }

  /** A reservation of nothing yet; its owner must release it. */
  open(): InflightReservation {
    return new InflightReservation((bytes) => this.#add(bytes))
  }

  #add(bytes: number): void {
    if (bytes > 0 && this.#bytes + bytes > this.#bytesMax) {
      const message = `${this.#bytes} bytes of requests are being stored and at most ${this.#bytesMax} are allowed; send again later`
      const options = { retryable: true, retryAfterSeconds: RETRY_AFTER_SECONDS }
      throw new CollectorError('OVERLOADED', message, options)
    }
    this.#bytes += bytes
  }
}

export class InflightReservation {
  readonly #add: (bytes: number) => void
  #bytes = 0

  constructor(add: (bytes: number) => void) {
    this.#add = add
  }

  /** @throws CollectorError OVERLOADED (retryable); what was reserved before stays so. */
  reserve(bytes: number): void {
    this.#add(bytes - this.#bytes)
    this.#bytes = bytes
  }

  /** Reserves `bytes` unless more than that already is. */
  reserveAtLeast(bytes: number): void {
    if (bytes > this.#bytes) this.reserve(bytes)
  }

  release(): void {
    this.reserve(0)
  }
}
