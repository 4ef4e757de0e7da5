// How Langfuse counts tokens and cost: `usage_details` and `cost_details`, each a record of counts under names
// of Langfuse's or of a model's API.
// https://langfuse.com/docs/observability/features/token-and-cost-tracking

import type { Tokens } from '../../model/index.ts'
import type { Value, ValueRecord } from '../values.ts'
import { integerOf, isRecord, numberOf } from '../values.ts'

/**
 * Langfuse's own integrations write parts that add up, `input` without what is in `input_cache_read`;
 * applications pass on what a model's API said, where the whole holds its parts. `total` tells which it
 * is; without it, parts at the same level as the whole are beside it.
 */
export function readUsage(usage: ValueRecord): Tokens {
  const input = countsOf(usage, (name) => INPUT_KEYS.includes(name))[0]?.[1]
  const output = countsOf(usage, (name) => OUTPUT_KEYS.includes(name))[0]?.[1]
  const inputParts = countsOf(usage, (name) => name.includes('input') && !INPUT_KEYS.includes(name))
  const outputParts = countsOf(
    usage,
    (name) => name.includes('output') && !OUTPUT_KEYS.includes(name)
  )
  const total = integerOf(usage['total']) ?? integerOf(usage['total_tokens'])
  const isWhole = total !== undefined && (input ?? 0) + (output ?? 0) === total
  const parts = [
    ...inputParts,
    ...outputParts,
    ...DETAIL_KEYS.flatMap((key) => detailsOf(usage[key]))
  ]
  return {
    ...count('input', isWhole ? input : sumOf(input, inputParts)),
    ...count('output', isWhole ? output : sumOf(output, outputParts)),
    ...count('cacheWrite', sumMatching(parts, CACHE_WRITE)),
    ...count('cacheRead', sumMatching(parts, CACHE_READ)),
    ...count('reasoning', sumMatching(parts, REASONING))
  }
}

/** US dollars: the total, or what the parts add up to. */
export function readCost(cost: ValueRecord): number | undefined {
  const total = numberOf(cost['total'])
  if (total !== undefined) return total >= 0 ? total : undefined
  const parts = Object.keys(cost).flatMap((name) => numberOf(cost[name]) ?? [])
  const sum = parts.reduce((known, part) => known + Math.max(part, 0), 0)
  return parts.length > 0 && Number.isFinite(sum) ? sum : undefined
}

const INPUT_KEYS = ['input', 'prompt_tokens', 'input_tokens']
const OUTPUT_KEYS = ['output', 'completion_tokens', 'output_tokens']
const DETAIL_KEYS = [
  'prompt_tokens_details',
  'input_tokens_details',
  'completion_tokens_details',
  'output_tokens_details'
]
const CACHE_WRITE = /cache_(?:creation|write)/
const CACHE_READ = /cached|cache_read/
const REASONING = /reasoning|thought/

type Count = readonly [name: string, count: number]

function countsOf(usage: ValueRecord, isWanted: (name: string) => boolean): Count[] {
  return Object.keys(usage).flatMap((name): Count[] => {
    const value = isWanted(name) ? integerOf(usage[name]) : undefined
    return value === undefined || value < 0 ? [] : [[name, value]]
  })
}

function detailsOf(value: Value): Count[] {
  return isRecord(value) ? countsOf(value, () => true) : []
}

function sumOf(whole: number | undefined, parts: readonly Count[]): number | undefined {
  if (whole === undefined && parts.length === 0) return undefined
  return parts.reduce((sum, [, part]) => sum + part, whole ?? 0)
}

function sumMatching(parts: readonly Count[], pattern: RegExp): number | undefined {
  return sumOf(
    undefined,
    parts.filter(([name]) => pattern.test(name))
  )
}

/** A sum of made-up counts may leave what a number can hold exactly; then it is no count. */
function count(field: keyof Tokens, value: number | undefined): Tokens {
  return Number.isSafeInteger(value) ? { [field]: value } : {}
}
