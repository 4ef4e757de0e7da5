// Reuses the memory of bodies that were decoded. Fresh memory costs a page fault and zeroing for each page, and V8
// counts it as external memory: each 64 MB of it causes a collection of the whole heap.

/** Smaller ones are cheaper to allocate. */
const SPARE_BYTES_MIN = 65_536

/** Sixteen bodies of 512 spans of 6 KB, as arrive at the same time at full load. */
const SPARES_BYTES_MAX = 67_108_864

export class SpareBuffers {
  readonly #spares: Buffer[] = []
  #bytes = 0

  /** Of `bytes` or more, with anything in it. */
  take(bytes: number): Buffer {
    if (bytes >= SPARE_BYTES_MIN) {
      const found = this.#spares.findLastIndex(({ length }) => length >= bytes)
      const [spare] = found === -1 ? [] : this.#spares.splice(found, 1)
      if (spare !== undefined) {
        this.#bytes -= spare.length
        return spare
      }
    }
    return Buffer.allocUnsafeSlow(bytes)
  }

  /** Only what `take` gave, once, when nobody reads it any more. */
  give(buffer: Buffer): void {
    if (buffer.length < SPARE_BYTES_MIN || this.#bytes + buffer.length > SPARES_BYTES_MAX) return
    this.#spares.push(buffer)
    this.#bytes += buffer.length
  }
}
