// Two small linear models over the same features: how a step compares with the others of its run as the
// onset (a softmax), and how likely it is a wrong change at all (a logistic). An onset is the first of the
// wrong changes, so the score is the sum of both logarithms.

import type { FeatureTable } from './features.ts'

export interface Models {
  /** Of the softmax, by FEATURES. */
  readonly onset: readonly number[]
  /** Of the logistic, by FEATURES. */
  readonly incorrect: readonly number[]
  readonly incorrectBias: number
}

export interface Weights extends Models {
  /** From probability to how often such a suspect was right; ascending, the last that is reached counts. */
  readonly reliability: readonly ReliabilityBin[]
}

export interface ReliabilityBin {
  readonly probabilityFrom: number
  /** Share of suspects of this bin that were the onset or defensible as it, on runs of other tasks. */
  readonly rightShare: number
}

export interface RankedStep {
  /** 0-based position. */
  readonly at: number
  /** The softmax over the steps of the run. */
  readonly probability: number
  /** How likely the step is a wrong change that belongs to the failure. */
  readonly incorrectProbability: number
  /** What each feature added to the score, by FEATURES. */
  readonly contributions: readonly number[]
}

/** The first `count` steps of the table, best suspect first; of equals the earlier. */
export function rankWith(weights: Models, table: FeatureTable, count: number): RankedStep[] {
  const rows = table.rows.slice(0, count)
  const incorrect = rows.map((row) => sigmoid(weights.incorrectBias + dot(weights.incorrect, row)))
  const scores = rows.map((row, at) => dot(weights.onset, row) + Math.log(incorrect[at] ?? 1))
  const probabilities = softmax(scores)
  return rows
    .map((row, at) => ({
      at,
      probability: probabilities[at] ?? 0,
      incorrectProbability: incorrect[at] ?? 0,
      contributions: row.map(
        (value, column) => value * ((weights.onset[column] ?? 0) + (weights.incorrect[column] ?? 0))
      )
    }))
    .toSorted((a, b) => b.probability - a.probability || a.at - b.at)
}

export function dot(weights: readonly number[], row: readonly number[]): number {
  let sum = 0
  for (let column = 0; column < row.length; column += 1) {
    sum += (weights[column] ?? 0) * (row[column] ?? 0)
  }
  return sum
}

export function softmax(scores: readonly number[]): number[] {
  let max = -Infinity
  for (const score of scores) max = Math.max(max, score)
  const powers = scores.map((score) => Math.exp(score - max))
  let total = 0
  for (const power of powers) total += power
  return powers.map((power) => power / total)
}

// Log-odds beyond this are certainty; keeps the logarithm of the result finite.
const LOG_ODDS_MAX = 30

export function sigmoid(logOdds: number): number {
  const bounded = Math.max(-LOG_ODDS_MAX, Math.min(LOG_ODDS_MAX, logOdds))
  return 1 / (1 + Math.exp(-bounded))
}
