// Series of equal actions with equal results while nothing changes in between.

import type { StepFacts } from './run-facts.ts'

/** Twice is a retry; the third time nothing new can be expected. */
export const REPEATS_MIN = 3

export interface Loop {
  /** Positions of the members, in order; at least REPEATS_MIN. */
  readonly members: readonly number[]
}

export function findLoops(steps: readonly StepFacts[]): Loop[] {
  const series = new Map<string, number[]>()
  const loops: Loop[] = []
  const close = () => {
    for (const members of series.values())
      if (members.length >= REPEATS_MIN) loops.push({ members })
    series.clear()
  }
  for (const facts of steps) {
    if (facts.act === 'plan' || facts.act === 'say') continue
    const key = resultKey(facts)
    const members = series.get(key)
    if (members !== undefined) {
      members.push(facts.at)
      continue
    }
    // A change that took effect makes a new world, in which the same look may find something new.
    if (facts.landed && !facts.failed) close()
    series.set(key, [facts.at])
  }
  close()
  return loops.toSorted((a, b) => (a.members[0] ?? 0) - (b.members[0] ?? 0))
}

const RESULT_CHARS_MAX = 256

// Numbers in a result are times and ids more often than news.
function resultKey({ actionId, step }: StepFacts): string {
  const result = step.observation.slice(0, RESULT_CHARS_MAX).replace(/\d+/g, '#')
  return `${actionId} ${step.outcome} ${result}`
}
