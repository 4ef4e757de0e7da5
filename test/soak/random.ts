// Chance that can be had again: the same seed, the same numbers in the same order.

import { createHash } from 'node:crypto'

export interface Random {
  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number
  pick<T>(list: readonly T[]): T
}

const NUMBERS = 0x1_0000_0000

export function createRandom(seed: string): Random {
  let count = 0
  /** From 0, included, to 1. */
  const next = (): number => {
    count += 1
    return createHash('sha256').update(`${seed}-${count}`).digest().readUInt32BE() / NUMBERS
  }
  return {
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    pick: (list) => {
      const item = list[Math.floor(next() * list.length)]
      if (item === undefined) throw new RangeError('nothing to pick from')
      return item
    }
  }
}
