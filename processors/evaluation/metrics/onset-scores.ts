// How well a ranking of steps names the labelled onset, and a set of steps the labelled ones. Scores are
// per run, so that means, intervals and paired comparisons are all made of the same numbers.

import type { OnsetLabel } from '../labelled-run.ts'
import { scoreStepSet } from './step-set.ts'

/** What a method says of one run. */
export interface Prediction {
  /** Step indexes, best suspect first; empty is an abstention. */
  readonly ranking: readonly number[]
  /** Steps called wrong. */
  readonly stepSet: readonly number[]
}

export type OnsetScore =
  | 'exact1'
  | 'exact3'
  | 'exact5'
  | 'accept1'
  | 'accept3'
  | 'accept5'
  | 'within1'
  | 'within3'
  | 'agent'
  | 'setPrecision'
  | 'setRecall'
  | 'setF1'

/** 0..1 each; undefined where the run has no such label. */
export type OnsetScores = Readonly<Record<OnsetScore, number | undefined>>

export interface ScoredRun {
  readonly label: OnsetLabel
  readonly stepCount: number
  /** Agent of each step, by index - 1. */
  readonly agents: readonly (string | undefined)[]
}

export function scorePrediction(prediction: Prediction, run: ScoredRun): OnsetScores {
  const { label } = run
  const { ranking } = prediction
  const accepted = new Set([label.stepIndex, ...label.acceptable])
  const top = ranking[0]
  const set = scoreStepSet(prediction.stepSet, label.incorrect)
  const distance = top === undefined ? Infinity : Math.abs(top - label.stepIndex)
  const exact = (depth: number) => asScore(ranking.slice(0, depth).includes(label.stepIndex))
  const accept = (depth: number) =>
    asScore(ranking.slice(0, depth).some((step) => accepted.has(step)))
  return {
    exact1: exact(1),
    exact3: exact(3),
    exact5: exact(5),
    accept1: accept(1),
    accept3: accept(3),
    accept5: accept(5),
    within1: asScore(distance <= 1),
    within3: asScore(distance <= 3),
    agent: scoreAgent(top, run),
    setPrecision: set?.precision,
    setRecall: set?.recall,
    setF1: set?.f1
  }
}

/** What choosing steps at random, without repetition, scores on average. */
export function scoreChance(run: ScoredRun): OnsetScores {
  const { label, stepCount } = run
  const accepted = new Set([label.stepIndex, ...label.acceptable]).size
  const near = (reach: number) => {
    const low = Math.max(1, label.stepIndex - reach)
    return (Math.min(stepCount, label.stepIndex + reach) - low + 1) / stepCount
  }
  const blamed = run.agents.filter((agent) => agent === label.agent).length
  const gold = new Set(label.incorrect).size
  const oneStep = gold === 0 ? undefined : gold / stepCount
  return {
    exact1: chanceOfHit(stepCount, 1, 1),
    exact3: chanceOfHit(stepCount, 1, 3),
    exact5: chanceOfHit(stepCount, 1, 5),
    accept1: chanceOfHit(stepCount, accepted, 1),
    accept3: chanceOfHit(stepCount, accepted, 3),
    accept5: chanceOfHit(stepCount, accepted, 5),
    within1: near(1),
    within3: near(3),
    agent: label.agent === undefined ? undefined : blamed / stepCount,
    setPrecision: oneStep,
    setRecall: oneStep === undefined ? undefined : oneStep / gold,
    setF1: oneStep === undefined ? undefined : (oneStep * 2) / (1 + gold)
  }
}

/** Mean of repeated predictions of the same run. */
export function meanScores(repeats: readonly OnsetScores[]): OnsetScores {
  const mean = (score: OnsetScore) => {
    const values = repeats.map((scores) => scores[score]).filter((value) => value !== undefined)
    return values.length === 0
      ? undefined
      : values.reduce((sum, value) => sum + value, 0) / values.length
  }
  return {
    exact1: mean('exact1'),
    exact3: mean('exact3'),
    exact5: mean('exact5'),
    accept1: mean('accept1'),
    accept3: mean('accept3'),
    accept5: mean('accept5'),
    within1: mean('within1'),
    within3: mean('within3'),
    agent: mean('agent'),
    setPrecision: mean('setPrecision'),
    setRecall: mean('setRecall'),
    setF1: mean('setF1')
  }
}

function scoreAgent(top: number | undefined, run: ScoredRun): number | undefined {
  if (run.label.agent === undefined) return undefined
  return asScore(top !== undefined && run.agents[top - 1] === run.label.agent)
}

/** Chance that `picks` of `steps` contain at least one of `wanted`. */
function chanceOfHit(steps: number, wanted: number, picks: number): number {
  let miss = 1
  for (let pick = 0; pick < picks; pick += 1) {
    miss *= Math.max(0, steps - wanted - pick) / Math.max(1, steps - pick)
  }
  return 1 - miss
}

function asScore(hit: boolean): number {
  return hit ? 1 : 0
}
