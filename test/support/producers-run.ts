// Runs the program of a producer: a process that loads it once and lets its agent answer one after the
// other with a model that answers, a tool that fails, as a stream, and with a model that fails.

import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LedgerEntry } from './model-server.ts'
import { childEnvironment } from './onset-process.ts'
import { programText, type ModuleSystem, type SdkProgram } from './sdk-programs.ts'

const PRELOAD = fileURLToPath(new URL('telemetry-preload.ts', import.meta.url))
const REGISTER = fileURLToPath(new URL('../../instrumentation/register.ts', import.meta.url))
const TIMEOUT_MS = 60_000

export const VARIANTS = [
  { name: 'plain', model: 'gpt-5' },
  { name: 'failing tool', model: 'gpt-5-mini', failing: 'read_clock' },
  { name: 'streamed', model: 'gpt-4.1', isStream: true },
  { name: 'failing model', model: 'fail-400' }
] as const satisfies readonly Variant[]

interface Variant {
  readonly name: string
  readonly model: string
  /** The tool that throws. */
  readonly failing?: string
  readonly isStream?: boolean
}

export type VariantName = (typeof VARIANTS)[number]['name']

/** What a tool that fails throws. */
export const TOOL_ERROR = 'no clock here'

export interface RunnableProducer {
  readonly program: SdkProgram
  readonly system: ModuleSystem
  /** Switches its telemetry on; run when everything is loaded. */
  readonly before: string
  /** Waits for what is under way, where ending the process does not. */
  readonly after?: string
  /** The producer has no span around a run: the program has one of its own. */
  readonly needsRoot: boolean
  /** Recorded by `--import @onset/instrumentation/register` rather than by itself. */
  readonly isOurs?: boolean
  /** The agent's own loop runs the tools and gives the model an error's text; a framework catches it. */
  readonly hasOwnLoop?: boolean
  /** The SDK has no streams, or none with tools. */
  readonly skips?: readonly VariantName[]
}

interface RanTool {
  readonly name: string
  readonly arguments: unknown
  /** Of one that failed. */
  readonly error?: string
}

export interface RanVariant {
  readonly name: VariantName
  readonly model: string
  readonly tools: readonly RanTool[]
  /** What the agent threw. */
  readonly failure?: string
}

/** What the stub of the model host was asked and what it said its answer took; absent when it refused. */
export interface ModelCall {
  readonly model: string
  readonly tokens?: { readonly input: number; readonly output: number }
}

export function toModelCalls(ledger: readonly LedgerEntry[]): readonly ModelCall[] {
  return ledger.map(({ body, path, answer }) => {
    const named = body['model'] ?? /models\/([^:]+):/.exec(path)?.[1]
    const model = typeof named === 'string' ? named : ''
    if (answer === undefined) return { model }
    return { model, tokens: { input: answer.tokens.input, output: answer.tokens.output } }
  })
}

/** How many of each it exported, as far as its exporters were counted. */
export interface Exported {
  readonly spans: number
  readonly traces: number
  readonly logs: number
  readonly metrics: number
}

export interface ProducerRun {
  readonly variants: readonly RanVariant[]
  readonly exported: Exported | undefined
}

export interface ProducerOptions {
  /** Packages are looked for from here. */
  readonly folder: string
  readonly service: string
  readonly onsetUrl: string
  readonly modelUrl: string
}

/** The ledger of the program and what it exported, after it ended and flushed. */
export async function runProducer(
  producer: RunnableProducer,
  { folder, service, onsetUrl, modelUrl }: ProducerOptions
): Promise<ProducerRun> {
  const file = join(folder, `${service}.${producer.system === 'esm' ? 'mjs' : 'cjs'}`)
  const countsFile = `${file}.counts.json`
  writeFileSync(file, producerText(producer))
  const preload = producer.isOurs === true ? REGISTER : PRELOAD
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      ['--no-warnings', '--import', preload, file],
      {
        timeout: TIMEOUT_MS,
        env: childEnvironment({
          OTLP_URL: onsetUrl,
          SERVICE: service,
          COUNTS_FILE: countsFile,
          MODEL_URL: modelUrl,
          OTEL_EXPORTER_OTLP_ENDPOINT: onsetUrl,
          OTEL_SERVICE_NAME: service,
          ONSET_SPOOL_DIR: `${file}.spool`,
          // All of it is sent when the process has ended.
          ONSET_EXIT_WAIT_MS: '20000',
          ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE: 'content'
        })
      },
      (error, out, err) => (error === null ? resolve(out) : reject(new Error(`${err}\n${out}`)))
    )
  })
  const variants = JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as ProducerRun['variants']
  if (producer.isOurs === true) return { variants, exported: undefined }
  return { variants, exported: JSON.parse(readFileSync(countsFile, 'utf8')) as Exported }
}

const ROOT = `
const inRoot = (agent) =>
  globalThis.telemetry.provider.getTracer('app').startActiveSpan('agent', async (span) => {
    try { return await agent() }
    catch (error) { span.setStatus({ code: 2, message: error.message }); throw error }
    finally { span.end() }
  })
`

/** A run of its own for each variant: of our own instrumentation's, a process is one. */
const OUR_ROOT = `
const inRoot = (agent) => withRun({ agent: 'guide', task: 'Wetter und Zeit in Zürich?' }, agent)
`

const NO_ROOT = `
const inRoot = (agent) => agent()
`

function producerText(producer: RunnableProducer): string {
  const { program, system, before, after = '', needsRoot, isOurs = false } = producer
  const variants = VARIANTS.filter(({ name }) => producer.skips?.includes(name) !== true)
  const imports = isOurs
    ? { ...program.imports, '@onset/instrumentation': '{ withRun }' }
    : program.imports
  const agent = `
    ${isOurs ? OUR_ROOT : needsRoot ? ROOT : NO_ROOT}
    const told = ledger
    for (const { name, model, isStream = false, failing } of ${JSON.stringify(variants)}) {
      const ledger = []
      const runTool = (name, args) => {
        const isFailing = name === failing
        ledger.push({ name, arguments: args, ...(isFailing ? { error: '${TOOL_ERROR}' } : {}) })
        if (!isFailing) return results[name]
        ${producer.hasOwnLoop === true ? `return 'Error: ${TOOL_ERROR}'` : `throw new Error('${TOOL_ERROR}')`}
      }
      async function agent() {${program.agent}}
      const ran = { name, model, tools: ledger }
      try { await inRoot(agent) } catch (error) { ran.failure = error.message.split('\\n')[0] }
      told.push(ran)
    }
    ${after}`
  return programText({ ...program, imports, agent }, system, before)
}
