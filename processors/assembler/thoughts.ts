// Joins each model call to the tool steps it asked for. A call whose answer was to act is not an action:
// it becomes the thought of the first of those steps. Joined by tool call id; else, because many
// producers keep ids off their tool spans, by name and order near the call.

import type { ClassifiedStep, RequestedToolCall } from '@onset/collector/model'

import { isFromLog } from './log-views.ts'
import type { Role, Roles } from './roles.ts'
import { STEP } from './roles.ts'
import type { SpanForest, SpanNode } from './span-forest.ts'
import { isSameTool } from './tool-names.ts'

/** Frames between a tool step and the frame it shares with its model call: graph node, turn, loop. */
const SHARED_FRAME_LEVELS_MAX = 8

/** Model calls with open requests that one frame remembers; the newest is asked first. */
const OPEN_CALLS_PER_FRAME_MAX = 4

/** Finish reasons by which models say that they asked for tools, in the spelling of several providers. */
const FINISHED_FOR_TOOLS = /tool|function/i

/** A numbered model call and the requests that no step has answered yet. */
interface ModelCall {
  readonly node: SpanNode
  readonly open: Set<RequestedToolCall>
  /** The requests were not captured, only that there were some. */
  wildcard: boolean
  firstAnswer: SpanNode | undefined
}

type ModelCalls = ReadonlyMap<SpanNode, ModelCall>

/** Changes the roles of model calls that led to steps, and of failed attempts, from `step`. */
export function joinThoughts(forest: SpanForest, roles: Roles): void {
  const calls = readCalls(roles)
  const joined = joinById(roles, calls)
  joinByOrder(roles, calls, joined)
  for (const { node, firstAnswer } of calls.values()) {
    if (firstAnswer !== undefined) roles.set(node, { is: 'thought', target: firstAnswer })
  }
  foldAttempts(forest, roles)
}

/** Model calls in order; what a wrapper knows of the requests counts for the call inside of it. */
function readCalls(roles: Roles): ModelCalls {
  const wrappers = new Map<SpanNode, ClassifiedStep>()
  for (const [node, role] of roles) {
    const tells = node.step.requestedToolCalls.length > 0
    if (role.is === 'wrapper' && tells) wrappers.set(role.target, node.step)
  }
  const calls = new Map<SpanNode, ModelCall>()
  for (const [node, role] of roles) {
    if (node.step.kind !== 'llm' || role.is !== 'step') continue
    const own = node.step.requestedToolCalls
    const open = new Set(own.length > 0 ? own : wrappers.get(node)?.requestedToolCalls)
    const wildcard = open.size === 0 && mayHaveAsked(node.step)
    calls.set(node, { node, open, wildcard, firstAnswer: undefined })
  }
  return calls
}

/**
 * It says so itself; or its log does not say why the model stopped, and then a tool that runs before the model
 * is asked again is one it asked for: that is how agents work.
 */
function mayHaveAsked(step: ClassifiedStep): boolean {
  const reason = step.finishReason ?? ''
  return reason === '' ? isFromLog(step) && step.outcome === 'ok' : FINISHED_FOR_TOOLS.test(reason)
}

/** Returns the steps that a model call asked for by their id. */
function joinById(roles: Roles, calls: ModelCalls): Set<SpanNode> {
  const positions = new Map<SpanNode, number>()
  for (const node of roles.keys()) positions.set(node, positions.size)
  const positionOf = (node: SpanNode) => positions.get(node) ?? 0
  const stepsById = findStepsById(roles)
  const joined = new Set<SpanNode>()
  for (const call of calls.values()) {
    for (const request of call.open) {
      const step = takeStep(stepsById.get(request.id ?? ''), positionOf(call.node), positionOf)
      if (step === undefined) continue
      joined.add(step)
      call.open.delete(request)
      if (!call.firstAnswer || positionOf(step) < positionOf(call.firstAnswer)) {
        call.firstAnswer = step
      }
    }
  }
  return joined
}

/** Steps by tool call id, their own or a twin's, the earliest last so that it is popped first. */
function findStepsById(roles: Roles): Map<string, SpanNode[]> {
  const stepsById = new Map<string, SpanNode[]>()
  for (const [node, role] of [...roles].toReversed()) {
    const { kind, toolCallId } = node.step
    const owner = role.is === 'twin' ? role.target : node
    if (!toolCallId || kind === 'llm' || roles.get(owner)?.is !== 'step') continue
    const steps = stepsById.get(toolCallId) ?? []
    stepsById.set(toolCallId, steps)
    if (steps.at(-1) !== owner) steps.push(owner)
  }
  return stepsById
}

/**
 * The step that answers a request made at `position`. An id that occurs once is believed against the
 * clock; ids that some producers count anew each turn go to the next step after the request.
 */
