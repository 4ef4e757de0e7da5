// How an error travelled: from the onset over the steps that built on it to the step where it showed.

import type { RunSigns } from './features.ts'
import { basename } from './paths.ts'
import type { StepFacts } from './run-facts.ts'

/** A reader follows so many links; of a longer chain the first and the last ones are kept. */
export const CHAIN_STEPS_MAX = 12

export interface Chain {
  /** 0-based positions, ascending, onset and symptom included. */
  readonly positions: readonly number[]
  readonly symptomAt: number
}

export function traceChain(onsetAt: number, signs: RunSigns): Chain {
  const { steps } = signs.facts
  const symptomAt = findSymptom(onsetAt, signs)
  const carried = new Set<string>()
  const positions: number[] = []
  for (let at = onsetAt; at < symptomAt; at += 1) {
    const facts = steps[at]
    if (facts === undefined) continue
    if (at !== onsetAt && !carriesOn(facts, carried, signs)) continue
    positions.push(at)
    for (const path of facts.step.effects.filesWritten) carried.add(basename(path))
  }
  return { positions: bound([...positions, symptomAt]), symptomAt }
}

/**
 * The last failing check after the onset, else the last step: a verifier outside the run looks at what
 * the last step left.
 */
function findSymptom(onsetAt: number, { facts }: RunSigns): number {
  const shownAt = (facts.failure.symptomStepIndex ?? 0) - 1
  return shownAt >= onsetAt ? shownAt : Math.max(onsetAt, facts.lastAt)
}

/** Touches a file that carries the error, and changes or runs something with it. */
function carriesOn(facts: StepFacts, carried: ReadonlySet<string>, { slice }: RunSigns): boolean {
  const { filesRead, filesWritten } = facts.step.effects
  const touches = [...filesRead, ...filesWritten].some((path) => carried.has(basename(path)))
  if (facts.builds) return touches || (slice.nearness[facts.at] ?? 0) > 0
  return touches && (facts.act === 'change' || facts.act === 'verify')
}

function bound(positions: readonly number[]): number[] {
  if (positions.length <= CHAIN_STEPS_MAX) return [...positions]
  const head = Math.ceil(CHAIN_STEPS_MAX / 2)
  return [...positions.slice(0, head), ...positions.slice(head - CHAIN_STEPS_MAX)]
}
