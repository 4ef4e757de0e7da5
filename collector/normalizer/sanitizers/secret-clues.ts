// By which pairs of characters secrets are noticed. Each begins with one of few literals, three characters long at
// least, and so has a pair of characters of it at an even position of any text: two pairs a literal, the rarest
// for even positions and the rarest for odd ones, lead to every place where a secret may begin.

import { SECRET_KEY_ENDS, SECRET_KINDS } from './secret-kinds.ts'

/** Between texts that are looked at together: no pattern reaches across it from one to the next. */
export const TEXT_SEPARATOR = '\n:'

/** How secrets of a kind begin. */
interface Clue {
  readonly literal: string
  /** In any case, and written here in lower case. */
  readonly ignoresCase: boolean
  /** Sticky: tried where the literal stands. */
  readonly pattern: RegExp
  /** Of the kind at that position of SECRET_KINDS, or one of those below. */
  readonly bit: number
}

/** A literal that has the pair, `offset` characters behind its begin. */
export interface Candidate {
  readonly clue: Clue
  readonly offset: number
  /** The unit of the literal beside the pair, seen from the pair, in both of its cases: most places fail on it. */
  readonly besideAt: number
  readonly beside: number
  readonly besideInOtherCase: number
}

export const PRIVATE_KEY_BIT = 1 << 30
/** The end of a name that makes a secret of what stands under it. */
export const SECRET_KEY_BIT = 1 << 29

const PAIR_VALUES = 65_536

/** Pairs and then letters of English and of code, from common to rare; what is not among them is rarer. */
const COMMON_PAIRS =
  'e s tr reinteonstheatorernesntarenisitliecalondeascoedngnstoaisisellsefoicraceetamroletatseaneio' +
  'ndomemapaelnouugilveulfigeprtuchacridiblkebedtusubmealotiloshvaopefaamwhhowexphiwosuimkeowivim'
const COMMON_UNITS = ' etaoinsrlcdpumhgfbykvwx'

/** For each pair, as two bytes of memory make a number, where in CANDIDATES to look; 0 for nearly all of them. */
export const PLACES = new Uint16Array(PAIR_VALUES)
/** 1 where PLACES is not 0: smaller, hence nearer to the processor. */
export const FLAGS = new Uint8Array(PAIR_VALUES)

export const CANDIDATES: readonly (readonly Candidate[])[] = [
  [],
  ...[...gatherCandidates()].map(([pair, candidates], at) => {
    PLACES[pair] = at + 1
    FLAGS[pair] = 1
    return candidates
  })
]

function gatherCandidates(): ReadonlyMap<number, readonly Candidate[]> {
  const byPair = new Map<number, Candidate[]>()
  for (const clue of gatherClues()) {
    for (const parity of [0, 1]) {
      const offset = rarestPair(clue.literal, parity)
      for (const pair of spellings(clue, offset)) {
        byPair.set(pair, [...(byPair.get(pair) ?? []), toCandidate(clue, offset)])
      }
    }
  }
  return byPair
}

function toCandidate(clue: Clue, offset: number): Candidate {
  const besideAt = offset > 0 ? -1 : 2
  const unit = clue.literal.charAt(offset + besideAt)
  const other = clue.ignoresCase ? unit.toUpperCase() : unit
  return {
    clue,
    offset,
    besideAt,
    beside: unit.charCodeAt(0),
    besideInOtherCase: other.charCodeAt(0)
  }
}

function gatherClues(): readonly Clue[] {
  return [
    ...SECRET_KINDS.flatMap(({ begins, pattern }, at) => cluesOf(begins, pattern, 1 << at)),
    ...cluesOf(['PRIVATE KEY'], /PRIVATE KEY/, PRIVATE_KEY_BIT),
    ...SECRET_KEY_ENDS.flatMap((end) =>
      cluesOf([end], new RegExp(end + TEXT_SEPARATOR, 'i'), SECRET_KEY_BIT)
    )
  ]
}

function cluesOf(
  literals: readonly string[],
  { source, ignoreCase }: RegExp,
  bit: number
): readonly Clue[] {
  const pattern = new RegExp(source, ignoreCase ? 'iy' : 'y')
  return literals.map((literal) => ({ literal, ignoresCase: ignoreCase, pattern, bit }))
}

function rarestPair(literal: string, parity: number): number {
  let best = parity
  for (let offset = parity; offset + 1 < literal.length; offset += 2) {
    if (rarityOf(literal, offset) > rarityOf(literal, best)) best = offset
  }
  return best
}

function rarityOf(literal: string, offset: number): number {
  const pair = literal.slice(offset, offset + 2)
  for (let at = 0; at < COMMON_PAIRS.length; at += 2) {
    if (COMMON_PAIRS.startsWith(pair, at)) return at
  }
  return COMMON_PAIRS.length + rarityOfUnit(pair.charAt(0)) + rarityOfUnit(pair.charAt(1))
}

function rarityOfUnit(unit: string): number {
  const place = COMMON_UNITS.indexOf(unit)
  return place === -1 ? COMMON_UNITS.length : place
}

/** The pair as two bytes of memory make a number, whatever the machine's order; in both cases where that is ignored. */
function spellings({ literal, ignoresCase }: Clue, offset: number): ReadonlySet<number> {
  const bytes = new Uint8Array(2)
  const pair = new Uint16Array(bytes.buffer)
  const casesOf = (at: number) => {
    const unit = literal.charAt(at)
    return ignoresCase ? [unit, unit.toUpperCase()] : [unit]
  }
  const spelled = new Set<number>()
  for (const first of casesOf(offset)) {
    for (const second of casesOf(offset + 1)) {
      bytes.set([first.charCodeAt(0), second.charCodeAt(0)])
      spelled.add(pair[0] ?? 0)
    }
  }
  return spelled
}
