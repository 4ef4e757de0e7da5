// The order of steps that started in one instant. SDKs of JavaScript stamp whole milliseconds, so a fast agent has
// whole turns in one; ids of spans are random and the order of arrival is anybody's, so what happened first is read
// from the conversation: a tool follows the answer that asked for it, and of answers the one that stops comes last.

import type { ClassifiedStep } from '@onset/collector/model'

import type { Requests } from './requests.ts'
import { addRequests, findRequest } from './requests.ts'

/** A step while its place is worked out. */
export interface GrowingNode {
  readonly step: ClassifiedStep
  /** Place by start, then by id. */
  readonly at: number
  parent: GrowingNode | undefined
  orphan: boolean
  depth: number
}

/** `nodes` stand by start; what started together is put in order. */
export function orderInstants(nodes: readonly GrowingNode[]): GrowingNode[] {
  const order: GrowingNode[] = []
  let run: Surroundings | undefined
  for (let from = 0; from < nodes.length;) {
    const instant = takeInstant(nodes, from)
    from += instant.length
    if (instant.length > 1) run ??= lookAround(nodes)
    const ordered = run === undefined || instant.length === 1 ? instant : orderOne(instant, run)
    for (const node of ordered) order.push(node)
  }
  return order
}

function takeInstant(nodes: readonly GrowingNode[], from: number): readonly GrowingNode[] {
  const startTime = nodes[from]?.step.startTime
  let to = from + 1
  while (to < nodes.length && nodes[to]?.step.startTime === startTime) to += 1
  return nodes.slice(from, to)
}

/** What one instant asks of the whole run. */
interface Surroundings {
  /** The action that a node happens inside of, looking through frames. */
  readonly actionAround: ReadonlyMap<GrowingNode, GrowingNode>
  readonly requests: Requests<GrowingNode>
}

function lookAround(nodes: readonly GrowingNode[]): Surroundings {
  const actionAround = new Map<GrowingNode, GrowingNode>()
  for (const node of nodes.toSorted((one, other) => one.depth - other.depth)) {
    const { parent } = node
    if (parent === undefined) continue
    const around = isAction(parent) ? parent : actionAround.get(parent)
    if (around !== undefined) actionAround.set(node, around)
  }
  return { actionAround, requests: addRequests(nodes) }
}

function isAction({ step: { kind } }: GrowingNode): boolean {
  return kind !== 'agent' && kind !== 'unknown' && kind !== 'evaluation'
}

/**
 * What happens inside of an action stays with it, and comes before what only happened beside that action. A frame
 * stands right before the first thing in it.
 */
function orderOne(instant: readonly GrowingNode[], run: Surroundings): GrowingNode[] {
  const within = new Set(instant)
  const parents = new Set(instant.map(({ parent }) => parent))
  const inside = new Map<GrowingNode | undefined, GrowingNode[]>()
  for (const node of instant) {
    if (parents.has(node) && !isAction(node)) continue
    const around = run.actionAround.get(node)
    const list = inside.get(around)
    if (list === undefined) inside.set(around, [node])
    else list.push(node)
  }
  const context = { ...run, here: addRequests(instant) }
  const take = (around: GrowingNode | undefined) =>
    orderTurns(inside.get(around) ?? [], context).toReversed()
  const order = new Set<GrowingNode>()
  const tops = [...inside.keys()].filter((around) => around === undefined || !within.has(around))
  for (const top of tops.toSorted(deepestFirst)) {
    const stack = take(top)
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      for (const frame of framesAround(node, within, order)) order.add(frame)
      order.add(node)
      for (const inner of take(node)) stack.push(inner)
    }
  }
  return [...order]
}

function deepestFirst(one: GrowingNode | undefined, other: GrowingNode | undefined): number {
  return (other?.depth ?? -1) - (one?.depth ?? -1) || (one?.at ?? 0) - (other?.at ?? 0)
}

/** Those that are not placed yet, the outermost first. */
function framesAround(
  node: GrowingNode,
  within: ReadonlySet<GrowingNode>,
  placed: ReadonlySet<GrowingNode>
): GrowingNode[] {
  const frames: GrowingNode[] = []
  let { parent } = node
  while (parent !== undefined && within.has(parent) && !placed.has(parent)) {
    frames.push(parent)
    parent = parent.parent
  }
  return frames.toReversed()
}

interface Context extends Surroundings {
  /** Of this instant alone: producers that count ids anew each turn mean the nearest one. */
  readonly here: Requests<GrowingNode>
}

/** An answer with the tools it asked for, or a step on its own. */
interface Turn {
  readonly members: { readonly node: GrowingNode; readonly position: number }[]
  readonly isEarlier: boolean
  /** Asked for in an earlier instant, then the answers, what nobody asked for, answers that stop, verdicts. */
  rank: number
  end: bigint
  readonly tokens: number | undefined
  readonly id: string
  readonly at: number
}

