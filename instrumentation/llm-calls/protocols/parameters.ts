// Request parameters by the names that the protocols give them, as attributes by the conventions' names.
// https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/registry/attributes/gen-ai.md

import type { Attributes } from '@opentelemetry/api'
import type { JsonRecord } from '../facts.ts'
import { isRecord, listOf, numberOf, textOf } from '../json.ts'

/** Name in the body → name of the attribute. */
export type ParameterNames = Readonly<Record<string, string>>

const REQUEST = 'gen_ai.request.'

export const SAMPLING_NAMES: ParameterNames = {
  temperature: `${REQUEST}temperature`,
  top_p: `${REQUEST}top_p`,
  topP: `${REQUEST}top_p`,
  top_k: `${REQUEST}top_k`,
  topK: `${REQUEST}top_k`,
  max_tokens: `${REQUEST}max_tokens`,
  max_completion_tokens: `${REQUEST}max_tokens`,
  max_output_tokens: `${REQUEST}max_tokens`,
  maxOutputTokens: `${REQUEST}max_tokens`,
  num_predict: `${REQUEST}max_tokens`,
  seed: `${REQUEST}seed`,
  frequency_penalty: `${REQUEST}frequency_penalty`,
  frequencyPenalty: `${REQUEST}frequency_penalty`,
  presence_penalty: `${REQUEST}presence_penalty`,
  presencePenalty: `${REQUEST}presence_penalty`,
  n: `${REQUEST}choice.count`,
  candidateCount: `${REQUEST}choice.count`
}

export function readNumbers(body: JsonRecord, names: ParameterNames = SAMPLING_NAMES): Attributes {
  const attributes: Attributes = {}
  for (const [name, attribute] of Object.entries(names)) {
    const value = numberOf(body[name])
    if (value !== undefined) attributes[attribute] = value
  }
  // One choice is what everybody asks for; the conventions want the count only when it is another.
  if (attributes[`${REQUEST}choice.count`] === 1) delete attributes[`${REQUEST}choice.count`]
  return attributes
}

/** `stop` may be one text or a list of them. */
export function readStopSequences(value: unknown): Attributes {
  const given = typeof value === 'string' ? [value] : listOf(value)
  const sequences = given.filter((item) => typeof item === 'string').slice(0, STOP_SEQUENCES_MAX)
  return sequences.length === 0 ? {} : { [`${REQUEST}stop_sequences`]: sequences }
}

/** Four is the most that any API takes but Gemini, which takes five. */
const STOP_SEQUENCES_MAX = 8

export function readStream(value: unknown): Attributes {
  return value === true ? { [`${REQUEST}stream`]: true } : {}
}

/** `gen_ai.output.type` of a `response_format` or a `text.format`. */
export function readOutputType(format: unknown): Attributes {
  const type = isRecord(format) ? textOf(format['type']) : undefined
  if (type === undefined) return {}
  return { 'gen_ai.output.type': type.startsWith('json') ? 'json' : type }
}

export function readText(value: unknown, attribute: string): Attributes {
  const text = textOf(value)
  return text === undefined ? {} : { [attribute]: text }
}
