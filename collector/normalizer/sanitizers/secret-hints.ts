// Which kinds of secrets a text may hold. Most texts hold none, and this is what they cost: a search for
// a handful of rare characters, and a look at the two characters before each `-`, `_`, `:` and `=`.
// Searching for each prefix on its own took six times as long (test/bench/normalizer.ts), because
// common first letters stop the engine's fast search at every word.

import type { SecretKind } from './secret-kinds.ts'
import { SECRET_KINDS } from './secret-kinds.ts'

/** The kinds whose hints `text` has, in the order of SECRET_KINDS. */
export function findHintedKinds(text: string): readonly SecretKind[] {
  const hinted = new Set<SecretKind>()
  for (const [needle, kind] of NEEDLES) if (text.includes(needle)) hinted.add(kind)
  for (const end of ['-', '_']) addPrefixed(text, end, hinted)
  for (const separator of [':', '=']) addNamed(text, separator, hinted)
  return hinted.size === 0 ? NONE : SECRET_KINDS.filter((kind) => hinted.has(kind))
}

const NONE: readonly SecretKind[] = []

type Ending = readonly [ending: string, kind: SecretKind]

const NEEDLES = endings((kind) => kind.hints.needles)

/** By the two characters before the last, which is `-` or `_`. */
const PREFIXES = byPair(
  endings((kind) => kind.hints.prefixes),
  1
)

/** By the last two characters. */
const NAMES = byPair(
  endings((kind) => kind.hints.names),
  0
)

function endings(of: (kind: SecretKind) => readonly string[] | undefined): readonly Ending[] {
  return SECRET_KINDS.flatMap((kind) => (of(kind) ?? []).map((ending): Ending => [ending, kind]))
}

function byPair(list: readonly Ending[], fromEnd: number): ReadonlyMap<number, readonly Ending[]> {
  const map = new Map<number, Ending[]>()
  for (const ending of list) {
    const pair = pairBefore(ending[0], ending[0].length - fromEnd)
    map.set(pair, [...(map.get(pair) ?? []), ending])
  }
  return map
}

/** The two UTF-16 units before `end` as one number; lower case for ASCII letters. */
function pairBefore(text: string, end: number): number {
  return ((text.charCodeAt(end - 2) | 0x20) << 16) | text.charCodeAt(end - 1) | 0x20
}

function addPrefixed(text: string, last: string, hinted: Set<SecretKind>): void {
  for (let at = text.indexOf(last); at !== -1; at = text.indexOf(last, at + 1)) {
    const candidates = PREFIXES.get(pairBefore(text, at))
    if (candidates === undefined) continue
    for (const [prefix, kind] of candidates) {
      const start = at + 1 - prefix.length
      if (text.startsWith(prefix, start) && isWordStart(text, start)) hinted.add(kind)
    }
  }
}

/** Not in the middle of a word; after `\n` and `\u0022` a word begins, in a text that is JSON. */
function isWordStart(text: string, start: number): boolean {
  if (!ALPHANUMERIC.test(text.charAt(start - 1))) return true
  return text.charAt(start - 2) === '\\' || text.startsWith('\\u', start - 6)
}

const ALPHANUMERIC = /[A-Za-z0-9]/

function addNamed(text: string, separator: string, hinted: Set<SecretKind>): void {
  for (let at = text.indexOf(separator); at !== -1; at = text.indexOf(separator, at + 1)) {
    const end = nameEnd(text, at)
    const candidates = NAMES.get(pairBefore(text, end))
    if (candidates === undefined) continue
    const tail = text.slice(Math.max(0, end - NAME_CHARS_MAX), end).toLowerCase()
    for (const [name, kind] of candidates) if (tail.endsWith(name)) hinted.add(kind)
  }
}

/** The longest of the names above. */
const NAME_CHARS_MAX = 16

/** Quotes, escapes and blanks that may stand between a name and its separator. */
const GAP_CHARS_MAX = 13

function nameEnd(text: string, separatorAt: number): number {
  let end = separatorAt
  while (end > separatorAt - GAP_CHARS_MAX && isGap(text.charCodeAt(end - 1))) end -= 1
  return end
}

/** Blanks and controls, both quotes, the backslash. */
function isGap(unit: number): boolean {
  return unit <= 0x20 || unit === 0x22 || unit === 0x27 || unit === 0x5c
}
