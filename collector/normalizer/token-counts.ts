// Token counts of one model call, from whichever names the dialect gives them, counted the one way
// that a step counts them: input includes what the cache read and wrote, output includes reasoning
// (https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/client-inference.md).

import type { Attributes, Tokens } from '../model/index.ts'
import { integerOf, numberOf } from './values.ts'

/** Attribute names for each count, best first. */
export type TokenKeys = Readonly<Record<keyof Tokens, readonly string[]>>

export function readTokens(attributes: Attributes, keys: TokenKeys): Tokens {
  const input = countOf(attributes, keys.input)
  const output = countOf(attributes, keys.output)
  const cacheRead = countOf(attributes, keys.cacheRead)
  const cacheWrite = countOf(attributes, keys.cacheWrite)
  const reasoning = countOf(attributes, keys.reasoning)
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0)
  return {
    // Anthropic's own counts leave the cache out of input, Gemini's leave thoughts out of output, and some
    // producers pass them on. A part cannot exceed its whole, so then, and only then, it is known.
    ...(input === undefined ? {} : { input: input < cached ? input + cached : input }),
    ...(output === undefined
      ? {}
      : { output: output < (reasoning ?? 0) ? output + (reasoning ?? 0) : output }),
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
    ...(reasoning === undefined ? {} : { reasoning })
  }
}

/** US dollars under the first of `keys` that holds a cost. */
export function readCostUsd(attributes: Attributes, keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const cost = numberOf(attributes[key])
    if (cost !== undefined && cost >= 0) return cost
  }
  return undefined
}

function countOf(attributes: Attributes, keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const count = integerOf(attributes[key])
    if (count !== undefined && count >= 0) return count
  }
  return undefined
}
