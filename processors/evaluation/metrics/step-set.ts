// Agreement of two sets of steps in one run.

export interface StepSetScore {
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

/**
 * Without gold steps there is nothing to find, and neither 0 nor 1 would be fair: no score. A method that
 * calls nothing where there is something scores 0.
 */
export function scoreStepSet(
  predicted: readonly number[],
  labelled: readonly number[] | undefined
): StepSetScore | undefined {
  const gold = new Set(labelled)
  if (gold.size === 0) return undefined
  const called = new Set(predicted)
  let hits = 0
  for (const step of called) if (gold.has(step)) hits += 1
  return {
    precision: called.size === 0 ? 0 : hits / called.size,
    recall: hits / gold.size,
    f1: (2 * hits) / (called.size + gold.size)
  }
}
