// Messages in any of the shapes that model APIs, frameworks and the conventions give them, read into
// one. What a message is made of is in message-parts.ts; here is what surrounds it.

import type { RequestedToolCall } from '../model/index.ts'
import { parseJson, toText } from './json-text.ts'
import { addPart, isPart, toToolCall } from './message-parts.ts'
import type { PartSink } from './message-parts.ts'
import type { Value, ValueRecord } from './values.ts'
import { firstText, firstValue, isList, isRecord } from './values.ts'

interface Message extends PartSink {
  readonly role: string
  readonly finishReason: string | undefined
}

/** What a model answered, over all its messages and choices. */
export interface Answer {
  readonly text: string
  readonly reasoning: string
  readonly toolCalls: readonly RequestedToolCall[]
  readonly finishReason: string | undefined
}

/**
 * Reads messages, or a whole response of a model API, as what was answered: the model's last messages,
 * after everybody else's where the output repeats the conversation.
 */
export function readAnswer(value: Value): Answer {
  const messages = lastAnswers(listMessages(value)).map((raw) => readMessage(raw, 'assistant'))
  return {
    text: joinTexts(messages.flatMap((message) => message.texts)),
    reasoning: joinTexts(messages.flatMap((message) => message.reasoning)),
    toolCalls: messages.flatMap((message) => message.toolCalls),
    finishReason: messages.find((message) => message.finishReason !== undefined)?.finishReason
  }
}

function lastAnswers(messages: readonly Value[]): readonly Value[] {
  const end = messages.findLastIndex(isAnswer)
  let start = end
  while (start > 0 && isAnswer(messages[start - 1])) start -= 1
  return end === -1 ? [] : messages.slice(start, end + 1)
}

/** A message without a role is the model's: responses leave it out, conversations do not. */
function isAnswer(message: Value): boolean {
  return !OTHER_ROLES.has(roleOf(message) ?? '')
}

/** The first tool call among messages, whoever's. */
export function firstToolCall(value: Value): RequestedToolCall | undefined {
  return listMessages(value)
    .map((message) => readMessage(message, 'assistant'))
    .find((message) => message.toolCalls.length > 0)?.toolCalls[0]
}

/** The first result of a tool among messages. */
export function firstToolResult(value: Value): Value {
  return listMessages(value)
    .map((message) => readMessage(message, 'tool'))
    .find((message) => message.toolResults.length > 0)?.toolResults[0]
}

/** The text of the last message that a user wrote; results of tools are not a user's words. */
function lastUserText(value: Value): string {
  const messages = listMessages(value)
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const message = messages[at]
    if (!USER_ROLES.has(roleOf(message) ?? 'user')) continue
    const text = joinTexts(readMessage(message, 'user').texts)
    if (text !== '') return text
  }
  return ''
}

/**
 * The request that an input holds: the last user message where it is made of messages, the field that
 * frameworks keep it in where it is an object, else the input itself.
 */
export function readRequest(value: Value, depth = 0): string {
  const asked = lastUserText(value)
  if (asked !== '') return asked
  if (depth < REQUEST_DEPTH_MAX && isRecord(value)) {
    const inner = firstValue(value, REQUEST_KEYS)
    if (inner !== undefined) return readRequest(inner, depth + 1)
  }
  return isList(value) ? '' : toText(value)
}

/** Every message of a value, unread: a conversation, a response with choices, one message, a text. */
function listMessages(value: Value, depth = 0): readonly Value[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  if (depth >= CONTAINER_DEPTH_MAX) return []
  if (isList(value)) {
    return value.some((item) => isList(item))
      ? value.flatMap((item) => listMessages(item, depth + 1))
      : value
  }
  if (!isRecord(value)) return []
  const inner = firstValue(value, CONTAINER_KEYS)
  return isList(inner) ? listMessages(inner, depth + 1) : [value]
}

function readMessage(value: Value, defaultRole: string): Message {
  const message: Message = {
    role: roleOf(value) ?? defaultRole,
    finishReason: isRecord(value) ? firstText(value, FINISH_REASON_KEYS) : undefined,
    texts: [],
    reasoning: [],
    toolCalls: [],
    toolResults: []
  }
  if (isRecord(value)) addMessage(message, value, 0)
  else addPart(message, value)
  return message
}

/** A content that is a JSON list of parts put into a string becomes that list; other texts stay. */
export function parseContent(value: Value): Value {
  if (typeof value !== 'string' || !value.trimStart().startsWith('[')) return value
  const parsed = parseJson(value)?.value
  const isParts = isList(parsed) && parsed.length > 0 && parsed.every((item) => isPartLike(item))
  return isParts ? parsed : value
}

