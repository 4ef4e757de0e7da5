// Which kinds of secrets are in a text, for the price of reading it once, because most texts hold none. Complete:
// a kind that is not named finds nothing in the text (test/unit/normalizer-secret-hints.test.ts). The text is copied
// to bytes and read two by two, and where a pair leads to it the kind's own pattern is tried. Searching for
// literals takes longer: common first letters stop the engine's fast search at every word.

import type { Candidate } from './secret-clues.ts'
import { CANDIDATES, FLAGS, PLACES, PRIVATE_KEY_BIT, SECRET_KEY_BIT } from './secret-clues.ts'
import type { SecretKind } from './secret-kind.ts'
import { SECRET_KINDS } from './secret-kinds.ts'

/** Why texts are looked at closer. */
export interface SecretHints {
  /** In the order of SECRET_KINDS. */
  readonly kinds: readonly SecretKind[]
  readonly hasPrivateKey: boolean
  /** One of the texts ends as the name of a secret does: it may be the key of the next. */
  readonly hasSecretKey: boolean
}

/** Undefined when there is nothing, the case for nearly every span. */
export function findSecretHints(text: string): SecretHints | undefined {
  let found = 0
  for (let start = 0; start < text.length; start += CHUNK_UNITS) {
    found = readChunk(text, start, found)
  }
  if (found === 0) return undefined
  return {
    kinds: SECRET_KINDS.filter((_kind, at) => (found & (1 << at)) !== 0),
    hasPrivateKey: (found & PRIVATE_KEY_BIT) !== 0,
    hasSecretKey: (found & SECRET_KEY_BIT) !== 0
  }
}

/** Even, so that no pair lies across two chunks; small enough to stay in the processor's cache. */
const CHUNK_UNITS = 65_536
/** Of four pairs. */
const BYTES_AT_ONCE = 8

/** The low bytes of a chunk's UTF-16 units: what seems to be ASCII there is looked up in the text. */
const CHUNK = Buffer.alloc(CHUNK_UNITS + BYTES_AT_ONCE)
const PAIRS = new Uint16Array(CHUNK.buffer, CHUNK.byteOffset, CHUNK.length / 2)

/** The bits of what was found before, and of what is found here. */
function readChunk(text: string, start: number, foundBefore: number): number {
  const chunk = text.length <= CHUNK_UNITS ? text : text.slice(start, start + CHUNK_UNITS)
  const length = CHUNK.write(chunk, 0, CHUNK_UNITS, 'latin1')
  // Pairs are read four at a time; what an earlier text left there begins no secret of this one, but costs a look.
  CHUNK.fill(0, length, length + BYTES_AT_ONCE)
  const count = (length + 1) >> 1
  let found = foundBefore
  for (let at = 0; at < count; at += 4) {
    if ((flagOf(at) | flagOf(at + 1) | flagOf(at + 2) | flagOf(at + 3)) === 0) continue
    for (let pair = at; pair < at + 4; pair += 1) {
      if (flagOf(pair) !== 0) found = lookAt(text, start, pair, found)
    }
  }
  return found
}

function flagOf(at: number): number {
  return FLAGS[PAIRS[at] ?? 0] ?? 0
}

function lookAt(text: string, start: number, pair: number, foundBefore: number): number {
  let found = foundBefore
  for (const candidate of CANDIDATES[PLACES[PAIRS[pair] ?? 0] ?? 0] ?? []) {
    const { bit } = candidate.clue
    if (!fitsBeside(candidate, 2 * pair) || (found & bit) !== 0) continue
    if (stands(candidate, text, start + 2 * pair)) found |= bit
  }
  return found
}

/** Beyond the chunk's ends anything fits. */
function fitsBeside({ besideAt, beside, besideInOtherCase }: Candidate, at: number): boolean {
  const unit = CHUNK[at + besideAt]
  const isInside = at > 0 && at < CHUNK_UNITS - 2
  return unit === beside || unit === besideInOtherCase || !isInside
}

/** Whether a secret begins where the pair at `at` leads to. */
function stands({ clue, offset }: Candidate, text: string, at: number): boolean {
  const start = at - offset
  const { literal, ignoresCase, pattern } = clue
  if (start < 0 || !(ignoresCase || text.startsWith(literal, start))) return false
  pattern.lastIndex = start
  return pattern.test(text)
}
