// The kind of mistake an onset is, by the first rule that holds. Rules, not a model: with so few labelled
// runs a fitted one is no better than the commonest class. Measured on the best suspects of 69 labelled
// failures, right of said: incorrect_hypothesis 24 of 42, requirement_missed 11 of 13, environment_setup
// 2 of 5, dependency_resolution 2 of 3, premature_completion 3 of 3, invalid_tool_use 3 of 3; the other
// kinds were not said. Written with those runs at hand: expect less on others.

import type { OnsetCategory } from '@onset/collector/model'

import { NETWORK_FAILURE } from './cues.ts'
import type { RunSigns } from './features.ts'
import type { StepFacts } from './run-facts.ts'

export function categorize(at: number, signs: RunSigns): OnsetCategory {
  const facts = signs.facts.steps[at]
  if (facts === undefined) return 'other'
  const found = detectorsAt(at, signs)
  return RULES.find(({ holds }) => holds(facts, signs, found))?.category ?? 'incorrect_hypothesis'
}

interface Rule {
  readonly category: OnsetCategory
  readonly holds: (facts: StepFacts, signs: RunSigns, found: ReadonlySet<string>) => boolean
}

const RULES: readonly Rule[] = [
  {
    category: 'invalid_tool_use',
    holds: (_, __, found) => found.has('garbled_write') || found.has('crashed_call')
  },
  {
    category: 'unproductive_loop',
    holds: (_, __, found) =>
      found.has('failing_loop') || found.has('no_progress') || found.has('repetition')
  },
  { category: 'environment_setup', holds: (_, __, found) => found.has('lost_service') },
  { category: 'verification_misread', holds: (_, __, found) => found.has('contradicted_success') },
  {
    category: 'dependency_resolution',
    holds: (facts, { facts: run }) => !run.built && lacksDependency(facts, run.steps)
  },
  {
    category: 'premature_completion',
    holds: (facts, { facts: run }, found) =>
      found.has('asked_without_work') ||
      (!run.built && facts.at === run.lastAt && run.crash === undefined)
  },
  { category: 'budget_exhausted', holds: (_, { facts }) => facts.tree.run.outcome === 'cancelled' },
  {
    category: 'requirement_missed',
    // Most of the work is right: something was left out rather than misunderstood.
    holds: (facts, { facts: { failure } }) =>
      facts.builds && failure.passedCount > failure.failedCount
  }
]

function detectorsAt(at: number, { findings }: RunSigns): ReadonlySet<string> {
  const here = findings.filter(({ found }) => found.some((finding) => finding.at === at))
  return new Set(here.map(({ detector }) => detector.name))
}

/** Steps before the onset in which a failed installation explains it. */
const DEPENDENCY_WINDOW = 4

function lacksDependency({ at }: StepFacts, steps: readonly StepFacts[]): boolean {
  return steps
    .slice(Math.max(0, at - DEPENDENCY_WINDOW), at + 1)
    .some(
      ({ step, failed }) =>
        failed && step.effects.stage === 'dependencies' && !NETWORK_FAILURE.test(step.observation)
    )
}
