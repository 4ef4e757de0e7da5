// The states of the agent's workspace: every change step opens one under the state it was made in, and
// explore steps belong to the state they looked at. A change that brings a file back to what it was
// earlier points back to the state in which it was so.

import type { StateNode } from '@onset/collector/model'

import { readFileChanges } from './file-changes.ts'
import { FileHistory } from './file-history.ts'
import type { NumberedStep } from './number-steps.ts'

export interface StateTree {
  readonly states: readonly StateNode[]
  /** State by position in the numbered steps. */
  readonly stateOfStep: readonly number[]
}

export function growStates(numbered: readonly NumberedStep[]): StateTree {
  const states: StateNode[] = [
    { index: 0, parentIndex: undefined, stepIndex: undefined, revertsTo: undefined }
  ]
  const stateOfStep: number[] = []
  const history = new FileHistory()
  for (const { step, index } of numbered) {
    if (step.effects.effect === 'change') {
      const parentIndex = states.length - 1
      const revertsTo = history.apply(readFileChanges(step), parentIndex)
      states.push({ index: states.length, parentIndex, stepIndex: index, revertsTo })
    }
    stateOfStep.push(states.length - 1)
  }
  return { states, stateOfStep }
}
