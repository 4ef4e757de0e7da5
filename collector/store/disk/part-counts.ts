// Active parts of each table: an engine that cannot merge as fast as it is written to shows here first, long before
// it refuses inserts (https://clickhouse.com/docs/operations/settings/merge-tree-settings#parts_to_throw_insert).

import type { Meter } from '@opentelemetry/api'

import type { Engine } from '../engine/engine.ts'
import { sqlText } from '../sql/sql-text.ts'

// Reads the engine's list of parts, no data. Called by each exposition of metrics.
const COUNT_PARTS = `
SELECT
    table AS Table,
    count() AS Parts
FROM system.parts
WHERE active
    AND database = {database: String}
GROUP BY table`

export class PartCounts {
  readonly #engine: Engine
  #parts: ReadonlyMap<string, number> = new Map()
  #reading: Promise<void> | undefined
  #isClosed = false

  constructor(engine: Engine, meter: Meter) {
    this.#engine = engine
    meter
      .createObservableGauge('onset_store_parts', {
        description: 'Active parts by table, as of the exposition before.'
      })
      .addCallback((result) => {
        for (const [table, parts] of this.#parts) result.observe(parts, { table })
        // Not awaited: an engine that is stuck must not keep the metrics that would tell of it.
        this.#read()
      })
    this.#read()
  }

  /** Waits for the look under way. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#reading
  }

  #read(): void {
    if (this.#isClosed) return
    this.#reading ??= this.#readOnce().finally(() => {
      this.#reading = undefined
    })
  }

  async #readOnce(): Promise<void> {
    try {
      const rows = await this.#engine.read<{ Table: string; Parts: string }>(
        'analysis',
        sqlText(COUNT_PARTS, { database: this.#engine.database })
      )
      this.#parts = new Map(rows.map(({ Table, Parts }) => [Table, Number(Parts)]))
    } catch {
      // A server whose user may not read system.parts, or that is gone: an old count would be a lie.
      this.#parts = new Map()
    }
  }
}
