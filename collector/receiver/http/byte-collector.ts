// Gathers chunks into one buffer that doubles as it fills. A list of chunks would cost a hundred bytes
// for each, and a sender may send its body in chunks of one byte.

const INITIAL_BYTES = 16_384

export class ByteCollector {
  #buffer = Buffer.alloc(0)
  #length = 0

  get length(): number {
    return this.#length
  }

  append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length
    if (needed > this.#buffer.length) this.#grow(needed)
    this.#buffer.set(chunk, this.#length)
    this.#length = needed
  }

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length, INITIAL_BYTES))
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }
}
