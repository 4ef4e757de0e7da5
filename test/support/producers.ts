// The producers: SDKs that record themselves or are recorded by the flag, and what a user writes to have it.

import { readFileSync } from 'node:fs'
import { PRODUCER_PROGRAMS } from './producers-programs.ts'
import type { RunnableProducer } from './producers-run.ts'
import { SDK_PROGRAMS, type SdkProgram } from './sdk-programs.ts'

export interface Producer extends RunnableProducer {
  readonly name: string
  /** Packages whose versions the page names. */
  readonly packages: readonly string[]
  /** What a user writes beside the exporter. */
  readonly configuration: readonly string[]
}

function sdkProgram(name: string): SdkProgram {
  const program = SDK_PROGRAMS[name]
  if (program === undefined) throw new Error(`no program is named ${name}`)
  return program
}

const OPENINFERENCE = {
  before: `
    const { LangChainInstrumentation } = await import('@arizeai/openinference-instrumentation-langchain')
    const callbacks = await import('@langchain/core/callbacks/manager')
    new LangChainInstrumentation().manuallyInstrument(callbacks)
  `,
  configuration: [
    "import * as callbacks from '@langchain/core/callbacks/manager'",
    "import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'",
    'new LangChainInstrumentation().manuallyInstrument(callbacks)'
  ]
}

/** With the SDK of OpenTelemetry and exporters, as a user sets them up. */
const SELF_RECORDING: readonly Producer[] = [
  {
    name: 'Vercel AI SDK',
    packages: ['ai', '@ai-sdk/otel'],
    program: sdkProgram('ai sdk 7'),
    system: 'esm',
    before: `
      const { registerTelemetry } = await import('ai')
      const { OpenTelemetry } = await import('@ai-sdk/otel')
      registerTelemetry(new OpenTelemetry())
    `,
    configuration: [
      "import { registerTelemetry } from 'ai'",
      "import { OpenTelemetry } from '@ai-sdk/otel'",
      'registerTelemetry(new OpenTelemetry())'
    ],
    needsRoot: false
  },
  {
    name: 'LangGraph with OpenInference',
    packages: [
      '@langchain/langgraph',
      '@langchain/core',
      '@arizeai/openinference-instrumentation-langchain'
    ],
    program: PRODUCER_PROGRAMS.langgraph,
    system: 'esm',
    ...OPENINFERENCE,
    needsRoot: false
  },
  {
    name: 'LangChain with OpenInference',
    packages: ['@langchain/core', '@arizeai/openinference-instrumentation-langchain'],
    program: sdkProgram('langchain'),
    system: 'esm',
    ...OPENINFERENCE,
    needsRoot: true,
    hasOwnLoop: true
  },
  {
    name: 'Langfuse SDK with openai',
    packages: ['@langfuse/tracing', '@langfuse/openai'],
    program: PRODUCER_PROGRAMS.langfuse,
    system: 'esm',
    before: '',
    configuration: [
      'const client = observeOpenAI(new OpenAI()) // @langfuse/openai',
      "const readClock = observe(fn, { name: 'read_clock', asType: 'tool' }) // @langfuse/tracing",
      "await startActiveObservation('guide', run, { asType: 'agent' })"
    ],
    needsRoot: false
  },
  {
    name: 'openai with @traceloop/instrumentation-openai',
    packages: ['openai', '@traceloop/instrumentation-openai'],
    program: PRODUCER_PROGRAMS.traceloop,
    system: 'cjs',
    before: `
      const { OpenAIInstrumentation } = require('@traceloop/instrumentation-openai')
      new OpenAIInstrumentation().manuallyInstrument(require('openai').OpenAI)
    `,
    configuration: [
      "const { OpenAI } = require('openai')",
      "const { OpenAIInstrumentation } = require('@traceloop/instrumentation-openai')",
      'new OpenAIInstrumentation().manuallyInstrument(OpenAI)'
    ],
    needsRoot: true,
    hasOwnLoop: true
  },
  {
    name: 'openai with @opentelemetry/instrumentation-openai',
    packages: ['openai6', '@opentelemetry/instrumentation-openai'],
    program: sdkProgram('openai 6, chat'),
    system: 'cjs',
    before: `
      const { OpenAIInstrumentation } = require('@opentelemetry/instrumentation-openai')
      const instrumentation = new OpenAIInstrumentation({ captureMessageContent: true })
      instrumentation.setLoggerProvider(globalThis.telemetry.loggerProvider)
      instrumentation.setMeterProvider(require('@opentelemetry/api').metrics.getMeterProvider())
      // Its own hook names the package; here it is installed under another name.
      for (const { name, patch } of instrumentation.getModuleDefinitions()) {
        if (name === 'openai') patch(require('openai6'), '6.49.0')
      }
    `,
    configuration: [
      "const { OpenAIInstrumentation } = require('@opentelemetry/instrumentation-openai')",
      'const instrumentation = new OpenAIInstrumentation({ captureMessageContent: true })',
      'instrumentation.setLoggerProvider(loggerProvider)'
    ],
    needsRoot: true,
    hasOwnLoop: true
  },
  {
    name: 'Anthropic SDK, messages',
    packages: ['@anthropic-ai/sdk'],
    program: sdkProgram('anthropic'),
    system: 'esm',
    before: '',
    configuration: ['ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE=content'],
    needsRoot: true,
    hasOwnLoop: true
  },
  {
    name: 'OpenAI Agents',
    packages: ['@openai/agents'],
    program: sdkProgram('openai agents'),
    system: 'esm',
    before: '',
    configuration: [],
    needsRoot: false
  },
  {
    name: 'Google GenAI SDK',
    packages: ['@google/genai'],
    program: sdkProgram('google genai'),
    system: 'esm',
    before: '',
    configuration: [],
    needsRoot: false,
    hasOwnLoop: true
  }
]

const FLAG = ['node --import @onset/instrumentation/register agent.js']

/** Under the flag, which records what an SDK does not. */
const UNDER_THE_FLAG: readonly Producer[] = [
  {
    name: 'Anthropic SDK, tool runner',
    packages: ['@anthropic-ai/sdk'],
    program: PRODUCER_PROGRAMS.toolRunner
  },
  {
    name: 'OpenAI Agents',
    packages: ['@openai/agents'],
    program: PRODUCER_PROGRAMS.agents
  },
  {
    name: 'Google GenAI SDK',
    packages: ['@google/genai'],
    program: sdkProgram('google genai'),
    hasOwnLoop: true
  }
].map((producer) => ({
  ...producer,
  system: 'esm',
  before: '',
  configuration: FLAG,
  needsRoot: false,
  isOurs: true
}))

export const PRODUCERS: readonly Producer[] = [...SELF_RECORDING, ...UNDER_THE_FLAG]

/** As installed. */
export function versionOf(name: string): string {
  const path = new URL(`../../node_modules/${name}/package.json`, import.meta.url)
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string }
  return version
}
