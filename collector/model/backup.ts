// Backups of the embedded store, made while it runs: the contract of whoever asks for one with whoever owns
// the engine. A ClickHouse server is backed up by its own means.

import type { UnixNano } from './quantities.ts'

export interface Backup {
  readonly name: string
  /** Where it is, or will be once `state` is `done`, on the machine of the store. */
  readonly folder: string
  readonly state: 'running' | 'done' | 'failed'
  readonly startedAt: UnixNano
  readonly finishedAt: UnixNano | undefined
  /** On disk; undefined until it is done. */
  readonly bytes: number | undefined
  /** Why it failed. */
  readonly problem: string | undefined
}

export interface Backups {
  /**
   * Returns at once; everything acknowledged before the call will be in the backup.
   *
   * @throws CollectorError INVALID_ARGUMENT when the name is none or is taken, STORE_BUSY while one is made.
   */
  start(name: string): Backup
  /** The last one of this process, running or ended. */
  last(): Backup | undefined
}
