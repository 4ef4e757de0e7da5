// A prior that reads only who speaks: the agent that is blamed most often in other runs. Where agents
// have fixed roles, blaming the busiest one by name is hard to beat.

import type { Prediction } from '../metrics/onset-scores.ts'

export interface SpokenRun {
  /** Agent of each step, by index - 1. */
  readonly agents: readonly (string | undefined)[]
  /** Labelled; not read when predicting. */
  readonly blamed: string | undefined
}

/** An agent that was never seen is taken to be blamed as often as one that was seen once, blameless. */
const PRIOR_BLAMES = 1
const PRIOR_RUNS = 4

export function fitAgentPrior(runs: readonly SpokenRun[]) {
  const seen = new Map<string, number>()
  const blamed = new Map<string, number>()
  for (const run of runs) {
    for (const agent of namesOf(run)) seen.set(agent, (seen.get(agent) ?? 0) + 1)
    if (run.blamed !== undefined) blamed.set(run.blamed, (blamed.get(run.blamed) ?? 0) + 1)
  }
  const rateOf = (agent: string) =>
    ((blamed.get(agent) ?? 0) + PRIOR_BLAMES) / ((seen.get(agent) ?? 0) + PRIOR_RUNS)
  return (run: SpokenRun): Prediction => {
    let suspect: string | undefined
    for (const agent of namesOf(run)) {
      if (suspect === undefined || rateOf(agent) > rateOf(suspect)) suspect = agent
    }
    if (suspect === undefined) return { ranking: [], stepSet: [] }
    const steps = run.agents.flatMap((agent, position) => (agent === suspect ? [position + 1] : []))
    return { ranking: steps.slice(0, RANKING_DEPTH), stepSet: steps.slice(0, 1) }
  }
}

const RANKING_DEPTH = 5

function namesOf(run: SpokenRun): readonly string[] {
  return [...new Set(run.agents)].filter((agent) => agent !== undefined)
}
