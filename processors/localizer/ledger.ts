// The ledger of a task: which step addressed what was asked for, and what none ever did. What counts is
// what a step did or wrote; a plan, a thought or a look is no work.

import type { Requirement } from '@onset/collector/model'

import { basename } from './paths.ts'
import type { Wanted } from './requirements.ts'
import { readRequirements } from './requirements.ts'
import type { StepFacts } from './run-facts.ts'

export interface LedgerEntry {
  readonly wanted: Wanted
  /** 0-based positions of the first steps whose action has it. */
  readonly addressedAt: readonly number[]
  /** Of the first steps that only looked at it, planned it or talked about it. */
  readonly seenAt: readonly number[]
}

export type Ledger = readonly LedgerEntry[]

/** The first steps tell who began it; later ones only work on. */
const ADDRESSED_STEPS_MAX = 8
/** Of what one step did: a file above this repeats what it begins with. */
const TEXT_CHARS_MAX = 16_384

export function keepLedger(steps: readonly StepFacts[], task: string): Ledger {
  const wanted = readRequirements(task)
  const addressed: number[][] = wanted.map(() => [])
  const seen: number[][] = wanted.map(() => [])
  for (const facts of steps) {
    const open = wanted.flatMap((_, id) =>
      (addressed[id]?.length ?? 0) < ADDRESSED_STEPS_MAX ? [id] : []
    )
    if (open.length === 0) break
    const works = facts.act === 'write' || facts.act === 'change' || facts.act === 'verify'
    const text = works ? doneText(facts) : lookedText(facts)
    for (const id of open) {
      const one = wanted[id]
      if (one === undefined || !has(text, one)) continue
      const known = works ? addressed[id] : seen[id]
      if (known !== undefined && known.length < ADDRESSED_STEPS_MAX) known.push(facts.at)
    }
  }
  return wanted.map((one, id) => ({
    wanted: one,
    addressedAt: addressed[id] ?? [],
    seenAt: seen[id] ?? []
  }))
}

/** A task that is one constraint is not told again, as if it were a part of itself. */
export function toRequirements(ledger: Ledger, steps: readonly StepFacts[]): Requirement[] {
  const indexesOf = (positions: readonly number[]) =>
    positions.map((at) => steps[at]?.step.index ?? at + 1)
  return ledger
    .filter(({ wanted }) => !wanted.isWholeTask)
    .map(({ wanted: { kind, text }, addressedAt, seenAt }) => {
      if (addressedAt.length > 0) {
        return { kind, text, status: 'addressed', stepIndexes: indexesOf(addressedAt) }
      }
      const status = seenAt.length > 0 ? 'seen' : 'untouched'
      return { kind, text, status, stepIndexes: indexesOf(seenAt) }
    })
}

function doneText({ step, argumentTexts }: StepFacts): string {
  const { filesWritten, filesRead, writtenText } = step.effects
  const files = [...filesWritten, ...filesRead].map((path) => basename(path)).join('\n')
  return `${files}\n${argumentTexts.join('\n')}\n${step.action}\n${writtenText}`
    .slice(0, TEXT_CHARS_MAX)
    .toLowerCase()
}

function lookedText({ step }: StepFacts): string {
  return `${step.action}\n${step.arguments}`.slice(0, TEXT_CHARS_MAX).toLowerCase()
}

function has(text: string, { kind, needle }: Wanted): boolean {
  if (kind === 'constraint') return sharesWords(text, needle)
  return standsAlone(kind === 'number' ? text.replaceAll(',', '') : text, needle)
}

const WORD_CHAR = /[\p{L}\p{N}_]/u
/** Occurrences looked at: a short name inside longer ones is rarely found alone after so many. */
const OCCURRENCES_MAX = 16

/** `3000` in `port=3000` and not in `13000`. */
function standsAlone(text: string, needle: string): boolean {
  const bareStart = !WORD_CHAR.test(needle.charAt(0))
  const bareEnd = !WORD_CHAR.test(needle.charAt(needle.length - 1))
  let from = 0
  for (let count = 0; count < OCCURRENCES_MAX; count += 1) {
    const at = text.indexOf(needle, from)
    if (at === -1) return false
    const before = bareStart || at === 0 || !WORD_CHAR.test(text.charAt(at - 1))
    const after = bareEnd || !WORD_CHAR.test(text.charAt(at + needle.length))
    if (before && after) return true
    from = at + 1
  }
  return false
}

const CONTENT_WORD = /[a-z][a-z_-]{4,40}/g
const PLAIN_WORD =
  /^(?:should|would|could|these|those|there|their|which|where|about|other|using|files?|ensure)$/
/** Half the words of a constraint in one step are no accident. */
const SHARED_MIN = 0.5

function sharesWords(text: string, constraint: string): boolean {
  const words = new Set(constraint.match(CONTENT_WORD)?.filter((word) => !PLAIN_WORD.test(word)))
  if (words.size === 0) return false
  let shared = 0
  for (const word of words) if (text.includes(word)) shared += 1
  return shared >= words.size * SHARED_MIN
}
