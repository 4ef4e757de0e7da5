// Failed attempts by network address. After too many unknown keys every further key from there is answered with
// "wait", a valid one too, so that a guesser does not learn that a guess was right. Keys that have worked from the
// address before go on working: behind a proxy or a NAT one broken client must not shut out all others.

import { isIPv6 } from 'node:net'
import { CollectorError } from '../model/index.ts'
import { TokenBucket } from './token-bucket.ts'

/** Of a bound of ten: twenty at once, as of some agents that were started with a key that was revoked. */
const BURST_MINUTES = 2

const SECONDS_PER_MINUTE = 60

/** Addresses remembered, a few hundred bytes each; beyond, the one longest unseen is forgotten. */
const ADDRESSES_MAX = 10_000

/** Keys remembered for an address: what a proxy in front of a fleet passes on. */
const KNOWN_KEYS_MAX = 200

interface Seen {
  /** Absent until the first failure. */
  failures: TokenBucket | undefined
  readonly knownKeys: Set<string>
}

export class Attempts {
  readonly #perMinute: number
  readonly #clock: () => number
  readonly #seen = new Map<string, Seen>()

  /** `perMinute` on average, and those of two minutes at once; `clock` in milliseconds, never stepping. */
  constructor(perMinute: number, clock: () => number) {
    this.#perMinute = perMinute
    this.#clock = clock
  }

  /**
   * To be asked with what a look-up found, before anything is answered.
   *
   * @throws CollectorError RATE_LIMITED
   */
  record(address: string, keyId: string | undefined): void {
    const seen = this.#see(address)
    if (keyId !== undefined && seen.knownKeys.has(keyId)) return
    const now = this.#clock()
    const wait = seen.failures?.waitSeconds(now, 1) ?? 0
    if (wait > 0) throw tooMany(wait)
    if (keyId === undefined) {
      seen.failures ??= this.#createBucket(now)
      seen.failures.take(now, 1)
      return
    }
    if (seen.knownKeys.size < KNOWN_KEYS_MAX) seen.knownKeys.add(keyId)
  }

  get addressCount(): number {
    return this.#seen.size
  }

  #createBucket(now: number): TokenBucket {
    const perSecond = this.#perMinute / SECONDS_PER_MINUTE
    return new TokenBucket(perSecond, this.#perMinute * BURST_MINUTES, now)
  }

  #see(address: string): Seen {
    const network = networkOf(address)
    const seen = this.#seen.get(network) ?? { failures: undefined, knownKeys: new Set<string>() }
    this.#seen.delete(network)
    this.#seen.set(network, seen)
    const [oldest] = this.#seen.keys()
    if (this.#seen.size > ADDRESSES_MAX && oldest !== undefined) this.#seen.delete(oldest)
    return seen
  }
}

/** Whoever has one address of IPv6 has 2^64 of them (https://www.rfc-editor.org/rfc/rfc6177). */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const [head = '', tail] = address.split('::', 2)
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0')
  const groups = tail === undefined ? front : [...front, ...zeros, ...back]
  return groups.slice(0, 4).join(':')
}

function tooMany(waitSeconds: number): CollectorError {
  return new CollectorError(
    'RATE_LIMITED',
    'too many keys that nobody has were presented from this network address; wait, and present a right one',
    { retryable: true, retryAfterSeconds: waitSeconds }
  )
}
