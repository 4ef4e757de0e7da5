// Cuts the rows of one table into inserts that the engine takes: bounded in rows, in text, and in
// partitions, of which an insert may touch a hundred and each of which becomes a file (error 252).

/** Rows of 4 KB reach the text's bound first; of tiny rows, more would gain nothing (bench/store-insert). */
const INSERT_ROWS_MAX = 20_000

/** 16 Mi UTF-16 units: parsed in well under a second, and far from the 512 MB a V8 string can be. */
export const INSERT_CHARS_MAX = 16_777_216

/** Half of what the engine allows: its days are those of its own time zone, ours are UTC's. */
export const INSERT_PARTITIONS_MAX = 50

const NANOS_PER_DAY = 86_400_000_000_000n

/** 1970-01-01 was a Thursday: three days into a week that begins on Monday. */
const DAYS_INTO_WEEK = 3n
const DAYS_PER_WEEK = 7n

export interface EncodedRow {
  readonly json: string
  /** Number of the day or week the engine will file the row under. */
  readonly partition: number
}

export function dayOf(time: bigint): number {
  return Number(time / NANOS_PER_DAY)
}

export function weekOf(time: bigint): number {
  return Number((time / NANOS_PER_DAY + DAYS_INTO_WEEK) / DAYS_PER_WEEK)
}

/** In the given order, unless there are so many partitions that rows must be gathered by them. */
export function splitInserts(rows: readonly EncodedRow[]): readonly (readonly string[])[] {
  const partitionCount = new Set(rows.map((row) => row.partition)).size
  const ordered =
    partitionCount <= INSERT_PARTITIONS_MAX
      ? rows
      : rows.toSorted((a, b) => a.partition - b.partition)
  const inserts: string[][] = []
  let insert: string[] = []
  let chars = 0
  let partitions = new Set<number>()
  for (const { json, partition } of ordered) {
    const isFull =
      insert.length >= INSERT_ROWS_MAX ||
      chars + json.length > INSERT_CHARS_MAX ||
      (partitions.size >= INSERT_PARTITIONS_MAX && !partitions.has(partition))
    if (isFull && insert.length > 0) {
      inserts.push(insert)
      insert = []
      chars = 0
      partitions = new Set()
    }
    insert.push(json)
    chars += json.length
    partitions.add(partition)
  }
  if (insert.length > 0) inserts.push(insert)
  return inserts
}
