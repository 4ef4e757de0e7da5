// Programs of SDKs that record themselves, by telemetry that is not ours, and what a user writes to have
// it. Each is run against a stub of the model host and exports to a real Onset.

import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { childEnvironment } from './onset-process.ts'
import { programText, SDK_PROGRAMS, type ModuleSystem } from './sdk-programs.ts'

const PRELOAD = fileURLToPath(new URL('telemetry-preload.ts', import.meta.url))
const TIMEOUT_MS = 60_000

export interface Producer {
  readonly name: string
  /** Packages whose versions the page names. */
  readonly packages: readonly string[]
  readonly program: string
  readonly system: ModuleSystem
  /** Switches its telemetry on; run when everything is loaded. */
  readonly before: string
  /** What a user writes beside the exporter. */
  readonly configuration: readonly string[]
  /** The producer has no span around a run: the program has one of its own. */
  readonly needsRoot: boolean
}

export const PRODUCERS: readonly Producer[] = [
  {
    name: 'Vercel AI SDK',
    packages: ['ai', '@ai-sdk/otel'],
    program: 'ai sdk 7',
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
    name: 'LangChain with OpenInference',
    packages: ['@langchain/core', '@arizeai/openinference-instrumentation-langchain'],
    program: 'langchain',
    system: 'esm',
    before: `
      const { LangChainInstrumentation } = await import('@arizeai/openinference-instrumentation-langchain')
      const callbacks = await import('@langchain/core/callbacks/manager')
      new LangChainInstrumentation().manuallyInstrument(callbacks)
    `,
    configuration: [
      "import * as callbacks from '@langchain/core/callbacks/manager'",
      "import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'",
      'new LangChainInstrumentation().manuallyInstrument(callbacks)'
    ],
    needsRoot: true
  },
  {
    name: 'openai with @opentelemetry/instrumentation-openai',
    packages: ['openai6', '@opentelemetry/instrumentation-openai'],
    program: 'openai 6, chat',
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
    needsRoot: true
  },
  {
    name: 'Anthropic SDK',
    packages: ['@anthropic-ai/sdk'],
    program: 'anthropic',
    system: 'esm',
    before: '',
    configuration: ['ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE=content'],
    needsRoot: true
  },
  {
    name: 'OpenAI Agents',
    packages: ['@openai/agents'],
    program: 'openai agents',
    system: 'esm',
    before: '',
    configuration: [],
    needsRoot: false
  },
  {
    name: 'Google GenAI SDK',
    packages: ['@google/genai'],
    program: 'google genai',
    system: 'esm',
    before: '',
    configuration: [],
    needsRoot: false
  }
]

interface RanTool {
  readonly name: string
  readonly arguments: unknown
}

export interface ProducerRun {
  readonly tools: readonly RanTool[]
  readonly failure: string | undefined
  readonly spans: number
  readonly logs: number
  readonly metrics: number
}

interface ProducerOptions {
  readonly folder: string
  readonly service: string
  readonly onsetUrl: string
  readonly modelUrl: string
  readonly model: string
}

/** The ledger of the program and what it exported, after it ended and flushed. */
export async function runProducer(
  producer: Producer,
  { folder, service, onsetUrl, modelUrl, model }: ProducerOptions
): Promise<ProducerRun> {
  const file = join(folder, `${service}.${producer.system === 'esm' ? 'mjs' : 'cjs'}`)
  const countsFile = `${file}.counts.json`
  writeFileSync(file, producerText(producer))
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      ['--no-warnings', '--import', PRELOAD, file],
      {
        timeout: TIMEOUT_MS,
        env: childEnvironment({
          OTLP_URL: onsetUrl,
          SERVICE: service,
          COUNTS_FILE: countsFile,
          MODEL_URL: modelUrl,
          MODEL: model,
          STREAM: '0',
          ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE: 'content'
        })
      },
      (error, out, err) => (error === null ? resolve(out) : reject(new Error(`${err}\n${out}`)))
    )
  })
  const lines = stdout.trim().split('\n')
  const failure = lines.find((line) => line.startsWith('failed: '))?.slice('failed: '.length)
  const counts = JSON.parse(readFileSync(countsFile, 'utf8')) as Pick<
    ProducerRun,
    'spans' | 'logs' | 'metrics'
  >
  const tools = JSON.parse(lines.at(-1) ?? '[]') as ProducerRun['tools']
  return { tools, failure, ...counts }
}

function producerText({ program, system, before, needsRoot }: Producer): string {
  const sdk = SDK_PROGRAMS[program]
  if (sdk === undefined) throw new Error(`no program is named ${program}`)
  const run = needsRoot
    ? `await globalThis.telemetry.provider.getTracer('app').startActiveSpan('agent', async (span) => {
        try { await agent() } catch (error) { span.setStatus({ code: 2, message: error.message }); throw error }
        finally { span.end() }
      })`
    : 'await agent()'
  const agent = `async function agent() {${sdk.agent}}
    try { ${run} } catch (error) { console.log('failed: ' + error.message.split('\\n')[0]) }`
  return programText({ ...sdk, agent }, system, before)
}

/** As installed. */
export function versionOf(name: string): string {
  const path = new URL(`../../node_modules/${name}/package.json`, import.meta.url)
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string }
  return version
}
