// Values as dialects meet them: an attribute, or what was parsed out of an attribute that held JSON.
// Readers here never throw and never guess: a value of another type than asked for is absent.

import type { Attributes, AttributeValue } from '../model/index.ts'

export type Value = AttributeValue | null | readonly Value[] | ValueRecord

export interface ValueRecord {
  readonly [key: string]: Value
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

export function isRecord(value: Value): value is ValueRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  )
}

/** The text of a string, number or boolean; absent for the empty string and everything composite. */
export function scalarText(value: Value): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
    return String(value)
  }
  return undefined
}

/** The first of `keys` that holds a scalar, as text. */
export function firstText(
  from: Attributes | ValueRecord,
  keys: readonly string[]
): string | undefined {
  for (const key of keys) {
    const text = scalarText(from[key])
    if (text !== undefined) return text
  }
  return undefined
}

/** The first of `keys` that holds anything: neither absent, null nor the empty string. */
export function firstValue(from: Attributes | ValueRecord, keys: readonly string[]): Value {
  for (const key of keys) {
    const value = from[key]
    if (value !== undefined && value !== null && value !== '') return value
  }
  return undefined
}

/** A finite number, also from the decimal text that some exporters make of every attribute. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'string' || !DECIMAL.test(value)) return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

/** A safe integer, for counts and codes. */
export function integerOf(value: Value): number | undefined {
  const number = numberOf(value)
  return number !== undefined && Number.isSafeInteger(number) ? number : undefined
}

// Not Number() alone: it reads '' as 0 and '0x10' as 16.
const DECIMAL = /^[+-]?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?$/
