// Final stages of a run. Each step comes with the stage its action suggests; a reader wants few,
// contiguous stretches with one purpose. The labelling chosen is the one that costs least: a step outside
// of its suggested stage costs what oddCosts says, at most 1, and every boundary costs BOUNDARY_COST. So a
// single step that looks different is part of what surrounds it, and two in a row are a stage. Linear in
// steps. The costs are round numbers chosen on the labelled runs (`ONSET_DATA`), where any near them do as
// well; `onset eval` measures the agreement with the labelled stages.

import type { Effect, StageName } from '@onset/collector/model'
import { STAGE_NAMES } from '@onset/collector/model'

/** What a step says of its stage on its own. */
export interface SuggestedStage {
  readonly stage: StageName
  readonly effect: Effect
  /** What the program says, which nothing that is read from the step may change. */
  readonly given?: StageName | undefined
}

/** More than half an odd step and less than one: two boundaries cost more than one odd step. */
const BOUNDARY_COST = 0.6

/** Of each stage a step may get, in the order of STAGE_NAMES. */
type Costs = readonly number[]

/** Notes to oneself are taken in the middle of everything; a stage of planning is nothing but them. */
const PLANNING = costsOf({ planning: 0.1 }, 0.2)

/** What an agent that codes looks up, it mostly looks up to understand what it sees. */
const RESEARCH = costsOf({ research: 0, inspection: 0.1 }, 1)

/**
 * Before the work has begun, looking is inspection. Once it has, an agent looks at what it made, or in
 * the middle of making it, and seldom at anything new.
 */
const LOOK_AT_WORK = costsOf({ verification: 0, implementation: 0.3 }, 0.6)

const PLAIN = new Map(STAGE_NAMES.map((own) => [own, costsOf({ [own]: 0 }, 1)]))

const GIVEN = new Map(STAGE_NAMES.map((own) => [own, costsOf({ [own]: 0 }, Infinity)]))

/** The stage of each step, given what each suggests. */
export function smoothStages(suggested: readonly SuggestedStage[]): StageName[] {
  /** For each step and each stage it may get: the stage before it that makes this cheapest. */
  const before: (readonly StageName[])[] = []
  let costs: Costs = STAGE_NAMES.map(() => 0)
  let hasBegun = false
  for (const { stage: own, effect, given } of suggested) {
    const cheapest = findCheapest(costs)
    const moveCost = cheapest.cost + BOUNDARY_COST
    const odd = (given && GIVEN.get(given)) ?? oddCosts(own, hasBegun)
    before.push(
      STAGE_NAMES.map((stage, at) => (costOf(costs, at) <= moveCost ? stage : cheapest.stage))
    )
    costs = costs.map((cost, at) => Math.min(cost, moveCost) + costOf(odd, at))
    hasBegun ||= own === 'implementation' && effect === 'change'
  }
  let { stage } = findCheapest(costs)
  const stages: StageName[] = []
  for (const ways of before.toReversed()) {
    stages.push(stage)
    stage = ways[STAGE_NAMES.indexOf(stage)] ?? stage
  }
  return stages.toReversed()
}

function oddCosts(own: StageName, hasBegun: boolean): Costs {
  if (own === 'planning') return PLANNING
  if (own === 'research') return RESEARCH
  return own === 'inspection' && hasBegun ? LOOK_AT_WORK : (PLAIN.get(own) ?? [])
}

function costsOf(known: Partial<Record<StageName, number>>, otherwise: number): Costs {
  return STAGE_NAMES.map((as) => known[as] ?? otherwise)
}

function findCheapest(costs: Costs): { readonly stage: StageName; readonly cost: number } {
  const cost = Math.min(...costs)
  return { stage: STAGE_NAMES[costs.indexOf(cost)] ?? 'implementation', cost }
}

function costOf(costs: Costs, at: number): number {
  return costs[at] ?? 0
}
