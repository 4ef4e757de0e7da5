// Writes protobuf into one buffer. A message's length is known only at its end: one byte is left for it, and
// what is longer is moved by as many as its length needs, which costs less than a buffer for each field.
// https://protobuf.dev/programming-guides/encoding/

const VARINT = 0
const FIXED64 = 1
const LENGTH_DELIMITED = 2
const FIXED32 = 5

/** Some spans; it doubles when it is full. */
const FIRST_BYTES = 64 * 1024

/** Of a tag and of the length of a message. */
const HEAD_BYTES_MAX = 10
/** The longest that one UTF-16 unit becomes in UTF-8. */
const BYTES_PER_UNIT_MAX = 3

/** Above it a number has no room in the 32 bits that the fast way calculates in. */
const SMALL_MAX = 0x7fff_ffff

export class ProtobufWriter {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES)
  #at = 0

  /** Begins a nested message; `end` is given what this returns. */
  begin(field: number): number {
    this.#reserve(HEAD_BYTES_MAX)
    this.#tag(field, LENGTH_DELIMITED)
    this.#at += 1
    return this.#at
  }

  end(start: number): void {
    this.#reserve(HEAD_BYTES_MAX)
    this.#putLength(start)
  }

  /** Nothing for an empty text. */
  text(field: number, value: string | undefined): void {
    if (value !== undefined && value !== '') this.member(field, value)
  }

  /** A text also when it is empty. */
  member(field: number, value: string): void {
    this.#reserve(HEAD_BYTES_MAX + value.length * BYTES_PER_UNIT_MAX)
    this.#tag(field, LENGTH_DELIMITED)
    const start = this.#at + 1
    this.#at = start + this.#bytes.write(value, start, 'utf8')
    this.#putLength(start)
  }

  /** The bytes that `value` spells. */
  hex(field: number, value: string | undefined): void {
    if (value === undefined || value === '') return
    this.#reserve(HEAD_BYTES_MAX + value.length)
    this.#tag(field, LENGTH_DELIMITED)
    const start = this.#at + 1
    this.#at = start + this.#bytes.write(value, start, 'hex')
    this.#putLength(start)
  }

  /** Nothing for zero. */
  uint(field: number, value: number): void {
    if (value === 0) return
    this.#reserve(2 * HEAD_BYTES_MAX)
    this.#tag(field, VARINT)
    this.#varint(value)
  }

  /** A decimal number of 64 bits, also when it is zero. */
  varintMember(field: number, value: string): void {
    this.#reserve(2 * HEAD_BYTES_MAX)
    this.#tag(field, VARINT)
    const small = Number(value)
    if (small >= 0 && small <= SMALL_MAX) this.#varint(small)
    else this.#bigVarint(BigInt.asUintN(64, BigInt(value)))
  }

  fixed64(field: number, value: string): void {
    this.#reserve(2 * HEAD_BYTES_MAX)
    this.#tag(field, FIXED64)
    this.#at = this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), this.#at)
  }

  fixed32(field: number, value: number): void {
    this.#reserve(2 * HEAD_BYTES_MAX)
    this.#tag(field, FIXED32)
    this.#at = this.#bytes.writeUInt32LE(value >>> 0, this.#at)
  }

  double(field: number, value: number): void {
    this.#reserve(2 * HEAD_BYTES_MAX)
    this.#tag(field, FIXED64)
    this.#at = this.#bytes.writeDoubleLE(value, this.#at)
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }

  /** The length of what was written since `start`, into the byte before it and as many more as it needs. */
  #putLength(start: number): void {
    const length = this.#at - start
    let extra = 0
    for (let rest = length >>> 7; rest > 0; rest >>>= 7) extra += 1
    if (extra > 0) this.#bytes.copyWithin(start + extra, start, this.#at)
    this.#at = start - 1
    this.#varint(length)
    this.#at += length
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType)
  }

  #varint(value: number): void {
    if (value > SMALL_MAX) {
      this.#bigVarint(BigInt(value))
      return
    }
    let rest = value
    while (rest > 0x7f) {
      this.#bytes[this.#at] = (rest & 0x7f) | 0x80
      this.#at += 1
      rest >>>= 7
    }
    this.#bytes[this.#at] = rest
    this.#at += 1
  }

  #bigVarint(value: bigint): void {
    let rest = value
    while (rest > 0x7fn) {
      this.#bytes[this.#at] = Number(rest & 0x7fn) | 0x80
      this.#at += 1
      rest >>= 7n
    }
    this.#bytes[this.#at] = Number(rest)
    this.#at += 1
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#at + bytes))
    this.#bytes.copy(grown, 0, 0, this.#at)
    this.#bytes = grown
  }
}
