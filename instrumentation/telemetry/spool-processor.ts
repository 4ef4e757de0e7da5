// The span processor: puts every span into the spool when it starts and when it ends, masked, and keeps
// the list of what is open. Nothing it meets gets out of it: a defect is reported, the agent goes on.

import type { Span as SdkSpan, ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import { SpanStatusCode } from '@opentelemetry/api'
import { captureValue } from './capture.ts'
import { OPEN_SPANS_MAX } from './limits.ts'
import { toSpanRecord, toStartRecord, type TextFilter } from './otlp-json.ts'
import type { CaptureMode, ObservedSpan, SpanObserver } from './options.ts'
import { isSecretKey, MASK, type Redaction } from './redaction.ts'
import type { Spool } from './spool.ts'

export interface SpoolProcessorOptions {
  readonly spool: Spool
  readonly redaction: Redaction
  readonly capture: CaptureMode
  readonly onSpooled: () => void
  readonly onDefect: (error: unknown) => void
}

export class SpoolProcessor implements SpanProcessor {
  readonly #options: SpoolProcessorOptions
  readonly #open = new Map<string, SdkSpan>()
  readonly #discarded = new Set<string>()
  readonly #observers: SpanObserver[] = []
  readonly #filter: TextFilter

  constructor(options: SpoolProcessorOptions) {
    this.#options = options
    const { redaction, capture } = options
    this.#filter = (key, text) => {
      if (text !== '' && isSecretKey(key)) return MASK
      const captured = key === '' ? text : captureValue(key, text, capture)
      return captured === undefined ? undefined : redaction.redact(captured)
    }
  }

  observe(observer: SpanObserver): void {
    this.#observers.push(observer)
  }

  onStart(span: SdkSpan): void {
    this.#guard(() => {
      const { spanId } = span.spanContext()
      if (this.#open.size < OPEN_SPANS_MAX) {
        this.#open.set(spanId, span)
        this.#options.spool.start(spanId, toStartRecord(span, this.#filter))
      }
    })
    this.#notify((observer) => observer.onStart(asObserved(span)))
  }

  onEnd(span: ReadableSpan): void {
    this.#guard(() => {
      const { spanId } = span.spanContext()
      this.#open.delete(spanId)
      const isDiscarded = this.#discarded.delete(spanId)
      this.#options.spool.end(spanId, isDiscarded ? undefined : toSpanRecord(span, this.#filter))
      if (!isDiscarded) this.#options.onSpooled()
    })
    this.#notify((observer) => observer.onEnd(asObserved(span)))
  }

  checkpoint(spanId: string): void {
    this.#guard(() => {
      const span = this.#open.get(spanId)
      if (span !== undefined) this.#options.spool.start(spanId, toStartRecord(span, this.#filter))
    })
  }

  /** The span is ended without a trace of it. */
  discard(spanId: string): void {
    const span = this.#open.get(spanId)
    if (span === undefined) return
    this.#discarded.add(spanId)
    span.end()
  }

  /** Ends what is open, the youngest first: a parent ends after its children. */
  interrupt(message: string): void {
    for (const span of [...this.#open.values()].toReversed()) {
      this.#guard(() => {
        span.setAttribute('error.type', 'interrupted')
        span.setStatus({ code: SpanStatusCode.ERROR, message })
        span.end()
      })
    }
  }

  async forceFlush(): Promise<void> {
    // Every span is in the spool already.
  }

  async shutdown(): Promise<void> {
    // An application that stops its SDK does not stop the recording: the end of the process does.
  }

  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#options.onDefect(error)
    }
  }

  #notify(call: (observer: SpanObserver) => void): void {
    for (const observer of this.#observers) this.#guard(() => call(observer))
  }
}

function asObserved(span: ReadableSpan): ObservedSpan {
  return span
}
