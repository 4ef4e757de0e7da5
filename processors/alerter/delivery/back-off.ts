// How long to wait after a failure: twice as long each time, up to a bound, and never the same for two.

export interface BackOff {
  readonly minMs: number
  readonly maxMs: number
}

/** 2^20 s is beyond every bound. */
const DOUBLINGS_MAX = 20

/** `failures` counts from 1; `random` is from 0 until 1. At least half of the delay always passes. */
export function backOff(failures: number, { minMs, maxMs }: BackOff, random: number): number {
  const doublings = Math.min(Math.max(0, failures - 1), DOUBLINGS_MAX)
  const delayMs = Math.min(maxMs, minMs * 2 ** doublings)
  return delayMs / 2 + (delayMs / 2) * random
}
