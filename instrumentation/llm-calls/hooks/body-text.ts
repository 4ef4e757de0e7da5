// A request's body as text, where it is at hand and not longer than its bound.

/** Undefined when the body is too long, or is of a kind that no SDK sends JSON in. */
export function bodyTextOf(body: unknown, bytesMax: number): string | undefined {
  if (typeof body === 'string') return body.length <= bytesMax ? body : undefined
  if (body instanceof ArrayBuffer) return bodyTextOf(new Uint8Array(body), bytesMax)
  if (!ArrayBuffer.isView(body) || body.byteLength > bytesMax) return undefined
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
}

/** A body that comes in pieces. */
export class BodyText {
  #pieces: Buffer[] = []
  #bytes = 0
  readonly #bytesMax: number

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  add(piece: Uint8Array | string, encoding?: BufferEncoding): void {
    const bytes = typeof piece === 'string' ? Buffer.from(piece, encoding) : Buffer.from(piece)
    this.#bytes += bytes.byteLength
    if (this.#bytes <= this.#bytesMax) this.#pieces.push(bytes)
    else this.#pieces = []
  }

  read(): string | undefined {
    if (this.#bytes > this.#bytesMax) return undefined
    return Buffer.concat(this.#pieces).toString('utf8')
  }
}
