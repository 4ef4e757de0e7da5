// The keys as a process knows them: those of the settings, and those made at run time, read again every few
// seconds because other processes on the same store make and revoke them too.

import { timingSafeEqual } from 'node:crypto'
import type { Logger } from 'pino'
import {
  CollectorError,
  fromUnixMillis,
  MANAGED_KEYS_READ_MAX,
  type KeyScope,
  type KeyStore,
  type KeyUse,
  type ManagedKey
} from '../model/index.ts'
import { findConfigured, isConfiguredName, type AccessKey, type KeyHolder } from './access-keys.ts'
import { digestOf, isSecret } from './key-secret.ts'

/** A read of a few rows. */
export const KEYS_REFRESH_MS = 5_000

/**
 * A key that another process revoked stops working here within this time, whatever the store does: when it
 * does not answer for so long, keys made at run time are refused with 503 until it does.
 */
export const KEYS_STALENESS_MS_MAX = 15_000

/** When a key was last used is known this well: one row a key and interval and process, not one a request. */
export const KEY_USE_INTERVAL_MS = 300_000

/** A look-up by this much of a digest tells by its time nothing that leads to a secret. */
const INDEX_CHARS = 16

export interface KeyRingOptions {
  readonly configured: readonly AccessKey[]
  readonly store: KeyStore
  readonly logger: Logger
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds of a clock that never steps. */
  readonly clock: () => number
  readonly refreshMs?: number | undefined
}

