// What the REST API answers about keys and the audit trail.

export interface KeyJson {
  readonly id: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly state: 'active' | 'expired' | 'revoked'
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly createdBy: string
  readonly expiresAt?: string
  readonly revokedAt?: string
  readonly revokedBy?: string
  readonly lastUsedAt?: string
}

export interface KeyListJson {
  readonly items: readonly KeyJson[]
  /** Of ONSET_API_KEYS, by position. */
  readonly configured: readonly { readonly id: string; readonly scopes: readonly string[] }[]
}

export interface KeyRequestJson {
  readonly name: string
  readonly scopes: readonly string[]
  readonly expiresInSeconds?: number
}

export interface CreatedKeyJson {
  readonly key: KeyJson
  /** Told this once. */
  readonly secret: string
}

export interface AuditEventJson {
  readonly id: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly actor: { readonly id: string; readonly name: string }
  readonly address: string
  readonly action: string
  readonly target: string
  readonly result: string
  readonly details: Readonly<Record<string, string>>
}

export interface AuditPageJson {
  readonly items: readonly AuditEventJson[]
  readonly nextCursor?: string
}
