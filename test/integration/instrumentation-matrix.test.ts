// SDKs × module systems × streaming, with the flag and nothing else: the spans say which calls the stub of the
// model host answered, which tools the program ran, which command and which file. The table at the end shows
// what was covered, and a cell that is empty fails.

import { build } from 'esbuild'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { DecodedSpan } from '../../collector/model/index.ts'
import { FRAMEWORK_PROGRAMS, frameworkText } from '../support/framework-programs.ts'
import { RESULTS } from '../support/model-answers.ts'
import { startModelServer, type LedgerEntry } from '../support/model-server.ts'
import { startDestination } from '../support/otlp-destination.ts'
import { agentFolder, runAgentProgram } from '../support/registered-agent.ts'
import { programText, SDK_PROGRAMS, WORKING_TOOLS } from '../support/sdk-programs.ts'
import { waitFor } from '../support/wait-for.ts'

// A process a cell, each of which loads an SDK.
t.setTimeout(600_000)
t.jobs = 3

const SDKS = [
  'openai 5, chat',
  'openai 6, chat',
  'openai 7, chat',
  'openai 7, responses',
  'anthropic',
  'ai sdk 7',
  'openai agents',
  'langchain'
] as const
const SYSTEMS = ['esm', 'cjs', 'ts', 'bundled'] as const
const STREAMS = ['whole', 'streamed'] as const

type System = (typeof SYSTEMS)[number]

/** Frameworks say themselves which tools run, and reach into bundles; other tools are derived. */
const BRIDGED = ['ai sdk 7', 'openai agents']

const cellOf = (sdk: string, system: string, stream: string): string =>
  [sdk, system, stream].join(' / ')

const covered = new Set<string>()

for (const sdk of SDKS) {
  for (const system of SYSTEMS) {
    for (const stream of STREAMS) {
      const cell = cellOf(sdk, system, stream)
      t.test(cell, async (t) => {
        const { spans, asked, ran } = await record(t, sdk, system, stream === 'streamed')
        t.equal(asked.length, 2, 'the program asked for tools, and then for the answer')
        t.same(spans.filter(isModel).map(toCall), asked.map(toAsked))
        const tools = spans.filter(isTool)
        t.same(
          tools.map(toTool).toSorted(byName),
          ran.map((tool) => ({ ...tool, result: RESULTS[tool.name] })).toSorted(byName)
        )
        const isDerived = tools.map(({ attributes }) => 'onset.tool.timing' in attributes)
        t.same(
          isDerived,
          tools.map(() => !BRIDGED.includes(sdk))
        )
        const commands = spans.filter(({ attributes }) => 'process.command' in attributes)
        t.match(commands, [
          {
            attributes: {
              'process.command_args': ['printf', '%s', 'Zürich'],
              'process.exit.code': 0
            }
          }
        ])
        const files = spans.filter(({ attributes }) => 'file.path' in attributes)
        t.match(files, [
          { attributes: { 'file.path': /clock\.txt$/, 'onset.file.operation': 'write' } }
        ])
        t.same([commands.length, files.length], [1, 1], 'and no other')
        t.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1, 'all in one run')
        if (t.passing()) covered.add(cell)
      })
    }
  }
}

