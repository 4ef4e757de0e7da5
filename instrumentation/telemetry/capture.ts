// The second net under "capture": attributes that hold what people and models said are dropped or hashed
// here when the user asked for it, whoever recorded them.

import { createHash } from 'node:crypto'
import type { CaptureMode } from './options.ts'

/** Content by the GenAI conventions, OpenInference, Traceloop and the AI SDK. */
const CONTENT_KEY =
  /^gen_ai\.(?:input\.messages|output\.messages|system_instructions|tool\.definitions|tool\.call\.(?:arguments|result)|prompt|completion|(?:prompt|completion)\.\d+\..*)$|^(?:input|output)\.value$|^llm\.(?:input_messages|output_messages|prompts)\b|^traceloop\.entity\.(?:input|output)$|^ai\.(?:prompt|response\.(?:text|object|toolCalls)|toolCall\.(?:args|result))/

const HASHED = /^sha256:[0-9a-f]{64}/

/** The attribute's value under a capture mode, or undefined when it is not to be recorded. */
export function captureValue(key: string, value: string, mode: CaptureMode): string | undefined {
  if (mode === 'full' || !CONTENT_KEY.test(key)) return value
  if (mode === 'off') return undefined
  if (HASHED.test(value)) return value
  return `sha256:${createHash('sha256').update(value).digest('hex')} ${value.length} characters`
}
