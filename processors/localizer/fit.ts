// Learns the ranking's weights from labelled runs. L2-regularized, with the sign of a weight held to what
// its feature means. Deterministic: no randomness anywhere.

import type { RunTree } from '@onset/collector/model'

import type { FeatureTable } from './features.ts'
import { FEATURES } from './features.ts'
import type { Objective } from './minimize.ts'
import { minimize } from './minimize.ts'
import type { Models } from './rank.ts'
import { dot, sigmoid, softmax } from './rank.ts'

/** A failed run with its labelled onset. Indexes are 1-based, as in the run. */
export interface LabelledOnset {
  readonly tree: RunTree
  readonly onsetStepIndex: number
  readonly acceptableStepIndexes: readonly number[]
  /** Wrong changes that belong to the failure; may be empty when nobody labelled them. */
  readonly incorrectStepIndexes: readonly number[]
}

export interface FitExample {
  readonly table: FeatureTable
  /** Steps that can be an onset: the first so many. */
  readonly count: number
  readonly label: LabelledOnset
}

/** Strength of the pull towards 0. Of 0.5, 1, 2 and 4 none differs from another beyond noise. */
const ONSET_L2 = 1
const INCORRECT_L2 = 2
/** Blame that an acceptable onset gets in the target, where the labelled one gets 1. */
const ACCEPTABLE_BLAME = 0.3
/** Values change in the fourth digit after 80. */
const ITERATIONS = 120

export function fitModels(examples: readonly FitExample[]): Models {
  const signs = FEATURES.map(({ sign }) => sign)
  const onset = minimize(onsetObjective(examples), {
    signs,
    l2: signs.map(() => ONSET_L2),
    center: FEATURES.map(({ prior }) => prior ?? 0),
    iterations: ITERATIONS
  })
  const incorrect = minimize(incorrectObjective(examples), {
    signs: [...signs, 0],
    // The bias is how common wrong changes are: nothing to pull to 0.
    l2: [...signs.map(() => INCORRECT_L2), 0],
    center: [...signs.map(() => 0), 0],
    iterations: ITERATIONS
  })
  return {
    onset,
    incorrect: incorrect.slice(0, signs.length),
    incorrectBias: incorrect.at(-1) ?? 0
  }
}

/** Cross-entropy between the blame of the label and the softmax over the steps of each run. */
function onsetObjective(examples: readonly FitExample[]): Objective {
  const runs = examples.map(({ table, count, label }) => ({
    rows: table.rows.slice(0, count),
    blame: blameOf(label, count)
  }))
  return {
    size: FEATURES.length,
    evaluate: (point, gradient) => {
      const weights = [...point]
      gradient?.fill(0)
      let loss = 0
      for (const { rows, blame } of runs) {
        const probabilities = softmax(rows.map((row) => dot(weights, row)))
        for (const [at, row] of rows.entries()) {
          const share = blame[at] ?? 0
          const probability = probabilities[at] ?? 0
          if (share > 0) loss -= share * Math.log(Math.max(probability, Number.MIN_VALUE))
          if (gradient !== undefined) addScaled(gradient, row, probability - share)
        }
      }
      return loss
    }
  }
}

function blameOf(label: LabelledOnset, count: number): number[] {
  const blame = Array.from({ length: count }, () => 0)
  const give = (stepIndex: number, share: number) => {
    // The closing message cannot be an onset; blame on it goes to the last step that acts.
    const at = Math.min(stepIndex, count) - 1
    if (at >= 0) blame[at] = Math.max(blame[at] ?? 0, share)
  }
  for (const stepIndex of label.acceptableStepIndexes) give(stepIndex, ACCEPTABLE_BLAME)
  give(label.onsetStepIndex, 1)
  const total = blame.reduce((sum, share) => sum + share, 0)
  return total === 0 ? blame : blame.map((share) => share / total)
}

/** Cross-entropy of "this step is a wrong change", step by step; the bias is the last weight. */
function incorrectObjective(examples: readonly FitExample[]): Objective {
  const steps = examples.flatMap(({ table, count, label }) => {
    const wrong = new Set([label.onsetStepIndex, ...label.incorrectStepIndexes])
    return table.rows.slice(0, count).map((row, at) => ({ row, wrong: wrong.has(at + 1) ? 1 : 0 }))
  })
  const size = FEATURES.length + 1
  return {
    size,
    evaluate: (point, gradient) => {
      const weights = [...point.subarray(0, size - 1)]
      const bias = point[size - 1] ?? 0
      gradient?.fill(0)
      let loss = 0
      for (const { row, wrong } of steps) {
        const probability = sigmoid(bias + dot(weights, row))
        loss -= Math.log(Math.max(wrong === 1 ? probability : 1 - probability, Number.MIN_VALUE))
        if (gradient === undefined) continue
        addScaled(gradient, row, probability - wrong)
        gradient[size - 1] = (gradient[size - 1] ?? 0) + probability - wrong
      }
      return loss
    }
  }
}

function addScaled(gradient: Float64Array, row: readonly number[], scale: number): void {
  for (let column = 0; column < row.length; column += 1) {
    gradient[column] = (gradient[column] ?? 0) + scale * (row[column] ?? 0)
  }
}
