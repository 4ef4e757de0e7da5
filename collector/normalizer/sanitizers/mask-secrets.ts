// Replaces secrets in a text by `[masked:<kind>]`. Masking again changes nothing.

import type { SecretHints } from './secret-hints.ts'
import { findSecretHints } from './secret-hints.ts'
import type { SecretKind } from './secret-kinds.ts'
import { isSecretKey, isSecretText } from './secret-kinds.ts'

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

function maskKind(text: string, { kind, pattern, accepts, isNamed }: SecretKind): string {
  return text.replace(pattern, (match: string, kept: string, secret: string, at: number) => {
    if (accepts !== undefined && !accepts(secret)) return match
    if (isNamed === true && isWordEnd(text, at)) return match
    return kept + marker(kind)
  })
}

/**
 * True when the name at `at` is only the end of a word. `accessToken` begins a name at its capital,
 * `access_token` after its underscore, and `\ntoken` after an escape in a text that is JSON.
 */
function isWordEnd(text: string, at: number): boolean {
  const isInside = LOWER_CASE.test(text.charAt(at - 1)) && LOWER_CASE.test(text.charAt(at))
  return isInside && text.charAt(at - 2) !== '\\'
}

const LOWER_CASE = /[a-z]/

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
