// Reads a request body into memory, decompressed, within two bounds: bytes of one body, and bytes of all
// bodies in flight. Both are checked before a chunk is kept, so a bomb costs what was reserved for it.

import type { Readable } from 'node:stream'
import { CollectorError } from '../../model/index.ts'
import { ByteCollector } from './byte-collector.ts'
import type { Decompressor } from './content-encoding.ts'
import type { InflightReservation } from '../inflight-bytes.ts'
import { malformedRequest } from '../decode/malformed-request.ts'
import type { SpareBuffers } from './spare-buffers.ts'

export interface BodyOptions {
  readonly bodyBytesMax: number
  readonly reservation: InflightReservation
  readonly decompressor: Decompressor | undefined
  /** Of the Content-Length header, when there is one. */
  readonly contentLength: number | undefined
  readonly spares: SpareBuffers
}

export interface Body {
  readonly bytes: Buffer
  /** When nobody reads the bytes any more: their memory becomes another body's. */
  release(): void
}

/** Spans as text compress to about a sixth; a wrong guess is corrected while reading. */
const COMPRESSION_RATIO_GUESS = 6

/** Of a refused body, read and let go so that the sender sees the answer; beyond, the connection is cut. */
const DRAINED_BYTES_MAX = 64 * 1024 * 1024

/**
 * When done, exactly the bytes of the result are reserved.
 *
 * @throws CollectorError REQUEST_TOO_LARGE, MALFORMED_REQUEST (not what Content-Encoding says),
 *   OVERLOADED (retryable); or the stream's own error when the sender went away
 */
export async function readBody(source: Readable, options: BodyOptions): Promise<Body> {
  const collector = new ByteCollector(options.spares)
  try {
    reserveExpected(options)
    if (options.decompressor === undefined) await readPlain(source, collector, options)
    else await readCompressed(source, collector, { ...options, decompressor: options.decompressor })
    options.reservation.reserve(collector.length)
    return { bytes: collector.finish(), release: () => collector.release() }
  } catch (error) {
    collector.release()
    if (options.decompressor !== undefined) source.unpipe(options.decompressor.destroy())
    drain(source)
    throw error
  }
}

function reserveExpected(options: BodyOptions): void {
  const { contentLength, bodyBytesMax, reservation, decompressor } = options
  if (contentLength === undefined) return
  if (contentLength > bodyBytesMax) throw tooLarge(bodyBytesMax)
  const guess = decompressor === undefined ? 0 : contentLength * COMPRESSION_RATIO_GUESS
  reservation.reserve(contentLength + Math.min(guess, bodyBytesMax))
}

async function readPlain(
  source: Readable,
  collector: ByteCollector,
  { bodyBytesMax, reservation }: BodyOptions
): Promise<void> {
  // The source is the socket's: destroying it on an early end would take the answer with it.
  const chunks: AsyncIterable<Uint8Array> = source.iterator({ destroyOnReturn: false })
  for await (const chunk of chunks) {
    if (collector.length + chunk.length > bodyBytesMax) throw tooLarge(bodyBytesMax)
    reservation.reserveAtLeast(collector.length + chunk.length)
    collector.append(chunk)
  }
}

async function readCompressed(
  source: Readable,
  collector: ByteCollector,
  { bodyBytesMax, reservation, decompressor }: BodyOptions & { readonly decompressor: Decompressor }
): Promise<void> {
  let received = 0
  // Not only what comes out is bounded: empty members of gzip go in for ever and give nothing.
  source.on('data', (chunk: Uint8Array) => {
    received += chunk.length
    if (received > bodyBytesMax) decompressor.destroy(tooLarge(bodyBytesMax))
  })
  source.once('error', (error) => decompressor.destroy(error))

  const chunks: AsyncIterable<Uint8Array> = source.pipe(decompressor)
  try {
    for await (const chunk of chunks) {
      if (collector.length + chunk.length > bodyBytesMax) throw tooLarge(bodyBytesMax)
      reservation.reserveAtLeast(received + collector.length + chunk.length)
      collector.append(chunk)
    }
  } catch (error) {
    throw isDecompressionError(error) ? malformedEncoding(error.message) : error
  }
  // A decompressor that met the end of its data ignores what follows, and spans would be lost unseen.
  if (decompressor.bytesWritten < received || !source.readableEnded) {
    throw malformedEncoding('more bytes follow the end of the data')
  }
}

function isDecompressionError(error: unknown): error is Error {
  if (!(error instanceof Error) || !('code' in error)) return false
  return typeof error.code === 'string' && /^Z(_|STD_)/.test(error.code)
}

function malformedEncoding(problem: string): CollectorError {
  const description = `${problem}; the body must be what Content-Encoding says, whole`
  return malformedRequest('cannot decompress the body: ', {
    field: 'Content-Encoding',
    description
  })
}

function tooLarge(bodyBytesMax: number): CollectorError {
  const message = `the body has more than ${bodyBytesMax} bytes, before or after decompression; send smaller batches (OTEL_BSP_MAX_EXPORT_BATCH_SIZE)`
  return new CollectorError('REQUEST_TOO_LARGE', message, { retryable: false })
}

function drain(source: Readable): void {
  let bytes = 0
  source.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length
    if (bytes > DRAINED_BYTES_MAX) source.destroy()
  })
  // The sender may go away while we do not listen to it any more.
  source.on('error', () => undefined)
  source.resume()
}
