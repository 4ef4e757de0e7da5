// The part of the store that keeps keys, in memory. It follows the contract: a revoked key stays revoked.

import {
  CollectorError,
  type KeyStore,
  type KeyUse,
  type ManagedKey
} from '../../collector/model/index.ts'

export class MemoryKeyStore implements KeyStore {
  readonly keys = new Map<string, ManagedKey>()
  readonly uses: KeyUse[] = []
  isDown = false
  reads = 0
  /** Awaited by each read after it has taken what it will return. */
  beforeReadReturns: () => Promise<void> = async () => undefined

  async saveKey(key: ManagedKey): Promise<void> {
    this.#requireUp()
    if (this.keys.get(key.keyId)?.revokedAt === undefined) this.keys.set(key.keyId, key)
  }

  async saveKeyUses(uses: readonly KeyUse[]): Promise<void> {
    this.#requireUp()
    this.uses.push(...uses)
  }

  async readKeys(): Promise<readonly ManagedKey[]> {
    this.reads += 1
    this.#requireUp()
    const keys = [...this.keys.values()]
    await this.beforeReadReturns()
    return keys
  }

  #requireUp(): void {
    if (!this.isDown) return
    throw new CollectorError('STORE_UNAVAILABLE', 'ClickHouse does not answer', { retryable: true })
  }
}