export class KeyRing {
  readonly #options: KeyRingOptions
  readonly #usedAt = new Map<string, number>()
  readonly #unsavedUses = new Map<string, number>()
  /** Revoked by this process: a read that was under way then, or of a replica that lags, does not undo it. */
  readonly #revoked = new Set<string>()
  #managed: ReadonlyMap<string, ManagedKey> = new Map()
  #hadKeys = false
  #readAt = 0
  #refreshing: Promise<void> = Promise.resolve()
  #ticking: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  private constructor(options: KeyRingOptions) {
    this.#options = options
  }

  /** Resolves when the keys are known. */
  static async open(options: KeyRingOptions): Promise<KeyRing> {
    const ring = new KeyRing(options)
    await ring.refresh()
    ring.#schedule()
    return ring
  }

  /**
   * Once there was a key, keys are required for good: that the last one was revoked or has expired opens
   * nothing.
   */
  get isRequired(): boolean {
    return this.#options.configured.length > 0 || this.#hadKeys
  }

  /** Keys that work now. */
  get usableCount(): number {
    return [...this.#managed.values()].filter((key) => this.#isUsable(key)).length
  }

  /** Milliseconds since the keys were read. */
  get ageMs(): number {
    return this.#options.clock() - this.#readAt
  }

  /**
   * Undefined: nobody has this key, or not any more.
   *
   * @throws CollectorError STORE_UNAVAILABLE when that cannot be known now.
   */
  find(presented: string): KeyHolder | undefined {
    const digest = digestOf(presented)
    const configured = findConfigured(this.#options.configured, digest)
    if (configured !== undefined) return configured
    if (!isSecret(presented)) return undefined
    if (this.ageMs > KEYS_STALENESS_MS_MAX) throw tooOld()
    const key = this.#managed.get(digest.toString('hex', 0, INDEX_CHARS / 2))
    if (key === undefined || !timingSafeEqual(Buffer.from(key.digest, 'hex'), digest)) {
      return undefined
    }
    if (!this.#isUsable(key)) return undefined
    this.#noteUse(key.keyId)
    return { actor: { id: key.keyId, name: key.name }, scopes: scopesOf(key) }
  }

  /** Of a key that was found before; of the settings for as long as the process lives. */
  isUsable(keyId: string): boolean {
    if (isConfiguredName(keyId)) return true
    const key = [...this.#managed.values()].find((known) => known.keyId === keyId)
    return key !== undefined && this.#isUsable(key)
  }

  /** A key that this process has just saved: known here from now on, as made or as revoked. */
  async put(key: ManagedKey): Promise<void> {
    const managed = new Map(this.#managed)
    if (key.revokedAt === undefined) managed.set(indexOf(key), key)
    else {
      managed.delete(indexOf(key))
      this.#noteRevoked(key.keyId)
    }
    this.#managed = managed
    this.#hadKeys = true
    // A read under way may have begun before a new key was saved, and would hide it when it ends.
    await this.refresh().catch(() => undefined)
  }

  /** Reads the keys again, after a read that may be under way: that one may have missed the latest. */
  refresh(): Promise<void> {
    const refreshed = this.#refreshing.then(() => this.#read())
    this.#refreshing = refreshed.catch(() => undefined)
    return refreshed
  }

  /** Saves what is known of uses and reads no more. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#ticking
    await this.#refreshing
    await this.#saveUses()
  }

  /** From the end of one read to the next: a slow store is not asked more often than it answers. */
  #schedule(): void {
    if (this.#isClosed) return
    this.#timer = setTimeout(() => {
      this.#ticking = this.#tick().then(() => this.#schedule())
    }, this.#options.refreshMs ?? KEYS_REFRESH_MS)
    this.#timer.unref()
  }

  async #tick(): Promise<void> {
    try {
      await this.refresh()
    } catch (error) {
      this.#options.logger.warn({ err: error, ageMs: this.ageMs }, 'keys could not be read')
    }
    await this.#saveUses()
  }

  async #read(): Promise<void> {
    const { store, now, clock } = this.#options
    const startedAt = clock()
    const keys = await store.readKeys(fromUnixMillis(now()))
    this.#managed = new Map(
      keys
        .filter((key) => key.revokedAt === undefined && !this.#revoked.has(key.keyId))
        .map((key) => [indexOf(key), key])
    )
    const known = new Set(keys.map(({ keyId }) => keyId))
    for (const keyId of this.#usedAt.keys()) if (!known.has(keyId)) this.#usedAt.delete(keyId)
    this.#hadKeys ||= keys.length > 0
    this.#readAt = startedAt
  }

  #isUsable({ revokedAt, expiresAt }: ManagedKey): boolean {
    if (revokedAt !== undefined) return false
    return expiresAt === undefined || expiresAt > fromUnixMillis(this.#options.now())
  }

  /** The earliest is forgotten when there are more than are read: by then the store tells it. */
  #noteRevoked(keyId: string): void {
    this.#revoked.add(keyId)
    const [earliest] = this.#revoked
    if (this.#revoked.size > MANAGED_KEYS_READ_MAX && earliest !== undefined) {
      this.#revoked.delete(earliest)
    }
  }

  #noteUse(keyId: string): void {
    const now = this.#options.now()
    const last = this.#usedAt.get(keyId)
    if (last !== undefined && now - last < KEY_USE_INTERVAL_MS) return
    this.#usedAt.set(keyId, now)
    this.#unsavedUses.set(keyId, now)
  }

  /** Of those that cannot be saved the next ones tell as much. */
  async #saveUses(): Promise<void> {
    if (this.#unsavedUses.size === 0) return
    const uses = [...this.#unsavedUses].map(([keyId, usedAt]): KeyUse => ({
      keyId,
      usedAt: fromUnixMillis(usedAt)
    }))
    this.#unsavedUses.clear()
    try {
      await this.#options.store.saveKeyUses(uses)
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'the last use of keys could not be saved')
    }
  }
}

function indexOf({ digest }: ManagedKey): string {
  return digest.slice(0, INDEX_CHARS)
}

/** An admin may do everything. */
export function scopesOf({ scopes }: Pick<ManagedKey, 'scopes'>): ReadonlySet<KeyScope> {
  return new Set<KeyScope>(scopes.includes('admin') ? ['ingest', 'read', 'admin'] : scopes)
}

function tooOld(): CollectorError {
  return new CollectorError(
    'STORE_UNAVAILABLE',
    'the store does not answer, so that it is not known whether the key was revoked; keys of ONSET_API_KEYS work meanwhile',
    { retryable: true }
  )
}
