// Where OpenInference keeps what went into a call and what came out: flattened messages first, then
// the prompts and choices of plain completions, then the raw input and output with their MIME types.

import type { Attributes } from '../../model/index.ts'
import { unflatten } from '../indexed-attributes.ts'
import { parseJson } from '../json-text.ts'
import type { Value, ValueRecord } from '../values.ts'
import { firstText, isList, isRecord } from '../values.ts'

export interface Content {
  /** Messages, a text, or whatever structure the producer serialized. */
  readonly value: Value
  /** The producer cut it. */
  readonly truncated: boolean
}

export function readPrompt(attributes: Attributes): Content {
  return (
    readMessages(attributes, 'llm.input_messages') ??
    readTexts(attributes, 'llm.prompts', 'prompt.text') ??
    readInput(attributes)
  )
}

export function readResponse(attributes: Attributes): Content {
  const response =
    readMessages(attributes, 'llm.output_messages') ??
    readTexts(attributes, 'llm.choices', 'completion.text') ??
    readOutput(attributes)
  const call = functionCall(attributes['llm.function_call'])
  return call === undefined ? response : { ...response, value: [response.value, call] }
}

export function readInput(attributes: Attributes): Content {
  return readMedia(attributes['input.value'], attributes['input.mime_type'])
}

export function readOutput(attributes: Attributes): Content {
  return readMedia(attributes['output.value'], attributes['output.mime_type'])
}

/** Parsed where the MIME type says JSON or nothing; a plain text stays one even if it looks like JSON. */
function readMedia(value: Value, mimeType: Value): Content {
  const parsed =
    typeof value === 'string' && mimeType !== 'text/plain' ? parseJson(value) : undefined
  return parsed ?? { value, truncated: false }
}

function readMessages(attributes: Attributes, prefix: string): Content | undefined {
  const messages = unflatten(attributes, prefix)
  if (messages.length > 0) return { value: messages.map(toMessage), truncated: false }
  return readListed(attributes[prefix])
}

/** Some exporters keep the list in one attribute, structured or as JSON. */
function readListed(value: Value): Content | undefined {
  const listed = readMedia(value, undefined)
  return isList(listed.value) ? { ...listed, value: listed.value.map(toMessage) } : undefined
}

function readTexts(attributes: Attributes, prefix: string, field: string): Content | undefined {
  const texts = unflatten(attributes, prefix).map((item) => firstText(item, [field, '']) ?? '')
  if (texts.length > 0) return { value: texts, truncated: false }
  const listed = readMedia(attributes[prefix], undefined)
  if (!isList(listed.value)) return undefined
  const items = listed.value.map((item) =>
    isRecord(item) ? (firstText(item, [field]) ?? '') : item
  )
  return { ...listed, value: items }
}

/** `message.role` becomes `role`, and so on: the shape that messages.ts reads. */
function toMessage(item: Value): Value {
  if (!isRecord(item)) return item
  const contents = item['message.contents']
  const content = isList(contents) ? contents.map(toPart) : item['message.content']
  const name = item['message.function_call_name']
  return {
    role: item['message.role'] ?? item['role'],
    content: content ?? item['content'],
    tool_calls: toToolCalls(item['message.tool_calls']) ?? item['tool_calls'],
    finish_reason: item['message.finish_reason'],
    function_call:
      name === undefined
        ? undefined
        : { name, arguments: item['message.function_call_arguments_json'] }
  }
}

function toPart(item: Value): Value {
  if (!isRecord(item)) return item
  if (item['tool_call.function.name'] !== undefined) return toToolCall(item)
  return {
    type: item['message_content.type'] ?? 'text',
    text: item['message_content.text'],
    url: item['message_content.image.image.url'] ?? item['message_content.audio.audio.url'],
    mime_type: item['message_content.audio.audio.mime_type']
  }
}

function toToolCalls(calls: Value): Value {
  return isList(calls) ? calls.map((call) => (isRecord(call) ? toToolCall(call) : call)) : undefined
}

function toToolCall(call: ValueRecord): ValueRecord {
  return {
    type: 'tool_call',
    id: call['tool_call.id'] ?? call['id'],
    name: call['tool_call.function.name'] ?? call['name'],
    arguments: call['tool_call.function.arguments'] ?? call['arguments']
  }
}

/** `llm.function_call`, JSON text of one call. */
function functionCall(value: Value): Value {
  const call = typeof value === 'string' ? parseJson(value)?.value : value
  return isRecord(call)
    ? {
        type: 'tool_call',
        name: call['name'] ?? call['function_name'],
        arguments: call['arguments'] ?? call['args']
      }
    : undefined
}
