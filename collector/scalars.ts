// Environment variables and query strings carry text where a schema wants a number or a boolean. This
// converts exactly the decimal spellings and leaves everything else for the schema to refuse; a lenient
// conversion would answer `limit=5.9` or `limit=0x10` with something that was not asked for.

import type { TProperties } from 'typebox'

const INTEGER = /^[+-]?\d{1,15}$/
const DECIMAL = /^[+-]?(?:\d{1,15}(?:\.\d{1,15})?|\.\d{1,15})$/

/** A copy of `values` in which the text of each number or boolean property has become one. */
export function convertScalars(
  properties: TProperties,
  values: Readonly<Record<string, unknown>>
): Record<string, unknown> {
  const converted: Record<string, unknown> = Object.create(null)
  for (const [name, value] of Object.entries(values)) {
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined
    converted[name] = typeof value === 'string' ? convertText(schema, value) : value
  }
  return converted
}

function convertText(schema: object | undefined, text: string): unknown {
  const type = schema !== undefined && 'type' in schema ? schema.type : undefined
  if (type === 'integer' && INTEGER.test(text)) return Number(text)
  if (type === 'number' && DECIMAL.test(text)) return Number(text)
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