// Of the MCP client there is nothing to stream.
for (const system of SYSTEMS) {
  t.test(`mcp client / ${system}`, async (t) => {
    const modules = system === 'cjs' || system === 'bundled' ? 'cjs' : 'esm'
    const text = frameworkText(FRAMEWORK_PROGRAMS.mcp, modules)
    // In a bundle the client is out of reach, and so the trace that the program's server looks for.
    const body = system === 'bundled' ? text.replace(/^if \(!metas.*$/m, '') : text
    const { spans, ran } = await recordProgram(t, await inSystem(body, system), {})
    const tools = spans.filter(isTool)
    const names = tools.map(({ attributes }) => textOf(attributes['gen_ai.tool.name'])).toSorted()
    const told = system === 'bundled' ? [] : ran.map(({ name }) => name).toSorted()
    t.same(names, told)
    t.ok(tools.every(({ attributes }) => attributes['mcp.method.name'] === 'tools/call'))
    if (t.passing()) for (const stream of STREAMS) covered.add(cellOf('mcp client', system, stream))
  })
}

t.test('no cell of the matrix is empty', { buffered: false }, async (t) => {
  const columns = SYSTEMS.flatMap((system) => STREAMS.map((stream) => [system, stream] as const))
  const head = ['', ...columns.map((column) => column.join(' '))]
  const shown = (sdk: string, system: System, stream: string): string => {
    if (!covered.has(cellOf(sdk, system, stream))) return '—'
    return sdk === 'mcp client' && system === 'bundled' ? 'out of reach' : '✓'
  }
  const all = [...SDKS, 'mcp client']
  const rows = all.map((sdk) => [
    sdk,
    ...columns.map(([system, stream]) => shown(sdk, system, stream))
  ])
  for (const row of [head, ...rows])
    t.comment(
      row
        .map((text) => text.padEnd(19))
        .join(' ')
        .trimEnd()
    )
  t.equal(covered.size, all.length * SYSTEMS.length * STREAMS.length)
})

interface Recorded {
  readonly spans: readonly DecodedSpan[]
  readonly asked: readonly LedgerEntry[]
  readonly ran: readonly { readonly name: string; readonly arguments: unknown }[]
}

async function record(t: Test, sdk: string, system: System, isStream: boolean): Promise<Recorded> {
  const text = sdkText(sdk, system)
  return recordProgram(t, await inSystem(text, system), { STREAM: isStream ? '1' : '0' })
}

interface Source {
  readonly file: string
  readonly source: string
}

async function recordProgram(
  t: Test,
  program: Source,
  env: Readonly<Record<string, string>>
): Promise<Recorded> {
  const destination = await startDestination(t)
  const model = await startModelServer()
  t.teardown(() => model.close())
  const where = { OTEL_EXPORTER_OTLP_ENDPOINT: destination.url, MODEL_URL: model.url }
  const end = await runAgentProgram(agentFolder(t), {
    ...program,
    env: { ...where, MODEL: 'gpt-5', ...env }
  })
  t.equal(end.code, 0, end.stderr)
  t.notMatch(end.stderr, /defect/)
  const arrived = (): Promise<DecodedSpan | undefined> =>
    Promise.resolve(destination.spans.find(({ parentSpanId }) => parentSpanId === undefined))
  await waitFor('the root span', arrived)
  const bySpanId = new Map(destination.spans.map((span) => [span.spanId, span]))
  const byStart = (a: DecodedSpan, b: DecodedSpan): number => (a.startTime < b.startTime ? -1 : 1)
  return {
    spans: [...bySpanId.values()].toSorted(byStart),
    asked: model.ledger,
    ran: JSON.parse(end.stdout.trim().split('\n').at(-1) ?? '[]') as Recorded['ran']
  }
}

function sdkText(sdk: string, system: System): string {
  const program = SDK_PROGRAMS[sdk]
  if (program === undefined) throw new Error(`no program is named ${sdk}`)
  const agent = program.agent.replace('setTracingDisabled(true)', '')
  const modules = system === 'cjs' || system === 'bundled' ? 'cjs' : 'esm'
  return programText({ ...program, agent }, modules, '', WORKING_TOOLS)
}

async function inSystem(text: string, system: System): Promise<Source> {
  if (system === 'esm') return { file: 'agent.mjs', source: text }
  if (system === 'cjs') return { file: 'agent.cjs', source: text }
  // As written for JavaScript, with a type or two that Node takes out.
  if (system === 'ts') {
    const typed = `${text}\nconst count: number = ledger.length satisfies number\nvoid count\n`
    return { file: 'agent.ts', source: typed }
  }
  return { file: 'agent.cjs', source: await bundle(text) }
}

async function bundle(text: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: text, resolveDir: join(import.meta.dirname, '..', '..') },
    bundle: true,
    write: false,
    minify: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error'
  })
  return outputFiles[0]?.text ?? ''
}

const isModel = ({ attributes }: DecodedSpan): boolean =>
  attributes['gen_ai.request.model'] !== undefined && 'gen_ai.output.messages' in attributes

const isTool = ({ attributes }: DecodedSpan): boolean =>
  attributes['gen_ai.operation.name'] === 'execute_tool' &&
  !('process.command' in attributes) &&
  !('file.path' in attributes)

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1)

function toCall({ attributes }: DecodedSpan): unknown {
  const [message] = JSON.parse(textOf(attributes['gen_ai.output.messages'])) as {
    readonly parts: readonly Record<string, unknown>[]
  }[]
  const parts = message?.parts ?? []
  return {
    tokens: [attributes['gen_ai.usage.input_tokens'], attributes['gen_ai.usage.output_tokens']].map(
      Number
    ),
    text: parts
      .filter(({ type }) => type === 'text')
      .map(({ content }) => content)
      .join(''),
    calls: parts
      .filter(({ type }) => type === 'tool_call')
      .map((part) => ({ name: part['name'], arguments: part['arguments'] })),
    isStream: attributes['gen_ai.request.stream'] === true
  }
}

function toAsked({ answer, body }: LedgerEntry): unknown {
  return {
    tokens: [answer?.tokens.input, answer?.tokens.output],
    text: answer?.text,
    calls: answer?.calls.map(({ name, arguments: given }) => ({ name, arguments: given })),
    isStream: body['stream'] === true
  }
}

function toTool({ attributes }: DecodedSpan): {
  name: string
  arguments: unknown
  result: unknown
} {
  return {
    name: textOf(attributes['gen_ai.tool.name']),
    arguments: JSON.parse(textOf(attributes['gen_ai.tool.call.arguments'])) as unknown,
    result: attributes['gen_ai.tool.call.result']
  }
}
