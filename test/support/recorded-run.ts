// One agent run recorded by the real OpenTelemetry SDK, to be exported again and again under other trace
// ids by the real exporters.

import {
  SpanKind,
  SpanStatusCode,
  context,
  trace,
  type Span,
  type SpanContext
} from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan
} from '@opentelemetry/sdk-trace'

/** Seven steps: look, write wrongly, look away, test and fail, and say it is done. */
export function recordRun(): readonly ReadableSpan[] {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  const tracer = provider.getTracer('test-agent')
  // A minute ago, so that every span has ended by any clock; a second a step.
  const begin = Date.now() - 60_000
  let second = 0
  const tick = (): number => begin + 1000 * (second += 1)

  const root = tracer.startSpan('invoke_agent coder', {
    startTime: begin,
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'coder',
      'gen_ai.input.messages': messages(
        'user',
        'Return seconds from parse() and make the tests pass.'
      )
    }
  })
  const under = trace.setSpan(context.active(), root)
  const call = (
    name: string,
    attributes: Record<string, string | number>,
    kind: SpanKind
  ): Span => {
    const span = tracer.startSpan(name, { startTime: tick(), kind, attributes }, under)
    span.end(tick())
    return span
  }
  const tool = (name: string, args: object, result: string): void => {
    call(
      'chat m-1',
      {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'm-1',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 10,
        'gen_ai.output.messages': JSON.stringify([
          {
            role: 'assistant',
            parts: [{ type: 'tool_call', id: `c${second}`, name, arguments: args }]
          }
        ])
      },
      SpanKind.CLIENT
    )
    call(
      `execute_tool ${name}`,
      {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': name,
        'gen_ai.tool.call.id': `c${second - 2}`,
        'gen_ai.tool.call.arguments': JSON.stringify(args),
        'gen_ai.tool.call.result': result
      },
      SpanKind.INTERNAL
    )
  }
  tool('bash', { command: 'ls' }, 'parse.py\ntest_parse.py')
  tool('write_file', { path: 'parse.py', content: 'def parse(text):\n    return 5400000\n' }, 'ok')
  tool('bash', { command: 'cat README.md' }, 'Nothing here.')
  tool(
    'bash',
    { command: 'pytest' },
    'E  assert 5400000 == 5400\nFAILED test_parse.py::test_hours - assert 5400000 == 5400\n1 failed in 0.01s\nExit code 1'
  )
  call(
    'chat m-1',
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm-1',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 10,
      'gen_ai.output.messages': messages('assistant', 'All done, parse() works.')
    },
    SpanKind.CLIENT
  )
  root.setStatus({ code: SpanStatusCode.OK })
  root.end(tick())
  return exporter.getFinishedSpans()
}

/** The same spans in another trace. */
export function retrace(spans: readonly ReadableSpan[], traceId: string): readonly ReadableSpan[] {
  return spans.map((span) => {
    const moved = (spanContext: SpanContext): SpanContext => ({ ...spanContext, traceId })
    const parent = span.parentSpanContext
    return Object.create(span, {
      spanContext: { value: () => moved(span.spanContext()) },
      parentSpanContext: { value: parent === undefined ? undefined : moved(parent) }
    }) as ReadableSpan
  })
}

function messages(role: string, content: string): string {
  return JSON.stringify([{ role, parts: [{ type: 'text', content }] }])
}
