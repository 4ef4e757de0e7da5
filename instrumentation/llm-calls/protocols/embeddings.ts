// Embeddings of OpenAI's protocol. What they answer is megabytes of numbers, of which only the tail tells
// anything: model and usage.
// https://platform.openai.com/docs/api-reference/embeddings

import type { AnswerFacts, AnswerReader, CallError, JsonRecord, Protocol } from '../facts.ts'
import { isRecord, listOf, numberOf, recordOf, textOf } from '../json.ts'
import { readContent } from './openai-content.ts'
import { readUsage } from './openai-usage.ts'
import { readError } from './read-error.ts'

export const openAiEmbeddings: Protocol = {
  operation: 'embeddings',
  readRequest(body) {
    const { input } = body
    const texts = typeof input === 'string' ? [input] : listOf(input).filter(isText)
    const format = textOf(body['encoding_format'])
    const dimensions = numberOf(body['dimensions'])
    return {
      model: textOf(body['model']),
      parameters: {
        ...(format === undefined ? {} : { 'gen_ai.request.encoding_formats': [format] }),
        ...(dimensions === undefined ? {} : { 'gen_ai.embeddings.dimension.count': dimensions })
      },
      messageCount: texts.length,
      messageAt: (index) => ({ role: 'user', parts: readContent(texts[index]) }),
      system: () => [],
      tools: []
    }
  },
  createAnswerReader: () => new EmbeddingsAnswer()
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

class EmbeddingsAnswer implements AnswerReader {
  #body: JsonRecord = {}
  #error: CallError | undefined

  take(value: unknown): void {
    if (!isRecord(value)) return
    this.#body = { model: value['model'], usage: value['usage'] }
    this.#error ??= readError(value)
  }

  answer(): AnswerFacts {
    const { input } = readUsage(recordOf(this.#body['usage']))
    return {
      model: textOf(this.#body['model']),
      finishReasons: [],
      messages: [],
      usage: { input },
      error: this.#error,
      attributes: {}
    }
  }
}
