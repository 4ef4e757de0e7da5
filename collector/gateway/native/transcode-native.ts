// Adds to Native blocks what newer clients expect. The embedded engine always writes revision 0 of the protocol;
// clients that name a newer one in `client_protocol_version` (clickhouse-go, and with it Grafana) expect a BlockInfo
// before each block and a byte for custom serialization after each column's type. Nothing else differs, so bytes are
// copied, and decoded only as far as is needed to find where a column ends.

import { readTypeLayout, type TypeLayout } from './type-layout.ts'

export interface Transcoded {
  readonly bytes: Uint8Array
  readonly rows: number
}

/** Of the server: DBMS_MIN_REVISION_WITH_CUSTOM_SERIALIZATION in src/Core/ProtocolDefines.h. */
const REVISION_CUSTOM_SERIALIZATION = 54_454

/** Field 1: no overflow rows; field 2: no bucket (-1); end. */
const BLOCK_INFO = Buffer.from([1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0])
const NO_CUSTOM_SERIALIZATION = Buffer.from([0])

/** `revision` is what the client asked for, above 0. @throws QueryError NOT_IMPLEMENTED for types whose end is not known. */
export function transcodeNative(bytes: Uint8Array, revision: number): Transcoded {
  const from = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const cursor = new Cursor(from)
  const parts: Buffer[] = []
  let rows = 0
  while (cursor.at < from.length) {
    parts.push(BLOCK_INFO)
    rows += copyBlock(cursor, parts, revision)
  }
  return { bytes: Buffer.concat(parts), rows }
}

/** Rows in it. */
function copyBlock(cursor: Cursor, parts: Buffer[], revision: number): number {
  const start = cursor.at
  const columns = cursor.readVarint()
  const rows = cursor.readVarint()
  parts.push(cursor.since(start))
  for (let column = 0; column < columns; column += 1) {
    const name = cursor.at
    cursor.skip(cursor.readVarint())
    const type = cursor.readText()
    parts.push(cursor.since(name))
    if (revision >= REVISION_CUSTOM_SERIALIZATION) parts.push(NO_CUSTOM_SERIALIZATION)
    const data = cursor.at
    if (rows > 0) {
      const layout = readTypeLayout(type)
      skipPrefix(cursor, layout)
      skipValues(cursor, layout, rows)
    }
    parts.push(cursor.since(data))
  }
  return rows
}

/** Versions of nested serializations all stand before the first value. */
function skipPrefix(cursor: Cursor, layout: TypeLayout): void {
  switch (layout.kind) {
    case 'fixed':
    case 'text':
      return
    case 'json':
    case 'dictionary':
      cursor.skip(8)
      return
    case 'nullable':
    case 'array':
      skipPrefix(cursor, layout.of)
      return
    case 'tuple':
      for (const element of layout.of) skipPrefix(cursor, element)
      return
  }
}

function skipValues(cursor: Cursor, layout: TypeLayout, count: number): void {
  // Arrays that are all empty write nothing for their elements.
  if (count === 0) return
  switch (layout.kind) {
    case 'fixed':
      cursor.skip(layout.bytes * count)
      return
    case 'text':
    case 'json':
      for (let at = 0; at < count; at += 1) cursor.skip(cursor.readVarint())
      return
    case 'nullable':
      cursor.skip(count)
      skipValues(cursor, layout.of, count)
      return
    case 'array': {
      cursor.skip(8 * (count - 1))
      skipValues(cursor, layout.of, cursor.readCount())
      return
    }
    case 'tuple':
      // An empty tuple writes a byte a row.
      if (layout.of.length === 0) cursor.skip(count)
      for (const element of layout.of) skipValues(cursor, element, count)
      return
    case 'dictionary':
      skipDictionary(cursor, layout.of)
      return
  }
}

/** Flags with the width of an index in the low byte, the keys, then an index a row. */
function skipDictionary(cursor: Cursor, keys: TypeLayout): void {
  const flags = cursor.readCount()
  const indexBytes = 2 ** (flags % 256)
  skipValues(cursor, keys, cursor.readCount())
  cursor.skip(indexBytes * cursor.readCount())
}

/** Reads forward; running past the end is a defect of this file, not of input. */
class Cursor {
  readonly #bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  readVarint(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.#bytes[this.at]
      if (byte === undefined) throw new RangeError('the block ends within a number')
      this.at += 1
      value += (byte % 128) * scale
      if (byte < 128) return value
      scale *= 128
    }
  }

  readCount(): number {
    const value = Number(this.#bytes.readBigUInt64LE(this.at))
    this.at += 8
    return value
  }

  readText(): string {
    const length = this.readVarint()
    const start = this.at
    this.skip(length)
    return this.#bytes.toString('utf8', start, this.at)
  }

  skip(bytes: number): void {
    this.at += bytes
    if (this.at > this.#bytes.length) throw new RangeError('the block ends within a column')
  }

  since(start: number): Buffer {
    return this.#bytes.subarray(start, this.at)
  }
}
