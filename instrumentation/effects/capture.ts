// What of a text gets onto a span: all of it, masked and cut, or its hash, or nothing. Everything of a
// command, an output or a file passes here.

import { createHash } from 'node:crypto'
import { SECRET_CHARS_MAX } from './limits.ts'
import type { CaptureMode } from './options.ts'

export interface Capture {
  readonly mode: CaptureMode
  readonly redact: (text: string) => string
  /** The text as it may be shown, at most about `charsMax` characters of it; undefined when it may not. */
  text(content: string, charsMax: number): string | undefined
  /** The same of a value as JSON, in which the text of no member is longer than `charsMax`. */
  json(value: Readonly<Record<string, unknown>>, charsMax: number): string | undefined
}

export function createCapture(mode: CaptureMode, redact: (text: string) => string): Capture {
  return {
    mode,
    redact,
    text(content, charsMax) {
      if (mode === 'off') return undefined
      return mode === 'hash' ? hashOf(content) : maskAndCut(content, charsMax, redact)
    },
    json(value, charsMax) {
      if (mode === 'off') return undefined
      if (mode === 'hash') return hashOf(JSON.stringify(value))
      const shown = Object.entries(value).map(([key, member]) => [
        key,
        typeof member === 'string' ? maskAndCut(member, charsMax, redact) : member
      ])
      // Once more as a whole: a member's name may be all that tells a secret.
      return redact(JSON.stringify(Object.fromEntries(shown)))
    }
  }
}

function hashOf(content: string): string {
  const digest = createHash('sha256').update(content).digest('hex')
  return `sha256:${digest} ${content.length} characters`
}

/** The beginning of a text says what it is, its end how it came out. */
const HEAD_SHARE = 0.6

export function maskAndCut(
  content: string,
  charsMax: number,
  redact: (text: string) => string
): string {
  if (content.length <= charsMax) return redact(content)
  const headChars = Math.floor(charsMax * HEAD_SHARE)
  const tailChars = charsMax - headChars
  // Masked with a margin around the cut: half a secret would not be known for one.
  const head = redact(content.slice(0, headChars + SECRET_CHARS_MAX)).slice(0, headChars)
  const tail = redact(content.slice(-(tailChars + SECRET_CHARS_MAX))).slice(-tailChars)
  return `${head}…[${content.length - charsMax} characters left out]…${tail}`
}
