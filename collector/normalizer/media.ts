// Images, sound and files inside of messages, told in one line instead of by their bytes: what it is, how large,
// and a hash by which the same picture is known again. Bytes help nobody who reads a step, and would push out of
// its bounds the words around them. Total: what is no valid base64 is counted as far as it can be read.
// Shapes: https://github.com/open-telemetry/semantic-conventions-genai/blob/main/model/gen-ai/gen-ai-input-messages.json,
// https://platform.openai.com/docs/api-reference/responses/create, https://docs.anthropic.com/en/api/messages,
// https://ai.google.dev/api/caching#Part, https://modelcontextprotocol.io/specification/2025-06-18/server/tools#tool-result

import { contentHash } from './content-hash.ts'
import type { Value, ValueRecord } from './values.ts'
import { firstText, isRecord } from './values.ts'

/** What a part of these types is of, where its media type does not say. */
const KIND_BY_TYPE: ReadonlyMap<string, string> = new Map([
  ['image', 'image'],
  ['image_url', 'image'],
  ['input_image', 'image'],
  ['output_image', 'image'],
  ['image-url', 'image'],
  ['image-data', 'image'],
  ['image_generation_call', 'image'],
  ['audio', 'audio'],
  ['audio_url', 'audio'],
  ['input_audio', 'audio'],
  ['output_audio', 'audio'],
  ['video', 'video'],
  ['video_url', 'video'],
  ['input_video', 'video'],
  ['document', 'document'],
  ['file', 'file'],
  ['input_file', 'file'],
  ['file-url', 'file'],
  ['file-data', 'file'],
  ['file-id', 'file'],
  ['media', 'file'],
  ['blob', 'file'],
  ['uri', 'file'],
  ['resource', 'file'],
  ['resource_link', 'file']
])

/** The only key of an untyped part: Gemini's, then Bedrock's. */
const UNTYPED_KEYS: ReadonlyMap<string, string> = new Map([
  ['inlineData', 'file'],
  ['inline_data', 'file'],
  ['fileData', 'file'],
  ['file_data', 'file'],
  ['image', 'image'],
  ['video', 'video'],
  ['audio', 'audio'],
  ['document', 'document']
])

export const MEDIA_TYPES: readonly string[] = [...KIND_BY_TYPE.keys()]

/** As much as tells it apart; signed addresses are long. */
const ADDRESS_CHARS_MAX = 300
const WORD_CHARS_MAX = 100

/** `source.s3Location.uri` of Bedrock is the deepest. */
const NESTING_MAX = 3

/** `[image image/png, 5120 bytes, sha256 0123456789abcdef]`; undefined for a part that holds neither bytes nor an address. */
export function mediaReference(part: ValueRecord): string | undefined {
  const found = findMedia(part)
  if (found === undefined) return undefined
  const { content, ...told } = found
  return toReference(content === undefined ? told : { ...told, ...decode(content, told.mediaType) })
}

export interface MediaFacts {
  readonly kind: string
  readonly mediaType: string | undefined
  readonly name?: string | undefined
  readonly address?: string | undefined
  readonly bytes?: Uint8Array
}

export function toReference({ kind, mediaType, name, address, bytes }: MediaFacts): string {
  const words = [mediaType === undefined ? undefined : shortened(mediaType, WORD_CHARS_MAX), name]
  if (bytes !== undefined) {
    words.push(`${bytes.byteLength} bytes`, `sha256 ${contentHash(bytes)}`)
  }
  const told = words.filter((word) => word !== undefined && word !== '').join(', ')
  const at = address === undefined ? '' : `at ${shortened(address, ADDRESS_CHARS_MAX)}`
  const line = [kindOf(kind, mediaType), told, at].filter((part) => part !== '')
  return `[${line.join(' ')}]`
}

/** True for a part that is media by its shape alone, not only by a `type` that a tool's own data may have too. */
export function isMedia(part: ValueRecord): boolean {
  const found = findMedia(part)
  return found !== undefined && (found.content !== undefined || found.isCertain)
}

interface Media {
  readonly kind: string
  readonly isCertain: boolean
  readonly mediaType: string | undefined
  readonly name: string | undefined
  readonly address: string | undefined
  readonly content: string | Uint8Array | undefined
}

interface MutableMedia {
  mediaType?: string | undefined
  name?: string | undefined
  address?: string | undefined
  content?: string | Uint8Array | undefined
}

function findMedia(part: ValueRecord): Media | undefined {
  const shape = shapeOf(part)
  if (shape === undefined) return undefined
  const found: MutableMedia = {}
  collect(found, shape.within, 0)
  const { mediaType, name, address } = found
  const content = isGuess(shape.type, found) ? undefined : found.content
  if (content === undefined && address === undefined) return undefined
  const kind = wordOf(part, ['modality']) ?? shape.kind
  return { kind, isCertain: CERTAIN_TYPES.has(shape.type), mediaType, name, address, content }
}

interface Shape {
  readonly type: string
  readonly kind: string
  readonly within: ValueRecord
}

