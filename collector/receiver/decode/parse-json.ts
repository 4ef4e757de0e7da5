// JSON.parse for bytes that anyone may have sent: counted before it is parsed, exact for 64-bit integers.

import { JSON_TOKENS_MAX } from '../limits.ts'

/** The body is JSON with more values than JSON_TOKENS_MAX. */
export class JsonTooManyTokensError extends Error {}

/**
 * `exact` gives the text of a whole number that a double cannot hold, at four times the cost. It is for
 * senders that write nanoseconds as JSON numbers.
 *
 * @throws SyntaxError, JsonTooManyTokensError, or RangeError when nested beyond the stack
 */
export function parseJson(body: Uint8Array, precision: 'fast' | 'exact'): unknown {
  // No token is shorter than a byte.
  if (body.length > JSON_TOKENS_MAX && countTokens(body) > JSON_TOKENS_MAX) {
    throw new JsonTooManyTokensError()
  }
  const text = toText(body)
  return precision === 'fast' ? JSON.parse(text) : JSON.parse(text, keepLongInteger)
}

/** RFC 8259 lets a parser ignore a byte order mark. Bytes that are not UTF-8 become U+FFFD. */
function toText(body: Uint8Array): string {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

function keepLongInteger(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value
  return context?.source ?? value
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** `[`, `{` and `,`: there are about as many as there are values. */
const OPEN_BRACKET = 0x5b
const OPEN_BRACE = 0x7b
const COMMA = 0x2c

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
