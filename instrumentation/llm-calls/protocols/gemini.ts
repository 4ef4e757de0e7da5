// Gemini's generateContent and streamGenerateContent, of the developer API and of Vertex. Thoughts are not
// in the candidates' count there; the conventions count them as output, so they are added.
// https://ai.google.dev/api/generate-content

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
import { isRecord, listOf, numberOf, recordOf, sumOf, textOf } from '../json.ts'
import { GrowingText, TextBudget } from '../text-budget.ts'
import { readNumbers, readOutputType, readStopSequences } from './parameters.ts'
import { describe } from './read-error.ts'

export const geminiGenerateContent: Protocol = {
  operation: 'generate_content',
  readRequest(body, url) {
    const contents = listOf(body['contents'])
    const config = recordOf(body['generationConfig'] ?? body['generation_config'])
    const system = recordOf(body['systemInstruction'] ?? body['system_instruction'])
    return {
      model: modelIn(url),
      parameters: readParameters(config, url),
      messageCount: contents.length,
      messageAt: (index) => readMessage(recordOf(contents[index])),
      system: () => readParts(system['parts']),
      tools: listOf(body['tools']).flatMap(readDeclarations)
    }
  },
  createAnswerReader: (answerCharsMax) => new GeminiAnswer(answerCharsMax)
}

/** `/v1beta/models/{model}:generateContent`; tuned models and Vertex differ in what is before. */
export function modelIn(url: URL): string | undefined {
  return /\/([^/:]{1,200}):[A-Za-z]{1,40}$/.exec(url.pathname)?.[1]
}

function readParameters(config: JsonRecord, url: URL): Attributes {
  const isStream = url.pathname.endsWith(':streamGenerateContent')
  const mimeType = textOf(config['responseMimeType'])
  const thinking = recordOf(config['thinkingConfig'])
  const level = textOf(thinking['thinkingLevel'])
  return {
    ...readNumbers(config),
    ...readStopSequences(config['stopSequences']),
    ...(isStream ? { 'gen_ai.request.stream': true } : {}),
    ...(mimeType === 'application/json' ? readOutputType({ type: 'json' }) : {}),
    ...(level === undefined ? {} : { 'gen_ai.request.reasoning.level': level })
  }
}

function readDeclarations(tool: unknown): readonly unknown[] {
  const { functionDeclarations, function_declarations: snake } = recordOf(tool)
  const declarations = listOf(functionDeclarations ?? snake)
  return declarations.length > 0 ? declarations : [tool]
}

function readMessage(content: JsonRecord): Message {
  const parts = readParts(content['parts'])
  const role = textOf(content['role']) ?? 'user'
  const isToolsOnly = parts.length > 0 && parts.every((part) => part.type === 'tool_call_response')
  if (isToolsOnly) return { role: 'tool', parts }
  return { role: role === 'model' ? 'assistant' : role, parts }
}

function readParts(parts: unknown): readonly Part[] {
  if (isRecord(parts)) return readPart(parts)
  return listOf(parts).flatMap((part) => readPart(recordOf(part)))
}

function readPart(part: JsonRecord): readonly Part[] {
  const text = textOf(part['text'])
  if (text !== undefined) {
    return [{ type: part['thought'] === true ? 'reasoning' : 'text', content: text }]
  }
  const call = recordOf(part['functionCall'] ?? part['function_call'])
  const name = textOf(call['name'])
  if (name !== undefined) {
    return [{ type: 'tool_call', id: textOf(call['id']), name, arguments: call['args'] ?? {} }]
  }
  const result = recordOf(part['functionResponse'] ?? part['function_response'])
  if (textOf(result['name']) !== undefined) return [readResult(result)]
  const media = readMedia(part)
  return media === undefined ? [] : [media]
}

function readResult(result: JsonRecord): Part {
  const { response } = result
  const fields = Object.keys(recordOf(response))
  // `output` and `error` are the API's own keys for what a function said.
  const [only] = fields.length === 1 ? fields : []
  const isEnvelope = only === 'output' || only === 'error' || only === 'result'
  return {
    type: 'tool_call_response',
    id: textOf(result['id']),
    name: textOf(result['name']),
    response: isEnvelope ? recordOf(response)[only] : response,
    ...(only === 'error' ? { isError: true } : {})
  }
}

