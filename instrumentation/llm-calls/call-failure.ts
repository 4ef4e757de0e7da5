// Why a call failed, in words of low cardinality, as `error.type` wants them.
// https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/

import type { CallError } from './facts.ts'
import { isRecord, textOf } from './json.ts'

/** Codes say more than names (`ECONNRESET` over `TypeError`); fetch hides them in causes. */
export function describeFailure(error: unknown): CallError {
  let code: string | undefined
  let cause = error
  for (let depth = 0; depth < CAUSES_MAX && isRecord(cause); depth += 1) {
    // A DOMException's `code` is a number from another century.
    code ??= textOf(cause['code'])
    cause = cause['cause']
  }
  if (!isRecord(error)) return { type: textOf(error)?.slice(0, TYPE_CHARS_MAX) ?? 'error' }
  const type = code ?? textOf(error['name']) ?? 'error'
  return { type: type.slice(0, TYPE_CHARS_MAX), message: textOf(error['message']) }
}

/** fetch failed ← connect error ← one of the addresses */
const CAUSES_MAX = 4
const TYPE_CHARS_MAX = 128
