// How much of the failing assertions' vocabulary a step put into the world. Rare words count most: a
// word that every step writes points nowhere.

import type { RunFacts, StepFacts } from './run-facts.ts'

/** Of one step; the assertions' words stand near the head of what a step writes or not at all. */
const TEXT_CHARS_MAX = 16_384
const WORD = /[a-z_][a-z0-9_-]{2,63}|\d[\d.]{2,31}/g

export interface Overlap {
  /** Per step, 0..1: its share of the words, relative to the step that has most. */
  readonly share: readonly number[]
  /** Per step, the rarest word it shares with the failure. */
  readonly rarest: readonly (string | undefined)[]
}

export function overlapWithFailure(facts: RunFacts): Overlap {
  const wanted = new Set(facts.failure.words)
  const phrases = facts.failure.words.filter((word) => /[^a-z0-9_.-]/.test(word))
  const found = facts.steps.map((step) => wordsOf(step, wanted, phrases))
  const frequency = new Map<string, number>()
  for (const words of found)
    for (const word of words) frequency.set(word, (frequency.get(word) ?? 0) + 1)
  const sums = found.map((words) => sumOf(words, frequency))
  let max = 0
  for (const sum of sums) max = Math.max(max, sum)
  return {
    share: max === 0 ? sums : sums.map((sum) => sum / max),
    rarest: found.map((words) => rarestOf(words, frequency))
  }
}

function wordsOf(
  facts: StepFacts,
  wanted: ReadonlySet<string>,
  phrases: readonly string[]
): ReadonlySet<string> {
  const words = new Set<string>()
  if (wanted.size === 0 || !facts.builds) return words
  const text = effectiveText(facts).slice(0, TEXT_CHARS_MAX).toLowerCase()
  for (const match of text.matchAll(WORD)) {
    const word = match[0].replace(/[.-]+$/, '')
    if (wanted.has(word)) words.add(word)
  }
  for (const phrase of phrases) if (text.includes(phrase)) words.add(phrase)
  return words
}

/** What the step put into the world: written text, else the command itself. */
function effectiveText(facts: StepFacts): string {
  const written = facts.step.effects.writtenText
  const paths = facts.step.effects.filesWritten.join('\n')
  const command = facts.act === 'write' && written !== '' ? '' : (facts.argumentTexts[0] ?? '')
  return `${paths}\n${written}\n${command}`
}

function sumOf(words: ReadonlySet<string>, frequency: ReadonlyMap<string, number>): number {
  let sum = 0
  for (const word of words) sum += 1 / (frequency.get(word) ?? 1)
  return sum
}

function rarestOf(
  words: ReadonlySet<string>,
  frequency: ReadonlyMap<string, number>
): string | undefined {
  let rarest: string | undefined
  for (const word of words) {
    if (rarest === undefined || (frequency.get(word) ?? 1) < (frequency.get(rarest) ?? 1))
      rarest = word
  }
  return rarest
}
