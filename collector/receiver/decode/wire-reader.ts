// Reads the protobuf wire format from bytes that anyone may have sent: every read is held against the
// end of the message it belongs to. Knows nothing of OTLP.
// https://protobuf.dev/programming-guides/encoding/

/** The wire types that OTLP uses. Groups (3 and 4) were gone before OTLP began. */
export const VARINT = 0
export const I64 = 1
export const LEN = 2
export const I32 = 5

const TWO_POW_32 = 0x1_0000_0000
/** Bits of the longest varint, ten groups of seven. */
const VARINT_BITS_MAX = 70
/** A tag or a length is a uint32: five groups of seven. */
const UINT32_BITS_MAX = 35
/** Ids have 8 or 16 bytes; of a longer one this much is enough to show that it is wrong. */
const HEX_BYTES_MAX = 64

/** The bytes are not protobuf. `offset` counts from the start of the body. */
export class WireError extends Error {
  readonly offset: number

  constructor(offset: number, message: string) {
    super(message)
    this.name = 'WireError'
    this.offset = offset
  }
}

export class WireReader {
  readonly #bytes: Buffer
  readonly #view: DataView
  #position = 0
  #end: number
  #low = 0
  #high = 0

  constructor(body: Uint8Array) {
    this.#bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    this.#view = new DataView(body.buffer, body.byteOffset, body.byteLength)
    this.#end = body.byteLength
  }

  get position(): number {
    return this.#position
  }

  get end(): number {
    return this.#end
  }

  hasMore(): boolean {
    return this.#position < this.#end
  }

  /** Narrows the reader to the nested message at its position; returns what `leave` must be given. */
  enter(): number {
    const length = this.#length()
    const outer = this.#end
    this.#end = this.#position + length
    return outer
  }

  /** Ends the nested message, wherever in it the reader stands. */
  leave(outer: number): void {
    this.#position = this.#end
    this.#end = outer
  }

  /** Goes back to `position`, which an earlier `position` told, within the message being read. */
  rewind(position: number): void {
    this.#position = position
  }

  /** Field number and wire type as the one number they are on the wire: `field << 3 | type`. */
  tag(): number {
    const byte = this.#byte()
    if (byte < 0x80) return byte
    this.#position -= 1
    return this.#uint32('tag')
  }

  /** A number when that is exact, a bigint otherwise. */
  int64(): number | bigint {
    this.#varint()
    const value = (this.#high | 0) * TWO_POW_32 + this.#low
    if (Number.isSafeInteger(value)) return value
    return BigInt.asIntN(64, (BigInt(this.#high >>> 0) << 32n) | BigInt(this.#low))
  }

  /** As proto3 has it, a longer varint loses its upper bits. */
  uint32(): number {
    this.#varint()
    return this.#low
  }

  uint64(): bigint {
    this.#varint()
    return (BigInt(this.#high) << 32n) | BigInt(this.#low)
  }

  /** Zigzag: https://protobuf.dev/programming-guides/encoding/#signed-ints */
  sint32(): number {
    this.#varint()
    return (this.#low >>> 1) ^ -(this.#low & 1)
  }

  bool(): boolean {
    this.#varint()
    return (this.#low | this.#high) !== 0
  }

  fixed64(): bigint {
    return this.#view.getBigUint64(this.#take(8, 'fixed64'), true)
  }

  sfixed64(): bigint {
    return this.#view.getBigInt64(this.#take(8, 'sfixed64'), true)
  }

  fixed32(): number {
    return this.#view.getUint32(this.#take(4, 'fixed32'), true)
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8, 'double'), true)
  }

  /** Bytes that are not UTF-8 become U+FFFD. */
  string(): string {
    const length = this.#length()
    const start = this.#position
    this.#position += length
    return this.#bytes.toString('utf8', start, this.#position)
  }

  /** Lower-case hex of at most HEX_BYTES_MAX bytes; the field is read past in any case. */
  hex(): string {
    const length = this.#length()
    const start = this.#position
    this.#position += length
    return this.#bytes.toString('hex', start, start + Math.min(length, HEX_BYTES_MAX))
  }

  /** A copy, so that a span does not keep the whole body in memory. */
  bytes(): Uint8Array {
    const length = this.#length()
    const start = this.#position
    this.#position += length
    return new Uint8Array(this.#bytes.subarray(start, this.#position))
  }

  /** Passes over the value of a field that `tag` announced and nobody reads. */
  skip(tag: number): void {
    if (tag >>> 3 === 0) throw this.#error(`tag ${tag} has field number 0; the least is 1`)
    const wireType = tag & 7
    if (wireType === VARINT) this.#varint()
    else if (wireType === I64) this.#take(8, 'fixed64')
    else if (wireType === LEN) this.#skipLength()
    else if (wireType === I32) this.#take(4, 'fixed32')
    else throw this.#error(`wire type ${wireType} of field ${tag >>> 3}; OTLP has 0, 1, 2 and 5`)
  }

  #byte(): number {
    const byte = this.#position < this.#end ? this.#bytes[this.#position] : undefined
    if (byte === undefined) throw this.#error('the message ends within a varint')
    this.#position += 1
    return byte
  }

  /** Leaves the 64 bits in #low and #high, both unsigned. */
  #varint(): void {
    let low = 0
    let high = 0
    for (let shift = 0; shift < VARINT_BITS_MAX; shift += 7) {
      const byte = this.#byte()
      const bits = byte & 0x7f
      if (shift < 28) low |= bits << shift
      else if (shift > 28) high |= bits << (shift - 32)
      else {
        low |= bits << 28
        high = bits >>> 4
      }
      if (byte < 0x80) {
        this.#low = low >>> 0
        this.#high = high >>> 0
        return
      }
    }
    throw this.#error('varint of more than 10 bytes')
  }

  #uint32(what: string): number {
    let value = 0
    for (let shift = 0; shift < UINT32_BITS_MAX; shift += 7) {
      const byte = this.#byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80 && value < TWO_POW_32) return value
      if (byte < 0x80) break
    }
    throw this.#error(`${what} of more than 32 bits`)
  }

  #skipLength(): void {
    // Not `+=` on the call: that would add to the position before the length was read.
    const length = this.#length()
    this.#position += length
  }

  #length(): number {
    const first = this.#byte()
    if (first >= 0x80) this.#position -= 1
    const length = first < 0x80 ? first : this.#uint32('length')
    const left = this.#end - this.#position
    if (length <= left) return length
    throw this.#error(`a field of ${length} bytes where its message has ${left} left`)
  }

  #take(bytes: number, what: string): number {
    const start = this.#position
    const left = this.#end - start
    if (left < bytes)
      throw this.#error(`${what} takes ${bytes} bytes; its message has ${left} left`)
    this.#position = start + bytes
    return start
  }

  #error(problem: string): WireError {
    return new WireError(this.#position, problem)
  }
}
