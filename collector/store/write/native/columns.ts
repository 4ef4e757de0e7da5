// Kinds of columns of a Native block: a name, a type, and how the cells of all rows are written one after the
// other. Types are plain where the table's are LowCardinality: the engine converts while it inserts, and
// dictionaries made here were measured to gain nothing.
// Layout: https://clickhouse.com/docs/interfaces/formats/Native

import type { ByteWriter } from './byte-writer.ts'

export interface Column<Row> {
  readonly name: string
  readonly type: string
  write(out: ByteWriter, rows: readonly Row[]): void
}

export type TextMap = Readonly<Record<string, unknown>>

/** The end of DateTime64(9), 2262-04-11; a later time is stored as that. */
const NANOS_MAX = 9_223_372_036_854_775_807n
const NANOS_PER_SECOND = 1_000_000_000n
const UINT32_MAX = 4_294_967_295

/** An absent text is an empty one. */
export function text<Row>(name: string, of: (row: Row) => string | undefined): Column<Row> {
  return {
    name,
    type: 'String',
    write: (out, rows) => {
      for (const row of rows) out.text(of(row) ?? '')
    }
  }
}

export function flag<Row>(name: string, of: (row: Row) => boolean): Column<Row> {
  return {
    name,
    type: 'Bool',
    write: (out, rows) => {
      for (const row of rows) out.byte(of(row) ? 1 : 0)
    }
  }
}

export function nanos<Row>(name: string, of: (row: Row) => bigint): Column<Row> {
  return {
    name,
    type: 'DateTime64(9)',
    write: (out, rows) => {
      for (const row of rows) out.int64(clampNanos(of(row)))
    }
  }
}

/** Whole seconds of a time in nanoseconds. */
export function seconds<Row>(name: string, of: (row: Row) => bigint): Column<Row> {
  return {
    name,
    type: 'DateTime',
    write: (out, rows) => {
      for (const row of rows) out.uint32(Number(clampSeconds(of(row))))
    }
  }
}

export function duration<Row>(name: string, of: (row: Row) => bigint): Column<Row> {
  return {
    name,
    type: 'UInt64',
    write: (out, rows) => {
      for (const row of rows) out.int64(clampNanos(of(row)))
    }
  }
}

/** `of` gives what the column can hold. */
export function uint32<Row>(name: string, of: (row: Row) => number): Column<Row> {
  return {
    name,
    type: 'UInt32',
    write: (out, rows) => {
      for (const row of rows) out.uint32(of(row))
    }
  }
}

/** `of` gives what the column can hold, up to the safe integers. */
export function uint64<Row>(name: string, of: (row: Row) => number): Column<Row> {
  return {
    name,
    type: 'UInt64',
    write: (out, rows) => {
      for (const row of rows) out.uint64(of(row))
    }
  }
}

/** `of` gives a safe integer, or null. */
export function optionalUint64<Row>(name: string, of: (row: Row) => number | null): Column<Row> {
  return optional(name, 'UInt64', of, (out, value) => out.uint64(value))
}

/** `of` gives a safe integer, or null. */
export function optionalInt64<Row>(name: string, of: (row: Row) => number | null): Column<Row> {
  return optional(name, 'Int64', of, (out, value) => out.int64(BigInt(value)))
}

export function optionalFloat64<Row>(name: string, of: (row: Row) => number | null): Column<Row> {
  return optional(name, 'Float64', of, (out, value) => out.float64(value))
}

/** First which are null, then a value for each, null or not. */
function optional<Row>(
  name: string,
  type: string,
  of: (row: Row) => number | null,
  writeValue: (out: ByteWriter, value: number) => void
): Column<Row> {
  return {
    name,
    type: `Nullable(${type})`,
    write: (out, rows) => {
      for (const row of rows) out.byte(of(row) === null ? 1 : 0)
      for (const row of rows) writeValue(out, of(row) ?? 0)
    }
  }
}

/** A list in each row; a column of it is a column over all items. */
export function list<Row, Item>(
  of: (row: Row) => readonly Item[],
  item: Column<Item>
): Column<Row> {
  return {
    name: item.name,
    type: `Array(${item.type})`,
    write: (out, rows) => {
      let count = 0
      for (const row of rows) out.uint64((count += of(row).length))
      if (count > 0) item.write(out, rows.flatMap(of))
    }
  }
}

/** Texts by name. Rows that share the object share the work: resources are the same for many spans. */
export function textMap<Row, Value>(
  name: string,
  of: (row: Row) => Readonly<Record<string, Value>>,
  toText: (value: Value) => string
): Column<Row> {
  return {
    name,
    type: 'Map(String, String)',
    write: (out, rows) => {
      writeSizes(out, rows.map(of))
      writeShared(out, rows, of, (entries) => {
        for (const key in entries) out.text(key)
      })
      writeShared(out, rows, of, (entries) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the key is one of the object's own
        for (const key in entries) out.text(toText(entries[key] as Value))
      })
    }
  }
}

/** How many entries there are up to and with each row. */
function writeSizes(out: ByteWriter, maps: readonly TextMap[]): void {
  let count = 0
  let before: TextMap | undefined
  let size = 0
  for (const entries of maps) {
    if (entries !== before) size = countKeys(entries)
    before = entries
    out.uint64((count += size))
  }
}

function countKeys(entries: TextMap): number {
  let count = 0
  for (const _ in entries) count += 1
  return count
}

function writeShared<Row, Entries>(
  out: ByteWriter,
  rows: readonly Row[],
  of: (row: Row) => Entries,
  write: (entries: Entries) => void
): void {
  let before: Entries | undefined
  let start = 0
  let end = 0
  for (const row of rows) {
    const entries = of(row)
    if (entries === before) {
      out.again(start, end)
      continue
    }
    start = out.length
    write(entries)
    end = out.length
    before = entries
  }
}

function clampNanos(time: bigint): bigint {
  if (time < 0n) return 0n
  return time > NANOS_MAX ? NANOS_MAX : time
}

function clampSeconds(time: bigint): bigint {
  const whole = time / NANOS_PER_SECOND
  if (whole < 0n) return 0n
  return whole > BigInt(UINT32_MAX) ? BigInt(UINT32_MAX) : whole
}
