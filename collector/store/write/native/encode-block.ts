// Rows of one table as a block in ClickHouse's Native format, column by column.
// https://clickhouse.com/docs/interfaces/formats/Native

import type { BufferPool } from './buffer-pool.ts'
import { ByteWriter } from './byte-writer.ts'
import type { Column } from './columns.ts'

/** 512 spans of 6 KB. Kept between blocks; what a larger one needed is let go. */
const SCRATCH_BYTES = 4_194_304
const SCRATCH_KEPT_BYTES_MAX = 16_777_216

/** Encodes blocks one after the other in the same memory. */
export class BlockEncoder {
  readonly #out = new ByteWriter(SCRATCH_BYTES)
  readonly #pool: BufferPool

  constructor(pool: BufferPool) {
    this.#pool = pool
  }

  /** In a buffer of the pool. */
  encode<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Buffer {
    const out = this.#out
    out.clear(SCRATCH_KEPT_BYTES_MAX)
    out.varint(columns.length)
    out.varint(rows.length)
    for (const column of columns) {
      out.text(column.name)
      out.text(column.type)
      column.write(out, rows)
    }
    const block = this.#pool.take(out.length)
    out.copyTo(block)
    return block
  }
}
