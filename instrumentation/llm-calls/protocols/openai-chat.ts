// Chat completions, the protocol that most hosts speak, and the older completions.
// https://platform.openai.com/docs/api-reference/chat, https://platform.openai.com/docs/api-reference/completions

import type { Attributes } from '@opentelemetry/api'
import type {
  AnswerFacts,
  AnswerReader,
  CallError,
  JsonRecord,
  Message,
  Part,
  Protocol,
  ToolCallPart
} from '../facts.ts'
import { isRecord, listOf, numberOf, parsedArguments, recordOf, textOf } from '../json.ts'
import { GrowingText, TextBudget } from '../text-budget.ts'
import { readContent } from './openai-content.ts'
import { readUsage } from './openai-usage.ts'
import { readNumbers, readOutputType, readStopSequences } from './parameters.ts'
import { readStream, readText } from './parameters.ts'
import { readError } from './read-error.ts'

export const openAiChat: Protocol = {
  operation: 'chat',
  apiType: 'chat_completions',
  readRequest(body) {
    const messages = listOf(body['messages'])
    return {
      model: textOf(body['model']),
      parameters: readParameters(body),
      messageCount: messages.length,
      messageAt: (index) => readMessage(recordOf(messages[index])),
      // The system's words are messages here and stay where they stood.
      system: () => [],
      tools: listOf(body['tools'] ?? body['functions'])
    }
  },
  createAnswerReader: (answerCharsMax) => new ChatAnswer(answerCharsMax)
}

export const openAiCompletions: Protocol = {
  operation: 'text_completion',
  readRequest(body) {
    const prompts = typeof body['prompt'] === 'string' ? [body['prompt']] : listOf(body['prompt'])
    const texts = prompts.filter((prompt) => typeof prompt === 'string')
    return {
      model: textOf(body['model']),
      parameters: readParameters(body),
      messageCount: texts.length,
      messageAt: (index) => ({ role: 'user', parts: readContent(texts[index]) }),
      system: () => [],
      tools: []
    }
  },
  createAnswerReader: (answerCharsMax) => new ChatAnswer(answerCharsMax)
}

function readParameters(body: JsonRecord): Attributes {
  return {
    ...readNumbers(body),
    ...readStopSequences(body['stop']),
    ...readStream(body['stream']),
    ...readOutputType(body['response_format']),
    ...readText(body['reasoning_effort'], 'gen_ai.request.reasoning.level'),
    ...readText(body['service_tier'], 'openai.request.service_tier')
  }
}

function readMessage(message: JsonRecord): Message {
  const role = textOf(message['role']) ?? 'user'
  if (role === 'tool' || role === 'function') {
    const id = textOf(message['tool_call_id'])
    const name = textOf(message['name'])
    const response = resultText(message['content'])
    return { role: 'tool', parts: [{ type: 'tool_call_response', id, name, response }] }
  }
  const calls = listOf(message['tool_calls']).map((call) => readToolCall(recordOf(call)))
  const single = message['function_call']
  if (isRecord(single)) calls.push(readToolCall({ function: single }))
  return { role, parts: [...readThinking(message), ...readContent(message['content']), ...calls] }
}

/** A result is told as the text it is; parts that are not all texts stay as they came. */
function resultText(content: unknown): unknown {
  if (!Array.isArray(content)) return content
  const texts = content.map((part) => textOf(recordOf(part)['text']))
  return texts.every((text) => text !== undefined) ? texts.join('\n') : content
}

/** Not of OpenAI's own: DeepSeek, vLLM and OpenRouter tell thinking in these. */
function readThinking(message: JsonRecord): readonly Part[] {
  const content = textOf(message['reasoning_content']) ?? textOf(message['reasoning'])
  return content === undefined ? [] : [{ type: 'reasoning', content }]
}

function readToolCall(call: JsonRecord): ToolCallPart {
  const custom = recordOf(call['custom'])
  const given = recordOf(call['function'])
  return {
    type: 'tool_call',
    id: textOf(call['id']),
    name: textOf(given['name']) ?? textOf(custom['name']) ?? '',
    arguments: parsedArguments(given['arguments'] ?? custom['input'])
  }
}

interface GrowingCall {
  id: string | undefined
  name: string | undefined
  readonly given: GrowingText
}

interface Choice {
  readonly text: GrowingText
  readonly thinking: GrowingText
  readonly calls: Map<number, GrowingCall>
  finishReason: string | undefined
}

