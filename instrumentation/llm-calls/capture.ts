// What of a text gets onto a span: all of it, masked and cut, or its hash, or nothing. Everything that a
// person or a model wrote passes here and nowhere else.

import { createHash } from 'node:crypto'
import { parseJson } from './json.ts'
import type { CaptureMode } from './options.ts'

export interface Capture {
  readonly mode: CaptureMode
  /** The text as it may be shown, at most `charsMax` characters of it. */
  text(content: string, charsMax: number): string
  /** A value with every text in it as `text` shows it; one too long for `charsMax` becomes a text. */
  value(value: unknown, charsMax: number): unknown
}

export function createCapture(mode: CaptureMode, redact: (text: string) => string): Capture {
  const show = mode === 'hash' ? hashOf : maskedAndCut
  const text = (content: string, charsMax: number): string => show(content, charsMax, redact)
  return {
    mode,
    text,
    value(value, charsMax) {
      if (value === undefined || value === null) return undefined
      if (typeof value === 'string') return text(value, charsMax)
      // As JSON, because a field's name may be all that tells a secret: { "password": … }.
      const shown = text(toJson(value), charsMax)
      return mode === 'full' ? (parseJson(shown) ?? shown) : shown
    }
  }
}

/** Total: what is nested deeper than the stack is deep cannot be written. */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return '"…"'
  }
}

/** 64 bits tell the texts of a run apart; the length tells whether it was worth reading. */
function hashOf(content: string): string {
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 16)
  return `sha256:${digest} (${content.length} characters)`
}

function maskedAndCut(content: string, charsMax: number, redact: (text: string) => string): string {
  if (content.length <= charsMax) return redact(content)
  const headChars = Math.floor(charsMax * HEAD_SHARE)
  const tailChars = charsMax - headChars
  // Masked with a margin around the cut: half a secret would not be known for one.
  const head = redact(content.slice(0, headChars + SECRET_CHARS_MAX)).slice(0, headChars)
  const tail = redact(content.slice(-(tailChars + SECRET_CHARS_MAX))).slice(-tailChars)
  return `${head}…[${content.length - charsMax} characters left out]…${tail}`
}

/** The beginning of a text says what it is, its end how it came out. */
const HEAD_SHARE = 0.6

/** A private key of 4,096 bits in PEM is the longest secret that has a shape. */
const SECRET_CHARS_MAX = 4096
