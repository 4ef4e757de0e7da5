// What the run spent after a step: what stopping there would have saved.

import type { RunTree, Tokens, Waste } from '@onset/collector/model'
import { toUnixMillis } from '@onset/collector/model'

export function measureWaste(onsetAt: number, { run, steps }: RunTree): Waste {
  const onset = steps[onsetAt]
  const after = steps.slice(onsetAt + 1)
  const endedMs = toUnixMillis(run.endTime)
  const onsetEndedMs = onset === undefined ? endedMs : toUnixMillis(onset.endTime)
  const costs = after.map(({ costUsd }) => costUsd).filter((cost) => cost !== undefined)
  return {
    steps: after.length,
    tokens: addTokens(after.map(({ tokens }) => tokens)),
    costUsd: costs.length === 0 ? undefined : costs.reduce((sum, cost) => sum + cost, 0),
    ms: Math.max(0, endedMs - onsetEndedMs)
  }
}

const TOKEN_KINDS = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning'] as const

/** A kind that no step reports stays absent: absent is not zero. */
function addTokens(all: readonly Tokens[]): Tokens {
  const sums: { -readonly [kind in keyof Tokens]: Tokens[kind] } = {}
  for (const tokens of all) {
    for (const kind of TOKEN_KINDS) {
      const count = tokens[kind]
      if (count !== undefined) sums[kind] = (sums[kind] ?? 0) + count
    }
  }
  return sums
}
