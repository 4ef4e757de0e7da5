// Decides for every step of a run whether it is numbered, is structure, or is another view of a step
// that is: the rules by which a run of spans becomes a run of actions. Which model call is the thought
// of which tool step is decided in thoughts.ts.

import type { ClassifiedStep, StepKind } from '@onset/collector/model'

import { findLogViews, isFromLog } from './log-views.ts'
import type { SpanForest, SpanNode } from './span-forest.ts'
import { isSameTool } from './tool-names.ts'

/**
 * `step`: numbered. `frame`: an agent, chain or workflow around steps. `verdict`: an evaluation of the
 * finished run. `twin`: the same action as `target`, seen by another instrumentation. `part`: a span
 * inside of `target` that is no action of the agent. `wrapper`: a model call around the model call
 * `target`. `thought`: the model call that asked for `target`. `attempt`: a failed model call that
 * `target` repeated.
 */
export type Role =
  | { readonly is: 'step' | 'frame' | 'verdict'; readonly target?: undefined }
  | {
      readonly is: 'twin' | 'part' | 'wrapper' | 'thought' | 'attempt'
      readonly target: SpanNode
    }

/** In the order of the forest. */
export type Roles = Map<SpanNode, Role>

export const STEP: Role = { is: 'step' }
const FRAME: Role = { is: 'frame' }
const VERDICT: Role = { is: 'verdict' }

/** Roles before model calls are joined to the tool steps they asked for. */
export function assignRoles(forest: SpanForest): Roles {
  const views = findLogViews(forest)
  const below = lookBelow(views.size === 0 ? forest : forest.filter((node) => !views.has(node)))
  const roles: Roles = new Map()
  if (!forest.some(({ step }) => step.kind !== 'unknown')) return allSteps(forest, below)
  let actionsLeft = forest.filter(({ step }) => isAction(step)).length
  for (const node of forest) {
    if (isAction(node.step)) actionsLeft -= 1
    const target = views.get(node)
    const around = { roles, below, isLast: actionsLeft === 0 }
    roles.set(node, target ? { is: 'twin', target } : RULES[node.step.kind](node, around))
  }
  foldRepeatedCalls(forest, roles)
  return hasStep(roles) ? roles : allSteps(forest, below)
}

/** All but the stages around them: what has nothing below is left, so there is a step. */
function allSteps(forest: SpanForest, below: Below): Roles {
  return new Map(forest.map((node) => [node, isStageAround(node, below) ? FRAME : STEP]))
}

/** A span whose only word is the stage of what happens in it. */
function isStageAround(node: SpanNode, { occupied }: Below): boolean {
  const { kind, declaredStage } = node.step
  return kind === 'unknown' && declaredStage !== undefined && occupied.has(node)
}

function hasStep(roles: Roles): boolean {
  return [...roles.values()].some((role) => role.is === 'step')
}

function isAction(step: ClassifiedStep): boolean {
  return step.kind !== 'agent' && step.kind !== 'evaluation' && step.kind !== 'unknown'
}

interface Below {
  /** Nodes with a step of a known kind somewhere below. */
  readonly known: Set<SpanNode>
  /** Nodes with something other than an evaluation directly below. */
  readonly occupied: Set<SpanNode>
  /** The last model call below, reached through model calls and unknown spans only. */
  readonly innerCall: Map<SpanNode, SpanNode>
}

function lookBelow(forest: SpanForest): Below {
  const below: Below = { known: new Set(), occupied: new Set(), innerCall: new Map() }
  for (const node of forest.toReversed()) {
    const { kind } = node.step
    const { parent } = node
    if (parent === undefined) continue
    if (kind !== 'unknown' || below.known.has(node)) below.known.add(parent)
    if (kind !== 'evaluation') below.occupied.add(parent)
    const call = below.innerCall.get(node) ?? (kind === 'llm' ? node : undefined)
    if (call === undefined || below.innerCall.has(parent)) continue
    if (kind === 'llm' || kind === 'unknown') below.innerCall.set(parent, call)
  }
  return below
}

interface Around {
  /** Of every node before this one, so of every ancestor. */
  readonly roles: Roles
  readonly below: Below
  /** No action of the agent comes after this node. */
  readonly isLast: boolean
}

