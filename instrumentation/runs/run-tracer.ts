// A tracer whose spans belong to the process's run when nothing else is their parent. The context manager
// is left as it is: an application that looks at the active span sees only what it put there.

import {
  context,
  trace,
  type Context,
  type Span,
  type SpanOptions,
  type Tracer
} from '@opentelemetry/api'

type SpanFunction = (span: Span) => unknown

export class RunTracer implements Tracer {
  readonly #tracer: Tracer
  readonly #processRun: () => Context | undefined

  constructor(tracer: Tracer, processRun: () => Context | undefined) {
    this.#tracer = tracer
    this.#processRun = processRun
  }

  startSpan(name: string, options: SpanOptions = {}, parent?: Context): Span {
    return this.#tracer.startSpan(name, options, this.#parentOf(options, parent))
  }

  startActiveSpan<F extends SpanFunction>(name: string, fn: F): ReturnType<F>
  startActiveSpan<F extends SpanFunction>(name: string, options: SpanOptions, fn: F): ReturnType<F>
  startActiveSpan<F extends SpanFunction>(
    name: string,
    options: SpanOptions,
    parent: Context,
    fn: F
  ): ReturnType<F>
  startActiveSpan(name: string, ...rest: readonly unknown[]): unknown {
    const fn = rest.at(-1)
    if (!isSpanFunction(fn)) return undefined
    const options = rest.length > 1 && isOptions(rest[0]) ? rest[0] : {}
    const given = rest.length > 2 && isContext(rest[1]) ? rest[1] : undefined
    const parent = this.#parentOf(options, given)
    const span = this.#tracer.startSpan(name, options, parent)
    return context.with(trace.setSpan(parent, span), () => fn(span))
  }

  /** A context given by name is taken as it is; so is the wish for a new trace. */
  #parentOf(options: SpanOptions, given: Context | undefined): Context {
    if (given !== undefined) return given
    const active = context.active()
    if (options.root === true || trace.getSpanContext(active) !== undefined) return active
    return this.#processRun() ?? active
  }
}

function isSpanFunction(value: unknown): value is SpanFunction {
  return typeof value === 'function'
}

function isOptions(value: unknown): value is SpanOptions {
  return typeof value === 'object' && value !== null
}

function isContext(value: unknown): value is Context {
  return typeof value === 'object' && value !== null && 'getValue' in value
}
