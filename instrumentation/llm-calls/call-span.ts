// The span of a call: our own, or, where somebody else records the call already, theirs, which is given
// what it lacks and nothing else.

import type { Attributes, Context, Span } from '@opentelemetry/api'
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { startAttributes } from './call-attributes.ts'
import type { CallError } from './facts.ts'
import type { ForeignCall } from './foreign-spans.ts'
import { isWritable, missingFrom } from './foreign-spans.ts'
import type { ToolPlace } from './derived-tools.ts'
import type { RecognizedCall } from './recognize-call.ts'
import type { Room } from './room.ts'

export interface CallSpanStart {
  readonly recognized: RecognizedCall
  readonly url: URL
  readonly context: Context
  readonly model: string | undefined
  readonly startedAt: number
}

export class CallSpan {
  readonly #room: Room
  readonly #own: Span | undefined
  readonly #foreign: ForeignCall | undefined
  /** Where the tools of the answer stand. */
  readonly place: ToolPlace

  constructor(room: Room, { recognized, url, context, model, startedAt }: CallSpanStart) {
    this.#room = room
    this.#foreign = room.foreign.claim(context, model)
    this.place = this.#foreign === undefined ? placeIn(context) : besides(this.#foreign, context)
    if (this.#foreign !== undefined) return
    const { protocol, provider } = recognized
    this.#own = room.spans.startSpan(
      spanName(protocol.operation, model),
      {
        kind: SpanKind.CLIENT,
        startTime: startedAt,
        attributes: startAttributes(protocol, provider, url)
      },
      context
    )
  }

  set(attributes: Attributes): void {
    this.#own?.setAttributes(attributes)
    const span = this.#foreign?.span
    if (span !== undefined && isWritable(span)) span.setAttributes(missingFrom(span, attributes))
  }

  rename(operation: string, model: string | undefined): void {
    this.#own?.updateName(spanName(operation, model))
  }

  /** Only our own: a foreign span's owner decides what was an error to it. */
  fail({ type, message }: CallError): void {
    const { capture } = this.#room
    const shown = capture.mode === 'off' || message === undefined ? undefined : message
    this.#own?.setAttribute('error.type', type)
    this.#own?.setStatus({
      code: SpanStatusCode.ERROR,
      ...(shown === undefined ? {} : { message: capture.text(shown, MESSAGE_CHARS_MAX) })
    })
    if (this.#foreign !== undefined) this.#foreign.state = 'failed'
  }

  end(endedAt: number): void {
    this.#own?.end(endedAt)
    if (this.#foreign?.state === 'running') this.#foreign.state = 'answered'
  }
}

const MESSAGE_CHARS_MAX = 1024

function spanName(operation: string, model: string | undefined): string {
  return model === undefined ? operation : `${operation} ${model}`
}

function placeIn(parent: Context): ToolPlace {
  return { parent, endsWith: trace.getSpanContext(parent)?.spanId }
}

function besides({ span }: ForeignCall, context: Context): ToolPlace {
  const { parentSpanContext } = span
  if (parentSpanContext !== undefined) {
    return placeIn(trace.setSpanContext(context, parentSpanContext))
  }
  // A root: there is only itself to put tools under, though it ends before they begin.
  return { parent: trace.setSpanContext(context, span.spanContext()), endsWith: undefined }
}
