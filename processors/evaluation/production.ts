// Takes a run without its labels through exactly the path that production takes from steps on, so that
// a figure published here is a figure of the product and not of a prototype beside it.

import { strict as assert } from 'node:assert'
import type { ClassifiedStep, Localization, OutcomeReport, RunTree } from '@onset/collector/model'
import type { Step, StepEffects } from '@onset/collector/model'
import type { UnlabelledRun } from './labelled-run.ts'

/** Names the onset of one run. May ask a model over the network. */
export type Localize = (tree: RunTree) => Localization | Promise<Localization>

/** A run with its labelled onset, for fitting. */
export interface TrainingExample {
  readonly tree: RunTree
  readonly onsetStepIndex: number
  readonly acceptableStepIndexes: readonly number[]
  /** Wrong state changes that belong to the failure; empty when the dataset does not have them. */
  readonly incorrectStepIndexes: readonly number[]
}

/** The rooms an evaluation runs on. */
export interface ProductionPath {
  readonly classifyStep: (step: Step) => StepEffects
  readonly assembleRun: (
    steps: readonly ClassifiedStep[],
    options: { readonly outcomeReports: readonly OutcomeReport[] }
  ) => RunTree | undefined
  readonly localize: Localize
  /** Fits the localizer anew on other runs; absent for one that has nothing to fit. */
  readonly fitLocalizer: ((examples: readonly TrainingExample[]) => Localize) | undefined
}

export function classifySteps(
  classifyStep: ProductionPath['classifyStep'],
  run: UnlabelledRun
): readonly ClassifiedStep[] {
  return run.steps.map((step) => ({ ...step, effects: classifyStep(step) }))
}

/** The labelled steps become steps 1, 2, … of the tree, which is asserted. */
export function assembleRunTree(
  assembleRun: ProductionPath['assembleRun'],
  run: UnlabelledRun,
  steps: readonly ClassifiedStep[]
): RunTree {
  const tree = assembleRun(steps, { outcomeReports: run.outcomeReports })
  assert.ok(tree !== undefined, `${run.id}: a run with steps has a tree`)
  for (const [position, stepId] of run.numbered.entries()) {
    assert.equal(tree.steps[position]?.stepId, stepId, `${run.id}: step ${position + 1} moved`)
  }
  // Only the closing message may come after the steps that labels speak about.
  assert.ok(tree.steps.length - run.numbered.length <= 1, `${run.id}: more steps than labelled`)
  return tree
}

/** The closing message has no label of its own: a suspicion on it counts for the last labelled step. */
export function toLabelledSteps(
  stepIndexes: readonly number[],
  run: UnlabelledRun
): readonly number[] {
  return [...new Set(stepIndexes.map((index) => Math.min(index, run.numbered.length)))]
}
