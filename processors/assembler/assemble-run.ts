// From all steps that carry one run id to the run as a tree: numbered steps, stages, states, outcome.
// Pure, total and independent of the order and repetition of its input; linear in steps but for a sort.

import type {
  ClassifiedStep,
  OutcomeReport,
  Run,
  RunStep,
  RunTree,
  Stage
} from '@onset/collector/model'

import { rateCompleteness } from './completeness.ts'
import { readHead } from './head.ts'
import type { NumberedStep } from './number-steps.ts'
import { numberSteps } from './number-steps.ts'
import { findRoot, readOutcome } from './outcome.ts'
import { assignRoles } from './roles.ts'
import { readRootError } from './root-error.ts'
import { growForest } from './span-forest.ts'
import { countSpending, sumCost, sumTokens } from './spending.ts'
import { smoothStages } from './stages.ts'
import { growStates } from './state-tree.ts'
import { joinThoughts } from './thoughts.ts'

export interface AssembleOptions {
  readonly outcomeReports?: readonly OutcomeReport[]
  /** The run has more steps than were given. */
  readonly capped?: boolean
}

/** `undefined` when there are no steps: a run is at least one. */
export function assembleRun(
  given: readonly ClassifiedStep[],
  options: AssembleOptions = {}
): RunTree | undefined {
  const forest = growForest(given)
  const [first] = forest
  if (first === undefined) return undefined
  const roles = assignRoles(forest)
  joinThoughts(forest, roles)
  const spending = countSpending(forest, roles)
  const { numbered, folded } = numberSteps(forest, roles, spending)
  const { states, stateOfStep } = growStates(numbered)
  const steps = placeInStages(numbered, stateOfStep)
  const reports = options.outcomeReports ?? []
  const run: Run = {
    ...readHead(forest, numbered, first.step),
    ...readOutcome({ forest, roles, numbered, reports }),
    ...rateCompleteness(forest, numbered, options.capped ?? false),
    stepCount: steps.length,
    spanCount: forest.length,
    errorCount: steps.filter((step) => hasFailed(step)).length,
    tokens: sumTokens(spending.tokens.values()),
    costUsd: sumCost(spending.costUsd.values())
  }
  const error = readRootError(forest, findRoot(forest, roles))
  const tree = { run, stages: listStages(steps), steps, states, folded }
  return error === undefined ? tree : { ...tree, error }
}

function placeInStages(
  numbered: readonly NumberedStep[],
  stateOfStep: readonly number[]
): RunStep[] {
  const names = smoothStages(
    numbered.map(({ step, givenStage }) => ({ ...step.effects, given: givenStage }))
  )
  let stageIndex = 0
  return numbered.map(({ step, givenStage, ...numbering }, at): RunStep => {
    const stage = names[at] ?? givenStage ?? step.effects.stage
    if (at === 0 || stage !== names[at - 1]) stageIndex += 1
    return {
      ...step,
      ...numbering,
      stage,
      stageIndex,
      stateIndex: stateOfStep[at] ?? 0,
      verdict: undefined
    }
  })
}

function listStages(steps: readonly RunStep[]): Stage[] {
  const stages: Stage[] = []
  let from = 0
  for (const [at, step] of steps.entries()) {
    if (steps[at + 1]?.stageIndex === step.stageIndex) continue
    const members = steps.slice(from, at + 1)
    from = at + 1
    const first = members[0] ?? step
    stages.push({
      index: step.stageIndex,
      name: step.stage,
      firstStepIndex: first.index,
      lastStepIndex: step.index,
      startTime: members.reduce(
        (least, { startTime: time }) => (time < least ? time : least),
        first.startTime
      ),
      endTime: members.reduce(
        (most, { endTime: time }) => (time > most ? time : most),
        first.endTime
      ),
      tokens: sumTokens(members.map((member) => member.tokens)),
      costUsd: sumCost(members.map((member) => member.costUsd)),
      errorCount: members.filter((member) => hasFailed(member)).length
    })
  }
  return stages
}

function hasFailed(step: ClassifiedStep): boolean {
  return step.outcome === 'error' || step.effects.error !== undefined
}
