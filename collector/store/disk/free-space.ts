// Refuses ingest while the disk still has room for everything else: merges need space to make space, and
// an engine whose disk is full to the last byte can neither merge, drop, nor note what it did.

import { statfs } from 'node:fs/promises'

import { CollectorError } from '../../model/index.ts'

/** Two groups of ingest in flight and a merge of what they wrote. */
const FREE_BYTES_MIN = 268_435_456

/** Of a small disk the bound above would be all. */
const FREE_SHARE_MIN = 0.05

/** Far from enough for ingest to write {@link FREE_BYTES_MIN}: at full speed 6 MB (bench/store-insert). */
const SAMPLE_MS = 1_000

/** A full disk is freed by people or by expiry, not within a second. */
const RETRY_AFTER_SECONDS = 30

export interface FreeSpaceOptions {
  readonly folder: string
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export class FreeSpace {
  readonly #options: FreeSpaceOptions
  #enoughAt = Number.NEGATIVE_INFINITY
  #looking: Promise<void> | undefined

  constructor(options: FreeSpaceOptions) {
    this.#options = options
  }

  /** @throws CollectorError STORE_DISK_FULL, retryable. Looks again each time until there is room. */
  async requireRoom(): Promise<void> {
    const age = this.#options.now() - this.#enoughAt
    // Below zero: the clock was set back, by more than a disk takes to fill perhaps.
    if (age >= 0 && age < SAMPLE_MS) return
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    await this.#looking
  }

  async #look(): Promise<void> {
    const { folder, now } = this.#options
    // A folder that cannot be looked at is the engine's to complain about: it says what is wrong.
    const disk = await statfs(folder).catch(() => undefined)
    if (disk !== undefined) {
      const freeBytes = disk.bavail * disk.bsize
      const neededBytes = Math.min(FREE_BYTES_MIN, disk.blocks * disk.bsize * FREE_SHARE_MIN)
      if (freeBytes < neededBytes) throw full(freeBytes, neededBytes)
    }
    this.#enoughAt = now()
  }
}

function full(freeBytes: number, neededBytes: number): CollectorError {
  return new CollectorError(
    'STORE_DISK_FULL',
    `the disk under the store is full: ${freeBytes} bytes are free, ${Math.ceil(neededBytes)} are kept so that ` +
      'what is stored can be merged and expire; free space there, or set ONSET_DISK_BUDGET_BYTES or fewer days',
    { retryable: true, retryAfterSeconds: RETRY_AFTER_SECONDS }
  )
}
