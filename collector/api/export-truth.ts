// What people agree on about a run: the label of an exported run, and what its verdicts are corrected by.

import type { Feedback, OnsetCategory } from '../model/index.ts'

export interface AgreedTruth {
  /** Undefined: no step is to blame. */
  readonly onsetStepIndex: number | undefined
  /** Of the newest feedback that names one. */
  readonly category: OnsetCategory | undefined
}

/**
 * The newest word of each author counts. Undefined when nobody said anything, when authors contradict each
 * other, or when they name a step that the run does not have (any more).
 */
export function findAgreedTruth(
  newestFirst: readonly Feedback[],
  stepCount: number
): AgreedTruth | undefined {
  const words = new Map<string, Feedback>()
  for (const feedback of newestFirst) {
    if (!words.has(feedback.author)) words.set(feedback.author, feedback)
  }
  const [newest, ...others] = words.values()
  if (newest === undefined || newest.isGone === true) return undefined
  if ((newest.onsetStepIndex ?? 0) > stepCount) return undefined
  const { onsetStepIndex } = newest
  if (others.some((other) => other.onsetStepIndex !== onsetStepIndex)) return undefined
  const named = [newest, ...others].find(({ category }) => category !== undefined)
  return { onsetStepIndex, category: named?.category }
}
