// JSON in and out of attributes. Producers put messages, arguments and results into strings, and cut
// the strings at a length of their own, so JSON that ends in the middle is normal and is read as far
// as it goes.

import type { Value } from './values.ts'
import { isList, isRecord } from './values.ts'

export interface ParsedJson {
  readonly value: Value
  /** The text ended before its JSON did; what is missing was not made up, only closed. */
  readonly truncated: boolean
}

/** Deeper than any message format nests; keeps the recursion in `toJsonText` off the stack's end. */
const JSON_DEPTH_MAX = 64

/** A producer's note that it cut the text, `...[TRUNCATED: original length 31337]`, stands within this many characters of the end. */
const TRUNCATION_NOTICE_CHARS_MAX = 96

const TRUNCATION_NOTICE = /(?:\.{3}|…)?\s?[[(<]\s?truncated\b[^\n\])>]*[\])>]$/i
const ELLIPSIS = /(?:\.{3}|…)$/

/**
 * The value of a text that is a JSON object, array or string, or the beginning of an object or array.
 * Anything else, numbers included, is text and gives undefined.
 */
export function parseJson(text: string): ParsedJson | undefined {
  const start = firstCharacter(text)
  if (start !== '{' && start !== '[' && start !== '"') return undefined
  const whole = tryParse(text)
  if (whole !== undefined) return { value: whole, truncated: false }
  if (start === '"') return undefined
  const cut = withoutTruncationNotice(text)
  const part = tryParse(closeJson(cut) ?? cut)
  return part === undefined ? undefined : { value: part, truncated: true }
}

/** True when the text ends in a producer's own truncation notice. */
export function hasTruncationNotice(text: string): boolean {
  return TRUNCATION_NOTICE.test(text.slice(-TRUNCATION_NOTICE_CHARS_MAX))
}

/** Compact JSON. Total on every Value: bigints become digits, bytes a note of their number. */
export function toJsonText(value: Value, depth = 0): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null'
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (value === undefined || value === null) return 'null'
  if (depth >= JSON_DEPTH_MAX) return '"…"'
  if (isList(value)) return `[${value.map((item) => toJsonText(item, depth + 1)).join(',')}]`
  if (!isRecord(value)) return `"<${value.byteLength} bytes>"`
  const fields = Object.keys(value).map(
    (key) => `${JSON.stringify(key)}:${toJsonText(value[key], depth + 1)}`
  )
  return `{${fields.join(',')}}`
}

/** A string as it is, everything else as compact JSON, absence as the empty text. */
export function toText(value: Value): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : toJsonText(value)
}

function firstCharacter(text: string): string {
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character !== undefined && !WHITESPACE.has(character)) return character
  }
  return ''
}

const WHITESPACE: ReadonlySet<string> = new Set([' ', '\n', '\r', '\t'])

function tryParse(text: string): Value {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON.parse makes nothing but JSON values
    return JSON.parse(text) as Value
  } catch {
    return undefined
  }
}

function withoutTruncationNotice(text: string): string {
  const end = text.slice(-TRUNCATION_NOTICE_CHARS_MAX)
  const kept = end.replace(TRUNCATION_NOTICE, '').replace(ELLIPSIS, '')
  return text.slice(0, text.length - end.length) + kept
}

/** What may stand between the last whole value and the cut: a comma, a key, half a literal. */
const UNFINISHED =
  /^\s*(?:,\s*)?(?:"(?:[^"\\]|\\.)*(?:"\s*(?::\s*)?|\\)?)?(?:-?[\d.eE+-]*|t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|n(?:u(?:ll?)?)?)$/

/** Closes the strings, arrays and objects that are open at the end of `text`, in one pass over it. */
function closeJson(text: string): string | undefined {
  const scan = scanJson(text)
  if (scan === undefined) return undefined
  const closers = scan.open.toReversed().join('')
  if (scan.inValueString) return `${text.slice(0, scan.end)}"${closers}`
  const rest = text.slice(scan.wholeEnd)
  // A rest longer than any key is not the cut end of JSON.
  if (rest.length > UNFINISHED_CHARS_MAX || !UNFINISHED.test(rest)) return undefined
  return text.slice(0, scan.wholeEnd) + closers
}

const UNFINISHED_CHARS_MAX = 512

interface JsonScan {
  /** Closing brackets still owed, outermost first. */
  readonly open: string[]
  /** The text ends inside a string that is a value, not a key. */
  inValueString: boolean
  /** Where an open string must end: before a half escape. */
  end: number
  /** End of the last whole value or opening bracket. */
  wholeEnd: number
  isKey: boolean
}

function scanJson(text: string): JsonScan | undefined {
  const scan = { open: [], inValueString: false, end: text.length, wholeEnd: 0, isKey: false }
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? ''
    if (character === '"') {
      const { end, closed } = stringEnd(text, at)
      if (!closed) return { ...scan, end, inValueString: !scan.isKey }
      at = end
      if (!scan.isKey) scan.wholeEnd = at + 1
    } else if (!takeStructure(scan, character, at)) {
      return undefined
    }
  }
  return scan
}

/** False when the root is closed, and yet the whole did not parse: malformed, not cut. */
function takeStructure(scan: JsonScan, character: string, at: number): boolean {
  if (character === '{' || character === '[') {
    scan.open.push(character === '{' ? '}' : ']')
    scan.isKey = character === '{'
    scan.wholeEnd = at + 1
  } else if (character === '}' || character === ']') {
    scan.wholeEnd = at + 1
    return scan.open.pop() === character && scan.open.length > 0
  } else if (character === ',') {
    scan.isKey = scan.open.at(-1) === '}'
    scan.wholeEnd = at
  } else if (character === ':') {
    scan.isKey = false
  }
  return true
}

/** Index of the closing quote, or of the place to put one when the text ends inside the string. */
function stringEnd(text: string, start: number): { end: number; closed: boolean } {
  let at = start + 1
  while (at < text.length) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) return { end: at, closed: true }
    if (unit !== BACKSLASH) {
      at += 1
      continue
    }
    const escapeEnd = at + (text[at + 1] === 'u' ? 6 : 2)
    if (escapeEnd > text.length) return { end: at, closed: false }
    at = escapeEnd
  }
  return { end: text.length, closed: false }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
