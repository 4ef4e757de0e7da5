// Programs whose calls somebody records already: an instrumentation, an SDK's own telemetry, a callback
// handler that never makes its span the active one. One call is one span, and one tool is one span.

import t from 'tap'
import type { RecordedSpan } from '../support/llm-recorder.ts'
import { startModelServer } from '../support/model-server.ts'
import { runLlmProgram } from '../support/run-llm-program.ts'
import { programText, SDK_PROGRAMS, type ModuleSystem } from '../support/sdk-programs.ts'

interface Case {
  readonly program: string
  readonly system: ModuleSystem
  /** Imports and set-up of the telemetry. */
  readonly before: string
  readonly isModelSpan: (span: RecordedSpan) => boolean
  /** Its tool spans; undefined when it makes none. */
  readonly isToolSpan?: (span: RecordedSpan) => boolean
  readonly isEnriched: boolean
}

const operation = (span: RecordedSpan): unknown => span.attributes['gen_ai.operation.name']

const CASES: Readonly<Record<string, Case>> = {
  '@opentelemetry/instrumentation-openai with openai 6': {
    program: 'openai 6, chat',
    system: 'cjs',
    before: `
      const { OpenAIInstrumentation } = require('@opentelemetry/instrumentation-openai')
      const instrumentation = new OpenAIInstrumentation()
      instrumentation.setTracerProvider(globalThis.onsetTestProvider)
      instrumentation.setMeterProvider(require('@opentelemetry/api').metrics.getMeterProvider())
      // Its own hook names the package; here it is installed under another name.
      for (const { name, patch } of instrumentation.getModuleDefinitions()) {
        if (name === 'openai') patch(require('openai6'), '6.49.0')
      }
    `,
    isModelSpan: (span) => operation(span) === 'chat',
    isEnriched: true
  },
  'the AI SDK with @ai-sdk/otel': {
    program: 'ai sdk 7',
    system: 'esm',
    before: `
      const { registerTelemetry } = await import('ai')
      const { OpenTelemetry } = await import('@ai-sdk/otel')
      registerTelemetry(new OpenTelemetry({ tracer: globalThis.onsetTestProvider.getTracer('ai') }))
    `,
    isModelSpan: (span) => operation(span) === 'chat',
    isToolSpan: (span) => operation(span) === 'execute_tool',
    isEnriched: true
  },
  'OpenInference with LangChain': {
    program: 'langchain',
    system: 'esm',
    before: `
      const { LangChainInstrumentation } = await import('@arizeai/openinference-instrumentation-langchain')
      const callbacks = await import('@langchain/core/callbacks/manager')
      const instrumentation = new LangChainInstrumentation()
      instrumentation.setTracerProvider(globalThis.onsetTestProvider)
      instrumentation.manuallyInstrument(callbacks)
    `,
    isModelSpan: (span) => span.attributes['openinference.span.kind'] === 'LLM',
    isEnriched: false
  },
  "Anthropic's SDK, which records itself": {
    program: 'anthropic',
    system: 'esm',
    before: '',
    isModelSpan: (span) => span.name === 'anthropic.messages.create',
    isEnriched: true
  }
}

for (const [name, { program, system, before, ...expected }] of Object.entries(CASES)) {
  for (const stream of ['0', '1']) {
    t.test(`${name}${stream === '1' ? ', streamed' : ''}: one span a call`, async (t) => {
      const server = await startModelServer()
      t.teardown(() => server.close())
      const sdk = SDK_PROGRAMS[program]
      if (sdk === undefined) throw new Error(`no program is named ${program}`)
      const { spans, defects } = await runLlmProgram(t.testdir(), {
        file: system === 'esm' ? 'agent.mjs' : 'agent.cjs',
        text: programText(sdk, system, before),
        env: { MODEL_URL: server.url, MODEL: 'gpt-5', STREAM: stream }
      })
      t.same(defects, [])
      t.equal(server.ledger.length, 2)
      const models = spans.filter((span) => expected.isModelSpan(span))
      t.equal(models.length, 2, `model spans among ${spans.map((span) => span.name).join(', ')}`)
      const isOwn = (span: RecordedSpan): boolean =>
        span.attributes['openai.api.type'] !== undefined && span.name.startsWith('chat ')
      const calls = spans.filter((span) => expected.isModelSpan(span) || isOwn(span))
      t.equal(calls.length, 2, 'and none of our own beside them')
      const enriched = models.filter(
        ({ attributes }) =>
          attributes['gen_ai.input.messages'] !== undefined &&
          attributes['gen_ai.output.messages'] !== undefined
      )
      if (expected.isEnriched) t.equal(enriched.length, 2, 'which say what was said')
      const derived = spans.filter(
        ({ attributes }) => attributes['onset.tool.timing'] === 'derived'
      )
      const theirs = spans.filter((span) => expected.isToolSpan?.(span) === true)
      t.equal(theirs.length, expected.isToolSpan === undefined ? 0 : 2)
      t.equal(derived.length, expected.isToolSpan === undefined ? 2 : 0)
    })
  }
}
