// ClickHouse's own compressed blocks, which clients ask for with compress=1 and send with decompress=1. A block is
// a checksum (16 bytes), the method (1), the compressed size including these nine bytes of header (4), the size
// before compression (4), and the data (src/Compression/ICompressionCodec.h of the server).

import { promisify } from 'node:util'
import { zstdDecompress } from 'node:zlib'

import { refusal } from '../sql/refusal.ts'
import { cityHash128 } from './city-hash.ts'

const CHECKSUM_BYTES = 16
const HEADER_BYTES = 9

const METHOD_NONE = 0x02
const METHOD_LZ4 = 0x82
const METHOD_ZSTD = 0x90

/** As the server's, so that a client which has one buffer of this size can take each block. */
const FRAME_BYTES_MAX = 1_048_576

/** lz4-napi puts the uncompressed size, four bytes, before the LZ4 block. */
const LIBRARY_SIZE_BYTES = 4

const undoZstd = promisify(zstdDecompress)

/**
 * Loaded when the first block is made: it has a native binding, which `npm ci --omit=optional` leaves out together
 * with the embedded engine, and a process without that engine has no gateway.
 */
const loadLz4 = () => import('lz4-napi')

/** With LZ4, as a server: clients in Java know no other method. Nothing becomes nothing. */
export async function encodeFrames(bytes: Uint8Array): Promise<Buffer> {
  const { compress } = await loadLz4()
  const frames: Buffer[] = []
  for (let at = 0; at < bytes.length; at += FRAME_BYTES_MAX) {
    const part = bytes.subarray(at, at + FRAME_BYTES_MAX)
    // In a thread of its own, and a turn of the event loop for others between two blocks.
    const sized = await compress(part)
    frames.push(encodeFrame(sized.subarray(LIBRARY_SIZE_BYTES), part.length))
  }
  return Buffer.concat(frames)
}

function encodeFrame(packed: Buffer, plainBytes: number): Buffer {
  const frame = Buffer.allocUnsafe(CHECKSUM_BYTES + HEADER_BYTES + packed.length)
  frame.writeUInt8(METHOD_LZ4, CHECKSUM_BYTES)
  frame.writeUInt32LE(HEADER_BYTES + packed.length, CHECKSUM_BYTES + 1)
  frame.writeUInt32LE(plainBytes, CHECKSUM_BYTES + 5)
  packed.copy(frame, CHECKSUM_BYTES + HEADER_BYTES)
  const [low, high] = cityHash128(frame.subarray(CHECKSUM_BYTES))
  frame.writeBigUInt64LE(low, 0)
  frame.writeBigUInt64LE(high, 8)
  return frame
}

/** @throws QueryError CANNOT_DECOMPRESS, CHECKSUM_DOESNT_MATCH, QUERY_IS_TOO_LARGE, UNKNOWN_COMPRESSION_METHOD */
export async function decodeFrames(bytes: Buffer, bytesMax: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let room = bytesMax
  for (let at = 0; at < bytes.length;) {
    const frame = readFrame(bytes, at)
    if (frame.plainBytes > room) {
      throw refusal('QUERY_IS_TOO_LARGE', `The request is larger than ${bytesMax} bytes`)
    }
    parts.push(await unpack(frame))
    room -= frame.plainBytes
    at = frame.end
  }
  return Buffer.concat(parts)
}

interface Frame {
  readonly method: number
  readonly packed: Buffer
  readonly plainBytes: number
  /** Where the next one begins. */
  readonly end: number
}

function readFrame(bytes: Buffer, at: number): Frame {
  const from = at + CHECKSUM_BYTES
  if (from + HEADER_BYTES > bytes.length) throw broken('it ends within a header')
  const method = bytes.readUInt8(from)
  const size = bytes.readUInt32LE(from + 1)
  const plainBytes = bytes.readUInt32LE(from + 5)
  const end = from + size
  if (size < HEADER_BYTES || end > bytes.length) throw broken('a block ends after it')
  const [low, high] = cityHash128(bytes.subarray(from, end))
  if (bytes.readBigUInt64LE(at) !== low || bytes.readBigUInt64LE(at + 8) !== high) {
    throw refusal('CHECKSUM_DOESNT_MATCH', 'Checksum does not match: the body is corrupted')
  }
  return { method, packed: bytes.subarray(from + HEADER_BYTES, end), plainBytes, end }
}

async function unpack({ method, packed, plainBytes }: Frame): Promise<Buffer> {
  const plain = await undo(method, packed, plainBytes)
  if (plain?.length !== plainBytes) throw broken('a block is not what its header says')
  return plain
}

/** Undefined for bytes that are not of the method. */
async function undo(
  method: number,
  packed: Buffer,
  plainBytes: number
): Promise<Buffer | undefined> {
  switch (method) {
    case METHOD_NONE:
      return packed
    case METHOD_LZ4: {
      const size = Buffer.allocUnsafe(LIBRARY_SIZE_BYTES)
      size.writeUInt32LE(plainBytes)
      const { uncompress } = await loadLz4()
      return uncompress(Buffer.concat([size, packed])).catch(() => undefined)
    }
    case METHOD_ZSTD:
      // One byte more than is right, so that zero is a size too.
      return undoZstd(packed, { maxOutputLength: plainBytes + 1 }).catch(() => undefined)
    default:
      throw refusal(
        'UNKNOWN_COMPRESSION_METHOD',
        `Unknown compression method 0x${method.toString(16)}; NONE, LZ4 and ZSTD are known`
      )
  }
}

function broken(why: string): Error {
  return refusal('CANNOT_DECOMPRESS', `The body is no sequence of compressed blocks: ${why}`)
}
