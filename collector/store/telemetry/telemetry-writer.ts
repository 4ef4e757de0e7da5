// Writes log records and data points: durable when resolved, bounded before, each batch once. A batch that is
// alone in its table's insert goes in under a deduplication token made of its content, which the engine itself
// remembers over restarts; those that wait for the engine meanwhile go in together with the next write.

import type { LogWriter, MetricWriter } from '../../model/index.ts'
import { CollectorError } from '../../model/index.ts'
import type { FreeSpace } from '../disk/free-space.ts'
import type { Engine, TableName } from '../engine/engine.ts'
import { isUnavailable, mayDependOnRows } from '../engine/engine-errors.ts'
import type { TelemetryMetrics } from '../store-metrics.ts'
import { type EncodedRow, splitInserts } from '../write/split-inserts.ts'
import { RecentBatches } from './recent-batches.ts'
import { encodeLogs, encodeMetrics, type TelemetryBatch } from './telemetry-batch.ts'

/** Batching beyond this gained nothing for spans and costs memory. */
const GROUP_ROWS_MAX = 10_000

/** 16 Mi UTF-16 units, one insert's worth. */
const GROUP_CHARS_MAX = 16_777_216

/** A queue that is full now is half as full a second later. */
const RETRY_AFTER_SECONDS = 1

export interface TelemetryBounds {
  /** Rows accepted and not yet written. */
  readonly rowsMax: number
  /** UTF-16 units of them as JSON. */
  readonly charsMax: number
}

/** Half of what spans have: 64 to 128 MB. */
export const TELEMETRY_BOUNDS_DEFAULT: TelemetryBounds = { rowsMax: 50_000, charsMax: 67_108_864 }

export interface TelemetryWriterOptions {
  readonly engine: Engine
  readonly metrics: TelemetryMetrics
  /** Asked for room before each write; none where the disk is a server's. */
  readonly disk: { readonly freeSpace: FreeSpace } | undefined
  /** TELEMETRY_BOUNDS_DEFAULT unless given. */
  readonly bounds?: TelemetryBounds
  /** Milliseconds since 1970. */
  readonly now: () => number
}

interface Waiting {
  readonly batch: TelemetryBatch
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class TelemetryWriter {
  readonly #engine: Engine
  readonly #metrics: TelemetryMetrics
  readonly #disk: TelemetryWriterOptions['disk']
  readonly #bounds: TelemetryBounds
  readonly #recent: RecentBatches
  #waiting: Waiting[] = []
  #rows = 0
  #chars = 0
  #committing: Promise<void> | undefined
  #lastError: unknown
  #isClosed = false

  constructor({ engine, metrics, disk, bounds, now }: TelemetryWriterOptions) {
    this.#disk = disk
    this.#engine = engine
    this.#metrics = metrics
    this.#bounds = bounds ?? TELEMETRY_BOUNDS_DEFAULT
    this.#recent = new RecentBatches(now)
    metrics.observeTelemetryQueue(() => this.#rows)
  }

  doors(): LogWriter & MetricWriter {
    return {
      writeLogs: (records) => this.#write(records, encodeLogs),
      writeMetrics: (points) => this.#write(points, encodeMetrics)
    }
  }

  /** Writes what was accepted, and accepts nothing more. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#committing
  }

  async #write<Item>(
    items: readonly Item[],
    encode: (items: readonly Item[]) => TelemetryBatch
  ): Promise<void> {
    if (items.length === 0) return
    await this.#disk?.freeSpace.requireRoom()
    if (this.#isClosed) throw closed()
    // Before encoding, which is the larger part of what a refused batch would cost.
    this.#checkRoom(items.length, 0)
    const batch = encode(items)
    const outcome = await this.#recent.writeOnce(batch.digest, async () => {
      this.#checkRoom(batch.rows, batch.chars)
      await this.#enqueue(batch)
    })
    if (outcome === 'repeated') this.#metrics.countRepeated(batch.rows)
  }

  /** A batch larger than the whole queue is taken when the queue is empty: the receiver bounds it. */
  #checkRoom(rows: number, chars: number): void {
    if (this.#rows === 0) return
    const { rowsMax, charsMax } = this.#bounds
    if (this.#rows + rows <= rowsMax && this.#chars + chars <= charsMax) return
    this.#metrics.countRefused(rows)
    throw new CollectorError(
      'STORE_BUSY',
      `${this.#rows} rows (${this.#chars} characters) of logs and metrics wait to be written; at most ${rowsMax} (${charsMax}) may`,
      { retryable: true, retryAfterSeconds: RETRY_AFTER_SECONDS }
    )
  }

  #enqueue(batch: TelemetryBatch): Promise<void> {
    this.#rows += batch.rows
    this.#chars += batch.chars
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject })
      this.#committing ??= this.#commitAll()
    })
  }

  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commit(this.#takeGroup())
    this.#committing = undefined
  }

  #takeGroup(): readonly Waiting[] {
    let rows = 0
    let chars = 0
    let count = 0
    for (const { batch } of this.#waiting) {
      rows += batch.rows
      chars += batch.chars
      if (count > 0 && (rows > GROUP_ROWS_MAX || chars > GROUP_CHARS_MAX)) break
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
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

  async #insert(group: readonly Waiting[]): Promise<unknown> {
    const batches = group.map(({ batch }) => batch)
    const rows = batches.reduce((sum, batch) => sum + batch.rows, 0)
    return this.#metrics.timeTelemetryWrite(rows, async () => {
      for (const [table, { encoded, token }] of byTable(batches)) {
        for (const [at, insert] of splitInserts(encoded).entries()) {
          const tokenOfPart = token === undefined ? {} : { token: `${token}-${at}` }
          await this.#engine.insert('telemetry', { table, rows: insert, ...tokenOfPart })
        }
      }
    })
  }

  #settleAll(group: readonly Waiting[], error: unknown): void {
    for (const { batch, resolve, reject } of group) {
      this.#rows -= batch.rows
      this.#chars -= batch.chars
      if (error === undefined) resolve()
      else reject(error)
    }
  }
}

interface TableRows {
  readonly encoded: EncodedRow[]
  /** Of the one batch that these rows are of; undefined when they are of several. */
  readonly token: string | undefined
}

/** Logs do not cost metrics their tokens, nor the other way round: they have no table in common. */
function byTable(batches: readonly TelemetryBatch[]): ReadonlyMap<TableName, TableRows> {
  const merged = new Map<TableName, TableRows>()
  for (const { rowsOf, digest } of batches) {
    for (const [table, rows] of rowsOf) {
      const held = merged.get(table)
      if (held === undefined) {
        merged.set(table, { encoded: [...rows], token: digest })
        continue
      }
      for (const row of rows) held.encoded.push(row)
      merged.set(table, { encoded: held.encoded, token: undefined })
    }
  }
  return merged
}

function closed(): CollectorError {
  return new CollectorError('STORE_UNAVAILABLE', 'The store is closing', {
    retryable: true,
    retryAfterSeconds: RETRY_AFTER_SECONDS
  })
}
