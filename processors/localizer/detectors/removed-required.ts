// An edit that takes out a word which a failing assertion then asks for. Reason: the requirement was met
// before the edit and not after. Cost: one search per edit and failure word.
// Measured on 69 labelled failures: fires in 2 (2 tasks), its first finding is the onset in 1, onset or
// acceptable in 2; in 0 of 20 solved runs.

import type { RunFacts, StepFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'

/** Shorter words come and go in any edit. */
const WORD_CHARS_MIN = 6
const TEXT_CHARS_MAX = 8_192

export const removedRequired: Detector = {
  name: 'removed_required',
  role: 'decisive',
  says: 'removed what a failing check asks for',
  find: (facts) => findRemovals(facts).slice(0, 1)
}

function findRemovals({ steps, failure }: RunFacts): Finding[] {
  const words = failure.words.filter((word) => word.length >= WORD_CHARS_MIN)
  if (words.length === 0) return []
  return steps.flatMap((facts) => findIn(facts, words))
}

function findIn({ at, builds, oldText, newText }: StepFacts, words: readonly string[]): Finding[] {
  if (!builds || oldText === undefined || newText === undefined) return []
  // An edit that grows may say the same in other words; one that shrinks took something out.
  if (newText.length >= oldText.length) return []
  const before = oldText.slice(0, TEXT_CHARS_MAX)
  const lower = before.toLowerCase()
  const after = newText.toLowerCase()
  const removed = words.find((word) => lower.includes(word) && !after.includes(word))
  if (removed === undefined) return []
  const line = before.split('\n').find((each) => each.toLowerCase().includes(removed))
  return [{ at, quote: line ?? before }]
}
