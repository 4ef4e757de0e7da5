// Langfuse's SDKs for Python (3 and later) and JavaScript (4 and later): every observation says its type in
// `langfuse.observation.type` and keeps input, output, usage and cost as JSON text. What the SDK wrote is
// the application's own word, so it is believed before gen_ai attributes on the same span.
// https://github.com/langfuse/langfuse-python/blob/main/langfuse/_client/attributes.py
// https://github.com/langfuse/langfuse-js/blob/main/packages/core/src/constants.ts

import type { Attributes, DecodedSpan, Tokens } from '../../model/index.ts'
import { defineDialect } from '../define-dialect.ts'
import type { StepFacts } from '../dialect.ts'
import { parseValue } from '../entity-io.ts'
import { withOwnNames } from '../gen-ai/names.ts'
import { operationOf } from '../gen-ai/operations.ts'
import { readGenAi } from '../gen-ai/read-gen-ai.ts'
import { toText } from '../json-text.ts'
import { toLine } from '../tool-action.ts'
import type { Value, ValueRecord } from '../values.ts'
import { firstText, integerOf, isRecord, numberOf } from '../values.ts'

export const langfuse = defineDialect({
  name: 'langfuse',
  version: 1,
  recognizes: ({ attributes }) => attributes['langfuse.observation.type'] !== undefined,
  read
})

/** `span` and `event` are what the application did not say more of. */
const OPERATIONS: ReadonlyMap<string, string> = new Map([
  ['generation', 'chat'],
  ['agent', 'invoke_agent'],
  ['chain', 'chain'],
  ['tool', 'execute_tool'],
  ['retriever', 'retrieval'],
  ['embedding', 'embeddings'],
  ['evaluator', 'evaluate'],
  ['guardrail', 'apply_guardrail']
])

const INPUT = 'langfuse.observation.input'
const OUTPUT = 'langfuse.observation.output'

const NAMES = withOwnNames({
  session: ['langfuse.session.id'],
  model: ['langfuse.observation.model.name'],
  arguments: [INPUT],
  result: [OUTPUT],
  input: [INPUT],
  output: [OUTPUT]
})

function read(span: DecodedSpan): StepFacts {
  const { attributes } = span
  const type = firstText(attributes, ['langfuse.observation.type'])?.toLowerCase() ?? ''
  const operation = OPERATIONS.get(type) ?? operationOf(span) ?? ''
  const facts = { ...readGenAi(span, operation, NAMES), ...readFailure(attributes) }
  if (facts.kind === 'unknown') return { ...facts, ...readSpan(attributes) }
  if (facts.kind === 'agent') {
    const agent = type === 'agent' ? (facts.agent ?? span.name) : facts.agent
    return { ...facts, agent, action: toLine(span.name) }
  }
  return facts.kind === 'llm' || facts.kind === 'retrieval'
    ? { ...facts, ...readSpending(attributes, facts) }
    : facts
}

function readSpending(attributes: Attributes, facts: StepFacts): Partial<StepFacts> {
  const usage = parseValue(attributes['langfuse.observation.usage_details'])
  const cost = parseValue(attributes['langfuse.observation.cost_details'])
  return {
    tokens: isRecord(usage) ? readUsage(usage) : facts.tokens,
    costUsd: (isRecord(cost) ? readCost(cost) : undefined) ?? facts.costUsd
  }
}

/** A span of the application: what went in and what came out, without a guess at what they are. */
function readSpan(attributes: Attributes): Partial<StepFacts> {
  return { arguments: toText(attributes[INPUT]), observation: toText(attributes[OUTPUT]) }
}

function readFailure(attributes: Attributes): Partial<StepFacts> {
  if (firstText(attributes, ['langfuse.observation.level']) !== 'ERROR') return {}
  const message = firstText(attributes, ['langfuse.observation.status_message'])
  const isSilent = firstText(attributes, [OUTPUT]) === undefined
  return {
    failed: true,
    ...(isSilent && message !== undefined ? { observation: message } : {})
  }
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

/**
 * Langfuse's own integrations write parts that add up, `input` without what is in `input_cache_read`;
 * applications pass on what a model's API said, where the whole holds its parts. `total` tells which it
 * is; without it, parts at the same level as the whole are beside it.
 */
function readUsage(usage: ValueRecord): Tokens {
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

function readCost(cost: ValueRecord): number | undefined {
  const total = numberOf(cost['total'])
  if (total !== undefined) return total >= 0 ? total : undefined
  const parts = Object.keys(cost).flatMap((name) => numberOf(cost[name]) ?? [])
  const sum = parts.reduce((known, part) => known + Math.max(part, 0), 0)
  return parts.length > 0 && Number.isFinite(sum) ? sum : undefined
}
