// What one key may send to ingest: requests and bytes a second. Each key has buckets of its own, so that one
// agent that runs wild takes nothing from the others.

import type { Counter } from '@opentelemetry/api'
import { CollectorError } from '../model/index.ts'
import { TokenBucket } from './token-bucket.ts'

export interface KeyRateLimits {
  /** Zero: no bound. */
  readonly requestsPerSecond: number
  readonly bytesPerSecond: number
}

/** Exporters send every few seconds what has gathered meanwhile. */
const BURST_SECONDS = 10

/** As many keys as can be usable at once, and those of the settings. Beyond, the one longest unused starts anew. */
const KEYS_MAX = 1_200

/** A debt is paid in parts: a sender that waits longer than this has given up. */
const RETRY_AFTER_SECONDS_MAX = 60

interface Buckets {
  readonly requests: TokenBucket | undefined
  readonly bytes: TokenBucket | undefined
}

export class KeyRates {
  readonly #limits: KeyRateLimits
  readonly #clock: () => number
  readonly #refusals: Counter
  readonly #buckets = new Map<string, Buckets>()

  /** `clock` in milliseconds, never stepping; `refusals` counts those told to wait, by what they had too much of. */
  constructor(limits: KeyRateLimits, clock: () => number, refusals: Counter) {
    this.#limits = limits
    this.#refusals = refusals
    this.#clock = clock
  }

  /** Counts a request. @throws CollectorError RATE_LIMITED when the key has had its share. */
  admit(keyId: string): void {
    const { requestsPerSecond, bytesPerSecond } = this.#limits
    if (requestsPerSecond === 0 && bytesPerSecond === 0) return
    const now = this.#clock()
    const { requests, bytes } = this.#bucketsOf(keyId, now)
    const requestsWait = requests?.waitSeconds(now, 1) ?? 0
    if (requestsWait > 0) {
      this.#refusals.add(1, { limit: 'requests' })
      throw limited(`${requestsPerSecond} requests`, requestsWait)
    }
    const bytesWait = bytes?.waitSeconds(now, 1) ?? 0
    if (bytesWait > 0) {
      this.#refusals.add(1, { limit: 'bytes' })
      throw limited(`${bytesPerSecond} bytes`, bytesWait)
    }
    requests?.take(now, 1)
  }

  /** A request of any size is let in while nothing is owed; its bytes are owed afterwards. */
  countBytes(keyId: string, bytes: number): void {
    if (this.#limits.bytesPerSecond === 0 || bytes === 0) return
    const now = this.#clock()
    this.#bucketsOf(keyId, now).bytes?.take(now, bytes)
  }

  #bucketsOf(keyId: string, now: number): Buckets {
    const buckets = this.#buckets.get(keyId) ?? this.#createBuckets(now)
    this.#buckets.delete(keyId)
    this.#buckets.set(keyId, buckets)
    const [oldest] = this.#buckets.keys()
    if (this.#buckets.size > KEYS_MAX && oldest !== undefined) this.#buckets.delete(oldest)
    return buckets
  }

  #createBuckets(now: number): Buckets {
    const create = (perSecond: number): TokenBucket | undefined =>
      perSecond === 0 ? undefined : new TokenBucket(perSecond, perSecond * BURST_SECONDS, now)
    const { requestsPerSecond, bytesPerSecond } = this.#limits
    return { requests: create(requestsPerSecond), bytes: create(bytesPerSecond) }
  }
}

function limited(rate: string, waitSeconds: number): CollectorError {
  return new CollectorError(
    'RATE_LIMITED',
    `the key has sent more than ${rate} a second, which is what one key may; send less often or in larger batches, or have the bound raised`,
    { retryable: true, retryAfterSeconds: Math.min(waitSeconds, RETRY_AFTER_SECONDS_MAX) }
  )
}