function readMedia(part: JsonRecord): MediaPart | undefined {
  const file = recordOf(part['fileData'] ?? part['file_data'])
  const inline = recordOf(part['inlineData'] ?? part['inline_data'])
  const mimeType = textOf(file['mimeType'] ?? inline['mimeType'])
  const modality = modalityOf(mimeType ?? '')
  const location = textOf(file['fileUri'])
  if (location !== undefined) return { type: 'uri', modality, mimeType, location }
  return mimeType === undefined ? undefined : { type: 'blob', modality, mimeType }
}

function modalityOf(mimeType: string): MediaPart['modality'] {
  const [kind] = mimeType.split('/', 1)
  return kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'document'
}

interface Candidate {
  readonly text: GrowingText
  readonly thinking: GrowingText
  readonly others: Part[]
  finishReason: string | undefined
}

/** Eight is the most that the API gives. */
const CANDIDATES_MAX = 64
const PARTS_MAX = 1024

class GeminiAnswer implements AnswerReader {
  readonly #budget: TextBudget
  readonly #candidates = new Map<number, Candidate>()
  #id: string | undefined
  #model: string | undefined
  #usage: unknown
  #blocked: string | undefined
  #error: CallError | undefined

  constructor(answerCharsMax: number) {
    this.#budget = new TextBudget(answerCharsMax)
  }

  take(value: unknown): void {
    // Without `alt=sse` a stream is one long JSON list.
    if (Array.isArray(value)) for (const chunk of listOf(value)) this.#takeChunk(recordOf(chunk))
    else this.#takeChunk(recordOf(value))
  }

  #takeChunk(chunk: JsonRecord): void {
    this.#id = textOf(chunk['responseId']) ?? this.#id
    this.#model = textOf(chunk['modelVersion']) ?? this.#model
    if (isRecord(chunk['usageMetadata'])) this.#usage = chunk['usageMetadata']
    this.#blocked = textOf(recordOf(chunk['promptFeedback'])['blockReason']) ?? this.#blocked
    const error = chunk['error']
    if (isRecord(error)) this.#error ??= describe({ ...error, code: error['status'] })
    for (const candidate of listOf(chunk['candidates'])) this.#takeCandidate(recordOf(candidate))
  }

  #takeCandidate(given: JsonRecord): void {
    const candidate = this.#candidateAt(numberOf(given['index']) ?? 0)
    if (candidate === undefined) return
    candidate.finishReason = textOf(given['finishReason']) ?? candidate.finishReason
    for (const part of readParts(recordOf(given['content'])['parts'])) {
      if (part.type === 'text') candidate.text.add(part.content)
      else if (part.type === 'reasoning') candidate.thinking.add(part.content)
      else if (candidate.others.length < PARTS_MAX) candidate.others.push(part)
    }
  }

  #candidateAt(index: number): Candidate | undefined {
    const found = this.#candidates.get(index)
    if (found !== undefined || this.#candidates.size >= CANDIDATES_MAX) return found
    const [text, thinking] = [new GrowingText(this.#budget), new GrowingText(this.#budget)]
    const candidate: Candidate = { text, thinking, others: [], finishReason: undefined }
    this.#candidates.set(index, candidate)
    return candidate
  }

  answer(): AnswerFacts {
    const candidates = [...this.#candidates.values()]
    const reasons = candidates.flatMap(({ finishReason }) => finishReason ?? [])
    return {
      id: this.#id,
      model: this.#model,
      finishReasons:
        reasons.length === 0 && this.#blocked !== undefined ? [this.#blocked] : reasons,
      messages: candidates.map(toMessage),
      usage: toUsage(recordOf(this.#usage)),
      error: this.#error,
      attributes: {}
    }
  }
}

function toMessage({ text, thinking, others }: Candidate): Message {
  const parts: Part[] = []
  if (!thinking.isEmpty) parts.push({ type: 'reasoning', content: thinking.toString() })
  if (!text.isEmpty) parts.push({ type: 'text', content: text.toString() })
  return { role: 'assistant', parts: [...parts, ...others] }
}

function toUsage(usage: JsonRecord): Usage {
  const reasoning = numberOf(usage['thoughtsTokenCount'])
  return {
    input: sumOf(numberOf(usage['promptTokenCount']), numberOf(usage['toolUsePromptTokenCount'])),
    output: sumOf(numberOf(usage['candidatesTokenCount']), reasoning),
    cacheRead: numberOf(usage['cachedContentTokenCount']),
    reasoning
  }
}
