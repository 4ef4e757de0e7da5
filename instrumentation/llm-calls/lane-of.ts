// A conversation's fingerprint: what it began with, what it ended with, how long it was. The same for the
// request that was answered and for the beginning of the request that carries the conversation on.

import type { Message, Part, RequestFacts, ToolResultPart } from './facts.ts'

/** The conversation in the first `length` messages. */
export function laneOf(request: RequestFacts, length: number): string {
  const indexes = new Set([0, 1, length - 2, length - 1].filter((at) => at >= 0 && at < length))
  const ends = [...indexes].map((index) => digest(request.messageAt(index)))
  const [system] = request.system()
  return [String(length), system === undefined ? '' : digestPart(system), ...ends].join('\n')
}

export interface NewResults {
  /** Length of the conversation before the answer that asked for the tools. */
  readonly askedAfter: number
  readonly parts: readonly ToolResultPart[]
}

/** The results that a request brings: those after the model's last words. */
export function newResults(request: RequestFacts): NewResults {
  const messages: Message[] = []
  let at = request.messageCount - 1
  for (; at >= 0 && messages.length < NEW_MESSAGES_MAX; at -= 1) {
    const message = request.messageAt(at)
    if (message.role === 'assistant') break
    messages.unshift(message)
  }
  const parts = messages.flatMap((message) => message.parts)
  let askedAfter = at + 1
  while (askedAfter > 0 && request.messageAt(askedAfter - 1).role === 'assistant') askedAfter -= 1
  return { askedAfter, parts: parts.filter((part) => part.type === 'tool_call_response') }
}

/** More results than one answer may ask for tools. */
const NEW_MESSAGES_MAX = 512

function digest({ role, parts }: Message): string {
  return [role, String(parts.length), ...parts.slice(0, PARTS_MAX).map(digestPart)].join(' ')
}

const PARTS_MAX = 4
const TEXT_CHARS_MAX = 256

function digestPart(part: Part): string {
  if (part.type === 'tool_call') return `${part.name} ${part.id ?? ''}`
  if (part.type === 'tool_call_response') {
    return `${part.id ?? part.name ?? ''} ${textStart(part.response)}`
  }
  if ('modality' in part) return part.location ?? part.type
  return textStart(part.content)
}

function textStart(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, TEXT_CHARS_MAX) : typeof value
}
