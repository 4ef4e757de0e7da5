// Values as they are written in SQL: strings with their escapes, and maps of strings.

import { refusal } from './refusal.ts'
import { isSymbol, type Token } from './tokenize.ts'

/** Escapes of the engine that mean one character; `\%` and `\_` keep their backslash. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['a', '\u0007'],
  ['v', '\v'],
  ['e', '\u001b'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['`', '`'],
  ['/', '/'],
  ['=', '='],
  ['%', String.raw`\%`],
  ['_', String.raw`\_`]
])

/** What a string literal means. @throws QueryError SYNTAX_ERROR for an escape that may be read in two ways. */
export function unquoteText(literal: string): string {
  return literal.slice(1, -1).replaceAll(/''|\\([^])/g, (pair, escaped?: string) => {
    if (escaped === undefined) return "'"
    const meant = ESCAPES.get(escaped)
    if (meant === undefined) {
      throw refusal('SYNTAX_ERROR', `The escape ${pair} may not be used in a setting`)
    }
    return meant
  })
}

/** A string literal that means `text`. */
export function quoteText(text: string): string {
  return `'${text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`
}

/** `{'a': 'b', 'c': 'd'}` as pairs of literals; undefined when it is something else. */
export function readMap(
  tokens: readonly Token[]
): readonly (readonly [string, string])[] | undefined {
  if (!isSymbol(tokens[0], '{') || !isSymbol(tokens.at(-1), '}')) return undefined
  const inner = tokens.slice(1, -1)
  const pairs: (readonly [string, string])[] = []
  for (let at = 0; at < inner.length; at += 4) {
    const [key, colon, value, comma] = inner.slice(at, at + 4)
    if (key?.kind !== 'string' || !isSymbol(colon, ':') || value?.kind !== 'string')
      return undefined
    if (comma !== undefined && !isSymbol(comma, ',')) return undefined
    pairs.push([key.text, value.text])
  }
  return pairs
}