type RoleRule = (node: SpanNode, around: Around) => Role

const RULES: Readonly<Record<StepKind, RoleRule>> = {
  // A log record about an agent has nothing inside of it: what happened then stands beside it.
  agent: (node, { below }) =>
    below.occupied.has(node) || isFromLog(node.step) || !tells(node.step) ? FRAME : STEP,
  llm: (node, { below }) => {
    const inner = below.innerCall.get(node)
    return inner === undefined ? STEP : { is: 'wrapper', target: inner }
  },
  tool: toolRole,
  retrieval: () => STEP,
  handoff: () => STEP,
  guardrail: () => STEP,
  evaluation: (node, { isLast }) => (isLast && judgesRun(node) ? VERDICT : STEP),
  unknown: unknownRole
}

/** An MCP `tools/call` inside of the tool execution that made it, with nothing known between them. */
function toolRole({ step, parent }: SpanNode, { roles }: Around): Role {
  const outer = enclosingAction(parent, roles)
  if (outer?.step.kind !== 'tool' || !isSameTool(outer.step.tool, step.tool)) return STEP
  const ids = [outer.step.toolCallId, step.toolCallId]
  if (ids.every(Boolean) && ids[0] !== ids[1]) return STEP
  return { is: 'twin', target: outer }
}

/** An evaluation with a result, of the run or of its answer rather than of one action. */
function judgesRun({ step, parent }: SpanNode): boolean {
  if (step.checks.length === 0) return false
  return parent === undefined || parent.step.kind === 'agent' || parent.step.kind === 'llm'
}

/**
 * Spans of HTTP clients, databases and the like: inside of an action they are parts of it, around
 * known steps they are structure, and on their own, when they tell what was done, they are a step.
 */
function unknownRole(node: SpanNode, { roles, below }: Around): Role {
  const target = enclosingAction(node.parent, roles)
  if (target !== undefined) return { is: 'part', target }
  const isFrame = below.known.has(node) || isStageAround(node, below) || !tells(node.step)
  return isFrame ? FRAME : STEP
}

/**
 * Frameworks mark where they are with spans that have a name and nothing else (`node.__start__`,
 * `Task Created`, `update-12`). Beside steps these are structure.
 */
function tells(step: ClassifiedStep): boolean {
  const { agent, action, name, input, arguments: given, observation, outcome } = step
  const isNamed = step.kind === 'agent' ? agent !== undefined : action !== name
  return isNamed || outcome === 'error' || [input, given, observation].some((text) => text !== '')
}

/** The action that a child of `parent` happens inside of, looking through twins and parts. */
function enclosingAction(parent: SpanNode | undefined, roles: Roles): SpanNode | undefined {
  const role = parent === undefined ? undefined : roles.get(parent)
  return role?.is === 'step' ? parent : role?.target
}

/**
 * One call that arrives as several spans or as a span and as a log record: the same call id at the same time with
 * the same arguments. Time and arguments are asked for because some producers count ids anew each turn.
 */
function foldRepeatedCalls(forest: SpanForest, roles: Roles): void {
  const lastById = new Map<string, SpanNode>()
  for (const node of forest) {
    const { kind, toolCallId } = node.step
    const isCall = kind === 'tool' || kind === 'llm'
    if (!isCall || !toolCallId || roles.get(node)?.is !== 'step') continue
    const key = `${kind} ${toolCallId}`
    const target = lastById.get(key)
    if (target !== undefined && isSameCall(target.step, node.step)) {
      roles.set(node, { is: 'twin', target })
    } else {
      lastById.set(key, node)
    }
  }
}

function isSameCall(earlier: ClassifiedStep, later: ClassifiedStep): boolean {
  const isOne = later.startTime <= earlier.endTime || isAnswer(earlier, later)
  const sameArguments =
    earlier.arguments === later.arguments || earlier.arguments === '' || later.arguments === ''
  return isOne && sameArguments && isSameTool(earlier.tool, later.tool)
}

/** Producers of events tell what a model was asked at one time and what it answered at another. */
function isAnswer(earlier: ClassifiedStep, later: ClassifiedStep): boolean {
  const isOpen = earlier.action === '' && earlier.requestedToolCalls.length === 0
  return later.kind === 'llm' && isOpen && later.input === ''
}
