// A small coding agent written by hand, as many are: one loop, the OpenAI client, three tools. It emits
// OpenTelemetry itself by the GenAI conventions and knows nothing of Onset.
// Conventions: https://github.com/open-telemetry/semantic-conventions-genai

import { SpanKind, SpanStatusCode, type Span, type Tracer } from '@opentelemetry/api'
import type OpenAI from 'openai'
import { executeTool, TOOL_DEFINITIONS, type ToolResult } from './tools.ts'

type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam
type ToolCall = OpenAI.Chat.Completions.ChatCompletionMessageFunctionToolCall

/** The agent's budget: the loop scenario is about using it up. */
export const TURNS_MAX = 8

export interface AgentOptions {
  readonly client: OpenAI
  readonly tracer: Tracer
  readonly model: string
  readonly workspace: string
}

/** Works on the task until the model stops calling tools. Returns the trace id of the run. */
export async function runAgent(options: AgentOptions, task: string): Promise<string> {
  const attributes = {
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'demo-coder',
    'gen_ai.agent.version': '1.0.0',
    'gen_ai.input.messages': toMessagesAttribute([{ role: 'user', content: task }])
  }
  return options.tracer.startActiveSpan('invoke_agent demo-coder', { attributes }, async (span) => {
    try {
      const answer = await converse(options, task)
      if (answer === undefined) fail(span, 'budget', `stopped after ${TURNS_MAX} turns`)
      else span.setAttribute('gen_ai.output.messages', toMessagesAttribute([assistant(answer)]))
    } catch (error) {
      fail(span, 'exception', error instanceof Error ? error.message : String(error))
    } finally {
      span.end()
    }
    return span.spanContext().traceId
  })
}

async function converse(options: AgentOptions, task: string): Promise<string | undefined> {
  const messages: Message[] = [
    { role: 'system', content: 'You are a careful programmer. Work with the tools.' },
    { role: 'user', content: task }
  ]
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    const answer = await chat(options, messages)
    if (answer === undefined) return undefined
    messages.push(answer)
    const calls = (answer.tool_calls ?? []).filter((call) => call.type === 'function')
    if (calls.length === 0) return answer.content ?? ''
    for (const call of calls) {
      messages.push({ role: 'tool', tool_call_id: call.id, content: await callTool(options, call) })
    }
  }
  return undefined
}

async function chat(
  { client, tracer, model }: AgentOptions,
  messages: readonly Message[]
): Promise<OpenAI.Chat.Completions.ChatCompletionMessage | undefined> {
  const attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': model,
    'gen_ai.input.messages': toMessagesAttribute(messages)
  }
  const spanOptions = { kind: SpanKind.CLIENT, attributes }
  return tracer.startActiveSpan(`chat ${model}`, spanOptions, async (span) => {
    try {
      const completion = await client.chat.completions.create({
        model,
        messages: [...messages],
        tools: TOOL_DEFINITIONS
      })
      const [choice] = completion.choices
      span.setAttributes({
        'gen_ai.response.id': completion.id,
        'gen_ai.response.model': completion.model,
        'gen_ai.usage.input_tokens': completion.usage?.prompt_tokens ?? 0,
        'gen_ai.usage.output_tokens': completion.usage?.completion_tokens ?? 0,
        'gen_ai.response.finish_reasons': choice === undefined ? [] : [choice.finish_reason],
        'gen_ai.output.messages': toMessagesAttribute(choice === undefined ? [] : [choice.message])
      })
      return choice?.message
    } catch (error) {
      fail(span, 'exception', error instanceof Error ? error.message : String(error))
      throw error
    } finally {
      span.end()
    }
  })
}

async function callTool({ tracer, workspace }: AgentOptions, call: ToolCall): Promise<string> {
  const { name } = call.function
  const attributes = {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': name,
    'gen_ai.tool.type': 'function',
    'gen_ai.tool.call.id': call.id,
    'gen_ai.tool.call.arguments': call.function.arguments
  }
  return tracer.startActiveSpan(`execute_tool ${name}`, { attributes }, async (span) => {
    try {
      const result = await executeTool(workspace, name, JSON.parse(call.function.arguments))
      recordResult(span, result)
      return result.text
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      fail(span, 'tool_error', message)
      return `error: ${message}`
    } finally {
      span.end()
    }
  })
}

function recordResult(span: Span, { text, exitCode }: ToolResult): void {
  span.setAttribute('gen_ai.tool.call.result', text)
  if (exitCode !== undefined) span.setAttribute('process.exit.code', exitCode)
}

function fail(span: Span, type: string, message: string): void {
  span.setAttribute('error.type', type)
  span.setStatus({ code: SpanStatusCode.ERROR, message })
}

function assistant(content: string): Message {
  return { role: 'assistant', content }
}

/** Message parts as JSON, the form the conventions ask for where attributes cannot be structured. */
function toMessagesAttribute(
  messages: readonly (Message | OpenAI.Chat.Completions.ChatCompletionMessage)[]
): string {
  return JSON.stringify(
    messages.map((message) => ({ role: message.role, parts: toParts(message) }))
  )
}

function toParts(message: Message | OpenAI.Chat.Completions.ChatCompletionMessage): unknown[] {
  const text = typeof message.content === 'string' ? message.content : ''
  if (message.role === 'tool') {
    return [{ type: 'tool_call_response', id: message.tool_call_id, response: text }]
  }
  const parts: unknown[] = text === '' ? [] : [{ type: 'text', content: text }]
  if (message.role !== 'assistant') return parts
  for (const call of message.tool_calls ?? []) {
    if (call.type !== 'function') continue
    const { name, arguments: json } = call.function
    parts.push({ type: 'tool_call', id: call.id, name, arguments: JSON.parse(json) })
  }
  return parts
}
