// Whether a refused sender is asked to come again, and what the operator reads of it: the same for HTTP
// and gRPC.

import type { RequestOutcome } from './receiver-metrics.ts'
import type { ThrottledLog } from './throttled-log.ts'

/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** Of the HTTP status that an error has, or would have. */
export function outcomeOf(status: number): RequestOutcome {
  if (RETRYABLE_STATUSES.has(status)) return 'deferred'
  return status >= 500 ? 'failed' : 'refused'
}

export function logOutcome(log: ThrottledLog, outcome: RequestOutcome, error: unknown): void {
  if (outcome === 'failed') log.error({ err: error }, 'OTLP request failed')
  if (outcome === 'deferred') log.warn({ err: error }, 'OTLP request deferred')
  // Somebody else's mistake, told to them in the answer: no stack.
  if (outcome === 'refused') log.warn({ reason: reasonOf(error) }, 'OTLP request refused')
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
