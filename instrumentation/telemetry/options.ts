// What the telemetry room is given and what it gives.

import type { Attributes, SpanKind, SpanContext, Tracer } from '@opentelemetry/api'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import type { Redaction } from './redaction.ts'

/** How prompts, answers, arguments and results are recorded: the text, its hash, or nothing. */
export type CaptureMode = 'full' | 'hash' | 'off'

/** Where spans go: the OTLP exporter's standard settings, already read. */
export interface Destination {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly protocol: 'http/protobuf' | 'http/json'
  readonly compression: 'gzip' | 'none'
  readonly timeoutMs: number
}

export interface SpanLimits {
  readonly attributeCountLimit?: number
  readonly attributeValueLengthLimit?: number
  readonly eventCountLimit?: number
  readonly linkCountLimit?: number
  readonly attributePerEventCountLimit?: number
  readonly attributePerLinkCountLimit?: number
}

export interface TelemetryOptions {
  readonly destination: Destination
  readonly resource: Attributes
  readonly limits: SpanLimits
  readonly capture: CaptureMode
  readonly redaction: Redaction
  /** Folder of all spools of this user; each process makes one of its own in it. */
  readonly spoolDir: string
  readonly spoolBytesMax: number
  /** From the end of a span to its upload. */
  readonly uploadDelayMs: number
  readonly batchSpansMax: number
  /** How long an exiting process waits for its spans to be sent; 0 leaves them to a helper. */
  readonly exitWaitMs: number
  /** Variables for the exit helper that Node itself reads, such as the certificates it trusts. */
  readonly lastUploadEnvironment: Readonly<Record<string, string>>
  readonly now: () => number
  readonly onDefect: (error: unknown) => void
  /** One line for the person at the terminal. */
  readonly tell: (line: string) => void
}

/** How the process ends. */
export type Ending =
  | { readonly kind: 'exit'; readonly code: number; readonly error?: Error }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }

/** What the SDK's spans show of themselves. */
export interface ObservedSpan {
  readonly name: string
  readonly kind: SpanKind
  readonly attributes: Attributes
  readonly parentSpanContext?: SpanContext | undefined
  spanContext(): SpanContext
}

export interface SpanObserver {
  onStart(span: ObservedSpan): void
  onEnd(span: ObservedSpan): void
}

export interface Telemetry {
  getTracer(name: string, version?: string): Tracer
  /** Puts spans into the spool; an application's own SDK may have it too. */
  readonly processor: SpanProcessor
  /** Told of every span of this process, also of those of the application's own SDK when it has one. */
  observe(observer: SpanObserver): void
  /** True for requests to the destination: they are ours, or about ours. */
  isOwnTraffic(url: URL): boolean
  /** Writes the span's start record again, so that what it says by now survives a kill. */
  checkpoint(spanId: string): void
  /** Ends the span without a trace of it. */
  discard(spanId: string): void
  /** Called with how the process ends, before open spans are ended: the last moment to end them well. */
  onEnding(listener: (ending: Ending) => void): void
  /** Sends what is spooled; resolves when it was acknowledged or the time is over. */
  flush(timeoutMs?: number): Promise<boolean>
}
