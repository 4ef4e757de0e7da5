// Ollama's own chat. A stream is a line of JSON for each piece. Calls have no ids there.
// https://github.com/ollama/ollama/blob/main/docs/api.md

import type {
  AnswerFacts,
  AnswerReader,
  CallError,
  JsonRecord,
  Message,
  Part,
  Protocol
} from '../facts.ts'
import { isRecord, listOf, numberOf, recordOf, textOf } from '../json.ts'
import { GrowingText, TextBudget } from '../text-budget.ts'
import { readNumbers, readStopSequences } from './parameters.ts'
import { readError } from './read-error.ts'

export const ollamaChat: Protocol = {
  operation: 'chat',
  readRequest(body) {
    const messages = listOf(body['messages'])
    const options = recordOf(body['options'])
    return {
      model: textOf(body['model']),
      parameters: {
        ...readNumbers(options),
        ...readStopSequences(options['stop']),
        // It streams unless it is told not to.
        ...(body['stream'] === false ? {} : { 'gen_ai.request.stream': true })
      },
      messageCount: messages.length,
      messageAt: (index) => readMessage(recordOf(messages[index])),
      system: () => [],
      tools: listOf(body['tools'])
    }
  },
  createAnswerReader: (answerCharsMax) => new OllamaAnswer(answerCharsMax)
}

function readMessage(message: JsonRecord): Message {
  const role = textOf(message['role']) ?? 'user'
  const content = textOf(message['content'])
  if (role === 'tool') {
    const name = textOf(message['tool_name'])
    return { role, parts: [{ type: 'tool_call_response', name, response: content ?? '' }] }
  }
  const thinking = textOf(message['thinking'])
  return {
    role,
    parts: [
      ...(thinking === undefined ? [] : [{ type: 'reasoning', content: thinking } as const]),
      ...(content === undefined ? [] : [{ type: 'text', content } as const]),
      ...listOf(message['tool_calls']).flatMap((call) => readToolCall(recordOf(call)))
    ]
  }
}

function readToolCall(call: JsonRecord): readonly Part[] {
  const given = recordOf(call['function'])
  const name = textOf(given['name'])
  if (name === undefined) return []
  return [{ type: 'tool_call', id: textOf(call['id']), name, arguments: given['arguments'] ?? {} }]
}

/** One answer that calls more tools than this is not normal. */
const CALLS_MAX = 256

class OllamaAnswer implements AnswerReader {
  readonly #text: GrowingText
  readonly #thinking: GrowingText
  readonly #calls: Part[] = []
  #last: JsonRecord = {}
  #error: CallError | undefined

  constructor(answerCharsMax: number) {
    const budget = new TextBudget(answerCharsMax)
    this.#text = new GrowingText(budget)
    this.#thinking = new GrowingText(budget)
  }

  take(value: unknown): void {
    if (!isRecord(value)) return
    this.#error ??= readError(value)
    const message = recordOf(value['message'])
    this.#text.add(message['content'])
    this.#thinking.add(message['thinking'])
    for (const call of listOf(message['tool_calls'])) {
      if (this.#calls.length < CALLS_MAX) this.#calls.push(...readToolCall(recordOf(call)))
    }
    this.#last = { ...value, message: undefined }
  }

  answer(): AnswerFacts {
    const thinking = this.#thinking.isEmpty ? undefined : this.#thinking.toString()
    const content = this.#text.isEmpty ? undefined : this.#text.toString()
    const { parts } = readMessage({ role: 'assistant', content, thinking })
    const reason = textOf(this.#last['done_reason'])
    return {
      model: textOf(this.#last['model']),
      finishReasons: reason === undefined ? [] : [reason],
      messages: [{ role: 'assistant', parts: [...parts, ...this.#calls] }],
      usage: {
        input: numberOf(this.#last['prompt_eval_count']),
        output: numberOf(this.#last['eval_count'])
      },
      error: this.#error,
      attributes: {}
    }
  }
}
