// The room's own spans, started where a span processor that listens for foreign ones can tell them apart.

import type { Context, Span, SpanOptions, Tracer } from '@opentelemetry/api'

export class OwnSpans implements Pick<Tracer, 'startSpan'> {
  readonly #tracer: Tracer
  #isStarting = false

  constructor(tracer: Tracer) {
    this.#tracer = tracer
  }

  /** True while one of ours is being started: processors are called inside. */
  get isStarting(): boolean {
    return this.#isStarting
  }

  startSpan(name: string, options: SpanOptions, parent: Context): Span {
    this.#isStarting = true
    try {
      return this.#tracer.startSpan(name, options, parent)
    } finally {
      this.#isStarting = false
    }
  }
}
