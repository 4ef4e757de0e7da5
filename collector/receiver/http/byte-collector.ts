// Gathers chunks into one buffer that doubles as it fills. A list of chunks would cost a hundred bytes
// for each, and a sender may send its body in chunks of one byte.

import type { SpareBuffers } from './spare-buffers.ts'

const INITIAL_BYTES = 16_384

export class ByteCollector {
  readonly #spares: SpareBuffers
  #buffer: Buffer = Buffer.alloc(0)
  #length = 0

  constructor(spares: SpareBuffers) {
    this.#spares = spares
  }

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

  /** When nobody reads what `finish` gave any more; nothing can be appended after. */
  release(): void {
    this.#spares.give(this.#buffer)
    this.#buffer = Buffer.alloc(0)
    this.#length = 0
  }

  #grow(needed: number): void {
    const outgrown = this.#buffer
    this.#buffer = this.#spares.take(Math.max(needed, 2 * outgrown.length, INITIAL_BYTES))
    outgrown.copy(this.#buffer, 0, 0, this.#length)
    this.#spares.give(outgrown)
  }
}
