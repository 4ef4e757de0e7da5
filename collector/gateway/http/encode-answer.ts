// Encodes an answer's body: in ClickHouse's own blocks for compress=1, and with a Content-Encoding that
// Accept-Encoding allows for enable_http_compression=1. With both, the blocks are what is compressed for HTTP.

import { promisify } from 'node:util'
import { brotliCompress, constants, deflate, gzip, zstdCompress } from 'node:zlib'

import { encodeFrames } from '../blocks/frames.ts'
import { header, isSwitchedOn, queryOf, type RawRequest } from './read-request.ts'

export interface EncodedAnswer {
  readonly bytes: Buffer
  /** Of the header Content-Encoding. */
  readonly encoding: string | undefined
}

/** Compressing less costs more than it saves. */
const COMPRESSED_BYTES_MIN = 1_024

// Fast rather than small, all of them: the interface is local or behind a proxy that has its own opinion.
const ZLIB_LEVEL = 3
const BROTLI_QUALITY = 2

const [toZstd, toBrotli, toGzip, toDeflate] = [
  promisify(zstdCompress),
  promisify<Buffer, object, Buffer>(brotliCompress),
  promisify<Buffer, object, Buffer>(gzip),
  promisify<Buffer, object, Buffer>(deflate)
]

/** In the order in which a server prefers them (chooseHTTPCompressionMethod in src/IO/CompressionMethod.cpp). */
const COMPRESSORS: readonly (readonly [
  name: string,
  compress: (plain: Buffer) => Promise<Buffer>
])[] = [
  ['zstd', (plain) => toZstd(plain)],
  [
    'br',
    (plain) => toBrotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } })
  ],
  ['gzip', (plain) => toGzip(plain, { level: ZLIB_LEVEL })],
  ['deflate', (plain) => toDeflate(plain, { level: ZLIB_LEVEL })]
]

export async function encodeAnswer(
  answer: Uint8Array,
  request: Pick<RawRequest, 'url' | 'headers'>
): Promise<EncodedAnswer> {
  const query = queryOf(request.url)
  const bytes = isSwitchedOn(query, 'compress')
    ? await encodeFrames(answer)
    : Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength)
  const plain: EncodedAnswer = { bytes, encoding: undefined }
  if (!isSwitchedOn(query, 'enable_http_compression')) return plain
  if (bytes.length < COMPRESSED_BYTES_MIN) return plain
  const accepted = acceptedBy(header(request, 'accept-encoding') ?? '')
  const chosen = COMPRESSORS.find(([name]) => accepted.has(name))
  if (chosen === undefined) return plain
  const [encoding, compress] = chosen
  return { bytes: await compress(bytes), encoding }
}

/** Those with `q=0` are refused (https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3); other weights do not count, as with a server. */
function acceptedBy(accepted: string): ReadonlySet<string> {
  const names = accepted
    .toLowerCase()
    .split(',')
    .filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part))
    .map((part) => part.split(';', 1)[0]?.trim() ?? '')
  return new Set(names)
}
