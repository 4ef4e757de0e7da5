// Keeps keys made at run time. Decides nothing about them.

import type { KeyUse, ManagedKey, UnixNano } from '../../model/index.ts'
import { MANAGED_KEYS_READ_MAX } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import { nanosCell } from '../rows/cells.ts'
import { fromKeyRow, toKeyRow, type KeyRowWithUse } from '../rows/key-row.ts'
import { toRowJson } from '../rows/row-json.ts'
import { sqlText } from '../sql/sql-text.ts'
import type { StoreMetrics } from '../store-metrics.ts'

// Keys: none; reads all keys, of which there are a few. Called by readKeys, by each process every few seconds.
const READ_KEYS = `
SELECT
    keys.*,
    uses.UsedAt AS LastUsedAt
FROM
(
    SELECT *
    FROM {database: Identifier}.agent_keys FINAL
) AS keys
LEFT JOIN
(
    SELECT
        KeyId,
        max(UsedAt) AS UsedAt
    FROM {database: Identifier}.agent_key_uses
    GROUP BY KeyId
) AS uses ON keys.KeyId = uses.KeyId
ORDER BY
    toUnixTimestamp64Nano(RevokedAt) = 0
    AND (toUnixTimestamp64Nano(ExpiresAt) = 0 OR ExpiresAt > {at: DateTime64}) DESC,
    CreatedAt DESC,
    KeyId
LIMIT {limit: UInt32}`

export interface KeyShelfOptions {
  readonly engine: Engine
  readonly metrics: StoreMetrics
}

export class KeyShelf {
  readonly #engine: Engine
  readonly #metrics: StoreMetrics

  constructor({ engine, metrics }: KeyShelfOptions) {
    this.#engine = engine
    this.#metrics = metrics
  }

  async saveKey(key: ManagedKey): Promise<void> {
    await this.#engine.insert('analysis', { table: 'agent_keys', rows: [toRowJson(toKeyRow(key))] })
  }

  async saveKeyUses(uses: readonly KeyUse[]): Promise<void> {
    if (uses.length === 0) return
    const rows = uses.map(({ keyId, usedAt }) =>
      toRowJson({ KeyId: keyId, UsedAt: nanosCell(usedAt) })
    )
    await this.#engine.insert('analysis', { table: 'agent_key_uses', rows })
  }

  /** In the lane that no page and no analysis stands in: how old the answer may be is a promise. */
  readKeys(at: UnixNano): Promise<readonly ManagedKey[]> {
    return this.#metrics.timeRead('read_keys', async () => {
      const { database } = this.#engine
      const statement = sqlText(READ_KEYS, { database, at, limit: MANAGED_KEYS_READ_MAX })
      const rows = await this.#engine.read<KeyRowWithUse>('health', statement)
      return rows.map(fromKeyRow)
    })
  }
}
