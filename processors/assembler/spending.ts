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
    tokens: countOnce(forest, roles, {
      read: ({ step }) => (hasTokens(step.tokens) ? step.tokens : undefined),
      // Of two that agree on both the one that also knows their parts.
      weigh: (tokens) => (tokens.input ?? 0) + (tokens.output ?? 0) + 0.1 * countFields(tokens)
    }),
    costUsd: countOnce(forest, roles, {
      read: ({ step }) => step.costUsd,
      // What the producer says it paid, before what our table says it should have.
      weigh: (_cost, { step }) => (step.costSource?.startsWith('computed') === true ? 0 : 1)
    })
  }
}

interface Count<T> {
  readonly read: (node: SpanNode) => T | undefined
  /** Of several views of one action the heaviest value is believed, else that of the action itself. */
  readonly weigh: (value: T, node: SpanNode) => number
}

/** The values to count, last node first: children before their parents. */
function countOnce<T>(forest: SpanForest, roles: Roles, count: Count<T>): Map<SpanNode, T> {
  const counted = new Map<SpanNode, T>()
  const countedBelow = new Set<SpanNode>()
  const tellers = findTellers(roles, count)
  for (const node of forest.toReversed()) {
    const value = count.read(node)
    const role = roles.get(node)
    const isOwn = isCall(node, role) || !countedBelow.has(node)
    // What another view tells is counted there; frames around both must not count it again.
    if (value !== undefined && isOwn && tells(node, role, tellers)) counted.set(node, value)
    if (node.parent !== undefined && (value !== undefined || countedBelow.has(node))) {
      countedBelow.add(node.parent)
    }
  }
  return counted
}

type Tellers = ReadonlyMap<SpanNode, SpanNode>

function tells(node: SpanNode, role: Role | undefined, tellers: Tellers): boolean {
  const teller = tellers.get(role?.is === 'twin' ? role.target : node)
  return teller === undefined || teller === node
}

/** For each action with views the node whose value counts for all of them. */
function findTellers<T>(roles: Roles, { read, weigh }: Count<T>): Tellers {
  const tellers = new Map<SpanNode, SpanNode>()
  for (const [node, role] of roles) {
    if (role.is !== 'twin') continue
    for (const view of [tellers.get(role.target) ?? role.target, node]) {
      const known = tellers.get(role.target)
      const value = read(view)
      const best = known && read(known)
      if (value === undefined) continue
      if (known === undefined || best === undefined || weigh(value, view) > weigh(best, known)) {
        tellers.set(role.target, view)
      }
    }
  }
  return tellers
}

/** A model call around tools that call models spends tokens of its own; around its own twin it does not. */
function isCall({ step }: SpanNode, role: Role | undefined): boolean {
  return step.kind === 'llm' && role?.is !== 'wrapper'
}

function countFields(tokens: Tokens): number {
  return TOKEN_FIELDS.filter((field) => tokens[field] !== undefined).length
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
