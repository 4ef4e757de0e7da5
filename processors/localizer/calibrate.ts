// From the ranking's probabilities to confidence: how often suspects of that probability were right, on
// runs of tasks the weights had not seen. Kept monotone, because a surer ranking must not lower it.

import type { FitExample } from './fit.ts'
import type { Models, ReliabilityBin } from './rank.ts'
import { rankWith } from './rank.ts'

/** Suspects per run that enter: as many as are ever shown. */
const SUSPECTS_PER_RUN = 5
const FOLDS = 6
/** Fewer suspects than this make a bin that says more about luck than about the ranking. */
const BIN_SUSPECTS_MIN = 20

export interface Suspicion {
  readonly probability: number
  readonly right: boolean
}

export function calibrate(
  examples: readonly FitExample[],
  fit: (examples: readonly FitExample[]) => Models
): ReliabilityBin[] {
  const folds = foldByTask(examples)
  const suspicions: Suspicion[] = []
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const held = examples.filter((_, at) => folds[at] === fold)
    if (held.length === 0 || held.length === examples.length) continue
    const models = fit(examples.filter((_, at) => folds[at] !== fold))
    for (const example of held) suspicions.push(...suspicionsOf(example, models))
  }
  return binByProbability(suspicions)
}

/** Beginnings of tasks that are told twice, easy and hard, are alike. */
const TASK_HEAD_CHARS = 160

function foldByTask(examples: readonly FitExample[]): number[] {
  const folds = new Map<string, number>()
  return examples.map(({ label }) => {
    const head = label.tree.run.task.slice(0, TASK_HEAD_CHARS)
    const fold = folds.get(head) ?? folds.size % FOLDS
    folds.set(head, fold)
    return fold
  })
}

function suspicionsOf({ table, count, label }: FitExample, models: Models): Suspicion[] {
  const right = new Set([label.onsetStepIndex, ...label.acceptableStepIndexes])
  return rankWith(models, table, count)
    .slice(0, SUSPECTS_PER_RUN)
    .map(({ at, probability }) => ({ probability, right: right.has(at + 1) }))
}

interface Pool {
  probabilityFrom: number
  count: number
  right: number
}

/** Equal-sized bins, then neighbours that fall are pooled (isotonic regression). */
export function binByProbability(suspicions: readonly Suspicion[]): ReliabilityBin[] {
  const sorted = suspicions.toSorted((a, b) => a.probability - b.probability)
  const pools: Pool[] = []
  for (let start = 0; start < sorted.length; start += BIN_SUSPECTS_MIN) {
    const isLast = sorted.length - start < 2 * BIN_SUSPECTS_MIN
    const members = sorted.slice(start, isLast ? sorted.length : start + BIN_SUSPECTS_MIN)
    pools.push({
      probabilityFrom: pools.length === 0 ? 0 : (members[0]?.probability ?? 0),
      count: members.length,
      right: members.filter(({ right }) => right).length
    })
    poolFalling(pools)
    if (isLast) break
  }
  return pools.map(({ probabilityFrom, count, right }) => ({
    probabilityFrom,
    rightShare: right / count
  }))
}

function poolFalling(pools: Pool[]): void {
  for (;;) {
    const last = pools.at(-1)
    const before = pools.at(-2)
    if (last === undefined || before === undefined) return
    if (last.right / last.count > before.right / before.count) return
    pools.splice(-2, 2, {
      probabilityFrom: before.probabilityFrom,
      count: before.count + last.count,
      right: before.right + last.right
    })
  }
}

/** The share of the last bin whose lower bound is reached; 0 when nothing was ever measured. */
export function readReliability(bins: readonly ReliabilityBin[], probability: number): number {
  return bins.findLast(({ probabilityFrom }) => probability >= probabilityFrom)?.rightShare ?? 0
}
