// Trivial divisions of a run into stages. They read nothing, or only whether a step changes anything.

import type { RunStep } from '@onset/collector/model'
import type { Division } from '../metrics/stage-agreement.ts'

export interface StageRule {
  readonly name: string
  /** `stageLength` is the mean number of steps of a labelled stage in other tasks. */
  readonly divide: (steps: readonly RunStep[], stageLength: number) => Division
}

export const STAGE_RULES: readonly StageRule[] = [
  { name: 'one stage', divide: (steps) => steps.map(() => 0) },
  { name: 'every step a stage', divide: (steps) => steps.map((_, position) => position) },
  {
    name: 'even stages',
    divide: (steps, stageLength) =>
      steps.map((_, position) => Math.floor(position / Math.max(1, stageLength)))
  },
  {
    name: 'explore to change and back',
    divide: (steps) => steps.map((step) => (step.effects.effect === 'change' ? 1 : 0))
  }
]
