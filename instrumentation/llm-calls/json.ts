// Reading of JSON that anybody may have written: every question has an answer, absence is undefined.

import type { JsonRecord } from './facts.ts'

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function recordOf(value: unknown): JsonRecord {
  return isRecord(value) ? value : NOTHING
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : NO_ITEMS
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** Arguments as the protocols write them, JSON in a string, become what they say; other texts stay. */
export function parsedArguments(value: unknown): unknown {
  if (typeof value !== 'string') return value
  return parseJson(value) ?? value
}

/** Sum of what is known; undefined when nothing is. */
export function sumOf(...values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0)
}

const NOTHING: JsonRecord = Object.freeze({})
const NO_ITEMS: readonly unknown[] = Object.freeze([])
