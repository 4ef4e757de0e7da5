// OpenAI's Responses. The input is a list of items in which calls and their results stand beside the
// messages; what went before may be left out and named by `previous_response_id`.
// https://platform.openai.com/docs/api-reference/responses, https://platform.openai.com/docs/api-reference/responses-streaming

import type { Attributes } from '@opentelemetry/api'
import type {
  AnswerFacts,
  AnswerReader,
  CallError,
  JsonRecord,
  Message,
  Part,
  Protocol
} from '../facts.ts'
import { isRecord, listOf, parsedArguments, recordOf, textOf } from '../json.ts'
import { GrowingText, TextBudget } from '../text-budget.ts'
import { readContent } from './openai-content.ts'
import { readUsage } from './openai-usage.ts'
import { readNumbers, readOutputType, readStream, readText } from './parameters.ts'
import { describe, readError } from './read-error.ts'

export const openAiResponses: Protocol = {
  operation: 'chat',
  apiType: 'responses',
  readRequest(body) {
    const { input } = body
    const items = typeof input === 'string' ? [{ role: 'user', content: input }] : listOf(input)
    return {
      model: textOf(body['model']),
      parameters: readParameters(body),
      previousResponseId: textOf(body['previous_response_id']),
      messageCount: items.length,
      messageAt: (index) => readItem(recordOf(items[index])),
      system: () => readContent(body['instructions']),
      tools: listOf(body['tools'])
    }
  },
  createAnswerReader: (answerCharsMax) => new ResponsesAnswer(answerCharsMax)
}

function readParameters(body: JsonRecord): Attributes {
  const conversation = body['conversation']
  return {
    ...readNumbers(body),
    ...readStream(body['stream']),
    ...readOutputType(recordOf(body['text'])['format']),
    ...readText(body['previous_response_id'], 'gen_ai.request.previous_response.id'),
    ...readText(recordOf(body['reasoning'])['effort'], 'gen_ai.request.reasoning.level'),
    ...readText(body['service_tier'], 'openai.request.service_tier'),
    ...readText(recordOf(conversation)['id'] ?? conversation, 'gen_ai.conversation.id')
  }
}

type ItemReader = (item: JsonRecord) => Message

const ITEM_READERS: ReadonlyMap<string, ItemReader> = new Map<string, ItemReader>([
  ['function_call', (item) => toolCall(item, item['arguments'])],
  ['custom_tool_call', (item) => toolCall(item, item['input'])],
  ['local_shell_call', (item) => toolCall({ name: 'local_shell', ...item }, item['action'])],
  ['shell_call', (item) => toolCall({ name: 'shell', ...item }, item['action'])],
  ['apply_patch_call', (item) => toolCall({ name: 'apply_patch', ...item }, item['operation'])],
  ['computer_call', (item) => toolCall({ name: 'computer', ...item }, item['action'])],
  ['function_call_output', toolResult],
  ['custom_tool_call_output', toolResult],
  ['local_shell_call_output', toolResult],
  ['shell_call_output', toolResult],
  ['apply_patch_call_output', toolResult],
  ['computer_call_output', toolResult],
  ['reasoning', readReasoning]
])

function readItem(item: JsonRecord): Message {
  const type = textOf(item['type']) ?? 'message'
  const read = ITEM_READERS.get(type)
  if (read !== undefined) return read(item)
  if (type === 'message' || item['role'] !== undefined) {
    return { role: textOf(item['role']) ?? 'user', parts: readContent(item['content']) }
  }
  return type.endsWith('_call') ? serverToolCall(item, type) : { role: 'assistant', parts: [] }
}

function toolCall(item: JsonRecord, given: unknown): Message {
  const name = textOf(item['name']) ?? ''
  const id = textOf(item['call_id']) ?? textOf(item['id'])
  const part: Part = { type: 'tool_call', id, name, arguments: parsedArguments(given) }
  return { role: 'assistant', parts: [part] }
}

