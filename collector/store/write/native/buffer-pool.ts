// Memory of blocks that were written, for the next ones. Every request needs some megabytes until it is durable; allocated
// anew they are zeroed page by page by the kernel, and V8, which counts them as its own, collects the whole heap for
// each 64 MB of them: half of its threads' time (ADR 0008).

/** Smaller ones are cheaper to allocate. */
const POOLED_BYTES_MIN = 65_536

/** So that blocks of about the same size fit each other's memory. */
const GRAIN_BYTES = 262_144

/** Of a buffer that is larger than what is asked for. */
const WASTE_MAX = 1.5

export class BufferPool {
  readonly #keptBytesMax: number
  #keptBytes = 0
  #kept: Buffer[] = []

  constructor(keptBytesMax: number) {
    this.#keptBytesMax = keptBytesMax
  }

  /** Of that length, with anything in it. */
  take(bytes: number): Buffer {
    if (bytes < POOLED_BYTES_MIN) return Buffer.allocUnsafeSlow(bytes)
    // From the end: what came back last is nearest to the processor.
    const found = this.#kept.findLastIndex(
      ({ length }) => length >= bytes && length <= bytes * WASTE_MAX
    )
    if (found === -1) {
      return Buffer.allocUnsafeSlow(Math.ceil(bytes / GRAIN_BYTES) * GRAIN_BYTES).subarray(0, bytes)
    }
    const [buffer = Buffer.alloc(0)] = this.#kept.splice(found, 1)
    this.#keptBytes -= buffer.length
    return buffer.subarray(0, bytes)
  }

  /** Only what `take` gave, once, when nobody reads it any more. */
  give(buffer: Buffer): void {
    const { buffer: memory } = buffer
    if (buffer.length < POOLED_BYTES_MIN) return
    this.#kept.push(Buffer.from(memory))
    this.#keptBytes += memory.byteLength
    // Sizes that nobody asks for any more leave first.
    while (this.#keptBytes > this.#keptBytesMax) {
      this.#keptBytes -= this.#kept.shift()?.length ?? 0
    }
  }
}