const RANKS = { earlier: 0, open: 1, asks: 2, other: 3, stops: 4, verdict: 5 } as const
/** Before the tools, which are counted from 0. */
const HEAD = -1

function orderTurns(list: readonly GrowingNode[], context: Context): GrowingNode[] {
  if (list.length < 2) return [...list]
  const turns = new Map<GrowingNode, Turn>()
  const tools: GrowingNode[] = []
  for (const node of list) {
    if (node.step.kind === 'llm') turns.set(node, beginTurn(node, node.step))
    else tools.push(node)
  }
  for (const node of tools) {
    const { head, position } = findHead(node, context)
    const turn = turns.get(head) ?? beginTurn(node, head === node ? node.step : undefined)
    turns.set(head, turn)
    if (head === node) continue
    turn.members.push({ node, position })
    if (turn.isEarlier) turn.end = leastOf(turn.end, endOf(node.step))
    else if (turn.rank === RANKS.open) turn.rank = RANKS.asks
  }
  const all = [...turns.values()]
  const spends = all.every(({ tokens, isEarlier }) => isEarlier || tokens !== undefined)
  const ordered = all.toSorted((one, other) => compareTurns(one, other, spends))
  return ordered.flatMap(({ members }) => members.toSorted(compareMembers).map(({ node }) => node))
}

/** Without `head` it is a turn whose answer came earlier. */
function beginTurn(node: GrowingNode, head: ClassifiedStep | undefined): Turn {
  const { step, at } = node
  return {
    members: head === undefined ? [] : [{ node, position: HEAD }],
    isEarlier: head === undefined,
    rank: head === undefined ? RANKS.earlier : rankOf(head),
    end: endOf(step),
    tokens: head?.tokens.input,
    id: step.requestedToolCalls[0]?.id ?? step.toolCallId ?? '',
    at
  }
}

const FINISHED_FOR_TOOLS = /tool|function/i

function rankOf({ kind, action, finishReason, requestedToolCalls }: ClassifiedStep): number {
  if (kind === 'evaluation') return RANKS.verdict
  if (kind !== 'llm') return RANKS.other
  if (requestedToolCalls.length > 0) return RANKS.asks
  if (FINISHED_FOR_TOOLS.test(finishReason ?? '')) return RANKS.asks
  return action === '' ? RANKS.open : RANKS.stops
}

/** Answers around the one that asked: a wrapper of a wrapper of a framework's own. */
const WRAPPERS_MAX = 8

/** The answer that asked for the step; the step itself where nobody is known to have. */
function findHead(node: GrowingNode, { actionAround, here, requests }: Context) {
  const near = findRequest(here, node.step)
  const found = near ?? findRequest(requests, node.step)
  const head =
    near === undefined
      ? found?.from
      : outermostBeside(near.from, actionAround.get(node), actionAround)
  // No answer: inside of what it seems to have asked for, so the ids are not what they seem.
  if (found === undefined || head?.step.kind !== 'llm') return { head: node, position: HEAD }
  return { head, position: found.position }
}

/** What stands beside the tool, where the answer itself is inside of other spans of the same call. */
function outermostBeside(
  from: GrowingNode,
  around: GrowingNode | undefined,
  actionAround: Surroundings['actionAround']
): GrowingNode | undefined {
  let head: GrowingNode | undefined = from
  for (let level = 0; level < WRAPPERS_MAX && head !== undefined; level += 1) {
    if (actionAround.get(head) === around) return head
    head = actionAround.get(head)
  }
  return head
}

const NANOS_PER_MS = 1_000_000n

/** An SDK that stamps starts in whole milliseconds adds an exact duration: below that, ends say nothing. */
function endOf({ startTime, endTime }: ClassifiedStep): bigint {
  return startTime % NANOS_PER_MS === 0n ? endTime - (endTime % NANOS_PER_MS) : endTime
}

function leastOf(one: bigint, other: bigint): bigint {
  return other < one ? other : one
}

/** `call_2` before `call_10`. */
const byNumber = new Intl.Collator('en', { numeric: true })

function compareTurns(one: Turn, other: Turn, spends: boolean): number {
  return (
    compareTimes(one.end, other.end) ||
    Number(other.isEarlier) - Number(one.isEarlier) ||
    (spends ? (one.tokens ?? 0) - (other.tokens ?? 0) : 0) ||
    one.rank - other.rank ||
    byNumber.compare(one.id, other.id) ||
    one.at - other.at
  )
}

function compareMembers(one: Turn['members'][number], other: Turn['members'][number]): number {
  return (
    one.position - other.position ||
    compareTimes(one.node.step.endTime, other.node.step.endTime) ||
    one.node.at - other.node.at
  )
}

export function compareTimes(one: bigint, other: bigint): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
