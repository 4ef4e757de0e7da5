// The content of a message in OpenAI's two chat protocols: a text, or a list of typed parts.
// https://platform.openai.com/docs/api-reference/chat/create, https://platform.openai.com/docs/api-reference/responses/create

import type { MediaPart, Part } from '../facts.ts'
import { isRecord, listOf, recordOf, textOf } from '../json.ts'

export function readContent(content: unknown): readonly Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', content }]
  return listOf(content).flatMap((part) => readPart(part))
}

function readPart(part: unknown): readonly Part[] {
  if (!isRecord(part)) return typeof part === 'string' ? [{ type: 'text', content: part }] : []
  const text = textOf(part['text']) ?? textOf(part['refusal'])
  if (text !== undefined) return [{ type: 'text', content: text }]
  const media = readMedia(part)
  return media === undefined ? [] : [media]
}

function readMedia(part: Readonly<Record<string, unknown>>): MediaPart | undefined {
  const type = textOf(part['type']) ?? ''
  if (type.includes('image')) return mediaAt('image', urlOf(part['image_url']), part['file_id'])
  if (type.includes('audio')) return { type: 'blob', modality: 'audio' }
  if (!type.includes('file')) return undefined
  const file = isRecord(part['file']) ? part['file'] : part
  return mediaAt('document', textOf(file['file_url']), file['file_id'])
}

function urlOf(value: unknown): string | undefined {
  return textOf(value) ?? textOf(recordOf(value)['url'])
}

function mediaAt(
  modality: MediaPart['modality'],
  url: string | undefined,
  fileId: unknown
): MediaPart {
  const id = textOf(fileId)
  if (id !== undefined) return { type: 'file', modality, location: id }
  if (url === undefined) return { type: 'blob', modality }
  if (!url.startsWith('data:')) return { type: 'uri', modality, location: url }
  const mimeType = url.slice('data:'.length, url.indexOf(';'))
  return { type: 'blob', modality, mimeType: mimeType.slice(0, MIME_TYPE_CHARS_MAX) }
}

const MIME_TYPE_CHARS_MAX = 64
