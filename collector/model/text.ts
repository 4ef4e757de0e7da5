// Cutting texts to a bound, the one way the whole project does it.

import { hash } from 'node:crypto'

/** Of a SHA-256: 64 bits tell apart all that one installation holds. */
export const HASH_HEX_CHARS = 16

/** From this bound on the notice tells a hash; below are lines and names, which have no room for one. */
const HASHED_FROM_CHARS = 4_096

/**
 * Keeps head and tail of `text` within `charsMax` UTF-16 units and says in the middle how much was left
 * out and, in longer texts, a hash of the whole by which equal ones are known. Errors and summaries stand
 * at the end of outputs, so the tail gets a third. Surrogate pairs are not split.
 */
export function cutText(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text
  const mark = charsMax < HASHED_FROM_CHARS ? '' : `, sha256 ${hashOf(text)} of the whole`
  const room = charsMax - noticeOf(text.length, mark).length
  if (room <= 0) return text.slice(0, wholeEnd(text, charsMax))
  const tailChars = Math.floor(room / 3)
  const head = text.slice(0, wholeEnd(text, room - tailChars))
  const tailStart = text.length - tailChars
  const tail = text.slice(isLowSurrogate(text, tailStart) ? tailStart + 1 : tailStart)
  return head + noticeOf(text.length - head.length - tail.length, mark) + tail
}

function noticeOf(chars: number, mark: string): string {
  return `\n… ${chars} characters left out${mark} …\n`
}

function hashOf(text: string): string {
  return hash('sha256', text).slice(0, HASH_HEX_CHARS)
}

function wholeEnd(text: string, end: number): number {
  return isLowSurrogate(text, end) ? end - 1 : end
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index)
  return unit >= 0xdc00 && unit <= 0xdfff
}
