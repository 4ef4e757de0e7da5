// Which encoding a request is in, by its Content-Type, and in which its answer goes back.

import { CollectorError } from '../../model/index.ts'
import type { OtlpEncoding } from '../decode/decode-request.ts'

export interface MediaType {
  readonly name: string
  readonly encoding: OtlpEncoding
}

/** `application/protobuf` is not OTLP's name for it but what some senders use. */
const ENCODINGS: ReadonlyMap<string, OtlpEncoding> = new Map<string, OtlpEncoding>([
  ['application/x-protobuf', 'protobuf'],
  ['application/protobuf', 'protobuf'],
  ['application/json', 'json']
])

/**
 * An answer to what is not OTLP: the specification says only that a Status goes back in the type that
 * came. Whoever sends another type has no OTLP decoder but eyes, so it is JSON.
 */
const FALLBACK: MediaType = { name: 'application/json', encoding: 'json' }

const NAME_CHARS_MAX = 80

/** @throws CollectorError UNSUPPORTED_MEDIA_TYPE */
export function readMediaType(contentType: string | undefined): MediaType {
  const mediaType = findMediaType(contentType)
  if (mediaType === undefined) throw unsupportedMediaType(contentType)
  return mediaType
}

export function unsupportedMediaType(contentType: string | undefined): CollectorError {
  const quoted = JSON.stringify((contentType ?? '').slice(0, NAME_CHARS_MAX))
  const message = `Content-Type ${quoted} is not OTLP; application/x-protobuf and application/json are`
  return new CollectorError('UNSUPPORTED_MEDIA_TYPE', message, { retryable: false })
}

export function answerMediaType(contentType: string | undefined): MediaType {
  return findMediaType(contentType) ?? FALLBACK
}

/** Parameters such as charset are allowed and mean nothing: both encodings have one form. */
function findMediaType(contentType: string | undefined): MediaType | undefined {
  const name = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const encoding = ENCODINGS.get(name)
  return encoding === undefined ? undefined : { name, encoding }
}