function toolResult(item: JsonRecord): Message {
  const output = item['output']
  const texts = readContent(output)
  const isText = texts.length > 0 && texts.every((part) => part.type === 'text')
  const response = isText ? texts.map((part) => part.content).join('\n') : output
  const id = textOf(item['call_id']) ?? textOf(item['id'])
  return { role: 'tool', parts: [{ type: 'tool_call_response', id, response }] }
}

function readReasoning(item: JsonRecord): Message {
  const texts = [...readContent(item['content']), ...readContent(item['summary'])]
  const parts = texts.flatMap((part): readonly Part[] =>
    part.type === 'text' ? [{ type: 'reasoning', content: part.content }] : []
  )
  return { role: 'assistant', parts }
}

/** Web and file search, code interpreter, MCP: called and answered on the server. */
function serverToolCall(item: JsonRecord, type: string): Message {
  const name = textOf(item['name']) ?? type.slice(0, -'_call'.length)
  const { type: _type, id, status: _status, ...content } = item
  return {
    role: 'assistant',
    parts: [{ type: 'server_tool_call', id: textOf(id), name, content }]
  }
}

/** An answer of more items than this is not recorded further. */
const ITEMS_MAX = 1024

class ResponsesAnswer implements AnswerReader {
  readonly #budget: TextBudget
  /** The response object: at the start without output, at the end with all of it. */
  #response: JsonRecord | undefined
  /** Items of a stream that has not come to its end. */
  readonly #items: unknown[] = []
  #openText: GrowingText
  #error: CallError | undefined

  constructor(answerCharsMax: number) {
    this.#budget = new TextBudget(answerCharsMax)
    this.#openText = new GrowingText(this.#budget)
  }

  take(value: unknown): void {
    if (!isRecord(value)) return
    const type = textOf(value['type'])
    if (isRecord(value['response'])) this.#response = value['response']
    else if (value['object'] === 'response') this.#response = value
    if (type === undefined) this.#error ??= readError(value)
    else if (type === 'error') this.#error = describe(recordOf(value['error'] ?? value))
    else if (type === 'response.output_text.delta') this.#openText.add(value['delta'])
    else if (type === 'response.output_item.done') this.#takeItem(value['item'])
  }

  #takeItem(item: unknown): void {
    if (recordOf(item)['type'] === 'message') this.#openText = new GrowingText(this.#budget)
    if (this.#items.length < ITEMS_MAX) this.#items.push(item)
  }

  answer(): AnswerFacts {
    const response = recordOf(this.#response)
    return {
      id: textOf(response['id']),
      model: textOf(response['model']),
      finishReasons: finishReasonsOf(response),
      messages: [this.#message(listOf(response['output']))],
      usage: readUsage(response['usage']),
      error: this.#error ?? readError(response),
      attributes: readText(response['service_tier'], 'openai.response.service_tier')
    }
  }

  #message(output: readonly unknown[]): Message {
    const items = output.length > 0 ? output.slice(0, ITEMS_MAX) : this.#items
    const parts = items.flatMap((item) => readItem(recordOf(item)).parts)
    const isCutShort = output.length === 0 && !this.#openText.isEmpty
    const open: readonly Part[] = isCutShort
      ? [{ type: 'text', content: this.#openText.toString() }]
      : []
    return { role: 'assistant', parts: [...parts, ...open] }
  }
}

function finishReasonsOf(response: JsonRecord): readonly string[] {
  const status = textOf(response['status'])
  if (status === undefined || status === 'in_progress' || status === 'queued') return []
  const reason = textOf(recordOf(response['incomplete_details'])['reason'])
  if (reason !== undefined) return [reason]
  if (status !== 'completed') return [status]
  const hasCalls = listOf(response['output']).some((item) =>
    readItem(recordOf(item)).parts.some((part) => part.type === 'tool_call')
  )
  return [hasCalls ? 'tool_calls' : 'stop']
}
