// How the action of a span ended, from the signs that producers leave. A span that was exported has
// ended, so one without any sign of an error did what it was for; only for the frame around an agent
// that says nothing, because agents also end in good order without having done their task.

import type { DecodedSpan, Outcome, SpanEvent, StepKind } from '../model/index.ts'
import { cutText } from '../model/index.ts'
import { firstText } from './values.ts'

export interface SpanOutcome {
  readonly outcome: Outcome
  /** One line; absent when the step did not fail. */
  readonly error: string | undefined
}

/** What the dialect read about failure where only it knows to look. */
export interface OutcomeHints {
  readonly kind: StepKind
  /** The tool or model itself reported a failure, MCP's `isError`: stronger than the span's status. */
  readonly failed: boolean
  /** What it said, for the error line. */
  readonly said: string
}

/** A line for a person; the whole message is in the span's events. */
const ERROR_CHARS_MAX = 1_024

export function readOutcome(span: DecodedSpan, hints: OutcomeHints): SpanOutcome {
  const exception = span.events.findLast((event) => event.name === 'exception')
  if (!hasFailed(span, exception, hints)) {
    return { outcome: OUTCOME_WITHOUT_ERROR[span.statusCode][hints.kind], error: undefined }
  }
  const type = errorType(span, exception)
  return {
    outcome: type !== undefined && CANCELLATIONS.test(type) ? 'cancelled' : 'error',
    error: errorLine(type, errorMessage(span, exception, hints))
  }
}

/** Unset is what instrumentations leave when nothing went wrong; most never set ok. */
const UNSET: Readonly<Record<StepKind, Outcome>> = {
  agent: 'unknown',
  llm: 'ok',
  tool: 'ok',
  retrieval: 'ok',
  handoff: 'ok',
  guardrail: 'ok',
  evaluation: 'ok',
  unknown: 'unknown'
}

const ALL_OK: Readonly<Record<StepKind, Outcome>> = { ...UNSET, agent: 'ok', unknown: 'ok' }

const OUTCOME_WITHOUT_ERROR = { unset: UNSET, ok: ALL_OK, error: UNSET } as const

/** `CancelledError`, `context canceled`, `AbortError`, `KeyboardInterrupt`, a gRPC `CANCELLED`. */
const CANCELLATIONS = /cancell?ed|\bAbort(?:ed)?(?:Error)?\b|KeyboardInterrupt/i

/**
 * The tool's own word, then the status, then the signs of a span whose status was left unset. A status
 * of ok overrules the signs: its meaning is that somebody checked
 * (https://opentelemetry.io/docs/specs/otel/trace/api/#set-status).
 */
function hasFailed(
  span: DecodedSpan,
  exception: SpanEvent | undefined,
  hints: OutcomeHints
): boolean {
  if (hints.failed || span.statusCode === 'error') return true
  if (span.statusCode === 'ok') return false
  return firstText(span.attributes, ['error.type']) !== undefined || isUnhandled(exception)
}

/** An exception recorded with `exception.escaped` false was handled inside the span. */
function isUnhandled(exception: SpanEvent | undefined): boolean {
  if (exception === undefined) return false
  const escaped = exception.attributes['exception.escaped']
  return escaped !== false && escaped !== 'false'
}

function errorType(span: DecodedSpan, exception: SpanEvent | undefined): string | undefined {
  return (
    (exception && firstText(exception.attributes, ['exception.type'])) ??
    firstText(span.attributes, ['error.type', 'exception.type'])
  )
}

function errorMessage(
  span: DecodedSpan,
  exception: SpanEvent | undefined,
  hints: OutcomeHints
): string {
  const message =
    (exception && firstText(exception.attributes, ['exception.message'])) ??
    (span.statusMessage === '' ? undefined : span.statusMessage) ??
    firstText(span.attributes, ['error.message', 'exception.message'])
  // A tool's result says what went wrong where nothing else does; a model's answer says something else.
  return message ?? (hints.failed || hints.kind === 'tool' ? hints.said : '')
}

/** `type: message` in one line; whichever is there when the other is not, and when it repeats it. */
function errorLine(type: string | undefined, message: string): string {
  const text = withoutStack(message.slice(0, ERROR_CHARS_MAX * 4))
    .replace(/\s+/g, ' ')
    .trim()
  const isRepeated = type === undefined || text.startsWith(type)
  const line = isRepeated ? text : [type, text].filter((part) => part !== '').join(': ')
  return cutText(line === '' ? 'error without a message' : line, ERROR_CHARS_MAX)
}

/**
 * Some producers put the stack behind the message: `boom\n\nError: boom\n    at …` of JavaScript. Where it ran
 * is in the span's events; the second `boom` is the stack's first line.
 */
function withoutStack(message: string): string {
  const at = message.search(/\n[ \t]+at \S/)
  if (at === -1) return message
  const [first = '', ...lines] = message.slice(0, at).split('\n')
  const told = lines.filter((line) => !line.endsWith(first) || first === '')
  return [first, ...told].join('\n')
}
