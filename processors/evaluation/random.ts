// A small seeded generator: the same seed must give the same folds and intervals on every machine, which
// Math.random cannot. Method: Mulberry32 (https://gist.github.com/tommyettinger/46a874533244883189143505d203312c),
// whose 2^32 period is far above what one evaluation draws per seed.

export type Random = () => number

/** Uniform numbers of [0, 1). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A shuffled copy (Fisher and Yates). */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const shuffled: T[] = []
  for (const item of items) {
    const place = Math.floor(random() * (shuffled.length + 1))
    const displaced = shuffled[place]
    if (displaced === undefined) {
      shuffled.push(item)
    } else {
      shuffled[place] = item
      shuffled.push(displaced)
    }
  }
  return shuffled
}
