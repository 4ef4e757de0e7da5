// JSON.parse for bytes that anyone may have sent: counted before it is parsed, exact for 64-bit integers.

import { JSON_TOKENS_MAX } from '../limits.ts'

/** The body is JSON with more values than JSON_TOKENS_MAX. */
export class JsonTooManyTokensError extends Error {}

/** @throws SyntaxError, JsonTooManyTokensError */
export function parseJson(body: Uint8Array): unknown {
  // No token is shorter than a byte.
  if (body.length > JSON_TOKENS_MAX && countTokens(body) > JSON_TOKENS_MAX) {
    throw new JsonTooManyTokensError()
  }
  return JSON.parse(toText(body))
}

/**
 * The same with every number that a double may not hold exactly as a string of its digits. For senders
 * that write nanoseconds as JSON numbers; `body` is JSON that `parseJson` has parsed.
 */
export function parseJsonExactly(body: Uint8Array): unknown {
  return JSON.parse(toText(quoteLongNumbers(body)))
}

/** RFC 8259 lets a parser ignore a byte order mark. Bytes that are not UTF-8 become U+FFFD. */
function toText(body: Uint8Array): string {
  const text = toBuffer(body).toString('utf8')
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

/** The same memory. */
function toBuffer(body: Uint8Array): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** `[`, `{` and `,`: there are about as many as there are values. */
const OPEN_BRACKET = 0x5b
const OPEN_BRACE = 0x7b
const COMMA = 0x2c
const DIGIT_0 = 0x30
const DIGIT_9 = 0x39
const MINUS = 0x2d
const PLUS = 0x2b
const POINT = 0x2e
const LOWER_E = 0x65
const UPPER_E = 0x45

/** Fewer digits than these are exact in a double, unless there is an exponent. */
const LONG_NUMBER_CHARS = 16

function countTokens(body: Uint8Array): number {
  let tokens = 0
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at]
    if (byte === OPEN_BRACKET || byte === OPEN_BRACE || byte === COMMA) tokens += 1
    else if (byte === QUOTE) at = findStringEnd(body, at + 1)
  }
  return tokens
}

function findStringEnd(body: Uint8Array, start: number): number {
  let at = start
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1
  return at
}

function quoteLongNumbers(body: Uint8Array): Uint8Array {
  const source = toBuffer(body)
  // The shortest that is quoted, `1e5` and its separator, has four bytes and gets two more.
  const quoted = Buffer.allocUnsafe(Math.ceil(body.length * 1.5) + 2)
  let length = 0
  let copied = 0
  let at = 0
  while (at < body.length) {
    const byte = body[at] ?? 0
    const start = at
    if (byte === QUOTE) at = findStringEnd(body, at + 1) + 1
    else if (isDigit(byte) || byte === MINUS) at = findNumberEnd(body, at)
    else at += 1
    if (byte !== QUOTE && isLongNumber(body, start, at)) {
      length += source.copy(quoted, length, copied, start)
      length = quoted.writeUInt8(QUOTE, length)
      length += source.copy(quoted, length, start, at)
      length = quoted.writeUInt8(QUOTE, length)
      copied = at
    }
  }
  length += source.copy(quoted, length, copied)
  return quoted.subarray(0, length)
}

function isLongNumber(body: Uint8Array, start: number, end: number): boolean {
  if (end - start >= LONG_NUMBER_CHARS) return true
  for (let at = start + 1; at < end; at += 1) {
    if (body[at] === LOWER_E || body[at] === UPPER_E) return true
  }
  return false
}

function findNumberEnd(body: Uint8Array, start: number): number {
  let at = start
  while (at < body.length && isOfNumber(body[at] ?? 0)) at += 1
  return at
}

function isOfNumber(byte: number): boolean {
  return (
    isDigit(byte) ||
    byte === POINT ||
    byte === LOWER_E ||
    byte === UPPER_E ||
    byte === PLUS ||
    byte === MINUS
  )
}

function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= DIGIT_9
}
