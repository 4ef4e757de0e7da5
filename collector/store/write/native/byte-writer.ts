// A buffer that grows while it is written, in the spellings of ClickHouse's binary formats: little endian,
// lengths as varints. One is used again for every block, so that ingest allocates nothing but what it keeps.
// https://clickhouse.com/docs/interfaces/formats/Native

/** Beyond this length a call into the runtime is cheaper than a loop here (test/bench/store-encode.ts). */
const SHORT_TEXT_UNITS_MAX = 32

/** Longest varint of a length: 2^35 is more than any text. */
const VARINT_BYTES_MAX = 5

/** Of a UTF-16 unit; a pair of them takes four. */
const UTF8_BYTES_MAX = 3

const TWO_POW_32 = 0x1_0000_0000

export class ByteWriter {
  #bytes: Buffer
  #view: DataView
  #at = 0

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity)
    this.#view = new DataView(this.#bytes.buffer)
  }

  get length(): number {
    return this.#at
  }

  /** Capacity is kept, except what was needed for once. */
  clear(keptBytesMax: number): void {
    this.#at = 0
    if (this.#bytes.length > keptBytesMax) this.#allocate(keptBytesMax)
  }

  /** All that was written, to the front of `target`. */
  copyTo(target: Buffer): void {
    this.#bytes.copy(target, 0, 0, this.#at)
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#at] = value
    this.#at += 1
  }

  /** At most 2^35 - 1. */
  varint(value: number): void {
    this.#reserve(VARINT_BYTES_MAX)
    this.#varint(value)
  }

  uint32(value: number): void {
    this.#reserve(4)
    this.#view.setUint32(this.#at, value, true)
    this.#at += 4
  }

  /** A whole number, safe and not negative. */
  uint64(value: number): void {
    this.#reserve(8)
    this.#view.setUint32(this.#at, value, true)
    this.#view.setUint32(this.#at + 4, value / TWO_POW_32, true)
    this.#at += 8
  }

  int64(value: bigint): void {
    this.#reserve(8)
    this.#view.setBigInt64(this.#at, value, true)
    this.#at += 8
  }

  float64(value: number): void {
    this.#reserve(8)
    this.#view.setFloat64(this.#at, value, true)
    this.#at += 8
  }

  /** Length and UTF-8. Half of a surrogate pair becomes U+FFFD. */
  text(value: string): void {
    const units = value.length
    if (units > SHORT_TEXT_UNITS_MAX) {
      this.#longText(value)
      return
    }
    this.#reserve(units + 1)
    const bytes = this.#bytes
    let at = this.#at
    bytes[at] = units
    for (let index = 0; index < units; index += 1) {
      const unit = value.charCodeAt(index)
      if (unit > 0x7f) {
        this.#longText(value)
        return
      }
      at += 1
      bytes[at] = unit
    }
    this.#at = at + 1
  }

  /** Writes again what stands from `start` to `end`. */
  again(start: number, end: number): void {
    this.#reserve(end - start)
    this.#bytes.copyWithin(this.#at, start, end)
    this.#at += end - start
  }

  /**
   * Written behind as many bytes as the length of ASCII takes, and moved when it takes another one: asking for
   * the length first costs more than the writing.
   */
  #longText(value: string): void {
    const room = value.length * UTF8_BYTES_MAX
    this.#reserve(room + VARINT_BYTES_MAX)
    const start = this.#at
    const guessed = varintBytes(value.length)
    const length = this.#bytes.write(value, start + guessed, room, 'utf8')
    const taken = varintBytes(length)
    if (taken !== guessed) {
      this.#bytes.copyWithin(start + taken, start + guessed, start + guessed + length)
    }
    this.#varint(length)
    this.#at = start + taken + length
  }

  #varint(value: number): void {
    let left = value
    while (left >= 0x80) {
      // Not with bit operators alone: they would cut at 32 bits.
      this.#bytes[this.#at] = (left & 0x7f) | 0x80
      this.#at += 1
      left = Math.floor(left / 0x80)
    }
    this.#bytes[this.#at] = left
    this.#at += 1
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes
    if (needed <= this.#bytes.length) return
    const grown = this.#bytes
    this.#allocate(Math.max(needed, grown.length * 2))
    grown.copy(this.#bytes, 0, 0, this.#at)
  }

  #allocate(capacity: number): void {
    this.#bytes = Buffer.allocUnsafeSlow(capacity)
    this.#view = new DataView(this.#bytes.buffer)
  }
}

function varintBytes(value: number): number {
  let bytes = 1
  for (let left = value; left >= 0x80; left = Math.floor(left / 0x80)) bytes += 1
  return bytes
}
