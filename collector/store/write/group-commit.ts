// Group commit: batches that arrive while the engine writes go in together with the next write, because
// the price of an insert is mostly the insert. Bounded: what does not fit into the queue is refused before
// memory grows, and whoever is refused knows it at once.

import type { IngestBatch, IngestWriter } from '../../model/index.ts'
import { CollectorError } from '../../model/index.ts'
import { isUnavailable, mayDependOnRows } from '../engine/engine-errors.ts'
import type { WriteMetrics } from '../store-metrics.ts'
import type { EncodedBatch, IngestFormat } from './ingest-format.ts'

/** Of tiny rows; others reach the bytes first. Batching beyond this gained nothing and costs memory (test/bench/ingest.ts). */
const GROUP_ROWS_MAX = 65_536

/** Of both tables: six thousand spans of 6 KB with their steps. Half of it cost 21 µs of CPU more a span (ADR 0008). */
const GROUP_BYTES_MAX = 67_108_864

/** One being inserted and, once it is full, the next, so that the engine has always something to do. */
const GROUPS_UNDER_WAY_MAX = 2

/** Wait for neighbours when the engine is idle. A write takes ten times that; nobody notices. */
const GATHER_MS = 3

/**
 * From the start of one write to the start of the next, unless that is full: twenty writes a second bound what
 * many small requests cost, and the parts that have to be merged.
 */
const INTERVAL_MS = 50

/** A queue that is full now is half as full a second later. */
const RETRY_AFTER_SECONDS = 1

export interface QueueBounds {
  /** Rows accepted and not yet written. */
  readonly rowsMax: number
  /** Of them, as they will be written. */
  readonly bytesMax: number
}

export interface GroupCommitOptions<Encoded extends EncodedBatch> {
  readonly format: IngestFormat<Encoded>
  readonly bounds: QueueBounds
  readonly metrics: WriteMetrics
}

interface Waiting<Encoded> {
  readonly batch: Encoded
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class GroupCommit<Encoded extends EncodedBatch> implements IngestWriter {
  readonly #format: IngestFormat<Encoded>
  readonly #bounds: QueueBounds
  readonly #metrics: WriteMetrics
  #waiting: Waiting<Encoded>[] = []
  /** Accepted and not yet settled; of these, what is not yet under way. */
  #rows = 0
  #bytes = 0
  #waitingRows = 0
  #waitingBytes = 0
  readonly #underWay = new Set<Promise<void>>()
  #startedAt = -Infinity
  #timer: NodeJS.Timeout | undefined
  #lastError: unknown
  #isClosed = false

  constructor({ format, bounds, metrics }: GroupCommitOptions<Encoded>) {
    this.#format = format
    this.#bounds = bounds
    this.#metrics = metrics
    metrics.observeQueue(() => ({ rows: this.#rows, bytes: this.#bytes }))
  }

  /** Keeps nothing of the batch but its bytes. */
  async write(batch: IngestBatch): Promise<void> {
    if (this.#isClosed) throw closed()
    const rows = batch.spans.length + batch.steps.length
    if (rows === 0) return
    // Before encoding, which is the larger part of what a refused batch would cost.
    this.#checkRoom(rows, 0)
    const encoded = this.#format.encode(batch)
    this.#checkRoom(encoded.rows, encoded.bytes)
    return this.#enqueue(encoded)
  }

  /** Writes what was accepted, and accepts nothing more. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#startGroups()
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  /** A batch larger than the whole queue is taken when the queue is empty: the receiver bounds it. */
  #checkRoom(rows: number, bytes: number): void {
    if (this.#rows === 0) return
    const { rowsMax, bytesMax } = this.#bounds
    if (this.#rows + rows <= rowsMax && this.#bytes + bytes <= bytesMax) return
    this.#metrics.countRefused(rows)
    throw new CollectorError(
      'STORE_BUSY',
      `${this.#rows} rows (${this.#bytes} bytes) wait to be written; at most ${rowsMax} (${bytesMax}) may`,
      { retryable: true, retryAfterSeconds: RETRY_AFTER_SECONDS }
    )
  }

  #enqueue(batch: Encoded): Promise<void> {
    this.#rows += batch.rows
    this.#bytes += batch.bytes
    this.#waitingRows += batch.rows
    this.#waitingBytes += batch.bytes
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject })
      this.#startGroups()
    })
  }

  /** Starts what may start now, and sees to it that the rest will. */
  #startGroups(): void {
    while (this.#waiting.length > 0 && this.#mayStart()) this.#start(this.#takeGroup())
    if (this.#waiting.length === 0 || this.#underWay.size > 0 || this.#timer !== undefined) return
    const delayMs = Math.max(GATHER_MS, this.#startedAt + INTERVAL_MS - performance.now())
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#underWay.size === 0) this.#start(this.#takeGroup())
    }, delayMs)
  }

  #mayStart(): boolean {
    const isFull = this.#waitingRows >= GROUP_ROWS_MAX || this.#waitingBytes >= GROUP_BYTES_MAX
    return this.#underWay.size < (isFull ? GROUPS_UNDER_WAY_MAX : this.#isClosed ? 1 : 0)
  }

  #start(group: readonly Waiting<Encoded>[]): void {
    if (group.length === 0) return
    this.#startedAt = performance.now()
    const committing = this.#commit(group).finally(() => {
      this.#underWay.delete(committing)
      this.#startGroups()
    })
    this.#underWay.add(committing)
  }

  #takeGroup(): readonly Waiting<Encoded>[] {
    let rows = 0
    let bytes = 0
    let count = 0
    for (const { batch } of this.#waiting) {
      rows += batch.rows
      bytes += batch.bytes
      if (count > 0 && (rows > GROUP_ROWS_MAX || bytes > GROUP_BYTES_MAX)) break
      count += 1
    }
    const group = this.#waiting.splice(0, count)
    for (const { batch } of group) {
      this.#waitingRows -= batch.rows
      this.#waitingBytes -= batch.bytes
    }
    return group
  }

  async #commit(group: readonly Waiting<Encoded>[]): Promise<void> {
    // On the way out, a store that is gone is asked once and not once for every group.
    if (this.#isClosed && isUnavailable(this.#lastError)) {
      this.#settleAll(group, this.#lastError)
      return
    }
    const error = await this.#insert(group)
    this.#lastError = error
    if (error === undefined || group.length === 1 || !mayDependOnRows(error)) {
      this.#settleAll(group, error)
      return
    }
    // One batch that cannot be written must not fail its neighbours.
    for (const waiting of group) this.#settleAll([waiting], await this.#insert([waiting]))
  }

  async #insert(group: readonly Waiting<Encoded>[]): Promise<unknown> {
    const rows = group.reduce((sum, { batch }) => sum + batch.rows, 0)
    return this.#metrics.timeWrite(rows, () => this.#format.insert(group.map(({ batch }) => batch)))
  }

  #settleAll(group: readonly Waiting<Encoded>[], error: unknown): void {
    for (const { batch, resolve, reject } of group) {
      this.#rows -= batch.rows
      this.#bytes -= batch.bytes
      if (error === undefined) resolve()
      else reject(error)
    }
  }
}

function closed(): CollectorError {
  return new CollectorError('STORE_UNAVAILABLE', 'The store is closing', {
    retryable: true,
    retryAfterSeconds: RETRY_AFTER_SECONDS
  })
}
