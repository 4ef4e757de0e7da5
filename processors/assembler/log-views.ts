// Which steps are further views of an action that another step tells of: what a producer logs of a call beside
// its span, and the several records of one call. A step made of a log record has an id that is not a span's;
// what joins it to another is, in this order, the span that it was logged in, the id of the call, and where
// there is none, that the same kind of call went on at the same time with the same arguments or counts.

import type { ClassifiedStep } from '@onset/collector/model'

import type { SpanForest, SpanNode } from './span-forest.ts'
import { isSameTool } from './tool-names.ts'

/** From a log-made node to the node whose action it tells of. */
export type LogViews = ReadonlyMap<SpanNode, SpanNode>

/** Calls of one kind under way at once that a log record without an id is compared with. */
const CANDIDATES_MAX = 64

export function isFromLog({ stepId, spanId }: ClassifiedStep): boolean {
  return String(stepId) !== String(spanId)
}

export function findLogViews(forest: SpanForest): LogViews {
  const views = new Map<SpanNode, SpanNode>()
  const calls = forest.filter(({ step }) => step.kind === 'tool' || step.kind === 'llm')
  if (!calls.some(({ step }) => isFromLog(step))) return views
  joinByParent(calls, views)
  joinByCallId(calls, views)
  joinByTime(calls, views)
  return views
}

/** Logged inside of the span of the call itself; without that span, the first of its records stands for it. */
function joinByParent(calls: readonly SpanNode[], views: Map<SpanNode, SpanNode>): void {
  const firstOf = new Map<string, SpanNode>()
  for (const node of calls) {
    const { step, parent } = node
    if (!isFromLog(step)) continue
    if (parent !== undefined && isView(step, parent.step)) {
      views.set(node, parent)
      continue
    }
    if (parent !== undefined || step.parentSpanId === undefined || step.kind !== 'llm') continue
    // Producers of their own events put many calls into one span: only the conventions' have one each.
    if (!step.name.startsWith('gen_ai.')) continue
    const key = step.traceId + step.parentSpanId
    const first = firstOf.get(key)
    if (first === undefined) firstOf.set(key, node)
    else views.set(node, first)
  }
}

function isView(step: ClassifiedStep, around: ClassifiedStep): boolean {
  if (isFromLog(around) || around.kind !== step.kind) return false
  return !haveOtherIds(step, around) && isSameTool(step.tool, around.tool)
}

function haveOtherIds(one: ClassifiedStep, other: ClassifiedStep): boolean {
  return Boolean(one.toolCallId) && Boolean(other.toolCallId) && one.toolCallId !== other.toolCallId
}

function joinByCallId(calls: readonly SpanNode[], views: Map<SpanNode, SpanNode>): void {
  const groups = new Map<string, SpanNode[]>()
  for (const node of calls) {
    const { kind, toolCallId } = node.step
    if (!toolCallId || views.has(node)) continue
    const key = `${kind} ${toolCallId}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [node])
    else group.push(node)
  }
  for (const group of groups.values()) {
    const [first, ...others] = group.toSorted(comparePrimacy)
    if (first === undefined) continue
    for (const node of others) {
      const isSame = isSameTool(first.step.tool, node.step.tool)
      if (isFromLog(node.step) && isSame) views.set(node, first)
    }
  }
}

/** The span before log records; of these the one that knows how long it took, so how it ended. */
function comparePrimacy({ step: one }: SpanNode, { step: other }: SpanNode): number {
  const bySpan = Number(isFromLog(one)) - Number(isFromLog(other))
  if (bySpan !== 0) return bySpan
  // Of spans the outermost, which stands first in the forest.
  if (!isFromLog(one)) return 0
  const byLength = compare(lengthOf(other), lengthOf(one))
  return byLength || compare(other.endTime, one.endTime) || (one.stepId < other.stepId ? -1 : 1)
}

function lengthOf({ startTime, endTime }: ClassifiedStep): bigint {
  return endTime - startTime
}

function compare(one: bigint, other: bigint): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

/** One record a span at most, the longest overlap first come. */
function joinByTime(calls: readonly SpanNode[], views: Map<SpanNode, SpanNode>): void {
  const taken = new Set(views.values())
  const open: SpanNode[] = []
  const logged = calls.filter((node) => isFromLog(node.step) && !views.has(node))
  const spans = calls.filter((node) => !isFromLog(node.step) && !taken.has(node))
  let next = 0
  for (const node of logged) {
    while (next < spans.length && (spans[next]?.step.startTime ?? 0n) <= node.step.endTime) {
      const span = spans[next]
      if (span !== undefined) open.push(span)
      next += 1
    }
    if (open.length > CANDIDATES_MAX) open.splice(0, open.length - CANDIDATES_MAX)
    const at = bestOf(open, node.step)
    const [span] = at === -1 ? [] : open.splice(at, 1)
    if (span !== undefined) views.set(node, span)
  }
}

function bestOf(open: readonly SpanNode[], step: ClassifiedStep): number {
  let best = -1
  let longest = -1n
  for (const [at, { step: span }] of open.entries()) {
    const overlap = overlapOf(span, step)
    if (overlap > longest && couldBe(span, step)) {
      best = at
      longest = overlap
    }
  }
  return best
}

/** Negative when the two have no instant in common. */
function overlapOf(one: ClassifiedStep, other: ClassifiedStep): bigint {
  const start = one.startTime > other.startTime ? one.startTime : other.startTime
  const end = one.endTime < other.endTime ? one.endTime : other.endTime
  return end - start
}

function couldBe(span: ClassifiedStep, step: ClassifiedStep): boolean {
  if (span.kind !== step.kind || haveOtherIds(span, step)) return false
  if (step.kind === 'tool') {
    return isSameTool(span.tool, step.tool) && agree(span.arguments, step.arguments, '')
  }
  return agree(span.tokens.input, step.tokens.input, undefined)
}

function agree<T>(one: T, other: T, unknown: T): boolean {
  return one === unknown || other === unknown || canonical(one) === canonical(other)
}

/** Arguments are JSON in one signal and indented JSON in the other. */
function canonical(value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll(/\s/g, '') : value
}
