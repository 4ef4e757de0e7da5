// Labelled stages must cover a run without gaps: every agreement measure counts on it. Where they do not,
// the stages of that run are left out and said to be; its other labels are as good as before.

import type { StageLabel } from '../labelled-run.ts'

/** What is wrong with `stages`, if anything. */
export function findStageFlaw(
  stages: readonly StageLabel[],
  stepCount: number
): string | undefined {
  let next = 1
  for (const [position, { firstStepIndex, lastStepIndex }] of stages.entries()) {
    const place = `stages[${position}]`
    if (firstStepIndex !== next) return `${place} starts at ${firstStepIndex}; ${next} is required`
    if (lastStepIndex < next) return `${place} ends at ${lastStepIndex}, before its start`
    next = lastStepIndex + 1
  }
  const last = next - 1
  return last === stepCount ? undefined : `the last stage ends at ${last}; ${stepCount} is required`
}
