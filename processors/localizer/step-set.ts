// Which steps of a failed run are wrong changes, and which brought nothing.

import type { RankedStep } from './rank.ts'
import type { RunFacts, StepFacts } from './run-facts.ts'

export interface IncorrectStep {
  /** 0-based position. */
  readonly at: number
  /** How likely it is a wrong change that belongs to the failure. */
  readonly probability: number
}

/**
 * The set with the best expected F1: the likeliest steps, as many as keep it rising. No threshold to
 * choose; it is sized by how sure the model is. The best suspect is always in it.
 */
export function chooseIncorrect(ranked: readonly RankedStep[]): IncorrectStep[] {
  const [suspect] = ranked
  if (suspect === undefined) return []
  const likeliest = sinceOnset(ranked).toSorted(
    (a, b) => b.probability - a.probability || a.at - b.at
  )
  let expectedTotal = 0
  for (const { probability } of likeliest) expectedTotal += probability
  let expectedHits = 0
  let best = 0
  let size = 1
  for (const [at, { probability }] of likeliest.entries()) {
    expectedHits += probability
    const expectedF1 = (2 * expectedHits) / (at + 1 + expectedTotal)
    if (expectedF1 > best) {
      best = expectedF1
      size = at + 1
    }
  }
  const chosen = likeliest.filter(({ at }, place) => place < size || at === suspect.at)
  return chosen.toSorted((a, b) => a.at - b.at)
}

/**
 * A step is a wrong change when it is the onset, or a later one that builds on it: none comes before the
 * onset. The square root, because the logistic has seen part of that already; of eight ways to combine the
 * two this one has the least log loss on unseen tasks (0.211 a step, the logistic alone 0.218), and its
 * probabilities hold. In F1 they are within two points of each other, which is noise.
 */
function sinceOnset(ranked: readonly RankedStep[]): IncorrectStep[] {
  let begun = 0
  return ranked
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, probability, incorrectProbability }) => {
      begun = Math.min(1, begun + probability)
      const later = (1 - probability) * incorrectProbability * Math.sqrt(begun)
      return { at, probability: probability + later }
    })
}

/** Repeats, refused calls, looks that showed nothing, and plans that say what the one before said. */
export function findUnuseful({ steps }: RunFacts, incorrect: ReadonlySet<number>): number[] {
  const seen = new Set<number>()
  const unuseful: number[] = []
  let before: StepFacts | undefined
  for (const facts of steps) {
    const repeats = seen.has(facts.actionId) || repeatsPlan(facts, before)
    // After a change the same look may show something new; the same write does not.
    if (facts.landed && !facts.failed) seen.clear()
    seen.add(facts.actionId)
    before = facts
    if (incorrect.has(facts.at) || facts.act === 'say') continue
    if (repeats || wasRefused(facts) || showsNothing(facts) || changesNothing(facts)) {
      unuseful.push(facts.at)
    }
  }
  return unuseful
}

const STATUS_WORD = /\b(?:pending|in[_ ]progress|completed|done|todo)\b/gi

function repeatsPlan(facts: StepFacts, before: StepFacts | undefined): boolean {
  if (facts.act !== 'plan' || before?.act !== 'plan') return false
  return facts.news.replace(STATUS_WORD, '').trim() === ''
}

function wasRefused({ step, act }: StepFacts): boolean {
  return step.outcome === 'error' && act !== 'verify'
}

const NO_OUTPUT =
  /^\s*(?:\(?\w{0,20} ?completed with no output\)?|no (?:matches|files|results) found)?\s*$/i
const OBSERVATION_CHARS_MAX = 120

function showsNothing({ step, act }: StepFacts): boolean {
  return act === 'explore' && NO_OUTPUT.test(step.observation.slice(0, OBSERVATION_CHARS_MAX))
}

function changesNothing({ oldText, newText }: StepFacts): boolean {
  return oldText !== undefined && oldText === newText
}
