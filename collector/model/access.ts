// Keys made at run time and what was done with them: the contracts of whoever checks keys with whoever
// keeps them. A key is known by the digest of its secret; the secret itself is nowhere.

import type { UnixNano } from './quantities.ts'
import type { Page } from './store.ts'

/** `ingest` sends spans, outcomes and feedback, `read` reads runs and metrics, `admin` does everything. */
export const KEY_SCOPES = ['ingest', 'read', 'admin'] as const
export type KeyScope = (typeof KEY_SCOPES)[number]

export interface ManagedKey {
  /** 16 hex digits. */
  readonly keyId: string
  /** For people: who or what presents it. */
  readonly name: string
  readonly scopes: readonly KeyScope[]
  /** SHA-256 of the secret, 64 hex digits. */
  readonly digest: string
  readonly createdAt: UnixNano
  /** As `Actor.id`. */
  readonly createdBy: string
  /** Undefined: until it is revoked. */
  readonly expiresAt: UnixNano | undefined
  readonly revokedAt: UnixNano | undefined
  readonly revokedBy: string | undefined
  /** Within KEY_USE_INTERVAL_MS of the truth; undefined: never. */
  readonly lastUsedAt: UnixNano | undefined
}

export interface KeyUse {
  readonly keyId: string
  readonly usedAt: UnixNano
}

export interface KeyStore {
  /**
   * Durable when resolved. A key saved with `revokedAt` stays revoked, whatever is saved of it before,
   * at the same time or after. `lastUsedAt` is not saved here.
   */
  saveKey(key: ManagedKey): Promise<void>
  /** Apart from the keys, so that noting a use can never bring a revoked key back. The latest counts. */
  saveKeyUses(uses: readonly KeyUse[]): Promise<void>
  /** Usable at `at` first, then newest first; at most MANAGED_KEYS_READ_MAX. Empty: there never was one. */
  readKeys(at: UnixNano): Promise<readonly ManagedKey[]>
}

export const AUDIT_ACTIONS = [
  'key_created',
  'key_revoked',
  'run_localized',
  'outcome_reported',
  'feedback_given',
  'alert_resent',
  'backup_started',
  'renormalization_started'
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/**
 * `started` is written before the action is done and stays when the process ends in between: there may be an
 * event of an action that was never done, and none is done without one.
 */
export const AUDIT_RESULTS = ['started', 'succeeded', 'failed'] as const
export type AuditResult = (typeof AUDIT_RESULTS)[number]

/** Who did something: a key, or this machine where there are no keys. */
export interface Actor {
  /** Id of the key, `settings-1` for the first of ONSET_API_KEYS, `local` where there are no keys. */
  readonly id: string
  /** Name of a key made at run time; the id of what has none. */
  readonly name: string
}

export interface AuditEvent {
  /** UUID. */
  readonly eventId: string
  readonly at: UnixNano
  readonly actor: Actor
  /** Network address of whoever asked; of a proxy when there is one between. */
  readonly address: string
  readonly action: AuditAction
  /** What it was done to: id of a key, of a run or of an alert, name of a backup. */
  readonly target: string
  /** A few words of ours, never text of a run or of the one who asked. */
  readonly details: Readonly<Record<string, string>>
  readonly result: AuditResult
}

export interface AuditFilter {
  readonly since?: UnixNano
  readonly until?: UnixNano
  readonly action?: AuditAction
  /** Its id. */
  readonly actor?: string
  readonly target?: string
  /** 1..LIST_LIMIT_MAX. */
  readonly limit: number
  readonly cursor?: string
}

export interface AuditStore {
  /**
   * Durable when resolved. Of two with the same id and time the one that has ended counts.
   *
   * @throws CollectorError STORE_BUSY when too many wait.
   */
  saveAuditEvent(event: AuditEvent): Promise<void>
  /** Newest first. */
  listAuditEvents(filter: AuditFilter): Promise<Page<AuditEvent>>
}

/** Keys that may be usable at one time; each is held in memory by every process. */
export const MANAGED_KEYS_MAX = 1_000

/** Those and as many that are not usable any more, for the list that people read. */
export const MANAGED_KEYS_READ_MAX = 2 * MANAGED_KEYS_MAX
