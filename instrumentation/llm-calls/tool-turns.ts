// Tools of loops that no framework writes: an answer asks for calls, a later request brings what came of
// them. What happened in between is the tool, whoever ran it. Calls are matched within the conversation
// that asked for them, because hosts reuse ids and some protocols have none.

import type { Context, Span } from '@opentelemetry/api'
import type { ToolCallPart, ToolResultPart } from './facts.ts'
import type { ObservedSpan } from './options.ts'

export interface OpenTool {
  readonly call: ToolCallPart
  readonly turn: Turn
  /** Made when something is to be put under it, else when its result is there. */
  span: Span | undefined
  /** Somebody else's span of the same call. */
  foreign: ObservedSpan | undefined
}

/** An answer that asked for tools. */
export interface Turn {
  /** The conversation up to the answer. */
  readonly lane: string
  readonly responseId: string | undefined
  /** Where the model call stood; tools stand beside it. */
  readonly parent: Context
  readonly traceId: string | undefined
  readonly parentSpanId: string | undefined
  readonly askedAt: number
  readonly tools: OpenTool[]
}

export interface Results {
  readonly lane: string
  readonly previousResponseId: string | undefined
  readonly traceId: string | undefined
  readonly parts: readonly ToolResultPart[]
}

export class ToolTurns {
  readonly #turns = new Set<Turn>()
  readonly #toolsMax: number
  #tools = 0

  constructor(toolsMax: number) {
    this.#toolsMax = toolsMax
  }

  /** Returns the tools of older turns that had to give way. */
  ask(turn: Omit<Turn, 'tools'>, calls: readonly ToolCallPart[]): readonly OpenTool[] {
    const asked: Turn = { ...turn, tools: [] }
    for (const call of calls.slice(0, this.#toolsMax)) {
      asked.tools.push({ call, turn: asked, span: undefined, foreign: undefined })
    }
    this.#turns.add(asked)
    this.#tools += asked.tools.length
    const dropped: OpenTool[] = []
    for (const oldest of this.#turns) {
      if (this.#tools <= this.#toolsMax) break
      dropped.push(...this.#remove(oldest, oldest.tools))
    }
    return dropped
  }

  /** Takes out the tools that `results` answer, each with its result. */
  answer(results: Results): readonly (readonly [OpenTool, ToolResultPart])[] {
    const turn = this.#turnOf(results)
    if (turn === undefined) return []
    const answered: (readonly [OpenTool, ToolResultPart])[] = []
    const left = [...turn.tools]
    for (const part of results.parts) {
      const at = left.findIndex((tool) => isResultOf(part, tool.call))
      const [tool] = at === -1 ? [] : left.splice(at, 1)
      if (tool !== undefined) answered.push([tool, part])
    }
    this.#remove(
      turn,
      answered.map(([tool]) => tool)
    )
    return answered
  }

  /** Takes out the tools for which `isGone` holds: their run has ended, nobody will answer them. */
  abandon(isGone: (turn: Turn) => boolean): readonly OpenTool[] {
    const gone = [...this.#turns].filter(isGone)
    return gone.flatMap((turn) => this.#remove(turn, turn.tools))
  }

  /** Marks the open tool that a foreign span records. */
  recognize(span: ObservedSpan, id: string | undefined, name: string): OpenTool | undefined {
    const { traceId, spanId } = span.spanContext()
    const tools = this.#list()
    const known = tools.find(({ foreign }) => foreign?.spanContext().spanId === spanId)
    if (known !== undefined) return known
    const open = tools.filter(({ foreign }) => foreign === undefined)
    const ofTrace = open.filter(({ turn }) => turn.traceId === traceId)
    const byId = ({ call }: OpenTool): boolean => id !== undefined && call.id === id
    const byName = ({ call }: OpenTool): boolean =>
      call.name === name && (id === undefined || call.id === undefined)
    const tool = ofTrace.find(byId) ?? open.find(byId) ?? ofTrace.find(byName)
    if (tool !== undefined) tool.foreign = span
    return tool
  }

  /** The tools that are open in a step, or, when the step has none, in its trace. */
  openIn(traceId: string | undefined, spanId: string | undefined): readonly OpenTool[] {
    const ofTrace = this.#list().filter(({ turn }) => turn.traceId === traceId)
    const ofStep = ofTrace.filter(({ turn }) => turn.parentSpanId === spanId)
    return ofStep.length > 0 ? ofStep : ofTrace
  }

  #list(): readonly OpenTool[] {
    return [...this.#turns].flatMap(({ tools }) => tools)
  }

  #turnOf({ lane, previousResponseId, traceId, parts }: Results): Turn | undefined {
    const turns = [...this.#turns]
    if (previousResponseId !== undefined) {
      const turn = turns.find(({ responseId }) => responseId === previousResponseId)
      if (turn !== undefined) return turn
    }
    const asking = turns.filter(({ tools }) =>
      tools.some(({ call }) => parts.some((part) => isResultOf(part, call)))
    )
    const ofLane = asking.filter((turn) => turn.lane === lane)
    return (
      ofLane.find((turn) => turn.traceId === traceId) ??
      ofLane[0] ??
      asking.find((turn) => turn.traceId === traceId)
    )
  }

  #remove(turn: Turn, tools: readonly OpenTool[]): readonly OpenTool[] {
    const removed = [...tools]
    for (const tool of removed) {
      const at = turn.tools.indexOf(tool)
      if (at === -1) continue
      turn.tools.splice(at, 1)
      this.#tools -= 1
    }
    if (turn.tools.length === 0) this.#turns.delete(turn)
    return removed
  }
}

/** By id where both have one; else by name, else in the order they were asked for. */
function isResultOf(part: ToolResultPart, call: ToolCallPart): boolean {
  if (part.id !== undefined && call.id !== undefined) return part.id === call.id
  return part.name === undefined || part.name === call.name
}
