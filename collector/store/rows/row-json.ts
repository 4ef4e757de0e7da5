// A row as the JSON text of an INSERT. Always through JSON.stringify, which escapes line breaks: the rows
// of a batch are joined by them. Text that UTF-8 cannot carry is repaired here.

import type { Cell } from './cells.ts'

/** JSON.stringify escapes half a surrogate pair as `\udxxx`, which the engine refuses, and nothing else so. */
const LONE_SURROGATE_MARK = '\\ud'

export function toRowJson(row: Readonly<Record<string, Cell>>): string {
  const json = JSON.stringify(row)
  // Rare: half a pair, or text that spells the escape. Both are right after another pass.
  return json.includes(LONE_SURROGATE_MARK) ? JSON.stringify(row, repair) : json
}

function repair(_: string, value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value
  if (Array.isArray(value)) return value
  const repaired: Record<string, unknown> = Object.create(null)
  for (const [key, held] of Object.entries(value)) repaired[key.toWellFormed()] = held
  return repaired
}