function shapeOf(part: ValueRecord): Shape | undefined {
  const type = firstText(part, ['type'])?.toLowerCase() ?? ''
  const kind = KIND_BY_TYPE.get(type)
  if (kind !== undefined) return { type, kind, within: part }
  for (const [key, kindOfKey] of UNTYPED_KEYS) {
    const inner = part[key]
    if (!isRecord(inner)) continue
    const isOwn = CERTAIN_TYPES.has(key) || isRecord(inner['source'])
    if (isOwn) return { type: key, kind: kindOfKey, within: inner }
  }
  return undefined
}

/** `{ type: 'file', content: 'draft' }` is somebody's own word. */
function isGuess(type: string, { mediaType, content }: MutableMedia): boolean {
  return COMMON_TYPES.has(type) && mediaType === undefined && !isDataUri(content)
}

const COMMON_TYPES: ReadonlySet<string> = new Set(['file', 'document', 'resource', 'uri'])

/** Types that are nobody's own data: `{ type: 'file', url: … }` is also how an API lists a folder. */
const CERTAIN_TYPES: ReadonlySet<string> = new Set([
  'image_url',
  'input_image',
  'input_audio',
  'input_file',
  'image-url',
  'file-url',
  'audio_url',
  'video_url',
  'resource_link',
  'inlineData',
  'inline_data',
  'fileData',
  'file_data'
])

const CONTENT_KEYS = [
  'data',
  'base64',
  'bytes',
  'content',
  'b64_json',
  'blob',
  'image',
  'file_data',
  'result'
]
const ADDRESS_KEYS = [
  'url',
  'uri',
  'image_url',
  'file_url',
  'fileUri',
  'file_uri',
  'file_id',
  'fileId',
  'image',
  'data'
]
const MEDIA_TYPE_KEYS = [
  'mime_type',
  'mimeType',
  'media_type',
  'mediaType',
  'contentType',
  'format'
]
const NAME_KEYS = ['filename', 'file_name', 'fileName', 'title', 'name']
const INNER_KEYS = [
  'source',
  'image_url',
  'input_audio',
  'inlineData',
  'inline_data',
  'fileData',
  'file_data',
  'file',
  'image',
  'audio',
  'video',
  'document',
  'resource',
  's3Location'
]

function collect(found: MutableMedia, from: ValueRecord, depth: number): void {
  found.mediaType ??= wordOf(from, MEDIA_TYPE_KEYS)
  found.name ??= wordOf(from, NAME_KEYS)
  for (const key of CONTENT_KEYS) {
    const value = from[key]
    if (isContent(value)) found.content ??= value
  }
  for (const key of ADDRESS_KEYS) addAddress(found, from[key])
  if (depth >= NESTING_MAX) return
  for (const key of INNER_KEYS) {
    const inner = from[key]
    if (isRecord(inner)) collect(found, inner, depth + 1)
  }
}

function addAddress(found: MutableMedia, value: Value): void {
  if (typeof value !== 'string' || value === '') return
  if (isDataUri(value)) found.content ??= value
  else if (value !== found.content) found.address ??= value
}

function wordOf(from: ValueRecord, keys: readonly string[]): string | undefined {
  const word = firstText(from, keys)
  return word === undefined ? undefined : shortened(word, WORD_CHARS_MAX)
}

/** An address is none, and neither is a text with spaces in it. */
function isContent(value: Value): value is string | Uint8Array {
  if (value instanceof Uint8Array) return true
  if (typeof value !== 'string' || value === '') return false
  return isDataUri(value) || !NOT_BASE64.test(value.slice(0, BASE64_LOOKED_AT_CHARS))
}

/** As MIME writes it, with line breaks, or as in addresses, with `-` and `_`. */
const NOT_BASE64 = /[^\w+/=\-\r\n]/
const BASE64_LOOKED_AT_CHARS = 128

function isDataUri(value: Value): boolean {
  return typeof value === 'string' && value.startsWith('data:') && value.includes(',')
}

/** Linear in the content, and cheaper than the parsing of the JSON that it came in. */
function decode(
  content: string | Uint8Array,
  mediaType: string | undefined
): Pick<MediaFacts, 'bytes' | 'mediaType'> {
  if (typeof content !== 'string') return { bytes: content, mediaType }
  const comma = isDataUri(content) ? content.indexOf(',') : -1
  const head = comma === -1 ? '' : content.slice('data:'.length, comma)
  const isText = comma !== -1 && !head.endsWith(';base64')
  // Node reads base64 as far as it goes, and does not throw.
  const bytes = Buffer.from(content.slice(comma + 1), isText ? 'utf8' : 'base64')
  return { bytes, mediaType: mediaType ?? head.split(';', 1)[0] }
}

const KINDS_OF_MEDIA_TYPES: ReadonlySet<string> = new Set(['image', 'audio', 'video'])

function kindOf(kind: string, mediaType: string | undefined): string {
  const main = mediaType?.split('/', 1)[0] ?? ''
  return KINDS_OF_MEDIA_TYPES.has(main) ? main : shortened(kind, WORD_CHARS_MAX)
}

function shortened(text: string, charsMax: number): string {
  const line = text.slice(0, charsMax).replaceAll(/\s/g, ' ')
  return text.length > charsMax ? `${line}…` : line
}
