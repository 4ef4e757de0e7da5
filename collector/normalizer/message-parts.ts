// One part of a message, in any of the shapes that model APIs and the conventions give it. Parts are
// told apart by their `type` where they have one and by their only key where they have not (Gemini,
// Bedrock). Images, sound and files add a line that tells of them (media.ts); unknown parts add nothing.
// Shapes: https://github.com/open-telemetry/semantic-conventions-genai/blob/main/model/gen-ai/gen-ai-input-messages.json,
// https://platform.openai.com/docs/api-reference/responses/object, https://docs.anthropic.com/en/api/messages,
// https://ai.google.dev/api/caching#Part, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html

import type { RequestedToolCall } from '../model/index.ts'
import { toText } from './json-text.ts'
import { MEDIA_TYPES, isMedia, mediaReference } from './media.ts'
import type { Value, ValueRecord } from './values.ts'
import { firstText, firstValue, isList, isRecord } from './values.ts'

/** What the parts of one message add up to. */
export interface PartSink {
  readonly texts: string[]
  readonly reasoning: string[]
  readonly toolCalls: RequestedToolCall[]
  /** Results of tools that the message carries back to the model. */
  readonly toolResults: Value[]
}

/** Adds a part, or a list of parts, to `sink`; anything that is not a part adds nothing. */
export function addPart(sink: PartSink, part: Value): void {
  if (typeof part === 'string') {
    if (part !== '') sink.texts.push(part)
  } else if (isList(part)) {
    for (const item of part) if (!isList(item)) addPart(sink, item)
  } else if (isRecord(part)) {
    const reader = READER_BY_TYPE.get(firstText(part, ['type'])?.toLowerCase() ?? '')
    if (reader === undefined) addUntypedPart(sink, part)
    else reader(sink, part)
  }
}

/** True for a record that `addPart` understands on its own, outside any message. */
export function isPart(record: ValueRecord): boolean {
  const reader = READER_BY_TYPE.get(firstText(record, ['type'])?.toLowerCase() ?? '')
  return (
    (reader !== undefined && reader !== addMedia) ||
    UNTYPED_READERS.some(([key]) => record[key] !== undefined) ||
    isMedia(record)
  )
}

/** A tool call as any API writes it: name, id and arguments at the top or inside `function`. */
export function toToolCall(call: ValueRecord): RequestedToolCall | undefined {
  const inner = call['function']
  const named = isRecord(inner) ? inner : call
  const name = firstText(named, NAME_KEYS) ?? firstText(call, NAME_KEYS)
  if (name === undefined) return undefined
  const given = firstValue(named, ARGUMENT_KEYS) ?? firstValue(call, ARGUMENT_KEYS)
  return { id: firstText(call, CALL_ID_KEYS), name, arguments: toText(given) }
}

const NAME_KEYS = ['name', 'toolName', 'tool_name']
// `call_id` before `id`: an OpenAI Responses item has both and only `call_id` comes back with the result.
const CALL_ID_KEYS = ['call_id', 'toolCallId', 'tool_call_id', 'toolUseId', 'id']
const ARGUMENT_KEYS = ['arguments', 'input', 'args', 'parameters', 'server_tool_call']
const RESULT_KEYS = [
  'response',
  'result',
  'output',
  'content',
  'server_tool_call_response',
  'functionResponse'
]
const TEXT_KEYS = ['content', 'text', 'refusal', 'value']
const REASONING_KEYS = [
  'content',
  'text',
  'thinking',
  'reasoning',
  'reasoningText',
  'summary',
  'value'
]

type PartReader = (sink: PartSink, part: ValueRecord) => void

function addText(sink: PartSink, part: ValueRecord): void {
  addTexts(sink.texts, firstValue(part, TEXT_KEYS), TEXT_KEYS)
}

function addReasoning(sink: PartSink, part: ValueRecord): void {
  addTexts(sink.reasoning, firstValue(part, REASONING_KEYS), REASONING_KEYS)
}

function addToolCall(sink: PartSink, part: ValueRecord): void {
  const call = toToolCall(part)
  if (call !== undefined) sink.toolCalls.push(call)
}

