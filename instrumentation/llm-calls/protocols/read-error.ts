// The error object that an answer, or an event in a stream, may be instead of an answer.

import type { CallError } from '../facts.ts'
import { isRecord, numberOf, textOf } from '../json.ts'

/** `{ error: { type, code, status, message } }` of any of the protocols; Ollama's is `{ error: text }`. */
export function readError(value: unknown): CallError | undefined {
  if (!isRecord(value)) return undefined
  const error = value['error']
  if (typeof error === 'string' && error !== '') return { type: 'error', message: error }
  return isRecord(error) ? describe(error) : undefined
}

/** The error object itself, as Responses streams have it at the top of an event. */
export function describe(error: Readonly<Record<string, unknown>>): CallError {
  const type =
    textOf(error['code']) ??
    textOf(error['status']) ??
    textOf(error['type']) ??
    numberOf(error['code'])
  return { type: String(type ?? 'error'), message: textOf(error['message']) }
}
