// What passes through an output: how much, its hash, its beginning and its end. Chunks are only looked at;
// whoever reads the stream gets the same ones.

import { createHash, type Hash } from 'node:crypto'
import type { EffectLimits } from '../limits.ts'
import { SECRET_CHARS_MAX } from '../limits.ts'

type TapLimits = Pick<EffectLimits, 'outputHeadBytes' | 'outputTailBytes' | 'hashedBytesMax'>

export class OutputTap {
  readonly #limits: TapLimits
  readonly #head: Buffer[] = []
  #headBytes = 0
  readonly #tail: Buffer[] = []
  #tailBytes = 0
  #hash: Hash | undefined = createHash('sha256')
  #bytes = 0

  constructor(limits: TapLimits) {
    this.#limits = limits
  }

  get bytes(): number {
    return this.#bytes
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return
    this.#bytes += chunk.length
    if (this.#bytes > this.#limits.hashedBytesMax) this.#hash = undefined
    this.#hash?.update(chunk)
    const headRoom = this.#limits.outputHeadBytes + SECRET_CHARS_MAX - this.#headBytes
    if (headRoom > 0) {
      // Copies: the reader may change what it was given, and a slice would keep a whole pool alive.
      const part = Buffer.from(chunk.subarray(0, headRoom))
      this.#head.push(part)
      this.#headBytes += part.length
    }
    if (chunk.length > headRoom) this.#pushTail(chunk.subarray(Math.max(0, headRoom)))
  }

  #pushTail(chunk: Buffer): void {
    const tailMax = this.#limits.outputTailBytes + SECRET_CHARS_MAX
    const part = Buffer.from(chunk.subarray(-tailMax))
    this.#tail.push(part)
    this.#tailBytes += part.length
    // Put together only when it has doubled, so that many small chunks cost no more than their bytes.
    if (this.#tailBytes < tailMax * 2 && this.#tail.length < TAIL_CHUNKS_MAX) return
    const joined = Buffer.concat(this.#tail).subarray(-tailMax)
    this.#tail.splice(0, this.#tail.length, joined)
    this.#tailBytes = joined.length
  }

  /** Undefined when it was longer than what is hashed. */
  sha256(): string | undefined {
    return this.#hash?.copy().digest('hex')
  }

  /** Beginning and end, masked, with a notice of what is left out between them. */
  text(redact: (text: string) => string): string {
    const { outputHeadBytes, outputTailBytes } = this.#limits
    const head = Buffer.concat(this.#head)
    const tail = Buffer.concat(this.#tail)
    if (
      this.#bytes <= outputHeadBytes + outputTailBytes &&
      head.length + tail.length >= this.#bytes
    ) {
      return redact(Buffer.concat([head, tail]).toString())
    }
    // What is left is known whole only around its ends.
    const rest = head.length + tail.length >= this.#bytes ? Buffer.concat([head, tail]) : tail
    const tailMargin = rest.subarray(-(outputTailBytes + SECRET_CHARS_MAX))
    const shownHead = redact(trimEnd(head).toString()).slice(0, outputHeadBytes)
    const shownTail = redact(trimStart(tailMargin).toString()).slice(-outputTailBytes)
    const leftOut = this.#bytes - outputHeadBytes - outputTailBytes
    return `${shownHead}…[${leftOut} bytes left out]…${shownTail}`
  }
}

/** Small chunks are joined after so many of them. */
const TAIL_CHUNKS_MAX = 256

/** Without the bytes of a character that is cut. */
function trimEnd(bytes: Buffer): Buffer {
  let end = bytes.length
  while (end > 0 && bytes.length - end < 3 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end -= 1
  const lead = bytes[end - 1] ?? 0
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
  return end - 1 + length > bytes.length ? bytes.subarray(0, end - 1) : bytes
}

function trimStart(bytes: Buffer): Buffer {
  let start = 0
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1
  return bytes.subarray(start)
}