function addToolResult(sink: PartSink, part: ValueRecord): void {
  sink.toolResults.push(firstValue(part, RESULT_KEYS))
}

/** A message's bound on texts cuts what stands beyond so many lines anyway; until then each costs a hash. */
const MEDIA_TEXTS_MAX = 1_000

/** The words in it, for a document or a resource that is text, else the line that tells of it. */
function addMedia(sink: PartSink, part: ValueRecord): void {
  const text = wordsOf(part)
  if (text !== undefined) sink.texts.push(text)
  else if (sink.texts.length < MEDIA_TEXTS_MAX) {
    const reference = mediaReference(part)
    if (reference !== undefined) sink.texts.push(reference)
  }
}

function wordsOf(part: ValueRecord): string | undefined {
  const { source, resource } = part
  if (isRecord(source) && source['type'] === 'text') return firstText(source, ['data'])
  if (isRecord(resource) && resource['text'] !== undefined) return firstText(resource, ['text'])
  return firstText(part, ['text', 'transcript'])
}

// A Map, because `type` is anybody's text and an object has names of its own.
const READER_BY_TYPE: ReadonlyMap<string, PartReader> = new Map([
  ['text', addText],
  ['output_text', addText],
  ['input_text', addText],
  ['refusal', addText],
  ['reasoning', addReasoning],
  ['reasoning_text', addReasoning],
  ['summary_text', addReasoning],
  ['thinking', addReasoning],
  ['tool_call', addToolCall],
  ['tool-call', addToolCall],
  ['tool_use', addToolCall],
  ['server_tool_call', addToolCall],
  ['server_tool_use', addToolCall],
  ['function', addToolCall],
  ['function_call', addToolCall],
  ['custom_tool_call', addToolCall],
  ['mcp_call', addToolCall],
  ['tool_call_response', addToolResult],
  ['tool-result', addToolResult],
  ['tool_result', addToolResult],
  ['function_call_output', addToolResult],
  ['custom_tool_call_output', addToolResult],
  ['function_response', addToolResult],
  ['server_tool_call_response', addToolResult],
  ...MEDIA_TYPES.map((type) => [type, addMedia] as const)
])

/** Parts without a type, by the key that stands for it; the first key that is there decides. */
const UNTYPED_READERS: readonly (readonly [string, (sink: PartSink, inner: Value) => void])[] = [
  ['functionCall', within(addToolCall)],
  ['function_call', within(addToolCall)],
  ['toolUse', within(addToolCall)],
  ['functionResponse', within(addToolResult)],
  ['function_response', within(addToolResult)],
  ['toolResult', within(addToolResult)],
  ['reasoningContent', within(addReasoning)]
]

function within(reader: PartReader): (sink: PartSink, inner: Value) => void {
  return (sink, inner) => {
    if (isRecord(inner)) reader(sink, inner)
  }
}

function addUntypedPart(sink: PartSink, part: ValueRecord): void {
  for (const [key, read] of UNTYPED_READERS) {
    const inner = part[key]
    if (inner === undefined || inner === null) continue
    read(sink, inner)
    return
  }
  const text = part['text']
  if (typeof text !== 'string' || text === '') {
    addMedia(sink, part)
    return
  }
  // Gemini marks a part that is thinking with `thought: true`.
  if (part['thought'] === true) sink.reasoning.push(text)
  else sink.texts.push(text)
}

/** Adds the texts of a string, of a record that holds one under `keys`, or of a list of either. */
function addTexts(texts: string[], value: Value, keys: readonly string[], depth = 0): void {
  if (typeof value === 'string') {
    if (value !== '') texts.push(value)
  } else if (depth < TEXT_DEPTH_MAX && isList(value)) {
    for (const item of value) addTexts(texts, item, keys, depth + 1)
  } else if (depth < TEXT_DEPTH_MAX && isRecord(value)) {
    addTexts(texts, firstValue(value, keys), keys, depth + 1)
  }
}

/** `{ summary: [{ text: { value } }] }` is the deepest nesting of any API above. */
const TEXT_DEPTH_MAX = 4
