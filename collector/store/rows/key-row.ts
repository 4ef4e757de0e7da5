// A key made at run time as a row of agent_keys, and back.

import type { ManagedKey, KeyScope, UnixNano } from '../../model/index.ts'
import { KEY_SCOPES } from '../../model/index.ts'
import type { RowToWrite } from './cells.ts'
import { nanosCell, readNanos, readOptionalText, readWord, textCell } from './cells.ts'

export interface KeyRow {
  readonly KeyId: string
  readonly Version: number
  readonly Name: string
  readonly Scopes: readonly string[]
  readonly Digest: string
  readonly CreatedAt: string
  readonly CreatedBy: string
  readonly ExpiresAt: string
  readonly RevokedAt: string
  readonly RevokedBy: string
}

/** As read: with the time of the last use from agent_key_uses. */
export interface KeyRowWithUse extends KeyRow {
  readonly LastUsedAt: string
}

/** Revoked wins over made. */
const VERSION = { made: 0, revoked: 1 } as const

export function toKeyRow(key: ManagedKey): RowToWrite<KeyRow> {
  return {
    KeyId: key.keyId,
    Version: key.revokedAt === undefined ? VERSION.made : VERSION.revoked,
    Name: key.name,
    Scopes: key.scopes,
    Digest: key.digest,
    CreatedAt: nanosCell(key.createdAt),
    CreatedBy: key.createdBy,
    ExpiresAt: nanosCell(key.expiresAt ?? 0n),
    RevokedAt: nanosCell(key.revokedAt ?? 0n),
    RevokedBy: textCell(key.revokedBy)
  }
}

/** A scope that a newer version wrote is left out: what is not understood is not granted. */
export function fromKeyRow(row: KeyRowWithUse): ManagedKey {
  return {
    keyId: row.KeyId,
    name: row.Name,
    scopes: row.Scopes.map((scope) => readWord(KEY_SCOPES, scope, undefined)).filter(isScope),
    digest: row.Digest,
    createdAt: readNanos(row.CreatedAt),
    createdBy: row.CreatedBy,
    expiresAt: readOptionalTime(row.ExpiresAt),
    revokedAt: readOptionalTime(row.RevokedAt),
    revokedBy: readOptionalText(row.RevokedBy),
    lastUsedAt: readOptionalTime(row.LastUsedAt)
  }
}

function isScope(scope: KeyScope | undefined): scope is KeyScope {
  return scope !== undefined
}

function readOptionalTime(cell: string): UnixNano | undefined {
  const time = readNanos(cell)
  return time === 0n ? undefined : time
}