/** More than the 128 that the API lets anybody ask for. */
const CHOICES_MAX = 256
/** The API refuses more tools than 128; one answer that calls each of them twice is not normal. */
const CALLS_PER_CHOICE_MAX = 256

/** Whole answers are read as a stream of one piece, with `message` where streams have `delta`. */
class ChatAnswer implements AnswerReader {
  readonly #budget: TextBudget
  readonly #choices = new Map<number, Choice>()
  #tier: string | undefined
  #fingerprint: string | undefined
  #id: string | undefined
  #model: string | undefined
  #usage: unknown
  #error: CallError | undefined

  constructor(answerCharsMax: number) {
    this.#budget = new TextBudget(answerCharsMax)
  }

  take(value: unknown): void {
    if (!isRecord(value)) return
    this.#id = textOf(value['id']) ?? this.#id
    this.#model = textOf(value['model']) ?? this.#model
    this.#error ??= readError(value)
    if (isRecord(value['usage'])) this.#usage = value['usage']
    this.#tier = textOf(value['service_tier']) ?? this.#tier
    this.#fingerprint = textOf(value['system_fingerprint']) ?? this.#fingerprint
    for (const choice of listOf(value['choices'])) this.#takeChoice(recordOf(choice))
  }

  #takeChoice(given: JsonRecord): void {
    const choice = this.#choiceAt(numberOf(given['index']) ?? 0)
    if (choice === undefined) return
    choice.finishReason = textOf(given['finish_reason']) ?? choice.finishReason
    const message = recordOf(given['delta'] ?? given['message'])
    choice.text.add(given['text'])
    if (typeof message['content'] === 'string') choice.text.add(message['content'])
    else for (const part of readContent(message['content'])) addText(choice.text, part)
    choice.text.add(message['refusal'])
    choice.thinking.add(message['reasoning_content'] ?? message['reasoning'])
    for (const [at, call] of listOf(message['tool_calls']).entries()) {
      this.#takeCall(choice, recordOf(call), at)
    }
    const single = message['function_call']
    if (isRecord(single)) this.#takeCall(choice, { function: single }, 0)
  }

  #choiceAt(index: number): Choice | undefined {
    const found = this.#choices.get(index)
    if (found !== undefined || this.#choices.size >= CHOICES_MAX) return found
    const choice: Choice = {
      text: new GrowingText(this.#budget),
      thinking: new GrowingText(this.#budget),
      calls: new Map(),
      finishReason: undefined
    }
    this.#choices.set(index, choice)
    return choice
  }

  #takeCall(choice: Choice, call: JsonRecord, at: number): void {
    const index = numberOf(call['index']) ?? at
    let growing = choice.calls.get(index)
    if (growing === undefined) {
      if (choice.calls.size >= CALLS_PER_CHOICE_MAX) return
      growing = { id: undefined, name: undefined, given: new GrowingText(this.#budget) }
      choice.calls.set(index, growing)
    }
    const given = recordOf(call['function'] ?? call['custom'])
    growing.id = textOf(call['id']) ?? growing.id
    growing.name = textOf(given['name']) ?? growing.name
    const piece = given['arguments'] ?? given['input']
    growing.given.add(isRecord(piece) ? JSON.stringify(piece) : piece)
  }

  answer(): AnswerFacts {
    const choices = [...this.#choices.entries()].toSorted(([a], [b]) => a - b)
    return {
      id: this.#id,
      model: this.#model,
      finishReasons: choices.flatMap(([, { finishReason }]) => finishReason ?? []),
      messages: choices.map(([, choice]) => toMessage(choice)),
      usage: readUsage(this.#usage),
      error: this.#error,
      attributes: {
        ...readText(this.#tier, 'openai.response.service_tier'),
        ...readText(this.#fingerprint, 'openai.response.system_fingerprint')
      }
    }
  }
}

function addText(text: GrowingText, part: Part): void {
  if (part.type === 'text') text.add(part.content)
}

function toMessage(choice: Choice): Message {
  const parts: Part[] = []
  if (!choice.thinking.isEmpty) {
    parts.push({ type: 'reasoning', content: choice.thinking.toString() })
  }
  if (!choice.text.isEmpty) parts.push({ type: 'text', content: choice.text.toString() })
  for (const { id, name, given } of choice.calls.values()) {
    const args = given.isEmpty ? {} : parsedArguments(given.toString())
    if (name !== undefined) parts.push({ type: 'tool_call', id, name, arguments: args })
  }
  return { role: 'assistant', parts }
}
