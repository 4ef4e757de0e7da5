// Final stages of a run. Each step comes with the stage its action suggests; a reader wants few,
// contiguous stretches with one purpose. The labelling chosen is the one that costs least, where a step
// outside of its suggested stage costs ODD_STEP_COST and every boundary BOUNDARY_COST: a single step
// that looks different is part of what surrounds it, two in a row are a stage. Linear in steps.

import type { StageName } from '@onset/collector/model'
import { STAGE_NAMES } from '@onset/collector/model'

const ODD_STEP_COST = 1

/** Between half an odd step and one: two boundaries cost more than one odd step and less than two. */
const BOUNDARY_COST = 0.75

/** The stage of each step, given the stage each suggests. */
export function smoothStages(suggested: readonly StageName[]): StageName[] {
  /** For each step and each stage it may get: the stage before it that makes this cheapest. */
  const before: (readonly StageName[])[] = []
  let costs: readonly number[] = STAGE_NAMES.map(() => 0)
  for (const own of suggested) {
    const cheapest = findCheapest(costs)
    const moveCost = cheapest.cost + BOUNDARY_COST
    before.push(
      STAGE_NAMES.map((stage, at) => (costOf(costs, at) <= moveCost ? stage : cheapest.stage))
    )
    costs = STAGE_NAMES.map(
      (stage, at) => Math.min(costOf(costs, at), moveCost) + (stage === own ? 0 : ODD_STEP_COST)
    )
  }
  let { stage } = findCheapest(costs)
  const stages: StageName[] = []
  for (const ways of before.toReversed()) {
    stages.push(stage)
    stage = ways[STAGE_NAMES.indexOf(stage)] ?? stage
  }
  return stages.toReversed()
}

function findCheapest(costs: readonly number[]): {
  readonly stage: StageName
  readonly cost: number
} {
  const cost = Math.min(...costs)
  return { stage: STAGE_NAMES[costs.indexOf(cost)] ?? 'implementation', cost }
}

function costOf(costs: readonly number[], at: number): number {
  return costs[at] ?? 0
}
