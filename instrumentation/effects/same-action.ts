// Whether an effect is the tool call it was made in, or a part of it. `bash {"command": "npm test"}` and the
// command `npm test` are one action; then the effect bears the tool's name, by which readers fold the two.
// What a tool does beyond its arguments is an action of its own.

import type { Span } from '@opentelemetry/api'
import type { Action } from './room.ts'

const NAME_KEYS = [
  'gen_ai.tool.name',
  'tool.name',
  'ai.toolCall.name',
  'mcp.tool.name',
  'traceloop.entity.name'
]

const ARGUMENT_KEYS = [
  'gen_ai.tool.call.arguments',
  'input.value',
  'ai.toolCall.args',
  'tool.parameters',
  'traceloop.entity.input'
]

/** Arguments are bounded by those who record them; a reader of megabytes would cost the agent. */
const ARGUMENTS_CHARS_MAX = 65_536

export function toolNameOf(action: Action, parent: Span | undefined): string {
  if (parent === undefined || !('attributes' in parent)) return action.tool
  const name = textUnder(parent.attributes, NAME_KEYS)
  const given = textUnder(parent.attributes, ARGUMENT_KEYS)
  if (name === undefined || given === undefined || action.mark === '') return action.tool
  return asksFor(given.slice(0, ARGUMENTS_CHARS_MAX), action.mark) ? name : action.tool
}

function asksFor(given: string, mark: string): boolean {
  return given.includes(mark) || given.includes(JSON.stringify(mark).slice(1, -1))
}

function textUnder(attributes: unknown, keys: readonly string[]): string | undefined {
  if (typeof attributes !== 'object' || attributes === null) return undefined
  for (const key of keys) {
    const value: unknown = Reflect.get(attributes, key)
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}
