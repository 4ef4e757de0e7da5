// Reading a step's texts: arguments as plain strings, and quotes that are verbatim.

import type { ClassifiedStep, RunStep } from '@onset/collector/model'
import { QUOTE_CHARS_MAX } from '@onset/collector/model'

export interface ArgumentTexts {
  /** The string values of the arguments, unescaped; the text itself when it is not JSON. */
  readonly texts: readonly string[]
  /** What an edit replaces, and by what; absent when the step is no edit. */
  readonly oldText: string | undefined
  readonly newText: string | undefined
}

/** Names that edit tools have for what they replace and by what. */
const OLD_TEXT_KEYS = ['old_string', 'old_str', 'oldText', 'oldString', 'search'] as const
const NEW_TEXT_KEYS = ['new_string', 'new_str', 'newText', 'newString', 'replace'] as const

/** Strings inside one step's arguments; a plan of 64 items with three strings each fits. */
const ARGUMENT_TEXTS_MAX = 256

export function readArguments(step: ClassifiedStep): ArgumentTexts {
  const text = step.arguments === '' ? step.action : step.arguments
  const value = parseJson(text)
  if (value === undefined) {
    return { texts: text === '' ? [] : [text], oldText: undefined, newText: undefined }
  }
  return {
    texts: collectStrings(value),
    oldText: stringUnder(value, OLD_TEXT_KEYS),
    newText: stringUnder(value, NEW_TEXT_KEYS)
  }
}

function parseJson(text: string): unknown {
  const first = text.trimStart().charAt(0)
  if (first !== '{' && first !== '[' && first !== '"') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// Iterative, because the nesting depth of an argument is anybody's.
function collectStrings(root: unknown): string[] {
  const strings: string[] = []
  const pending: unknown[] = [root]
  while (pending.length > 0 && strings.length < ARGUMENT_TEXTS_MAX) {
    const value = pending.pop()
    if (typeof value === 'string') strings.push(value)
    else if (typeof value === 'object' && value !== null) {
      const inside: unknown[] = Object.values(value).slice(0, ARGUMENT_TEXTS_MAX)
      pending.push(...inside.toReversed())
    }
  }
  return strings
}

function stringUnder(value: unknown, keys: readonly string[]): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const entries = new Map<string, unknown>(Object.entries(value))
  for (const key of keys) {
    const found = entries.get(key)
    if (typeof found === 'string') return found
  }
  return undefined
}

/** Of a wanted text, its first lines are tried one by one when the whole does not occur. */
const QUOTE_LINES_TRIED_MAX = 8

/**
 * The part of `wanted` that occurs verbatim in the step, at most QUOTE_CHARS_MAX long: the whole text,
 * else its first line that occurs, else what the step did. Arguments are JSON, so a text with quotes or
 * line ends often occurs there in escaped form only.
 */
export function quoteFrom(step: RunStep, wanted: string): string {
  const head = wanted.slice(0, QUOTE_CHARS_MAX * QUOTE_LINES_TRIED_MAX)
  for (const candidate of [head, ...head.split('\n', QUOTE_LINES_TRIED_MAX)]) {
    const quote = cutQuote(candidate.trim())
    if (quote !== '' && occursIn(step, quote)) return quote
  }
  return fallbackQuote(step)
}

export function occursIn(step: RunStep, quote: string): boolean {
  return (
    step.observation.includes(quote) ||
    step.arguments.includes(quote) ||
    step.action.includes(quote) ||
    step.thought.includes(quote)
  )
}

function fallbackQuote(step: RunStep): string {
  for (const text of [step.action, step.arguments, step.thought, step.observation]) {
    const line = text.split('\n', QUOTE_LINES_TRIED_MAX).find((each) => each.trim() !== '')
    if (line !== undefined) return cutQuote(line.trim())
  }
  return ''
}

function cutQuote(text: string): string {
  return text.slice(0, wholeEnd(text, QUOTE_CHARS_MAX))
}

/** `end`, or one less where it would split a surrogate pair. */
function wholeEnd(text: string, end: number): number {
  if (end >= text.length) return text.length
  const unit = text.charCodeAt(end)
  return unit >= 0xdc00 && unit <= 0xdfff ? end - 1 : end
}

/** On one line, with an ellipsis where it was cut. */
export function shorten(text: string, charsMax: number): string {
  const line = text
    .slice(0, 4 * charsMax)
    .replace(/\s+/g, ' ')
    .trim()
  if (line.length <= charsMax) return line
  return `${line.slice(0, wholeEnd(line, charsMax - 1)).trimEnd()}…`
}

/** The line in which `pattern` (without the global flag) is first found, trimmed. */
export function lineAround(text: string, pattern: RegExp): string | undefined {
  const found = pattern.exec(text)
  return found === null ? undefined : lineAt(text, found.index)
}

/** The line in which `wanted` first occurs, trimmed; empty when it does not. */
export function lineWith(text: string, wanted: string): string {
  const at = text.indexOf(wanted)
  return at === -1 ? '' : lineAt(text, at)
}

function lineAt(text: string, at: number): string {
  const start = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1
  const end = text.indexOf('\n', at)
  return text.slice(start, end === -1 ? text.length : end).trim()
}
