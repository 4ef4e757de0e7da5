// Anthropic's messages, also as Bedrock and Vertex host them. Input tokens do not count what came from
// the cache or went into it there; the conventions do, so they are added.
// https://docs.anthropic.com/en/api/messages, https://docs.anthropic.com/en/api/messages-streaming

import type { Attributes } from '@opentelemetry/api'
import type {
  AnswerFacts,
  AnswerReader,
  CallError,
  JsonRecord,
  MediaPart,
  Message,
  Part,
  Protocol,
  Usage
} from '../facts.ts'
import { isRecord, listOf, numberOf, parsedArguments, recordOf, sumOf, textOf } from '../json.ts'
import { GrowingText, TextBudget } from '../text-budget.ts'
import { readNumbers, readStopSequences, readStream, readText } from './parameters.ts'
import { readError } from './read-error.ts'

export const anthropicMessages: Protocol = {
  operation: 'chat',
  readRequest(body, url) {
    const messages = listOf(body['messages'])
    return {
      // Vertex has the model in the path: …/models/{model}:streamRawPredict.
      model: textOf(body['model']) ?? /\/models\/([^/:]{1,200}):/.exec(url.pathname)?.[1],
      parameters: readParameters(body),
      messageCount: messages.length,
      messageAt: (index) => readMessage(recordOf(messages[index])),
      system: () => readBlocks(body['system']),
      tools: listOf(body['tools'])
    }
  },
  createAnswerReader: (answerCharsMax) => new MessagesAnswer(answerCharsMax)
}

function readParameters(body: JsonRecord): Attributes {
  return {
    ...readNumbers(body),
    ...readStopSequences(body['stop_sequences']),
    ...readStream(body['stream']),
    ...readText(recordOf(body['output_config'])['effort'], 'gen_ai.request.reasoning.level')
  }
}

function readMessage(message: JsonRecord): Message {
  const parts = readBlocks(message['content'])
  const role = textOf(message['role']) ?? 'user'
  // Results come in a user's message; where it holds nothing else it is the tools' own.
  const isToolsOnly = parts.length > 0 && parts.every((part) => part.type === 'tool_call_response')
  return { role: isToolsOnly ? 'tool' : role, parts }
}

function readBlocks(content: unknown): readonly Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', content }]
  return listOf(content).flatMap((block) => readBlock(recordOf(block)))
}

type BlockReader = (block: JsonRecord) => Part | undefined

const BLOCK_READERS: ReadonlyMap<string, BlockReader> = new Map<string, BlockReader>([
  ['text', (block) => ({ type: 'text', content: textOf(block['text']) ?? '' })],
  ['thinking', (block) => ({ type: 'reasoning', content: textOf(block['thinking']) ?? '' })],
  ['tool_use', readToolUse],
  ['tool_result', readToolResult],
  ['image', (block) => readMedia(block, 'image')],
  ['document', (block) => readMedia(block, 'document')]
])

function readBlock(block: JsonRecord): readonly Part[] {
  const type = textOf(block['type']) ?? ''
  const read = BLOCK_READERS.get(type)
  const part = read === undefined ? readServerBlock(block, type) : read(block)
  if (part === undefined) return []
  return 'content' in part && part.content === '' ? [] : [part]
}

function readToolUse(block: JsonRecord): Part {
  return {
    type: 'tool_call',
    id: textOf(block['id']),
    name: textOf(block['name']) ?? '',
    arguments: block['input']
  }
}

function readToolResult(block: JsonRecord): Part {
  const content = block['content']
  const texts = listOf(content).map((part) => textOf(recordOf(part)['text']))
  const isText = texts.length > 0 && texts.every((text) => text !== undefined)
  return {
    type: 'tool_call_response',
    id: textOf(block['tool_use_id']),
    response: isText ? texts.join('\n') : content,
    ...(block['is_error'] === true ? { isError: true } : {})
  }
}

function readServerBlock(block: JsonRecord, type: string): Part | undefined {
  if (type === 'server_tool_use' || type === 'mcp_tool_use') {
    const [id, name] = [textOf(block['id']), textOf(block['name'])]
    return { type: 'server_tool_call', id, name, content: block['input'] }
  }
  if (!type.endsWith('_tool_result')) return undefined
  const id = textOf(block['tool_use_id'])
  return { type: 'server_tool_call_response', id, content: block['content'] }
}

