// Tokens and cost of a run, each counted once. Agents and wrappers repeat the sum of the model calls
// below them, so a span counts only as far as nothing below it does.

import type { Tokens } from '@onset/collector/model'

import type { Role, Roles } from './roles.ts'
import type { SpanForest, SpanNode } from './span-forest.ts'

/** What each node adds to the run; the sums over all nodes are the run's. */
export interface Spending {
  readonly tokens: ReadonlyMap<SpanNode, Tokens>
  readonly costUsd: ReadonlyMap<SpanNode, number>
}

const TOKEN_FIELDS = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning'] as const

export function countSpending(forest: SpanForest, roles: Roles): Spending {
  return {
    tokens: countOnce(forest, roles, ({ step }) =>
      hasTokens(step.tokens) ? step.tokens : undefined
    ),
    costUsd: countOnce(forest, roles, ({ step }) => step.costUsd)
  }
}

/** The values to count, last node first: children before their parents. */
function countOnce<T>(
  forest: SpanForest,
  roles: Roles,
  read: (node: SpanNode) => T | undefined
): Map<SpanNode, T> {
  const counted = new Map<SpanNode, T>()
  const countedBelow = new Set<SpanNode>()
  for (const node of forest.toReversed()) {
    const value = read(node)
    const role = roles.get(node)
    const isRepeated = role?.is === 'twin' && read(role.target) !== undefined
    if (value !== undefined && !isRepeated && (isCall(node, role) || !countedBelow.has(node))) {
      counted.set(node, value)
    }
    if (node.parent !== undefined && (counted.has(node) || countedBelow.has(node))) {
      countedBelow.add(node.parent)
    }
  }
  return counted
}

/** A model call around tools that call models spends tokens of its own; around its own twin it does not. */
function isCall({ step }: SpanNode, role: Role | undefined): boolean {
  return step.kind === 'llm' && role?.is !== 'wrapper'
}

function hasTokens(tokens: Tokens): boolean {
  return TOKEN_FIELDS.some((field) => tokens[field] !== undefined)
}

export function sumTokens(all: Iterable<Tokens>): Tokens {
  const sum: { -readonly [Field in keyof Tokens]: Tokens[Field] } = {}
  for (const tokens of all) {
    for (const field of TOKEN_FIELDS) {
      const count = tokens[field]
      if (count !== undefined) sum[field] = (sum[field] ?? 0) + count
    }
  }
  return sum
}

/** `undefined` when nobody said what it cost, which is not zero. */
export function sumCost(all: Iterable<number | undefined>): number | undefined {
  let sum: number | undefined
  for (const cost of all) if (cost !== undefined) sum = (sum ?? 0) + cost
  return sum
}