function takeStep(
  steps: SpanNode[] | undefined,
  position: number,
  positionOf: (node: SpanNode) => number
): SpanNode | undefined {
  if (steps === undefined || steps.length <= 1) return steps?.pop()
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if (positionOf(step) > position) return step
  }
  return undefined
}

function joinByOrder(roles: Roles, calls: ModelCalls, joined: ReadonlySet<SpanNode>): void {
  const openByFrame = new Map<SpanNode | undefined, ModelCall[]>()
  for (const [node, role] of roles) {
    const call = calls.get(node)
    if (call !== undefined) {
      openInFrames(call, openByFrame, roles)
    } else if (!joined.has(node) && isRequestable(node.step, role)) {
      const frames = framesAround(node, roles)
      // Each call once, although inner and outer frames know the same ones.
      const near = new Set(frames.flatMap((frame) => openByFrame.get(frame) ?? []))
      // A span that told nothing but its name may be named after a tool that was asked for.
      if (answerOneOf(near, node)) roles.set(node, STEP)
    }
  }
}

function isRequestable(step: ClassifiedStep, role: Role): boolean {
  if (role.is === 'frame') return step.kind === 'unknown'
  return role.is === 'step' && REQUESTABLE.has(step.kind)
}

const REQUESTABLE: ReadonlySet<string> = new Set([
  'tool',
  'retrieval',
  'handoff',
  'agent',
  'unknown'
])

function openInFrames(
  call: ModelCall,
  openByFrame: Map<SpanNode | undefined, ModelCall[]>,
  roles: Roles
): void {
  // An answer in words ends what the calls before it asked for.
  const isOpen = call.open.size > 0 || call.wildcard
  for (const frame of [call.node, ...framesAround(call.node, roles)]) {
    const open = openByFrame.get(frame) ?? []
    openByFrame.set(frame, isOpen ? [call, ...open].slice(0, OPEN_CALLS_PER_FRAME_MAX) : [])
  }
}

/**
 * The frames in which a step and its model call may meet: upwards to the action whose inside they both
 * are. `undefined` is the top of the run.
 */
function framesAround(node: SpanNode, roles: Roles): (SpanNode | undefined)[] {
  const frames: (SpanNode | undefined)[] = []
  let frame: SpanNode | undefined = node
  while (frame !== undefined && frames.length < SHARED_FRAME_LEVELS_MAX) {
    frame = frame.parent
    frames.push(frame)
    if (frame !== undefined && isAction(frame, roles)) break
  }
  return frames
}

/** True for an action that others may happen inside of, like a tool that runs an agent of its own. */
function isAction(node: SpanNode, roles: Roles): boolean {
  const { kind } = node.step
  return roles.get(node)?.is === 'step' && kind !== 'llm' && kind !== 'agent'
}

function answerOneOf(calls: ReadonlySet<ModelCall>, node: SpanNode): boolean {
  for (const call of calls) {
    const request = [...call.open].find((candidate) => couldBe(candidate, node.step))
    const isAnyTool = call.wildcard && node.step.kind === 'tool'
    if (request === undefined && !isAnyTool) continue
    if (request === undefined) call.wildcard = false
    else call.open.delete(request)
    call.firstAnswer ??= node
    return true
  }
  return false
}

function couldBe(request: RequestedToolCall, step: ClassifiedStep): boolean {
  const idsDiffer = Boolean(request.id) && Boolean(step.toolCallId)
  if (idsDiffer) return false
  if (step.kind === 'tool') return isSameTool(request.name, step.tool)
  // `invoke_agent reviewer`, or a span that the application named after its tool.
  const names = [step.tool, step.agent, step.name.split(' ').at(-1)]
  return names.some((name) => name !== undefined && name !== '' && isSameTool(request.name, name))
}

/**
 * A model call that failed without an answer, and was tried again before anything else happened under
 * the same parent, is an attempt of the later call. The last attempt of all stays a step.
 */
function foldAttempts(forest: SpanForest, roles: Roles): void {
  const failedUnder = new Map<SpanNode | undefined, SpanNode>()
  for (const node of forest) {
    const { step, parent } = node
    const role = roles.get(node)
    if (role?.is !== 'step' && role?.is !== 'thought') continue
    const failed = failedUnder.get(parent)
    failedUnder.delete(parent)
    if (step.kind !== 'llm') continue
    if (failed?.step.model === step.model && failed !== undefined) {
      roles.set(failed, { is: 'attempt', target: node })
    }
    if (role.is === 'step' && isUnanswered(step)) failedUnder.set(parent, node)
  }
}

function isUnanswered(step: ClassifiedStep): boolean {
  return step.outcome === 'error' && step.action === '' && step.requestedToolCalls.length === 0
}
