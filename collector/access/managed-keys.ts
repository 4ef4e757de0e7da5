// Making, listing and revoking keys at run time, and the rules that keep people from shutting themselves
// out: the first key is an admin's that stays, and the last such key cannot be revoked. Whoever has lost all
// of them starts the process with one in ONSET_API_KEYS.

import { randomBytes } from 'node:crypto'
import {
  CollectorError,
  fromUnixMillis,
  MANAGED_KEYS_MAX,
  toUnixNano,
  type KeyScope,
  type KeyStore,
  type ManagedKey,
  type UnixNano
} from '../model/index.ts'
import { isConfiguredName, nameConfigured, type AccessKey } from './access-keys.ts'
import type { KeyRing } from './key-ring.ts'
import { createSecret, digestOf, holdsSecret } from './key-secret.ts'

export interface KeyRequest {
  readonly name: string
  readonly scopes: readonly KeyScope[]
  /** Undefined: until it is revoked. */
  readonly expiresInSeconds: number | undefined
  /** As `Actor.id`. */
  readonly createdBy: string
}

export interface CreatedKey {
  readonly key: ManagedKey
  /** Shown once; nobody can tell it a second time. */
  readonly secret: string
}

/** Does what it is given, between two records of it. */
export type AroundKey = (key: ManagedKey, act: () => Promise<void>) => Promise<void>

export interface ManagedKeysOptions {
  readonly ring: KeyRing
  readonly store: KeyStore
  readonly configured: readonly AccessKey[]
  readonly now: () => number
}

const KEY_ID_BYTES = 8
const NANOS_PER_SECOND = 1_000_000_000n

export class ManagedKeys {
  readonly #options: ManagedKeysOptions
  #changing: Promise<unknown> = Promise.resolve()

  constructor(options: ManagedKeysOptions) {
    this.#options = options
  }

  /** Of ONSET_API_KEYS, by position; what they are is known to whoever set them. */
  get configured(): readonly { readonly keyId: string; readonly scopes: readonly KeyScope[] }[] {
    return this.#options.configured.map(({ scopes }, at) => ({
      keyId: nameConfigured(at),
      scopes: [...scopes]
    }))
  }

  list(): Promise<readonly ManagedKey[]> {
    return this.#options.store.readKeys(this.#now())
  }

  /** Whether a key that was found in a list works now. */
  stateOf({ revokedAt, expiresAt }: ManagedKey): 'active' | 'expired' | 'revoked' {
    if (revokedAt !== undefined) return 'revoked'
    return expiresAt === undefined || expiresAt > this.#now() ? 'active' : 'expired'
  }

  /**
   * @throws CollectorError INVALID_ARGUMENT
   */
  create(request: KeyRequest, around: AroundKey): Promise<CreatedKey> {
    return this.#afterOthers(() => this.#create(request, around))
  }

  async #create(request: KeyRequest, around: AroundKey): Promise<CreatedKey> {
    const { name, scopes, expiresInSeconds, createdBy } = request
    if (holdsSecret(name)) throw invalid('the name holds a key; a name as ci is right')
    const keys = await this.list()
    const usable = keys.filter((key) => this.stateOf(key) === 'active')
    if (usable.length >= MANAGED_KEYS_MAX) {
      throw invalid(`there are ${usable.length} keys, as many as there may be; revoke some`)
    }
    const staysAdmin = scopes.includes('admin') && expiresInSeconds === undefined
    if (!staysAdmin && !this.#hasStandingAdmin(usable)) {
      throw invalid(
        'from the first key on every request needs one, and only an admin key makes more; make one with the scope admin that does not expire first'
      )
    }
    const secret = createSecret()
    const createdAt = this.#now()
    const key: ManagedKey = {
      keyId: randomBytes(KEY_ID_BYTES).toString('hex'),
      name,
      scopes: [...new Set(scopes)],
      digest: digestOf(secret).toString('hex'),
      createdAt,
      createdBy,
      expiresAt:
        expiresInSeconds === undefined
          ? undefined
          : toUnixNano(createdAt + BigInt(expiresInSeconds) * NANOS_PER_SECOND),
      revokedAt: undefined,
      revokedBy: undefined,
      lastUsedAt: undefined
    }
    await around(key, () => this.#save(key))
    return { key, secret }
  }

  /**
   * Idempotent: a revoked key is returned as it was revoked first.
   *
   * @throws CollectorError NOT_FOUND, INVALID_ARGUMENT
   */
  revoke(keyId: string, revokedBy: string, around: AroundKey): Promise<ManagedKey> {
    return this.#afterOthers(() => this.#revoke(keyId, revokedBy, around))
  }

  async #revoke(keyId: string, revokedBy: string, around: AroundKey): Promise<ManagedKey> {
    if (isConfiguredName(keyId)) {
      throw invalid(
        `${keyId} is a key of ONSET_API_KEYS; take it out there and restart the process`
      )
    }
    const keys = await this.list()
    const key = keys.find((candidate) => candidate.keyId === keyId)
    if (key === undefined) throw notFound(keyId)
    if (key.revokedAt !== undefined) return key
    const others = keys.filter((other) => other !== key && this.stateOf(other) === 'active')
    if (isStandingAdmin(key) && !this.#hasStandingAdmin(others)) {
      throw invalid(
        'this is the last admin key that does not expire, and without one nobody can make keys; make another first'
      )
    }
    const revoked: ManagedKey = { ...key, revokedAt: this.#now(), revokedBy }
    await around(revoked, () => this.#save(revoked))
    return revoked
  }

  async #save(key: ManagedKey): Promise<void> {
    await this.#options.store.saveKey(key)
    await this.#options.ring.put(key)
  }

  /** One change at a time: of two that each leave one admin key, both would leave none. */
  #afterOthers<T>(change: () => Promise<T>): Promise<T> {
    const changed = this.#changing.then(change)
    this.#changing = changed.catch(() => undefined)
    return changed
  }

  #hasStandingAdmin(usable: readonly ManagedKey[]): boolean {
    const isConfigured = this.#options.configured.some(({ scopes }) => scopes.has('admin'))
    return isConfigured || usable.some(isStandingAdmin)
  }

  #now(): UnixNano {
    return fromUnixMillis(this.#options.now())
  }
}

function isStandingAdmin({ scopes, expiresAt }: ManagedKey): boolean {
  return scopes.includes('admin') && expiresAt === undefined
}

function notFound(keyId: string): CollectorError {
  const message = `there is no key ${JSON.stringify(keyId)}; GET /api/keys lists those there are`
  return new CollectorError('NOT_FOUND', message, { retryable: false })
}

function invalid(message: string): CollectorError {
  return new CollectorError('INVALID_ARGUMENT', message, { retryable: false })
}
