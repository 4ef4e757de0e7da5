// OTLP requests for load. Each sending gets ids of its own, in a body that was compressed once: ids stand in stored blocks of the deflate stream
// (https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4), so that load costs the generator next to nothing.

import { constants, crc32, deflateRawSync } from 'node:zlib'
import { contentOf, readCorpus, TextWriter, type SpanSize } from './span-content.ts'
import { toKeyValues } from '../../support/otlp-request.ts'
import { fixed64Field, lenField, varint, varintField } from '../../support/protobuf-writer.ts'

export const REQUEST_SPANS = 512
const SPANS_PER_RUN = 64

/** A request whose ids are filled in for each sending. */
export interface RequestTemplate {
  readonly spans: number
  readonly rawBytes: number
  /** The body for sending number `count`, compressed; no two have an id in common. */
  fill(count: number): Buffer
  /** The same, as it is before compression. */
  fillRaw(count: number): Buffer
}

const NANOS_PER_MILLI = 1_000_000n

export function createTemplates(size: SpanSize, count: number, now: number): RequestTemplate[] {
  const corpus = readCorpus()
  return Array.from({ length: count }, (_, seed) => createTemplate(size, corpus, seed, now))
}

interface Piece {
  readonly bytes: Buffer
  readonly isStored: boolean
}

function createTemplate(
  size: SpanSize,
  corpus: string,
  seed: number,
  now: number
): RequestTemplate {
  const writer = new TextWriter(corpus, seed)
  const start = BigInt(now) * NANOS_PER_MILLI - 600_000_000_000n
  const spans = Array.from({ length: REQUEST_SPANS }, (_, at) => aSpan(size, writer, at, start))
  const body = Buffer.concat([
    lenField(1, toResource()),
    lenFieldHead(
      2,
      scopeHead().length + spans.reduce((sum, { head, rest }) => sum + head.length + rest.length, 0)
    ),
    scopeHead()
  ])
  const total =
    body.length + spans.reduce((sum, { head, rest }) => sum + head.length + rest.length, 0)
  const pieces: Piece[] = [{ bytes: Buffer.concat([lenFieldHead(1, total), body]), isStored: true }]
  for (const { head, rest } of spans) {
    pieces.push({ bytes: head, isStored: true }, { bytes: rest, isStored: false })
  }
  return new PatchedTemplate(pieces)
}

/** Marks where ids are, eight bytes each: what the sending's number is added to. */
const ID_MARK = Buffer.from('a5c3a5c3', 'hex')

class PatchedTemplate implements RequestTemplate {
  readonly spans = REQUEST_SPANS
  readonly rawBytes: number
  readonly #raw: Buffer
  readonly #packed: Buffer
  readonly #rawIds: readonly number[]
  readonly #packedIds: readonly number[]

  constructor(pieces: readonly Piece[]) {
    this.#raw = Buffer.concat(pieces.map(({ bytes }) => bytes))
    const packed = pieces.map(({ bytes, isStored }) => (isStored ? stored(bytes) : deflated(bytes)))
    this.#packed = Buffer.concat([GZIP_HEADER, ...packed, LAST_BLOCK, Buffer.alloc(8)])
    this.#packed.writeUInt32LE(this.#raw.length, this.#packed.length - 4)
    this.rawBytes = this.#raw.length
    this.#rawIds = findMarks(this.#raw)
    this.#packedIds = findMarks(this.#packed)
    if (this.#rawIds.length !== this.#packedIds.length) throw new Error('an id mark was compressed')
  }

  fill(count: number): Buffer {
    const raw = this.fillRaw(count)
    const packed = Buffer.from(this.#packed)
    patch(packed, this.#packedIds, count)
    packed.writeUInt32LE(crc32(raw), packed.length - 8)
    return packed
  }

  fillRaw(count: number): Buffer {
    patch(this.#raw, this.#rawIds, count)
    return this.#raw
  }
}

function patch(bytes: Buffer, ids: readonly number[], count: number): void {
  for (const at of ids) bytes.writeUInt32BE(count + 1, at)
}

function findMarks(bytes: Buffer): readonly number[] {
  const found: number[] = []
  for (let at = bytes.indexOf(ID_MARK); at !== -1; at = bytes.indexOf(ID_MARK, at + 4))
    found.push(at)
  return found
}

const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
const LAST_BLOCK = Buffer.from([1, 0, 0, 0xff, 0xff])

function stored(bytes: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt16LE(bytes.length, 1)
  head.writeUInt16LE(bytes.length ^ 0xffff, 3)
  return Buffer.concat([head, bytes])
}

/** Ends at a byte's boundary without being the last block. */
function deflated(bytes: Buffer): Buffer {
  return deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH })
}

interface EncodedSpan {
  /** Tag, length and ids. */
  readonly head: Buffer
  readonly rest: Buffer
}

function aSpan(size: SpanSize, writer: TextWriter, at: number, start: bigint): EncodedSpan {
  const run = Math.floor(at / SPANS_PER_RUN)
  const inRun = at % SPANS_PER_RUN
  const traceId = Buffer.concat([ID_MARK, anId(run, 12)])
  const spanId = Buffer.concat([ID_MARK, anId(at + 1, 4)])
  const rootId = Buffer.concat([ID_MARK, anId(run * SPANS_PER_RUN + 1, 4)])
  const ids = Buffer.concat([
    lenField(1, traceId),
    lenField(2, spanId),
    inRun === 0 ? Buffer.alloc(0) : lenField(4, rootId)
  ])
  const { name, attributes } = contentOf(size, writer, inRun, run)
  const startTime = start + BigInt(inRun) * 900n * NANOS_PER_MILLI
  const rest = Buffer.concat([
    lenField(5, name),
    varintField(6, 1),
    fixed64Field(7, startTime),
    fixed64Field(8, startTime + 850n * NANOS_PER_MILLI),
    ...toKeyValues(9, attributes)
  ])
  return { head: Buffer.concat([lenFieldHead(2, ids.length + rest.length), ids]), rest }
}

function toResource(): Buffer {
  return Buffer.concat([
    ...toKeyValues(1, {
      'service.name': 'checkout-agent',
      'service.version': '4.2.0',
      'deployment.environment.name': 'production',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.version': '3.1.1',
      'host.name': 'worker-7',
      'process.pid': 4_711
    })
  ])
}

function scopeHead(): Buffer {
  return lenField(1, lenField(1, '@example/agent-instrumentation'), lenField(2, '0.9.1'))
}

function lenFieldHead(field: number, length: number): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2]), varint(length)])
}

function anId(value: number, bytes: number): Buffer {
  const id = Buffer.alloc(bytes)
  id.writeUInt32BE(value, bytes - 4)
  return id
}
