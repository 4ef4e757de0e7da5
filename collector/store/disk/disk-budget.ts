// Keeps the embedded store within a budget of bytes: looks at its size from time to time, warns before the
// budget is reached, and drops the oldest partitions when it is exceeded. Expiry by age (settle-tables.ts)
// goes on beside it. Refuses to drop what came last, even when that alone is more than the budget.

import type { Meter } from '@opentelemetry/api'
import type { Logger } from 'pino'

import type { Engine } from '../engine/engine.ts'
import { messageOf } from '../engine/engine-errors.ts'
import { planDrops, type Partition } from './plan-drops.ts'
import { readPartitions, readSizes } from './read-partitions.ts'

/**
 * Ingest at full speed was measured at 6 MB a second on disk (bench/store-insert, two busy cores): a budget is
 * exceeded by some 400 MB before it is noticed.
 */
export const DISK_CHECK_INTERVAL_MS = 60_000

/** Share of the budget at which an operator is told: days before the first partition goes. */
export const BUDGET_WARNING_SHARE = 0.8

/** Goes into SQL text; partition ids of ours are dates. */
const PARTITION_ID = /^[\w-]{1,64}$/

export interface DiskBudgetOptions {
  readonly engine: Engine
  /** Zero: only measured. */
  readonly budgetBytes: number
  readonly checkIntervalMs: number
  readonly meter: Meter
  readonly logger: Logger
}

type Level = 'fits' | 'warned' | 'exceeded'

export class DiskBudget {
  readonly #options: DiskBudgetOptions
  readonly #countDropped: (partition: Partition) => void
  readonly #timer: NodeJS.Timeout
  #usedBytes: number | undefined
  #level: Level = 'fits'
  #checking: Promise<void> | undefined
  #isClosed = false

  constructor(options: DiskBudgetOptions) {
    this.#options = options
    this.#countDropped = this.#createMetrics(options.meter)
    this.#timer = setInterval(() => this.#check(), options.checkIntervalMs)
    this.#timer.unref()
    this.#check()
  }

  /** Waits for the check under way. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    await this.#checking
  }

  /** A check that takes longer than the interval is not joined by a second one. */
  #check(): void {
    if (this.#isClosed) return
    this.#checking ??= this.#checkOnce()
      .catch((error: unknown) => {
        this.#options.logger.error({ err: error }, `disk budget: ${messageOf(error)}`)
      })
      .finally(() => {
        this.#checking = undefined
      })
  }

  async #checkOnce(): Promise<void> {
    const { engine, budgetBytes, logger } = this.#options
    const sizes = await readSizes(engine)
    const usedBytes = sum(sizes)
    this.#usedBytes = usedBytes
    if (budgetBytes === 0) return
    if (usedBytes <= budgetBytes) {
      this.#tell(usedBytes > budgetBytes * BUDGET_WARNING_SHARE ? 'warned' : 'fits', usedBytes)
      return
    }
    const partitions = await readPartitions(engine, sizes)
    const dropped = planDrops(partitions, usedBytes - budgetBytes)
    for (const partition of dropped) {
      if (this.#isClosed) return
      await this.#drop(partition)
    }
    if (dropped.length > 0) {
      logger.warn(
        { usedBytes, budgetBytes, freedBytes: sum(dropped), partitions: dropped.map(nameOf) },
        'disk budget exceeded: oldest partitions dropped'
      )
    }
    this.#usedBytes = usedBytes - sum(dropped)
    this.#tell(this.#usedBytes > budgetBytes ? 'exceeded' : 'warned', this.#usedBytes)
  }

  async #drop(partition: Partition): Promise<void> {
    const { engine } = this.#options
    const { table, id } = partition
    if (!PARTITION_ID.test(id)) throw new RangeError(`${id} is no partition of ours`)
    await engine.run(
      'analysis',
      `ALTER TABLE ${engine.database}.${table} DROP PARTITION ID '${id}'`
    )
    this.#countDropped(partition)
  }

  /** Once when it changes, not at each check. */
  #tell(level: Level, usedBytes: number): void {
    if (level === this.#level) return
    this.#level = level
    const { budgetBytes, logger } = this.#options
    const sizes = { usedBytes, budgetBytes }
    if (level === 'warned') {
      logger.warn(sizes, 'disk budget nearly used: beyond it the oldest raw spans are dropped')
    }
    if (level === 'exceeded') {
      logger.error(sizes, 'disk budget exceeded by what came last, which is kept: raise the budget')
    }
  }

  #createMetrics(meter: Meter): (partition: Partition) => void {
    const { budgetBytes } = this.#options
    meter
      .createObservableGauge('onset_store_disk_used_bytes', {
        description: 'Bytes of the active parts of all tables, as of the last look.'
      })
      .addCallback((result) => {
        if (this.#usedBytes !== undefined) result.observe(this.#usedBytes)
      })
    if (budgetBytes > 0) {
      meter
        .createObservableGauge('onset_store_disk_budget_bytes', {
          description: 'Bytes beyond which the oldest partitions are dropped.'
        })
        .addCallback((result) => result.observe(budgetBytes))
    }
    const partitions = meter.createCounter('onset_store_dropped_partitions', {
      description: 'Partitions dropped to stay within the disk budget, by table.'
    })
    const bytes = meter.createCounter('onset_store_dropped_bytes', {
      description: 'Bytes of partitions dropped to stay within the disk budget, by table.'
    })
    return (partition) => {
      partitions.add(1, { table: partition.table })
      bytes.add(partition.bytes, { table: partition.table })
    }
  }
}

function sum(items: readonly { readonly bytes: number }[]): number {
  return items.reduce((total, { bytes }) => total + bytes, 0)
}

function nameOf({ table, id }: Partition): string {
  return `${table}/${id}`
}
