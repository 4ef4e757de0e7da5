// By which pairs of characters secrets are noticed. Each begins with one of few literals, three characters long at
// least, and so has a pair of characters of it at an even position of any text: two pairs a literal, the rarest
// for even positions and the rarest for odd ones, lead to every place where a secret may begin.

import { SECRET_KINDS } from './secret-kinds.ts'
import { SECRET_KEY_ENDS } from './secret-names.ts'

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

/** The pairs of runs of agents and of source code, from common to rare; what is not among them is rarer. */
const COMMON_PAIRS =
  'ine ont re terstteatesorth aens  scolen desentanheng cti iroetd al rnseditmendta funarto' +
  'rilieaasecneiotrouad pctutr  oisomficeramaac..gesiamg paillly vets nimurchex wlopertdi l' +
  'el bmppr mo  e dodnonchaf l cassaiottunapoooolpyowlaaps.ckfoepicemdausrsidpla keifagopso' +
  ' u--lyh uedohobehittrum efrrrnt. hppigt_ibe.bumiulabocnlmofr/airptpuvaof__tpnit(eenulubl' +
  'rywhs:e:t:xtuplswiumbasu.tytsae,httyokspwaldshclevqu kRe\\n Trde(iermrc Sm>bogi I//os voa' +
  's,ivweipubcrfafuvie-aye_ia.ss/.pwnCoeqypp .c Atc C gk mdbicu.mc scp/w dsxpccze/me"r.wofe' +
  `s'npt,d6/dlt_cebnyn.nvizrg_iui./uc_s/s R:/Thgh(f/tt)ffnfogn_psgr Psy-cd. Dy.mmSt MkBr-d:` +
  `s(rvaveimbd_e)_tgspis)n(ysciobrlov(s(tew's N Ls"-pe'l_.eawdd-roiu m/d,l.d(kid"t'Id.w FSe` +
  'Pr Ox Inr(mseyNo'

/** Of looking at one more literal where another leads to, to that of being led there. */
const SHARED_COST = 0.3

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
  const places = gatherClues().flatMap((clue) => [
    { clue, offsets: offsetsFrom(0, clue.literal) },
    { clue, offsets: offsetsFrom(1, clue.literal) }
  ])
  const chosen = new Set<string>()
  // Where there is no choice first: what is looked at anyway costs little more for another literal.
  for (const { clue, offsets } of places.toSorted((a, b) => a.offsets.length - b.offsets.length)) {
    const offset = cheapestOffset(clue.literal, offsets, chosen)
    chosen.add(pairAt(clue.literal, offset))
    for (const pair of spellings(clue, offset)) {
      byPair.set(pair, [...(byPair.get(pair) ?? []), toCandidate(clue, offset)])
    }
  }
  return byPair
}

function offsetsFrom(parity: number, literal: string): readonly number[] {
  const count = Math.floor((literal.length - parity) / 2)
  return Array.from({ length: count }, (_, at) => parity + 2 * at)
}

function pairAt(literal: string, offset: number): string {
  return literal.slice(offset, offset + 2)
}

function cheapestOffset(
  literal: string,
  offsets: readonly number[],
  chosen: ReadonlySet<string>
): number {
  const costs = offsets.map((offset) => {
    const pair = pairAt(literal, offset)
    return frequencyOf(pair) * (chosen.has(pair) ? SHARED_COST : 1)
  })
  return offsets[costs.indexOf(Math.min(...costs))] ?? 0
}

/** Of a pair to that of the most common one; falls as it does in those texts. */
function frequencyOf(pair: string): number {
  let rank = 0
  while (rank < COMMON_PAIRS.length / 2 && !COMMON_PAIRS.startsWith(pair, 2 * rank)) rank += 1
  return (1 + rank / 30) ** -1.4
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