export function joinTexts(texts: readonly string[]): string {
  return texts.length === 1 ? (texts[0] ?? '') : texts.join('\n')
}

const USER_ROLES: ReadonlySet<string> = new Set(['user', 'human'])

/** Everybody who speaks in a conversation but the model. */
const OTHER_ROLES: ReadonlySet<string> = new Set([
  'user',
  'human',
  'system',
  'developer',
  'tool',
  'function'
])

/** LangChain's messages say `type` where others say `role`. */
const ROLE_TYPES: ReadonlySet<string> = new Set(['human', 'ai', 'system', 'tool', 'user'])

/** `''` is where a flattened list of plain texts keeps them; a choice's `message` may be the text itself. */
const CONTENT_KEYS = ['parts', 'content', 'contents', '', 'text', 'message']
const TOOL_CALL_KEYS = ['tool_calls', 'toolCalls']
const REASONING_KEYS = ['reasoning_content', 'reasoning', 'thinking']
const FINISH_REASON_KEYS = ['finish_reason', 'finishReason', 'stop_reason', 'stopReason']

/** Of OpenAI completions, Gemini, LangChain results, chat requests and OpenAI Responses, in this order. */
const CONTAINER_KEYS = ['choices', 'candidates', 'generations', 'messages', 'output']

const REQUEST_KEYS = [
  'input',
  'inputs',
  'task',
  'query',
  'question',
  'prompt',
  'user_prompt',
  'user_input',
  'user_message',
  'request',
  'message',
  'new_message',
  'instruction',
  'goal',
  'contents',
  'args'
]

/** `{ input: { messages: … } }` inside one more wrapper. */
const REQUEST_DEPTH_MAX = 3

/** LangChain's `generations` is a list of lists inside an object. */
const CONTAINER_DEPTH_MAX = 4

/** A choice around a message around a serialized constructor: no API wraps deeper. */
const WRAPPER_DEPTH_MAX = 4

function addMessage(message: Message, value: ValueRecord, depth: number): void {
  const inner = wrapped(value)
  if (inner !== undefined) {
    if (depth < WRAPPER_DEPTH_MAX) addMessage(message, inner, depth + 1)
    return
  }
  if (isPart(value) && value['role'] === undefined) {
    addPart(message, value)
    return
  }
  for (const key of REASONING_KEYS) {
    const reasoning = value[key]
    if (typeof reasoning === 'string' && reasoning !== '') message.reasoning.push(reasoning)
  }
  addContent(message, firstValue(value, CONTENT_KEYS), depth)
  addToolCalls(message, value)
}

/** The message inside a choice, LangChain's serialized constructor, or a Bedrock response. */
function wrapped(value: ValueRecord): ValueRecord | undefined {
  for (const key of ['message', 'kwargs', 'output']) {
    const inner = value[key]
    if (isRecord(inner)) return inner
  }
  return undefined
}

function addContent(message: Message, content: Value, depth: number): void {
  // Gemini's candidates hold `{ content: { role, parts } }`.
  if (isRecord(content) && !isPart(content)) {
    if (depth < WRAPPER_DEPTH_MAX) addMessage(message, content, depth + 1)
    return
  }
  if (TOOL_ROLES.has(message.role)) addToolContent(message, content)
  else addPart(message, content)
}

const TOOL_ROLES: ReadonlySet<string> = new Set(['tool', 'function'])

/** What a tool's message says is a result, in whatever parts it comes. */
function addToolContent(message: Message, content: Value): void {
  const said: PartSink = { ...message, texts: [] }
  addPart(said, content)
  for (const text of said.texts) message.toolResults.push(text)
}

function addToolCalls(message: Message, value: ValueRecord): void {
  const calls = firstValue(value, TOOL_CALL_KEYS)
  const list = typeof calls === 'string' ? parseJson(calls)?.value : calls
  const single = value['function_call']
  for (const call of isList(list) ? list : [single]) {
    const toolCall = isRecord(call) ? toToolCall(call) : undefined
    if (toolCall !== undefined) message.toolCalls.push(toolCall)
  }
}

function roleOf(value: Value, depth = 0): string | undefined {
  if (!isRecord(value)) return undefined
  const role = firstText(value, ['role'])
  if (role !== undefined) return role.toLowerCase()
  const type = firstText(value, ['type'])
  if (type !== undefined && ROLE_TYPES.has(type)) return type
  const inner = wrapped(value)
  return inner === undefined || depth >= WRAPPER_DEPTH_MAX ? undefined : roleOf(inner, depth + 1)
}

function isPartLike(value: Value): boolean {
  return isRecord(value) && (isPart(value) || typeof value['text'] === 'string')
}
