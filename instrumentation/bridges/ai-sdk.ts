// The AI SDK: its tools as they run, so that what happens inside belongs to them. Integrations are kept on
// `globalThis`, so it is reached in bundles too. Once the application registers one, ours does nothing.

import { context } from '@opentelemetry/api'
import {
  describeError,
  isObject,
  textOf,
  type BridgeRoom,
  type StartedSpan
} from './bridge-room.ts'

const INTEGRATIONS = 'AI_SDK_TELEMETRY_INTEGRATIONS'

/** More than any program has open at a time; what is beyond is derived. */
const OPEN_TOOLS_MAX = 4096

export function bridgeAiSdk(room: BridgeRoom): () => void {
  const existing: unknown = Reflect.get(globalThis, INTEGRATIONS)
  const integrations: unknown[] = Array.isArray(existing) ? existing : []
  const open = new Map<string, StartedSpan>()
  const integration = {
    executeTool(event: { readonly execute: () => unknown }): unknown {
      const isAlone = integrations.length === 1 && open.size < OPEN_TOOLS_MAX
      const started = isAlone ? room.safely(() => startTool(room, open, event)) : undefined
      if (started === undefined) return event.execute()
      return context.with(started.context, event.execute)
    },
    onToolExecutionEnd(event: unknown): void {
      room.safely(() => endTool(room, open, event))
    }
  }
  integrations.push(integration)
  Reflect.set(globalThis, INTEGRATIONS, integrations)
  return () => {
    const at = integrations.indexOf(integration)
    if (at !== -1) integrations.splice(at, 1)
  }
}

/** Ids are the model's, and models repeat theirs: the call of the SDK tells them apart. */
function keyOf(callId: unknown, toolCallId: string): string {
  return `${typeof callId === 'string' ? callId : ''} ${toolCallId}`
}

function startTool(
  room: BridgeRoom,
  open: Map<string, StartedSpan>,
  event: unknown
): StartedSpan | undefined {
  if (!isObject(event) || !isObject(event['toolCall'])) return undefined
  const { toolName, toolCallId, input } = event['toolCall']
  const name = textOf(toolName)
  const id = textOf(toolCallId)
  if (name === undefined || id === undefined) return undefined
  const started = room.startSpan(`execute_tool ${name}`, {
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': name,
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.call.id': id
    }
  })
  if (event['recordInputs'] !== false) room.setContent(started.span, 'arguments', input)
  open.set(keyOf(event['callId'], id), started)
  return started
}

function endTool(room: BridgeRoom, open: Map<string, StartedSpan>, event: unknown): void {
  if (!isObject(event) || !isObject(event['toolCall']) || !isObject(event['toolOutput'])) return
  const key = keyOf(event['callId'], textOf(event['toolCall']['toolCallId']) ?? '')
  const span = open.get(key)?.span
  open.delete(key)
  if (span === undefined) return
  const { type, output, error } = event['toolOutput']
  const isRecorded = event['recordOutputs'] !== false
  if (type === 'tool-error') {
    const { type: name, message } = describeError(error)
    room.fail(span, name, isRecorded ? message : '')
  } else if (isRecorded) room.setContent(span, 'result', output)
  span.end()
}
