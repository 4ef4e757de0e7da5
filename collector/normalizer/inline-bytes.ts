// Bytes in the middle of a text: data URIs, and base64 as tools and browsers put it into JSON. They become a line
// that tells of them, wherever a dialect left them. Asked of every text of every step, so that a text without
// bytes costs a search for one word and a look at every 512th character.

import { toReference } from './media.ts'

/** The text with each data URI and each long run of base64 told instead; the same text where there is none. */
export function withoutBytes(text: string): string {
  if (text.length < PAYLOAD_CHARS_MIN) return text
  const told = text.includes(MARK) ? replaceDataUris(text) : text
  return replaceRuns(told)
}

/** For a line: a part of the bytes has a hash that says nothing. */
export function withoutDataUris(line: string): string {
  return line.includes(MARK) ? line.replaceAll(PAYLOAD, ';base64,…') : line
}

const MARK = ';base64,'
const PAYLOAD = /;base64,[\w+/=-]+/g

/** Less is no picture, and no longer than what would stand in its place. */
const PAYLOAD_CHARS_MIN = 64

/** `data:` and a media type with its parameters; RFC 2397 sets no bound, registered types are shorter. */
const HEAD_CHARS_MAX = 200

function replaceDataUris(text: string): string {
  const pieces: string[] = []
  let done = 0
  for (let mark = text.indexOf(MARK); mark !== -1; mark = text.indexOf(MARK, mark + 1)) {
    const start = text.lastIndexOf('data:', mark)
    const from = mark + MARK.length
    const end = runEnd(text, from, text.length)
    if (start < done || mark - start > HEAD_CHARS_MAX || end - from < PAYLOAD_CHARS_MIN) continue
    const mediaType = text.slice(start + 'data:'.length, mark).split(';', 1)[0] ?? ''
    if (!MEDIA_TYPE.test(mediaType)) continue
    pieces.push(text.slice(done, start), tell(text.slice(from, end), mediaType))
    done = end
  }
  return done === 0 ? text : pieces.join('') + text.slice(done)
}

const MEDIA_TYPE = /^[\w.+-]{0,64}(?:\/[\w.+-]{0,64})?$/

/** No word, path, hash or token is as long. */
const RUN_CHARS_MIN = 1_024

/** A run has one of its places in its first half, with so many of its characters behind it. */
const STRIDE = RUN_CHARS_MIN / 2

function replaceRuns(text: string): string {
  if (text.length < RUN_CHARS_MIN) return text
  const pieces: string[] = []
  let done = 0
  let at = 0
  while (at + STRIDE <= text.length) {
    const end = runEnd(text, at, at + STRIDE)
    if (end < at + STRIDE || !isDiverse(text, at)) {
      at += STRIDE
      continue
    }
    const from = runStart(text, at, done)
    const to = runEnd(text, at, text.length)
    if (to - from >= RUN_CHARS_MIN) {
      pieces.push(text.slice(done, from), tell(text.slice(from, to), undefined))
      done = to
    }
    at = to + STRIDE - (to % STRIDE)
  }
  return done === 0 ? text : pieces.join('') + text.slice(done)
}

/** Rulers of one character and overflowing names of tests are what they look like. */
function isDiverse(text: string, at: number): boolean {
  const start = text.slice(at, at + STRIDE)
  return /[A-Z]/.test(start) && /[a-z]/.test(start) && /\d/.test(start)
}

function tell(payload: string, mediaType: string | undefined): string {
  // Escapes of the JSON around it: line breaks and slashes.
  const plain = payload.includes('\\')
    ? payload.replaceAll(/\\[nr]/g, '').replaceAll('\\', '')
    : payload
  return toReference({ kind: 'file', mediaType, bytes: Buffer.from(plain, 'base64') })
}

function runEnd(text: string, from: number, to: number): number {
  let at = from
  while (at < to && isBase64(text.charCodeAt(at))) at += 1
  return at
}

function runStart(text: string, from: number, to: number): number {
  let at = from
  while (at > to && isBase64(text.charCodeAt(at - 1))) at -= 1
  return at
}

/** Letters, digits, `+ / =` and `- _` of addresses, and the backslash of an escape in JSON. */
function isBase64(unit: number): boolean {
  return BASE64[unit] === 1
}

const BASE64 = new Uint8Array(128)
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_\\') {
  BASE64[character.charCodeAt(0)] = 1
}
