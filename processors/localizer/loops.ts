// Series of equal actions with equal results while nothing changes in between, told step by step: the work
// and the memory of a step do not grow with the run.

import { fingerprint } from './fingerprint.ts'
import type { ActionFacts } from './run-facts.ts'

/** Twice is a retry; the third time nothing new can be expected. */
export const REPEATS_MIN = 3

export interface Loop {
  /** Positions of the first and the last member. */
  readonly first: number
  readonly last: number
  /** At least REPEATS_MIN. */
  readonly count: number
  /** Every member failed. */
  readonly failed: boolean
}

/** Between two members so many other looks may lie; with more the agent has forgotten it too. */
const SERIES_MAX = 512
/** A reader is shown a few; more of them say the same. */
const LOOPS_MAX = 256
/** How long after its last member a loop may still be what the run is in. */
const RECENT_STEPS = 4

type Series = { -readonly [key in keyof Loop]: Loop[key] }

export class LoopTracker {
  /** By fingerprint of action and result, oldest first. */
  readonly #series = new Map<number, Series>()
  readonly #loops: Series[] = []
  #recent: Series[] = []

  add(facts: ActionFacts): void {
    if (facts.act === 'plan' || facts.act === 'say') return
    const key = fingerprint(resultKey(facts))
    const series = this.#series.get(key)
    if (series !== undefined) {
      this.#extend(series, facts)
      return
    }
    // A change that took effect makes a new world, in which the same look may find something new.
    if (facts.landed && !facts.failed) this.#series.clear()
    if (this.#series.size >= SERIES_MAX) this.#forgetOldest()
    this.#series.set(key, { first: facts.at, last: facts.at, count: 1, failed: facts.failed })
  }

  /** In order of their first members. */
  get loops(): readonly Loop[] {
    return this.#loops.toSorted(byFirst)
  }

  /** Those with a member among the last few steps, in order of their first members. */
  get recent(): readonly Loop[] {
    return this.#recent.toSorted(byFirst)
  }

  #extend(series: Series, { at, failed }: ActionFacts): void {
    series.last = at
    series.count += 1
    series.failed &&= failed
    if (series.count === REPEATS_MIN && this.#loops.length < LOOPS_MAX) this.#loops.push(series)
    if (series.count < REPEATS_MIN) return
    const others = this.#recent.filter((each) => each !== series && at - each.last <= RECENT_STEPS)
    this.#recent = [...others, series]
  }

  #forgetOldest(): void {
    const [oldest] = this.#series.keys()
    if (oldest !== undefined) this.#series.delete(oldest)
  }
}

export function findLoops(steps: readonly ActionFacts[]): readonly Loop[] {
  const tracker = new LoopTracker()
  for (const facts of steps) tracker.add(facts)
  return tracker.loops
}

function byFirst(a: Loop, b: Loop): number {
  return a.first - b.first
}

const RESULT_CHARS_MAX = 256

// Numbers in a result are times and ids more often than news.
function resultKey({ actionId, step }: ActionFacts): string {
  const result = step.observation.slice(0, RESULT_CHARS_MAX).replace(/\d+/g, '#')
  return `${actionId} ${step.outcome} ${result}`
}
