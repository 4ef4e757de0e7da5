// The room that sees model calls, installed with the real SDK and an exporter that keeps spans.

import { context, SpanStatusCode, trace, type Context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { installLlmCalls } from '../../instrumentation/llm-calls/index.ts'
import type { LlmCalls, LlmCallsOptions } from '../../instrumentation/llm-calls/index.ts'

export interface RecordedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly attributes: Readonly<Record<string, unknown>>
  readonly isError: boolean
  readonly startedAt: number
  readonly endedAt: number
}

export interface Recorder {
  readonly calls: LlmCalls
  readonly defects: readonly unknown[]
  readonly provider: TracerProvider
  /** Ended ones, in the order they started. */
  spans(operation?: string): readonly RecordedSpan[]
  /** Runs `agent` under a root span, as the room that knows runs does. */
  run<T>(agent: (context: Context) => Promise<T>): Promise<T>
  stop(): void
}

export function startRecorder(
  options: Partial<LlmCallsOptions> & { readonly isObserving?: boolean } = {}
): Recorder {
  const exporter = new InMemorySpanExporter()
  let calls: LlmCalls | undefined
  const provider = new TracerProvider({
    spanProcessors: [
      {
        onStart: (span) => {
          if (options.isObserving !== false) calls?.spanObserver.onStart(span)
        },
        onEnd: (span) => {
          if (options.isObserving !== false) calls?.spanObserver.onEnd(span)
        },
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve()
      },
      new SimpleSpanProcessor({ exporter })
    ]
  })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const defects: unknown[] = []
  calls = installLlmCalls({
    tracer: provider.getTracer('onset'),
    capture: 'full',
    redact: (text) => text.replaceAll(/sk-[A-Za-z0-9]{8,64}/g, '[masked]'),
    isOwnTraffic: (url) => url.pathname.startsWith('/v1/traces'),
    onDefect: (error) => defects.push(error),
    ...options
  })
  const installed = calls
  return {
    calls: installed,
    defects,
    provider,
    spans: (operation) =>
      exporter
        .getFinishedSpans()
        .map(toRecorded)
        .filter(
          ({ attributes }) =>
            operation === undefined || attributes['gen_ai.operation.name'] === operation
        )
        .toSorted((a, b) => a.startedAt - b.startedAt),
    run(agent) {
      const tracer = provider.getTracer('agent')
      return tracer.startActiveSpan('run', async (span) => {
        try {
          return await agent(context.active())
        } finally {
          span.end()
        }
      })
    },
    stop() {
      installed.uninstall()
      trace.disable()
      context.disable()
    }
  }
}

type Finished = ReturnType<InMemorySpanExporter['getFinishedSpans']>[number]

function toRecorded(span: Finished): RecordedSpan {
  return {
    name: span.name,
    traceId: span.spanContext().traceId,
    spanId: span.spanContext().spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    attributes: span.attributes,
    isError: span.status.code === SpanStatusCode.ERROR,
    startedAt: toMs(span.startTime),
    endedAt: toMs(span.endTime)
  }
}

function toMs([seconds, nanos]: readonly [number, number] | number[]): number {
  return (seconds ?? 0) * 1000 + (nanos ?? 0) / 1e6
}
