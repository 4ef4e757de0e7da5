// Labelled stages must cover a run without gaps: every agreement measure counts on it.

import type { StageLabel } from '../labelled-run.ts'
import { FieldError } from './fields.ts'

/** @throws FieldError that names the first stage out of line. */
export function requireCover(stages: readonly StageLabel[], stepCount: number): void {
  let next = 1
  for (const [position, { firstStepIndex, lastStepIndex }] of stages.entries()) {
    const place = `stages[${position}]`
    if (firstStepIndex !== next) throw new FieldError(`${place}.start`, firstStepIndex, `${next}`)
    if (lastStepIndex < next) throw new FieldError(`${place}.end`, lastStepIndex, `${next} or more`)
    next = lastStepIndex + 1
  }
  if (next !== stepCount + 1) {
    throw new FieldError('the end of the last stage', next - 1, `step ${stepCount}`)
  }
}
