// Who may do what, for all servers of a process: keys of the settings and of the store, what a key may send,
// and what happens to those who guess.

import { performance } from 'node:perf_hooks'
import type { Counter, Meter } from '@opentelemetry/api'
import type { Logger } from 'pino'
import { CollectorError, type Actor, type KeyScope, type KeyStore } from '../model/index.ts'
import type { AccessKey } from './access-keys.ts'
import { Attempts } from './attempts.ts'
import { KeyRates, type KeyRateLimits } from './key-rates.ts'
import { KeyRing } from './key-ring.ts'
import { ManagedKeys } from './managed-keys.ts'

export interface AccessOptions {
  /** Of ONSET_API_KEYS. */
  readonly configured: readonly AccessKey[]
  readonly rateLimits: KeyRateLimits
  /** Unknown keys presented from one network address; see attempts.ts. */
  readonly failuresPerMinute: number
  readonly store: KeyStore
  readonly meter: Meter
  readonly logger: Logger
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds of a clock that never steps; the process's own unless given. */
  readonly clock?: () => number
  /** KEYS_REFRESH_MS unless given. */
  readonly refreshMs?: number
}

/** Who asks where no keys are required. */
export const LOCAL_ACTOR: Actor = { id: 'local', name: 'local' }

export interface Access {
  /** False: there never was a key, and this machine alone is answered. */
  readonly isRequired: boolean
  readonly keys: ManagedKeys
  readonly rates: KeyRates
  /**
   * Whose key was presented.
   *
   * @throws CollectorError UNAUTHENTICATED, PERMISSION_DENIED, RATE_LIMITED, STORE_UNAVAILABLE
   */
  admit(presented: string | undefined, needed: KeyScope, address: string): Actor
  /** Whether whoever was admitted would still be known: for answers that take long. */
  isStillKnown(actor: Actor): boolean
  close(): Promise<void>
}

/** Resolves when the keys of the store are known. @throws CollectorError of the store. */
export async function openAccess(options: AccessOptions): Promise<Access> {
  const { configured, store, logger, now, meter, refreshMs } = options
  const clock = options.clock ?? (() => performance.now())
  const ring = await KeyRing.open({ configured, store, logger, now, clock, refreshMs })
  const attempts = new Attempts(options.failuresPerMinute, clock)
  const { checks, limited } = observe(meter, ring)
  logger.info(
    { configured: configured.length, madeAtRunTime: ring.usableCount, required: ring.isRequired },
    ring.isRequired ? 'keys are required' : 'no keys: only this machine is answered'
  )
  return {
    get isRequired() {
      return ring.isRequired
    },
    keys: new ManagedKeys({ ring, store, configured, now }),
    rates: new KeyRates(options.rateLimits, clock, limited),
    admit: (presented, needed, address) => {
      try {
        const actor = admit(ring, attempts, { presented, needed, address })
        checks.add(1, { result: 'OK' })
        return actor
      } catch (error) {
        checks.add(1, { result: error instanceof CollectorError ? error.code : 'INTERNAL' })
        throw error
      }
    },
    isStillKnown: ({ id }) => ring.isUsable(id),
    close: () => ring.close()
  }
}

interface Attempt {
  readonly presented: string | undefined
  readonly needed: KeyScope
  readonly address: string
}

function admit(ring: KeyRing, attempts: Attempts, { presented, needed, address }: Attempt): Actor {
  if (presented === undefined) {
    throw refusal('UNAUTHENTICATED', `a bearer key is required; send one with the scope ${needed}`)
  }
  const holder = ring.find(presented)
  attempts.record(address, holder?.actor.id)
  if (holder === undefined) {
    throw refusal(
      'UNAUTHENTICATED',
      `the bearer key is not known, or not any more; send one with the scope ${needed}`
    )
  }
  if (holder.scopes.has(needed)) return holder.actor
  const held = [...holder.scopes].join(', ')
  throw refusal('PERMISSION_DENIED', `this needs the scope ${needed}; the key has ${held}`)
}

function observe(meter: Meter, ring: KeyRing): { checks: Counter; limited: Counter } {
  meter
    .createObservableGauge('onset_access_keys', {
      description: 'Keys made at run time that work now.'
    })
    .addCallback((result) => result.observe(ring.usableCount))
  meter
    .createObservableGauge('onset_access_keys_age_seconds', {
      description:
        'Time since the keys were read from the store: a revocation may be unknown that long.'
    })
    .addCallback((result) => result.observe(ring.ageMs / 1_000))
  return {
    checks: meter.createCounter('onset_access_checks', {
      description:
        'Keys checked, by result: RATE_LIMITED is an address that presented too many wrong ones.'
    }),
    limited: meter.createCounter('onset_access_limited', {
      description: 'Requests to ingest whose key had had its share, by limit.'
    })
  }
}

function refusal(code: 'UNAUTHENTICATED' | 'PERMISSION_DENIED', message: string): CollectorError {
  return new CollectorError(code, message, { retryable: false })
}
