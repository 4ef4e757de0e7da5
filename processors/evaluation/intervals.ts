// 95 % intervals of everything that is published. Runs of one task fail alike, so whole tasks are drawn,
// and two methods are always compared on the same draws.

import { createRandom } from './random.ts'

/** One run's part of a ratio: hits of chances. A mean over runs has `of` 1 on each. */
export interface Tally {
  readonly hits: number
  readonly of: number
}

export interface Interval {
  readonly low: number
  readonly high: number
}

export interface Bootstrap {
  /** Of the ratio of sums. Absent when there is nothing to divide by. */
  interval(tallies: readonly Tally[]): Interval | undefined
  /** Of the difference of two ratios over the same runs: `a` minus `b`. */
  pairedInterval(a: readonly Tally[], b: readonly Tally[]): Interval | undefined
}

export interface BootstrapOptions {
  readonly seed: number
  /** Resamples; fewer are drawn when the groups are so many that DRAWS_MAX would be passed. */
  readonly resamples?: number
}

/** 2,000 put the ends of a 95 % interval within about a tenth of its half-width. */
const RESAMPLES = 2_000
/** Keeps one interval within about 20 ms; a report has some hundreds. Full from 1,000 groups down. */
const DRAWS_MAX = 2_000_000
const RESAMPLES_MIN = 200
const TAIL = 0.025

/**
 * Percentile bootstrap that draws whole groups with replacement. `groups[i]` names the group of run i;
 * give every run its own name to draw runs.
 */
export function createBootstrap(groups: readonly string[], options: BootstrapOptions): Bootstrap {
  const { groupOf, groupCount } = numberGroups(groups)
  const affordable = Math.floor(DRAWS_MAX / Math.max(1, groupCount))
  const resamples = Math.max(RESAMPLES_MIN, Math.min(options.resamples ?? RESAMPLES, affordable))

  function resample(a: readonly Tally[], b: readonly Tally[] | undefined): Interval | undefined {
    const sumsA = sumByGroup(a, groupOf, groupCount)
    const sumsB = b && sumByGroup(b, groupOf, groupCount)
    const random = createRandom(options.seed)
    const values: number[] = []
    const draw = new Uint32Array(groupCount)
    for (let round = 0; round < resamples; round += 1) {
      for (let pick = 0; pick < groupCount; pick += 1)
        draw[pick] = Math.floor(random() * groupCount)
      const value = ratioOf(sumsA, draw) - (sumsB === undefined ? 0 : ratioOf(sumsB, draw))
      if (!Number.isNaN(value)) values.push(value)
    }
    return percentileInterval(values)
  }

  return {
    interval: (tallies) => resample(tallies, undefined),
    pairedInterval: (a, b) => resample(a, b)
  }
}

export function ratio(tallies: readonly Tally[]): number | undefined {
  let hits = 0
  let of = 0
  for (const tally of tallies) {
    hits += tally.hits
    of += tally.of
  }
  return of === 0 ? undefined : hits / of
}

function numberGroups(groups: readonly string[]) {
  const numbers = new Map<string, number>()
  const groupOf = groups.map((group) => {
    const number = numbers.get(group) ?? numbers.size
    numbers.set(group, number)
    return number
  })
  return { groupOf, groupCount: numbers.size }
}

interface Sums {
  readonly hits: Float64Array
  readonly of: Float64Array
}

function sumByGroup(tallies: readonly Tally[], groupOf: readonly number[], count: number): Sums {
  const sums = { hits: new Float64Array(count), of: new Float64Array(count) }
  for (const [run, tally] of tallies.entries()) {
    const group = groupOf[run] ?? 0
    sums.hits[group] = (sums.hits[group] ?? 0) + tally.hits
    sums.of[group] = (sums.of[group] ?? 0) + tally.of
  }
  return sums
}

function ratioOf(sums: Sums, draw: Uint32Array): number {
  let hits = 0
  let of = 0
  for (const group of draw) {
    hits += sums.hits[group] ?? 0
    of += sums.of[group] ?? 0
  }
  return of === 0 ? Number.NaN : hits / of
}

function percentileInterval(values: number[]): Interval | undefined {
  if (values.length === 0) return undefined
  const sorted = Float64Array.from(values).toSorted()
  return { low: quantile(sorted, TAIL), high: quantile(sorted, 1 - TAIL) }
}

function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const low = sorted[below] ?? 0
  const high = sorted[below + 1] ?? low
  return low + (high - low) * (place - below)
}
