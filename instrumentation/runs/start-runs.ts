// The process as a run: one root span from the start of the process to its end, under which everything
// without another parent belongs.

import {
  context,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type Tracer
} from '@opentelemetry/api'
import type { RunEnding, Runs, RunsOptions } from './options.ts'
import { RunTracer } from './run-tracer.ts'
import { setRunSpan, shareRuns } from './current-run.ts'
import { isUnderLaunch, readTraceContext, writeTraceContext } from './trace-context.ts'

const SCOPE = '@onset/instrumentation'

export function startRuns(options: RunsOptions): Runs {
  const root = new ProcessRun(options)
  const makeTracer = (name: string, version?: string): Tracer =>
    new RunTracer(options.getTracer(name, version), () => root.use())
  const runs: Runs = {
    tracer: makeTracer(SCOPE),
    provider: { getTracer: makeTracer },
    activeContext: () => {
      const active = context.active()
      return trace.getSpanContext(active) === undefined ? (root.use() ?? active) : active
    },
    childEnvironment: writeTraceContext,
    traceparent: () => root.traceparent(),
    standBack: () => root.leaveIfEmpty(),
    end: (ending) => root.end(ending)
  }
  shareRuns({
    tracer: runs.tracer,
    leaveProcessRun: () => root.leaveIfEmpty(),
    useProcessRun: () => root.useSpan(),
    joinedRun: () => root.joined(),
    checkpoint: (span) => options.checkpoint(span.spanContext().spanId),
    flush: options.flush
  })
  return runs
}

class ProcessRun {
  readonly #options: RunsOptions
  readonly #parent: Context | undefined
  /** The frame of the run is there: the launch that started this process made it. */
  readonly #isFramed: boolean
  #span: Span | undefined
  #isUsed = false
  #hasLeft: boolean

  constructor(options: RunsOptions) {
    this.#options = options
    this.#parent = readTraceContext(options.traceparent, options.tracestate)
    this.#isFramed =
      options.isLaunch !== true &&
      this.#parent !== undefined &&
      isUnderLaunch(this.#parent, options.tracestate)
    this.#hasLeft = options.mode === 'none'
    // A process that joins a run has a span of its own only if it does something in it.
    const isOwn = this.#parent === undefined && !options.isPart
    if (!this.#hasLeft && isOwn) this.#span = this.#start()
  }

  /** The context for a span without a parent; from now on the run has something in it. */
  use(): Context | undefined {
    const span = this.#isFramed ? this.#span : this.useSpan()
    if (span === undefined) return this.#hasLeft ? undefined : this.#parent
    return trace.setSpan(setRunSpan(context.active(), span), span)
  }

  /** Where a run goes that is made in a process which works in the run of another one. */
  joined(): Context | undefined {
    return this.#hasLeft || this.#options.isPart ? undefined : this.#parent
  }

  /** Under a launch, whose own span is out of reach, a span of this process, for what is said of the run. */
  useSpan(): Span | undefined {
    if (this.#hasLeft || this.#options.isPart) return undefined
    this.#span ??= this.#start()
    this.#isUsed = true
    return this.#span
  }

  traceparent(): string | undefined {
    if (this.#hasLeft) return undefined
    if (this.#span === undefined) return this.#options.traceparent
    return writeTraceContext(trace.setSpan(ROOT_CONTEXT, this.#span))['TRACEPARENT']
  }

  leaveIfEmpty(): void {
    if (this.#isUsed || this.#hasLeft) return
    this.#hasLeft = true
    if (this.#span !== undefined) this.#options.discard(this.#span.spanContext().spanId)
    this.#span = undefined
  }

  end(ending: RunEnding): void {
    const hasCrashed = ending.kind === 'exit' && ending.error !== undefined
    // The launch sees a code, not why.
    if (this.#isFramed && hasCrashed && !this.#hasLeft) this.#span ??= this.#start()
    const span = this.#span
    if (span === undefined) return
    if (ending.kind === 'exit') describeExit(span, ending)
    else {
      span.setAttribute('error.type', 'interrupted')
      span.setAttribute('onset.process.signal', ending.signal)
      span.setStatus({ code: SpanStatusCode.ERROR, message: `interrupted: ${ending.signal}` })
    }
    span.end()
  }

  #start(): Span {
    const { agent, task, attributes, getTracer } = this.#options
    const span = getTracer(SCOPE).startSpan(
      `invoke_agent ${agent}`,
      {
        root: this.#parent === undefined,
        attributes: {
          ...attributes,
          'gen_ai.operation.name': 'invoke_agent',
          'gen_ai.agent.name': agent,
          ...(task === undefined ? {} : { 'gen_ai.input.messages': userMessage(task) })
        }
      },
      this.#parent
    )
    return span
  }
}

function describeExit(span: Span, { code, error }: Extract<RunEnding, { kind: 'exit' }>): void {
  span.setAttribute('process.exit.code', code)
  if (code === 0) return
  if (error !== undefined) span.recordException(error)
  span.setAttribute('error.type', error?.name ?? 'exit_code')
  span.setStatus({
    code: SpanStatusCode.ERROR,
    message: error === undefined ? `exit code ${code}` : `${error.name}: ${error.message}`
  })
}

/** The form the conventions give to messages. */
export function userMessage(text: string): string {
  return JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: text }] }])
}
