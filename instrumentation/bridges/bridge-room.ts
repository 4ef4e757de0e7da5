// What the bridges of one installation share.

import {
  context,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanKind
} from '@opentelemetry/api'
import type { BridgesOptions } from './options.ts'

/** Characters of arguments or a result on a span, as many as of a part of a message. */
const CONTENT_CHARS_MAX = 16 * 1024

/** A private key of 4,096 bits in PEM, the longest secret with a shape: a cut one would not be known for one. */
const SECRET_CHARS_MAX = 4096

/** A framework's way to say what runs now. */
export type ContextSource = () => FrameworkContext | undefined

export interface FrameworkContext {
  readonly context: Context
  /** What was active when the framework's span started. */
  readonly startedUnder: Span | undefined
}

export interface StartedSpan extends FrameworkContext {
  readonly span: Span
}

export class BridgeRoom {
  readonly #options: BridgesOptions
  readonly #sources: ContextSource[] = []

  constructor(options: BridgesOptions) {
    this.#options = options
  }

  addSource(source: ContextSource): void {
    this.#sources.push(source)
  }

  /** A framework's span is the innermost unless something has become active since it started. */
  activeContext(): Context | undefined {
    const active = trace.getSpan(context.active())
    for (const source of this.#sources) {
      const found = this.safely(source)
      if (found !== undefined && found.startedUnder === active) return found.context
    }
    return undefined
  }

  startSpan(
    name: string,
    { parent, attributes, kind }: { parent?: Context; attributes: Attributes; kind?: SpanKind }
  ): StartedSpan {
    const under = parent ?? this.activeContext()
    const options = { attributes, ...(kind === undefined ? {} : { kind }) }
    const span = this.#options.tracer.startSpan(name, options, under)
    return {
      span,
      context: trace.setSpan(under ?? context.active(), span),
      startedUnder: trace.getSpan(context.active())
    }
  }

  /** Arguments or a result; nothing when contents are not recorded. */
  setContent(span: Span, key: 'arguments' | 'result', content: unknown): void {
    if (this.#options.capture === 'off' || content === undefined) return
    const text = typeof content === 'string' ? content : toJson(content)
    const isLong = text.length > CONTENT_CHARS_MAX
    const head = isLong ? text.slice(0, CONTENT_CHARS_MAX + SECRET_CHARS_MAX) : text
    const masked = this.#options.redact(head)
    const shown = isLong
      ? `${masked.slice(0, CONTENT_CHARS_MAX)}…[of ${text.length} characters]`
      : masked
    span.setAttribute(`gen_ai.tool.call.${key}`, shown)
  }

  fail(span: Span, type: string, message: string): void {
    span.setAttribute('error.type', type)
    const shown =
      this.#options.capture === 'full'
        ? { message: this.#options.redact(message.slice(0, CONTENT_CHARS_MAX)) }
        : {}
    span.setStatus({ code: SpanStatusCode.ERROR, ...shown })
  }

  /** Runs what is not the program's; its errors go to `onDefect`. */
  safely<T>(action: () => T): T | undefined {
    try {
      return action()
    } catch (error) {
      this.#options.onDefect(error)
      return undefined
    }
  }
}

export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return '"…"'
  }
}

export function describeError(error: unknown): { readonly type: string; readonly message: string } {
  if (error instanceof Error) return { type: error.name, message: error.message }
  return { type: 'error', message: typeof error === 'string' ? error : toJson(error) }
}

/** Objects of frameworks, of which nothing is taken for granted. */
export type Unknown = Readonly<Record<PropertyKey, unknown>>

export function isObject(value: unknown): value is Unknown {
  return (typeof value === 'object' || typeof value === 'function') && value !== null
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
