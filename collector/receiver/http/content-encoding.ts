// The content encodings a request may have, and their decoders.

import {
  constants,
  createGunzip,
  createInflate,
  createZstdDecompress,
  type Gunzip,
  type Inflate,
  type ZstdDecompress
} from 'node:zlib'
import { CollectorError } from '../../model/index.ts'

export type Decompressor = Gunzip | Inflate | ZstdDecompress

/** Output per turn of the thread pool: large enough that a 2 MB batch takes some thirty turns. */
const CHUNK_BYTES = 65_536

/**
 * 8 MiB, what RFC 8878 asks every decoder to support and the most that levels up to 19 use. The frame
 * header says how large a window the decoder must allocate, so without a limit it could say 2 GiB.
 */
const ZSTD_WINDOW_LOG_MAX = 23

/** gzip is what OTLP names; the others are what exporters of the Collector can also send. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, zstd'

/**
 * @returns undefined when the body is not compressed
 * @throws CollectorError UNSUPPORTED_ENCODING
 */
export function createDecompressor(contentEncoding: string | undefined): Decompressor | undefined {
  const name = (contentEncoding ?? '').trim().toLowerCase()
  switch (name) {
    case '':
    case 'identity':
      return undefined
    case 'gzip':
    case 'x-gzip':
      return createGunzip({ chunkSize: CHUNK_BYTES })
    case 'deflate':
      return createInflate({ chunkSize: CHUNK_BYTES })
    case 'zstd':
      return createZstdDecompress({
        chunkSize: CHUNK_BYTES,
        params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX }
      })
    default: {
      const quoted = JSON.stringify(name.slice(0, NAME_CHARS_MAX))
      const message = `Content-Encoding ${quoted} is not supported; send ${ACCEPTED_ENCODINGS} or no encoding`
      throw new CollectorError('UNSUPPORTED_ENCODING', message, { retryable: false })
    }
  }
}

const NAME_CHARS_MAX = 40
