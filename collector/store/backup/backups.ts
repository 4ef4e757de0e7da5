// Backups while the store is open: one at a time, in the background, into one folder that is set at start
// and nowhere else: whoever may ask for a backup may not choose what is written over.

import { existsSync } from 'node:fs'
import { join } from 'node:path'

import type { Logger } from 'pino'

import { CollectorError, fromUnixMillis } from '../../model/index.ts'
import type { Backup, Backups } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import { messageOf, toStoreError } from '../engine/engine-errors.ts'
import { writeBackup } from './write-backup.ts'

/** A file name on every system, and no hidden one. */
const NAME = /^[A-Za-z0-9][\w-]{0,63}$/

/** Copying some gigabytes takes this long; nobody waits for it in a loop. */
const RETRY_AFTER_SECONDS = 30

export interface StoreBackupsOptions {
  readonly engine: Engine
  /** Absolute. */
  readonly backupDir: string
  readonly logger: Logger
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export class StoreBackups implements Backups {
  readonly #options: StoreBackupsOptions
  readonly #closing = new AbortController()
  #last: Backup | undefined
  #running: Promise<void> | undefined

  constructor(options: StoreBackupsOptions) {
    this.#options = options
  }

  start(name: string): Backup {
    const { backupDir, now } = this.#options
    if (!NAME.test(name)) {
      throw invalid(
        `${JSON.stringify(name.slice(0, 80))} is no name of a backup; 1 to 64 letters, digits, - and _ are right`
      )
    }
    if (this.#closing.signal.aborted || this.#running !== undefined) throw busy(this.#last)
    const folder = join(backupDir, name)
    if (existsSync(folder)) throw invalid(`${folder} exists already; choose another name`)
    const startedAtMs = now()
    const backup: Backup = {
      name,
      folder,
      state: 'running',
      startedAt: fromUnixMillis(startedAtMs),
      finishedAt: undefined,
      bytes: undefined,
      problem: undefined
    }
    this.#last = backup
    this.#running = this.#write(backup, new Date(startedAtMs).toISOString()).finally(() => {
      this.#running = undefined
    })
    return backup
  }

  last(): Backup | undefined {
    return this.#last
  }

  /** Stops the one that runs; what it wrote is removed. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#running
  }

  async #write(backup: Backup, startedAt: string): Promise<void> {
    const { engine, logger, now } = this.#options
    const { name, folder } = backup
    const { signal } = this.#closing
    try {
      const bytes = await writeBackup({ engine, folder, signal, startedAt })
      const finishedAt = fromUnixMillis(now())
      this.#last = { ...backup, state: 'done', finishedAt, bytes }
      logger.info({ name, folder, bytes }, 'backup done')
    } catch (error) {
      const problem = signal.aborted
        ? 'the store was closed before it was whole'
        : messageOf(toStoreError(error, 'back up'))
      this.#last = { ...backup, state: 'failed', finishedAt: fromUnixMillis(now()), problem }
      logger.error({ name, folder, err: error }, `backup failed: ${problem}`)
    }
  }
}

function invalid(message: string): CollectorError {
  return new CollectorError('INVALID_ARGUMENT', message, { retryable: false })
}

function busy(running: Backup | undefined): CollectorError {
  return new CollectorError(
    'STORE_BUSY',
    `the backup ${running?.name ?? ''} is being made; one at a time is`,
    { retryable: true, retryAfterSeconds: RETRY_AFTER_SECONDS }
  )
}
