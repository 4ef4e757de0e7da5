// The small values that every resource is made of, as JSON: what they are called, and how domain values
// become them. What is absent is left out, never null.

import { Type, type Static, type TSchema } from 'typebox'
import type { Check, Tokens, UnixNano } from '../model/index.ts'

/** A property that may be absent; mappers may say so with `undefined`. */
export function optional<Schema extends TSchema>(schema: Schema) {
  return Type.Optional(Type.Unsafe<Static<Schema> | undefined>(schema))
}

export function timeSchema(description: string) {
  return Type.String({ format: 'date-time', description: `${description} UTC, milliseconds.` })
}

export function durationSchema(description: string) {
  return Type.Number({ minimum: 0, description: `${description} Milliseconds.` })
}

export function costSchema(description: string) {
  return Type.Number({ description: `${description} US dollars; absent when no span says.` })
}

export const StepIndex = Type.Integer({ minimum: 1, description: 'Number of a step, from 1.' })

const TokenCount = Type.Integer({ minimum: 0 })

export const TokensJson = Type.Object(
  {
    input: optional(TokenCount),
    output: optional(TokenCount),
    cacheRead: optional(TokenCount),
    cacheWrite: optional(TokenCount),
    reasoning: optional(TokenCount)
  },
  {
    description:
      'Input includes cacheRead and cacheWrite, output includes reasoning. Absent: the producer did not say.'
  }
)

export const CHECK_STATUSES = ['passed', 'failed', 'skipped', 'error'] as const

export const CheckJson = Type.Object({
  name: Type.String(),
  status: Type.Enum(CHECK_STATUSES, { type: 'string' }),
  message: Type.String({ description: 'Assertion message or excerpt; may be empty.' })
})

/** The last millisecond that JavaScript's dates can hold. */
const DATE_MS_MAX = 8.64e15

const NANOS_PER_MILLI = 1_000_000n

export function toTimeJson(time: UnixNano): string {
  // Whole milliseconds before the number: 2026-11-02T09:00:00.001999999 as a number is …002.
  const milliseconds = Number(time / NANOS_PER_MILLI)
  return new Date(Math.max(-DATE_MS_MAX, Math.min(milliseconds, DATE_MS_MAX))).toISOString()
}

/** Never negative: a clock that was set back between start and end is no news to anyone. */
export function toDurationMs(start: UnixNano, end: UnixNano): number {
  return Math.max(0, Number(end - start) / 1e6)
}

export function toTokensJson(tokens: Tokens): Static<typeof TokensJson> {
  return {
    input: tokens.input,
    output: tokens.output,
    cacheRead: tokens.cacheRead,
    cacheWrite: tokens.cacheWrite,
    reasoning: tokens.reasoning
  }
}

export function toCheckJson(check: Check): Static<typeof CheckJson> {
  return { name: check.name, status: check.status, message: check.message }
}
