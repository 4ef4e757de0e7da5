// Messages as the attributes of the conventions hold them: JSON text. A conversation is repeated with each
// call, so a span holds its two ends: where the task stands, and what is new.
// https://github.com/open-telemetry/semantic-conventions-genai/blob/main/model/gen-ai/gen-ai-input-messages.json

import type { Capture } from './capture.ts'
import { toJson } from './capture.ts'
import type { Message, Part } from './facts.ts'
import type { LlmCallLimits } from './limits.ts'

/** A JSON list, and how many messages in its middle were left out. */
export interface ShownMessages {
  readonly json: string
  readonly omitted: number
}

export interface MessageSource {
  readonly messageCount: number
  messageAt(index: number): Message
}

export function showConversation(
  source: MessageSource,
  capture: Capture,
  limits: LlmCallLimits
): ShownMessages {
  const headCharsMax = Math.floor(limits.messagesCharsMax * HEAD_SHARE)
  const tailCharsMax = limits.messagesCharsMax - headCharsMax
  const newest: string[] = []
  let chars = 0
  let at = source.messageCount - 1
  for (; at >= 0; at -= 1) {
    const message = showMessage(source.messageAt(at), capture, limits.partCharsMax)
    if (newest.length > 0 && chars + message.length > tailCharsMax) break
    newest.push(message)
    chars += message.length
  }
  const oldest: string[] = []
  chars = 0
  for (let index = 0; index <= at; index += 1) {
    const message = showMessage(source.messageAt(index), capture, headCharsMax)
    if (oldest.length > 0 && chars + message.length > headCharsMax) break
    oldest.push(message)
    chars += message.length
  }
  const shown = [...oldest, ...newest.toReversed()]
  return { json: `[${shown.join(',')}]`, omitted: source.messageCount - shown.length }
}

/** The task and the system's words against what happened last. */
const HEAD_SHARE = 0.25

export function showAnswers(
  messages: readonly Message[],
  capture: Capture,
  limits: LlmCallLimits
): string {
  const shown = messages.map((message) => showMessage(message, capture, limits.partCharsMax))
  return `[${shown.join(',')}]`
}

export function showParts(parts: readonly Part[], capture: Capture, charsMax: number): string {
  return toJson(parts.slice(0, PARTS_MAX).map((part) => showPart(part, capture, charsMax)))
}

function showMessage({ role, parts }: Message, capture: Capture, charsMax: number): string {
  return `{"role":${toJson(role.slice(0, ROLE_CHARS_MAX))},"parts":${showParts(parts, capture, charsMax)}}`
}

const ROLE_CHARS_MAX = 64

/** A message of more parts than this is not shown further. */
const PARTS_MAX = 256

function showPart(part: Part, capture: Capture, charsMax: number): unknown {
  if ('modality' in part) return showMedia(part, capture)
  if (part.type === 'text' || part.type === 'reasoning') {
    return { type: part.type, content: capture.text(part.content, charsMax) }
  }
  if (part.type === 'tool_call') {
    const { type, id, name } = part
    return { type, id, name, arguments: capture.value(part.arguments, charsMax) }
  }
  if (part.type === 'tool_call_response') {
    return { type: part.type, id: part.id, response: capture.value(part.response, charsMax) }
  }
  const { type, id, name } = part
  return { type, id, name, [type]: capture.value(part.content, charsMax) }
}

function showMedia(part: Extract<Part, { modality: string }>, capture: Capture): unknown {
  const { type, modality, mimeType: mime_type, location } = part
  const shown = location === undefined ? undefined : capture.text(location, LOCATION_CHARS_MAX)
  if (type === 'uri') return { type, modality, mime_type, uri: shown }
  if (type === 'file') return { type, modality, mime_type, file_id: shown }
  return { type, modality, mime_type }
}

const LOCATION_CHARS_MAX = 1024
