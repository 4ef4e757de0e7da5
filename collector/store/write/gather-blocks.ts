// Cuts rows into blocks and gathers the blocks of one table into inserts that the engine takes: bounded in rows,
// in bytes, and in partitions, of which an insert may touch a hundred and each of which becomes a file (error 252).

import { INSERT_PARTITIONS_MAX } from './split-inserts.ts'

/** Of 500 B; of 6 KB the bytes are reached first. More gains nothing and costs memory (test/bench/ingest.ts). */
const INSERT_ROWS_MAX = 65_536

/** The engine holds an insert about three times while it sorts and compresses. */
export const INSERT_BYTES_MAX = 67_108_864

/** Rows in the format of the wire. */
export interface EncodedBlock {
  readonly rows: number
  readonly bytes: Buffer
  /** Numbers of the days or weeks that the engine will file the rows under. */
  readonly partitions: ReadonlySet<number>
}

/** Rows that one block may hold as far as partitions go. */
export interface RowGroup<Row> {
  readonly rows: readonly Row[]
  readonly partitions: ReadonlySet<number>
}

/** In the given order, unless there are so many partitions that rows must be gathered by them. */
export function splitByPartitions<Row>(
  rows: readonly Row[],
  partitionOf: (row: Row) => number
): readonly RowGroup<Row>[] {
  const byPartition = new Map<number, Row[]>()
  for (const row of rows) {
    const partition = partitionOf(row)
    const known = byPartition.get(partition)
    if (known === undefined) byPartition.set(partition, [row])
    else known.push(row)
  }
  if (byPartition.size <= INSERT_PARTITIONS_MAX) {
    return rows.length === 0 ? [] : [{ rows, partitions: new Set(byPartition.keys()) }]
  }
  const groups: RowGroup<Row>[] = []
  const ordered = [...byPartition].toSorted(([a], [b]) => a - b)
  for (let at = 0; at < ordered.length; at += INSERT_PARTITIONS_MAX) {
    const some = ordered.slice(at, at + INSERT_PARTITIONS_MAX)
    groups.push({
      rows: some.flatMap(([, held]) => held),
      partitions: new Set(some.map(([partition]) => partition))
    })
  }
  return groups
}

/** In the given order; a block larger than an insert is an insert of its own. */
export function gatherInserts(
  blocks: readonly EncodedBlock[]
): readonly (readonly EncodedBlock[])[] {
  const inserts: EncodedBlock[][] = []
  let insert: EncodedBlock[] = []
  let rows = 0
  let bytes = 0
  let partitions: ReadonlySet<number> = new Set()
  for (const block of blocks) {
    const touched = new Set([...partitions, ...block.partitions])
    const isFull =
      rows + block.rows > INSERT_ROWS_MAX ||
      bytes + block.bytes.length > INSERT_BYTES_MAX ||
      touched.size > INSERT_PARTITIONS_MAX
    if (isFull && insert.length > 0) {
      inserts.push(insert)
      insert = []
      rows = 0
      bytes = 0
    }
    partitions = insert.length === 0 ? block.partitions : touched
    insert.push(block)
    rows += block.rows
    bytes += block.bytes.length
  }
  if (insert.length > 0) inserts.push(insert)
  return inserts
}
