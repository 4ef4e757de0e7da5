// What the room is given and what it gives.

import type { Attributes, Context, SpanContext, SpanKind, Tracer } from '@opentelemetry/api'
import type { LlmCallLimits } from './limits.ts'

/** What is recorded of prompts, answers, arguments and results: the text, its hash, or nothing. */
export type CaptureMode = 'full' | 'hash' | 'off'

export interface LlmCallsOptions {
  readonly tracer: Tracer
  readonly capture: CaptureMode
  /** Masks secrets; called with every text before it gets onto a span. */
  redact(text: string): string
  /** True for the exporter's own requests, which are not looked at. */
  isOwnTraffic(url: URL): boolean
  /** Milliseconds since the epoch, fractions welcome; a clock of its own when not given. */
  readonly now?: () => number
  /** The context of the step that runs now; OpenTelemetry's active context when not given. */
  readonly activeContext?: () => Context
  /** Told of everything that went wrong inside; nothing of it reaches the program. */
  onDefect(error: unknown): void
  readonly limits?: Partial<LlmCallLimits>
}

export interface LlmCalls {
  /** Takes the hooks off and ends what is open: tools without a result, calls without an end. */
  uninstall(): void
  /** Where an effect made now belongs: the one tool call that is open, else the step that runs now. */
  parentContext(): Context
  /**
   * A span processor's two calls. Given the spans of everybody, the room knows which model calls and
   * tools others record already, and which tools stay without a result because their run has ended.
   */
  readonly spanObserver: SpanObserver
}

export interface SpanObserver {
  onStart(span: ObservedSpan): void
  onEnd(span: ObservedSpan): void
}

/** What the SDK's spans show of themselves. */
export interface ObservedSpan {
  readonly name: string
  readonly kind: SpanKind
  readonly attributes: Attributes
  readonly parentSpanContext?: SpanContext | undefined
  spanContext(): SpanContext
}
