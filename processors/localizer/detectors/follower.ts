// A detector that reads a run step by step, so that it can be asked while the run is open. Its work for a
// step and its memory do not grow with the run; the batch detector is the same thing, fed from a list.

import type { ActionFacts } from '../run-facts.ts'

export interface Follower {
  follow(facts: ActionFacts): void
  /** 0-based positions of what is found so far, ascending; a later step may take one back. */
  positions(): readonly number[]
}

export function followAll(follower: Follower, steps: readonly ActionFacts[]): readonly number[] {
  for (const facts of steps) follower.follow(facts)
  return follower.positions()
}

/** Makes room for one more: what was there longest is forgotten. */
export function dropOldest<Key>(map: Map<Key, unknown> | Set<Key>, sizeMax: number): void {
  if (map.size < sizeMax) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}

export function byPosition(a: number, b: number): number {
  return a - b
}
