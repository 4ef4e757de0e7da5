// Replaces secrets in a text by `[masked:<kind>]`. Masking again changes nothing.

import type { SecretHints } from './secret-hints.ts'
import { findSecretHints } from './secret-hints.ts'
import type { SecretKind } from './secret-kind.ts'
import { isWordEnd } from './secret-kind.ts'
import { isSecretKey, isSecretNumber, isSecretNumberKey, isSecretText } from './secret-names.ts'

/** Shortest that can hold a secret: `a://b:c@`. */
const TEXT_CHARS_MIN = 8

export function maskSecrets(text: string, hints: SecretHints): string {
  if (text.length < TEXT_CHARS_MIN) return text
  let masked = maskOnce(text, hints)
  let before = text
  for (let pass = 1; pass < PASSES_MAX && masked !== before; pass += 1) {
    const left = findSecretHints(masked)
    if (left === undefined) break
    before = masked
    masked = maskOnce(masked, left)
  }
  return masked
}

/** A secret right behind another shows only when that one is masked; no text made by anyone has three in a row. */
const PASSES_MAX = 4

function maskOnce(text: string, hints: SecretHints): string {
  let masked = hints.hasPrivateKey ? maskPrivateKeys(text) : text
  for (const kind of hints.kinds) masked = maskKind(masked, kind)
  return masked
}

/** Masks the whole of a text that stands under a key that names a secret. */
export function maskNamedSecret(text: string, key: string): string {
  return isSecretKey(key) && isSecretText(text) ? marker('secret') : text
}

/** The same for a number, as a code that consists of digits. */
export function maskNamedNumber(value: number | bigint, key: string): number | bigint | string {
  return isSecretNumberKey(key) && isSecretNumber(value) ? marker('secret') : value
}

function maskKind(text: string, { kind, pattern, accepts, isNamed }: SecretKind): string {
  return text.replace(pattern, (match: string, kept: string, secret: string, at: number) => {
    const place = { before: text.charAt(at - 1), kept, after: text.charAt(at + match.length) }
    if (accepts !== undefined && !accepts(secret, place)) return match
    if (isNamed === true && isWordEnd(text, at)) return match
    const quote = quoteFor(kept, secret)
    return kept + quote + marker(kind) + quote
  })
}

/** What JSON needs around the marker in place of a number: the quote that stands around its name. */
function quoteFor(kept: string, secret: string): string {
  if (!NUMBER.test(secret)) return ''
  return QUOTED_NAME.exec(kept)?.[1] ?? ''
}

const NUMBER = /^\d+$/
const QUOTED_NAME = /(\\{0,8}")\s{0,4}:\s{0,4}$/

function marker(kind: string): string {
  return `[masked:${kind}]`
}

const PRIVATE_KEY_BEGIN = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g
const PRIVATE_KEY_END = '-----END'

/** An RSA key of 16,384 bits is 12,700 characters; an END farther away belongs to something else. */
const PRIVATE_KEY_CHARS_MAX = 16_384

/** `-----END OPENSSH PRIVATE KEY-----` after its first dashes and word. */
const PRIVATE_KEY_END_CHARS_MAX = 48

/** From BEGIN to END, or, when END was cut off, as far as lines of key follow. */
function maskPrivateKeys(text: string): string {
  let masked = ''
  let done = 0
  let end = -1
  for (const begin of text.matchAll(PRIVATE_KEY_BEGIN)) {
    if (begin.index < done) continue
    const body = begin.index + begin[0].length
    // Kept from one BEGIN to the next, so that many of them search the text for END only once.
    if (end < body) end = endOrNever(text, body)
    const isWhole = end - body <= PRIVATE_KEY_CHARS_MAX && isKeyBody(text.slice(body, end))
    const keyEnd = isWhole ? closingEnd(text, end) : lastKeyLineEnd(text, body)
    if (keyEnd === body) continue
    masked += text.slice(done, begin.index) + marker('private_key')
    done = keyEnd
  }
  return done === 0 ? text : masked + text.slice(done)
}

function endOrNever(text: string, from: number): number {
  const end = text.indexOf(PRIVATE_KEY_END, from)
  return end === -1 ? Infinity : end
}

/** Base64 with its line ends and headers; code that only speaks of BEGIN and END has none. */
function isKeyBody(body: string): boolean {
  return /[A-Za-z0-9+/]{16}/.test(body) && !/[&;?$<>{}[\]]/.test(body)
}

function closingEnd(text: string, end: number): number {
  const start = end + PRIVATE_KEY_END.length
  const dashes = text.slice(start, start + PRIVATE_KEY_END_CHARS_MAX).indexOf('-----')
  return dashes === -1 ? start : start + dashes + 5
}

/** Whole lines of base64 after `body`, real or escaped line ends between them, and the rest of the last. */
function lastKeyLineEnd(text: string, body: number): number {
  const lines = /(?:(?:\s|\\[nr])*[A-Za-z0-9+/=]{40,})+(?:(?:\s|\\[nr]){1,4}[A-Za-z0-9+/=]+)?/y
  lines.lastIndex = body
  return body + (lines.exec(text)?.[0].length ?? 0)
}
