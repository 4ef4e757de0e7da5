// Puts the steps of a run in order and finds each one's parent, whatever arrived: twice, out of order,
// with clocks that disagree, without parents, in circles. Everything downstream leans on one promise:
// a parent stands before its children, so that passes over the run are plain loops, however deep it is.

import type { ClassifiedStep } from '@onset/collector/model'

import type { GrowingNode } from './same-instant.ts'
import { compareTimes, orderInstants } from './same-instant.ts'

export interface SpanNode {
  readonly step: ClassifiedStep
  /** Stands before this node in the forest. */
  readonly parent: SpanNode | undefined
  /** The step names a parent that never arrived, or one that would close a circle. */
  readonly orphan: boolean
  /** 0 at the top. */
  readonly depth: number
}

/** Each step id once, in order of start, but never before the step's parent. */
export type SpanForest = readonly SpanNode[]

export function growForest(given: readonly ClassifiedStep[]): SpanForest {
  const nodes = distinctSteps(given)
    .toSorted(compareStarts)
    .map((step, at): GrowingNode => ({
      step,
      at,
      parent: undefined,
      orphan: false,
      depth: UNKNOWN
    }))
  linkParents(nodes)
  for (const node of nodes) findDepth(node)
  return orderNodes(nodes)
}

const UNKNOWN = -2
const ON_PATH = -1

function distinctSteps(given: readonly ClassifiedStep[]): ClassifiedStep[] {
  const byId = new Map<string, ClassifiedStep>()
  for (const step of given) {
    const known = byId.get(step.stepId)
    byId.set(step.stepId, known === undefined ? step : fullerStep(known, step))
  }
  return [...byId.values()]
}

/** Of two versions of one step the one that knows more; the same one in either order of arrival. */
function fullerStep(one: ClassifiedStep, other: ClassifiedStep): ClassifiedStep {
  if (one === other) return one
  if (one.endTime !== other.endTime) return one.endTime > other.endTime ? one : other
  const [text, otherText] = [stepAsText(one), stepAsText(other)]
  if (text.length !== otherText.length) return text.length > otherText.length ? one : other
  return text >= otherText ? one : other
}

function stepAsText(step: ClassifiedStep): string {
  return JSON.stringify(step, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value
  )
}

function compareStarts(one: ClassifiedStep, other: ClassifiedStep): number {
  const byStart = compareTimes(one.startTime, other.startTime)
  if (byStart !== 0) return byStart
  return one.stepId < other.stepId ? -1 : 1
}

function linkParents(nodes: readonly GrowingNode[]): void {
  const inTrace = new Map<string, GrowingNode>()
  const anywhere = new Map<string, GrowingNode>()
  for (const node of nodes.toReversed()) {
    inTrace.set(node.step.traceId + node.step.spanId, node)
    anywhere.set(node.step.spanId, node)
  }
  for (const node of nodes) {
    const { traceId, parentSpanId } = node.step
    if (parentSpanId === undefined) continue
    node.parent = inTrace.get(traceId + parentSpanId) ?? anywhere.get(parentSpanId)
    node.orphan = node.parent === undefined
  }
}

/** Walks up to a known depth, cutting a circle of parents at its earliest step. */
function findDepth(start: GrowingNode): void {
  const path: GrowingNode[] = []
  let node: GrowingNode | undefined = start
  while (node !== undefined && node.depth === UNKNOWN) {
    node.depth = ON_PATH
    path.push(node)
    node = node.parent
  }
  if (node?.depth === ON_PATH) {
    const circle = path.splice(path.indexOf(node))
    const earliest = circle.reduce((least, member) => (member.at < least.at ? member : least))
    const cut = circle.indexOf(earliest)
    earliest.parent = undefined
    earliest.orphan = true
    // Upwards from the step after the cut, around the circle, to the cut itself.
    for (const member of [...circle.slice(cut + 1), ...circle.slice(0, cut + 1)].toReversed()) {
      member.depth = depthUnder(member.parent)
    }
  }
  for (const member of path.toReversed()) member.depth = depthUnder(member.parent)
}

function depthUnder(parent: GrowingNode | undefined): number {
  return parent === undefined ? 0 : parent.depth + 1
}

/** Order of start; a step whose clock puts it before its parent waits for the parent. */
function orderNodes(nodes: readonly GrowingNode[]): GrowingNode[] {
  const order: GrowingNode[] = []
  const placed = new Set<GrowingNode>()
  const waiting = new Map<GrowingNode, GrowingNode[]>()
  for (const node of orderInstants(nodes)) {
    if (node.parent !== undefined && !placed.has(node.parent)) {
      pushTo(waiting, node.parent, node)
      continue
    }
    const stack = [node]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      order.push(next)
      placed.add(next)
      for (const child of waiting.get(next)?.toReversed() ?? []) stack.push(child)
    }
  }
  return order
}

function pushTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
