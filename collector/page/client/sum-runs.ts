// What several runs took together, and which of them went wrong first.

import type { RunListItemWire, TokensWire } from '../../api/index.ts'

export interface RunsSum {
  readonly failed: number
  readonly tokens: TokensWire
  /** Undefined when no run has a price. */
  readonly cost: number | undefined
  /** Spent after the onsets of failed runs. */
  readonly wastedSteps: number
  readonly wastedCost: number | undefined
  readonly wastedTokens: TokensWire
  /** The first that failed; runs come in order. */
  readonly firstWrong: RunListItemWire | undefined
}

export function sumRuns(runs: readonly RunListItemWire[]): RunsSum {
  const wrong = runs.filter(({ outcome }) => outcome === 'error')
  const wastes = wrong.flatMap(({ topOnset }) => (topOnset === undefined ? [] : [topOnset.waste]))
  return {
    failed: wrong.length,
    tokens: addTokens(runs.map(({ tokens }) => tokens)),
    cost: add(runs.map(({ cost }) => cost)),
    wastedSteps: add(wastes.map(({ steps }) => steps)) ?? 0,
    wastedCost: add(wastes.map(({ cost }) => cost)),
    wastedTokens: addTokens(wastes.map(({ tokens }) => tokens)),
    firstWrong: wrong[0]
  }
}

function addTokens(counts: readonly TokensWire[]): TokensWire {
  const [input, output] = [
    add(counts.map((count) => count.input)),
    add(counts.map((count) => count.output))
  ]
  return {
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output })
  }
}

/** Of what is known; nothing known is not nothing spent. */
function add(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0)
}
