// Calls of MCP servers: `callTool` of the official client becomes a span by
// https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/, and the server is told the trace in `_meta`.

import { context, SpanKind, trace, type Span } from '@opentelemetry/api'
import {
  describeError,
  isObject,
  textOf,
  type BridgeRoom,
  type StartedSpan,
  type Unknown
} from './bridge-room.ts'
import type { WantedClass } from './reach-modules.ts'

const PATCHED = Symbol.for('onset.instrumentation.mcp')

type CallTool = (this: unknown, params: unknown, ...rest: readonly unknown[]) => unknown

export function wantMcpClient(room: BridgeRoom): WantedClass {
  return {
    name: 'Client',
    files: [
      '@modelcontextprotocol/sdk/dist/esm/client/index.js',
      '@modelcontextprotocol/sdk/dist/cjs/client/index.js'
    ],
    found: (client) => {
      const prototype = client['prototype']
      if (!isObject(prototype) || prototype[PATCHED] === true) return
      const original = prototype['callTool']
      if (!isCallTool(original)) return
      const callTool: CallTool = function (params, ...rest) {
        return callRecorded({ room, original, client: this }, params, rest)
      }
      Reflect.set(prototype, 'callTool', callTool)
      Reflect.set(prototype, PATCHED, true)
    }
  }
}

interface Call {
  readonly room: BridgeRoom
  readonly original: CallTool
  readonly client: unknown
}

function callRecorded(
  { room, original, client }: Call,
  params: unknown,
  rest: readonly unknown[]
): unknown {
  const started = room.safely(() => startCall(room, params))
  if (started === undefined) return original.call(client, params, ...rest)
  const { span, isOwn } = started
  const sent = room.safely(() => withTraceContext(params, span)) ?? params
  const result = context.with(started.context, () => original.call(client, sent, ...rest))
  if (!isPromise(result)) {
    if (isOwn) span.end()
    return result
  }
  // The same promise goes back: a chained one would be another object, and reject a second time.
  result.then(
    (answer) => room.safely(() => endCall(room, started, answer)),
    (error: unknown) => room.safely(() => failCall(room, started, error))
  )
  return result
}

interface StartedCall extends StartedSpan {
  /** False when the framework's tool span is the call's. */
  readonly isOwn: boolean
}

function startCall(room: BridgeRoom, params: unknown): StartedCall | undefined {
  if (!isObject(params)) return undefined
  const tool = textOf(params['name'])
  if (tool === undefined) return undefined
  const attributes = { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': tool }
  const around = room.activeContext() ?? context.active()
  const outer = trace.getSpan(around)
  if (outer !== undefined && isSpanOfTool(outer, tool)) {
    outer.setAttributes(attributes)
    return { span: outer, context: around, startedUnder: outer, isOwn: false }
  }
  const started = room.startSpan(`tools/call ${tool}`, {
    kind: SpanKind.CLIENT,
    attributes: { ...attributes, 'gen_ai.operation.name': 'execute_tool' }
  })
  room.setContent(started.span, 'arguments', params['arguments'])
  return { ...started, isOwn: true }
}

function isSpanOfTool(span: Span, tool: string): boolean {
  if (!span.isRecording() || !('attributes' in span) || !isObject(span.attributes)) return false
  return (
    span.attributes['gen_ai.operation.name'] === 'execute_tool' &&
    span.attributes['gen_ai.tool.name'] === tool &&
    span.attributes['mcp.method.name'] === undefined
  )
}

/** A copy: the program's own object stays as it is. */
function withTraceContext(params: unknown, span: Span): unknown {
  if (!isObject(params)) return params
  const meta = isObject(params['_meta']) ? params['_meta'] : {}
  if (meta['traceparent'] !== undefined) return params
  const { traceId, spanId, traceFlags } = span.spanContext()
  const flags = traceFlags.toString(16).padStart(2, '0')
  return { ...params, _meta: { ...meta, traceparent: `00-${traceId}-${spanId}-${flags}` } }
}

function endCall(room: BridgeRoom, { span, isOwn }: StartedCall, answer: unknown): void {
  const result: Unknown = isObject(answer) ? answer : {}
  if (isOwn) room.setContent(span, 'result', shownResult(result))
  if (result['isError'] === true) room.fail(span, 'tool_error', shownText(result))
  if (isOwn) span.end()
}

function failCall(room: BridgeRoom, { span, isOwn }: StartedCall, error: unknown): void {
  const { type, message } = describeError(error)
  room.fail(span, type, message)
  if (isOwn) span.end()
}

/** A text alone is shown as it is; everything else with its structure. */
function shownResult(result: Unknown): unknown {
  const { content, structuredContent } = result
  if (structuredContent !== undefined) return structuredContent
  const isTextOnly =
    Array.isArray(content) && content.length === 1 && isObject(content[0]) && 'text' in content[0]
  return isTextOnly ? shownText(result) : (content ?? result)
}

function shownText({ content }: Unknown): string {
  if (!Array.isArray(content)) return ''
  return content
    .map((part: unknown) => (isObject(part) ? textOf(part['text']) : undefined))
    .filter((text) => text !== undefined)
    .join('\n')
}

function isCallTool(value: unknown): value is CallTool {
  return typeof value === 'function'
}

function isPromise(value: unknown): value is Promise<unknown> {
  return isObject(value) && typeof value['then'] === 'function'
}
