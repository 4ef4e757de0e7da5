// How much text attributes hold, in UTF-16 units; a byte of a bytes value counts as one.

import type { Attributes, AttributeValue } from '../../model/index.ts'

export function countChars(attributes: Attributes): number {
  let chars = 0
  for (const key of Object.keys(attributes)) chars += key.length + countValue(attributes[key])
  return chars
}

/** Recursion ends with the value: the decoder cut it at NESTING_DEPTH_MAX. */
function countValue(value: AttributeValue): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length
  if (typeof value !== 'object') return 0
  if (isList(value)) return value.reduce<number>((chars, item) => chars + countValue(item), 0)
  return countChars(value)
}

function isList(value: object): value is readonly AttributeValue[] {
  return Array.isArray(value)
}
