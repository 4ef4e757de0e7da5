// Tool spans from the protocol: opened by an answer, closed by the request that brings the results, marked
// as derived because their times are the model's view of the tool, not the tool's own.

import type { Context, Span } from '@opentelemetry/api'
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { toJson } from './capture.ts'
import type { Capture } from './capture.ts'
import type { AnswerFacts, RequestFacts, ToolResultPart } from './facts.ts'
import { isWritable } from './foreign-spans.ts'
import { laneOf, newResults } from './lane-of.ts'
import type { LlmCallLimits } from './limits.ts'
import type { ObservedSpan } from './options.ts'
import type { OwnSpans } from './own-spans.ts'
import type { OpenTool } from './tool-turns.ts'
import { ToolTurns } from './tool-turns.ts'

export interface DerivedToolsOptions {
  readonly spans: OwnSpans
  readonly capture: Capture
  readonly limits: LlmCallLimits
  now(): number
}

/** Where the tools of an answer belong. */
export interface ToolPlace {
  readonly parent: Context
  /** The span with whose end nobody is left to bring results. */
  readonly endsWith: string | undefined
}

export class DerivedTools {
  readonly #options: DerivedToolsOptions
  readonly #turns: ToolTurns

  constructor(options: DerivedToolsOptions) {
    this.#options = options
    this.#turns = new ToolTurns(options.limits.openToolsMax)
  }

  /** An answer has come; the tools it asks for are open from here. */
  open(
    request: RequestFacts,
    answer: AnswerFacts,
    { parent, endsWith }: ToolPlace,
    askedAt: number
  ): void {
    // Of several choices the program follows one, and which is not known before the next request.
    const calls = answer.messages.flatMap(({ parts }) =>
      parts.filter((part) => part.type === 'tool_call')
    )
    if (calls.length === 0) return
    const dropped = this.#turns.ask(
      {
        lane: laneOf(request, request.messageCount),
        responseId: answer.id,
        parent,
        traceId: trace.getSpanContext(parent)?.traceId,
        parentSpanId: endsWith,
        askedAt
      },
      calls
    )
    for (const tool of dropped) this.#closeWithoutResult(tool, askedAt)
  }

  /** A request goes out at `sentAt`; the tools whose results it brings were done by then. */
  close(request: RequestFacts, context: Context, sentAt: number): void {
    const { askedAfter, parts } = newResults(request)
    if (parts.length === 0) return
    const { previousResponseId } = request
    const traceId = trace.getSpanContext(context)?.traceId
    const lane = laneOf(request, askedAfter)
    const answered = this.#turns.answer({ lane, previousResponseId, traceId, parts })
    for (const [tool, result] of answered) this.#closeWithResult(tool, result, sentAt)
  }

  /** The context of the tool that runs in `context`; undefined when none or more than one is open. */
  contextOfOnlyTool(context: Context): Context | undefined {
    const current = trace.getSpanContext(context)
    const asked = this.#turns.openIn(current?.traceId, current?.spanId)
    // A foreign span that has ended says that its tool is done, though its result is not sent yet.
    const open = asked.filter(({ foreign }) => foreign === undefined || isWritable(foreign))
    const [tool, ...others] = open
    if (tool === undefined || others.length > 0) return undefined
    if (tool.foreign !== undefined && isWritable(tool.foreign)) {
      return trace.setSpan(context, tool.foreign)
    }
    tool.span ??= this.#startSpan(tool)
    return trace.setSpan(context, tool.span)
  }

  /** A framework records a tool itself; the derived span is not made then. */
  foreignTool(span: ObservedSpan): void {
    const { attributes } = span
    if (!isToolSpan(span)) return
    const id = TOOL_ID_KEYS.map((key) => attributes[key]).find((value) => value !== undefined)
    const name = TOOL_NAME_KEYS.map((key) => attributes[key]).find((value) => value !== undefined)
    this.#turns.recognize(
      span,
      typeof id === 'string' ? id : undefined,
      typeof name === 'string' ? name : span.name
    )
  }

  /** The step or run that asked for tools has ended; results will not come any more. */
  parentEnded(spanId: string): void {
    const endedAt = this.#options.now()
    const gone = this.#turns.abandon((turn) => turn.parentSpanId === spanId)
    for (const tool of gone) this.#closeWithoutResult(tool, endedAt)
  }

  closeAll(): void {
    const endedAt = this.#options.now()
    const open = this.#turns.abandon(() => true)
    for (const tool of open) this.#closeWithoutResult(tool, endedAt)
  }

  #closeWithResult(tool: OpenTool, result: ToolResultPart, endedAt: number): void {
    if (tool.foreign !== undefined && tool.span === undefined) return
    const { capture, limits } = this.#options
    const span = tool.span ?? this.#startSpan(tool)
    const shown = capture.value(result.response, limits.partCharsMax)
    if (shown !== undefined && capture.mode !== 'off') {
      span.setAttribute('gen_ai.tool.call.result', asText(shown))
    }
    if (result.isError === true) {
      span.setAttribute('error.type', 'tool_error')
      span.setStatus({ code: SpanStatusCode.ERROR })
    }
    span.end(Math.max(endedAt, tool.turn.askedAt))
  }

  #closeWithoutResult(tool: OpenTool, endedAt: number): void {
    if (tool.foreign !== undefined && tool.span === undefined) return
    const span = tool.span ?? this.#startSpan(tool)
    span.setAttribute('onset.tool.result', 'missing')
    span.end(Math.max(endedAt, tool.turn.askedAt))
  }

  #startSpan(tool: OpenTool): Span {
    const { spans, capture, limits } = this.#options
    const { call, turn } = tool
    const shown = capture.value(call.arguments, limits.partCharsMax)
    return spans.startSpan(
      `execute_tool ${call.name}`,
      {
        kind: SpanKind.INTERNAL,
        startTime: turn.askedAt,
        attributes: {
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.tool.name': call.name,
          'gen_ai.tool.type': 'function',
          [TIMING_KEY]: 'derived',
          ...(call.id === undefined ? {} : { 'gen_ai.tool.call.id': call.id }),
          ...(shown === undefined || capture.mode === 'off'
            ? {}
            : { 'gen_ai.tool.call.arguments': asText(shown) })
        }
      },
      turn.parent
    )
  }
}

const TIMING_KEY = 'onset.tool.timing'

function asText(shown: unknown): string {
  return typeof shown === 'string' ? shown : toJson(shown)
}

function isToolSpan({ attributes }: ObservedSpan): boolean {
  // Our own are seen by a span processor too.
  if (attributes[TIMING_KEY] !== undefined) return false
  return (
    attributes['gen_ai.operation.name'] === 'execute_tool' ||
    attributes['openinference.span.kind'] === 'TOOL' ||
    attributes['ai.operationId'] === 'ai.toolCall' ||
    attributes['langfuse.observation.type'] === 'tool' ||
    attributes['traceloop.span.kind'] === 'tool' ||
    attributes['mcp.method.name'] === 'tools/call'
  )
}

const TOOL_ID_KEYS = [
  'gen_ai.tool.call.id',
  'gen_ai.tool.call_id',
  'ai.toolCall.id',
  'tool_call.id'
]
const TOOL_NAME_KEYS = [
  'gen_ai.tool.name',
  'ai.toolCall.name',
  'tool.name',
  'mcp.tool.name',
  'traceloop.entity.name'
]
