// Priors that read no text at all: where in a run the onset stands. Some datasets are answered to a third
// by these alone, which no other figure on them shows.

import type { Prediction } from '../metrics/onset-scores.ts'

/** A run as a prior sees it. */
interface PositionedRun {
  readonly stepCount: number
  /** Labelled onset; not read when predicting. */
  readonly onset: number
}

export interface PositionPrior {
  readonly name: string
  readonly fit: (runs: readonly PositionedRun[]) => (stepCount: number) => Prediction
}

/** Tenths of a run: with under a hundred labelled runs, finer bins are noise. */
const BINS = 10
const RANKING_DEPTH = 5

export const POSITION_PRIORS: readonly PositionPrior[] = [
  { name: 'prior on share of run', fit: fitShare },
  { name: 'prior on step number', fit: fitNumber }
]

/** Prior over the tenths of a run, spread evenly over the steps of each tenth. */
function fitShare(runs: readonly PositionedRun[]) {
  const counts = Array.from({ length: BINS }, () => 1)
  for (const run of runs) {
    const bin = binOf(run.onset, run.stepCount)
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return (stepCount: number) => {
    const sizes = Array.from({ length: BINS }, () => 0)
    for (let step = 1; step <= stepCount; step += 1) {
      const bin = binOf(step, stepCount)
      sizes[bin] = (sizes[bin] ?? 0) + 1
    }
    return rank(stepCount, (step) => {
      const bin = binOf(step, stepCount)
      return (counts[bin] ?? 0) / (sizes[bin] ?? 1)
    })
  }
}

/** Prior over the number of the step, counted from the start. */
function fitNumber(runs: readonly PositionedRun[]) {
  const counts = new Map<number, number>()
  for (const run of runs) counts.set(run.onset, (counts.get(run.onset) ?? 0) + 1)
  return (stepCount: number) => rank(stepCount, (step) => counts.get(step) ?? 0)
}

function binOf(step: number, stepCount: number): number {
  return Math.min(BINS - 1, Math.floor(((step - 0.5) / stepCount) * BINS))
}

/** Ties go to the earlier step. */
function rank(stepCount: number, scoreOf: (step: number) => number): Prediction {
  const steps = Array.from({ length: stepCount }, (_, position) => position + 1)
  const scored = steps.map((step) => ({ step, score: scoreOf(step) }))
  scored.sort((a, b) => b.score - a.score || a.step - b.step)
  const ranking = scored.slice(0, RANKING_DEPTH).map(({ step }) => step)
  return { ranking, stepSet: ranking.slice(0, 1) }
}
