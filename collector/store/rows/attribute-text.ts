// Attribute values as the text that the Map columns hold, the way the Collector's exporter writes them:
// scalars as text, bytes as base64, arrays and maps as JSON.
// Rules: https://opentelemetry.io/docs/specs/otel/common/#mapping-any-value-to-a-string-representation

import type { Attributes, AttributeValue } from '../../model/index.ts'

/** Nesting beyond this is cut: nobody reads it, and recursion must end before the stack does. */
const DEPTH_MAX = 64

const TOO_DEEP = '"…"'

export function toAttributeTexts(attributes: Attributes): Readonly<Record<string, string>> {
  const texts: Record<string, string> = Object.create(null)
  for (const key of Object.keys(attributes)) texts[key] = toAttributeText(attributes[key])
  return texts
}

export function toAttributeText(value: AttributeValue): string {
  if (typeof value === 'string') return value
  if (value === undefined) return ''
  if (value instanceof Uint8Array) return toBase64(value)
  if (typeof value === 'object') return toJson(value, 0)
  return String(value)
}

function toJson(value: AttributeValue, depth: number): string {
  if (value === undefined) return 'null'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : `"${value}"`
  if (typeof value !== 'object') return String(value)
  if (value instanceof Uint8Array) return `"${toBase64(value)}"`
  if (depth >= DEPTH_MAX) return TOO_DEEP
  if (isList(value)) return `[${value.map((item) => toJson(item, depth + 1)).join(',')}]`
  const members = Object.keys(value).map(
    (key) => `${JSON.stringify(key)}:${toJson(value[key], depth + 1)}`
  )
  return `{${members.join(',')}}`
}

/** Array.isArray does not narrow a readonly array out of a union. */
function isList(value: object): value is readonly AttributeValue[] {
  return Array.isArray(value)
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
