// Bytes of an answer below the layer that decompresses them. Compressed ones are kept, within a bound,
// and read at the end; others pass at once.

import { constants, brotliDecompressSync, inflateSync, unzipSync } from 'node:zlib'
import type { CallRecord } from '../call-record.ts'

export class EncodedBody {
  readonly #record: CallRecord
  readonly #encoding: string
  readonly #bytesMax: number
  #pieces: Buffer[] = []
  #bytes = 0

  constructor(record: CallRecord, encoding: string | undefined, bytesMax: number) {
    this.#record = record
    this.#encoding = encoding?.toLowerCase() ?? 'identity'
    this.#bytesMax = bytesMax
  }

  take(bytes: Uint8Array): void {
    if (this.#encoding === 'identity') {
      this.#record.chunk(bytes)
      return
    }
    this.#bytes += bytes.byteLength
    if (this.#bytes <= this.#bytesMax) this.#pieces.push(Buffer.from(bytes))
    else this.#pieces = []
  }

  /** What was kept, also of a stream that was cut. Throws what is not the encoding it says it is. */
  flush(): void {
    if (this.#pieces.length === 0) return
    const packed = Buffer.concat(this.#pieces)
    this.#pieces = []
    const plain = decompress(packed, this.#encoding, this.#bytesMax)
    if (plain !== undefined) this.#record.chunk(plain)
  }
}

function decompress(packed: Buffer, encoding: string, maxOutputLength: number): Buffer | undefined {
  const options = { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH }
  if (encoding === 'gzip' || encoding === 'x-gzip') return unzipSync(packed, options)
  if (encoding === 'deflate') return inflateSync(packed, options)
  if (encoding !== 'br') return undefined
  return brotliDecompressSync(packed, {
    maxOutputLength,
    finishFlush: constants.BROTLI_OPERATION_FLUSH
  })
}