function readMedia(block: JsonRecord, modality: MediaPart['modality']): MediaPart {
  const source = recordOf(block['source'])
  const mimeType = textOf(source['media_type'])
  const fileId = textOf(source['file_id'])
  if (fileId !== undefined) return { type: 'file', modality, mimeType, location: fileId }
  const url = textOf(source['url'])
  if (url !== undefined) return { type: 'uri', modality, mimeType, location: url }
  return { type: 'blob', modality, mimeType }
}

interface GrowingBlock {
  /** As it stood in `content_block_start`, or whole in an unstreamed answer. */
  readonly start: JsonRecord
  readonly text: GrowingText
  readonly given: GrowingText
}

/** An answer of more blocks than this is not recorded further. */
const BLOCKS_MAX = 1024

class MessagesAnswer implements AnswerReader {
  readonly #budget: TextBudget
  readonly #blocks = new Map<number, GrowingBlock>()
  #message: JsonRecord = {}
  #stopReason: string | undefined
  #usage: JsonRecord = {}
  #error: CallError | undefined

  constructor(answerCharsMax: number) {
    this.#budget = new TextBudget(answerCharsMax)
  }

  take(value: unknown): void {
    if (!isRecord(value)) return
    const type = textOf(value['type']) ?? ''
    const index = numberOf(value['index']) ?? this.#blocks.size
    if (type === 'message_start') this.#takeMessage(recordOf(value['message']))
    else if (type === 'message') this.#takeMessage(value)
    else if (type === 'content_block_start') this.#startBlock(index, value['content_block'])
    else if (type === 'content_block_delta') this.#takeDelta(index, recordOf(value['delta']))
    else if (type === 'message_delta') this.#takeEnd(value)
    else this.#error ??= readError(value)
  }

  #takeMessage(message: JsonRecord): void {
    this.#message = { id: message['id'], model: message['model'] }
    this.#takeEnd({ delta: message, usage: message['usage'] })
    for (const [index, block] of listOf(message['content']).entries())
      this.#startBlock(index, block)
  }

  #takeEnd(value: JsonRecord): void {
    this.#stopReason = textOf(recordOf(value['delta'])['stop_reason']) ?? this.#stopReason
    // Counts in `message_delta` are totals, and not every host repeats all of them.
    for (const [name, count] of Object.entries(recordOf(value['usage']))) {
      if (typeof count === 'number') this.#usage = { ...this.#usage, [name]: count }
    }
  }

  #startBlock(index: number, block: unknown): void {
    if (!isRecord(block) || this.#blocks.size >= BLOCKS_MAX) return
    const text = new GrowingText(this.#budget)
    text.add(block['text'] ?? block['thinking'])
    this.#blocks.set(index, { start: block, text, given: new GrowingText(this.#budget) })
  }

  #takeDelta(index: number, delta: JsonRecord): void {
    const block = this.#blocks.get(index)
    if (block === undefined) return
    block.text.add(delta['text'] ?? delta['thinking'])
    block.given.add(delta['partial_json'])
  }

  answer(): AnswerFacts {
    const blocks = [...this.#blocks.entries()].toSorted(([a], [b]) => a - b)
    const parts = blocks.flatMap(([, block]) => readBlock(finished(block)))
    return {
      id: textOf(this.#message['id']),
      model: textOf(this.#message['model']),
      finishReasons: this.#stopReason === undefined ? [] : [this.#stopReason],
      messages: parts.length === 0 ? [] : [{ role: 'assistant', parts }],
      usage: toUsage(this.#usage),
      error: this.#error,
      attributes: {}
    }
  }
}

function finished({ start, text, given }: GrowingBlock): JsonRecord {
  if (!given.isEmpty) return { ...start, input: parsedArguments(given.toString()) }
  if (text.isEmpty) return start
  return { ...start, [start['type'] === 'thinking' ? 'thinking' : 'text']: text.toString() }
}

function toUsage(usage: JsonRecord): Usage {
  const cacheRead = numberOf(usage['cache_read_input_tokens'])
  const cacheWrite = numberOf(usage['cache_creation_input_tokens'])
  return {
    input: sumOf(numberOf(usage['input_tokens']), cacheRead, cacheWrite),
    output: numberOf(usage['output_tokens']),
    cacheRead,
    cacheWrite,
    reasoning: undefined
  }
}
