// What the tables take on disk, as the engine counts it: active parts. Parts that were merged away stay on
// disk for some minutes more and are not counted.

import type { Engine } from '../engine/engine.ts'
import { sqlText } from '../sql/sql-text.ts'
import { BUDGET_TABLES, type Partition } from './plan-drops.ts'

// Reads one row a partition from the engine's list of parts, no data. Called by each check.
const READ_SIZES = `
SELECT
    table AS Table,
    partition_id AS Id,
    sum(bytes_on_disk) AS Bytes
FROM system.parts
WHERE active
    AND database = {database: String}
GROUP BY
    table,
    partition_id`

// Reads the arrival of every row of a table: 4 to 8 bytes each, compressed to less than one. Called only
// when something has to go.
const READ_ARRIVALS = `
SELECT
    _partition_id AS Id,
    toUnixTimestamp(max(IngestedAt)) AS NewestArrival
FROM {database: Identifier}.{table: Identifier}
GROUP BY _partition_id`

export interface PartitionSize {
  readonly table: string
  readonly id: string
  readonly bytes: number
}

export async function readSizes(engine: Engine): Promise<readonly PartitionSize[]> {
  const rows = await engine.read<{ Table: string; Id: string; Bytes: string }>(
    'analysis',
    sqlText(READ_SIZES, { database: engine.database })
  )
  return rows.map((row) => ({ table: row.Table, id: row.Id, bytes: Number(row.Bytes) }))
}

/** Those of the tables that may give, with when their newest row came in. */
export async function readPartitions(
  engine: Engine,
  sizes: readonly PartitionSize[]
): Promise<readonly Partition[]> {
  const partitions: Partition[] = []
  for (const table of BUDGET_TABLES) {
    const parameters = { database: engine.database, table }
    const rows = await engine.read<{ Id: string; NewestArrival: number }>(
      'analysis',
      sqlText(READ_ARRIVALS, parameters)
    )
    const bytesOf = new Map(
      sizes.filter((size) => size.table === table).map(({ id, bytes }) => [id, bytes])
    )
    for (const { Id, NewestArrival } of rows) {
      const bytes = bytesOf.get(Id)
      // A partition that came in between the two looks is the newest: its turn is never now.
      if (bytes === undefined) continue
      partitions.push({ table, id: Id, bytes, newestArrival: NewestArrival })
    }
  }
  return partitions
}
