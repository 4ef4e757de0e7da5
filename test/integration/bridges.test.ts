// Frameworks under the flag, as modules and as CommonJS, in processes of their own against a stub of the
// model host and a destination that decodes what it is sent. The spans say what the programs' ledgers say.

import t, { type Test } from 'tap'
import type { DecodedSpan } from '../../collector/model/index.ts'
import { normalizeSpans } from '../../collector/normalizer/index.ts'
import {
  FRAMEWORK_PROGRAMS,
  frameworkText,
  type FrameworkProgram,
  type ToolEntry
} from '../support/framework-programs.ts'
import { startModelServer } from '../support/model-server.ts'
import { startDestination } from '../support/otlp-destination.ts'
import { agentFolder, runAgentProgram } from '../support/registered-agent.ts'
import type { ModuleSystem } from '../support/sdk-programs.ts'
import { waitFor } from '../support/wait-for.ts'

// Each program loads a framework, on a machine that may be busy.
t.setTimeout(300_000)
t.jobs = 2

const SYSTEMS = ['esm', 'cjs'] as const satisfies readonly ModuleSystem[]

interface Recorded {
  readonly spans: readonly DecodedSpan[]
  readonly ledger: readonly ToolEntry[]
}

async function record(
  t: Test,
  program: FrameworkProgram,
  system: ModuleSystem,
  env: Readonly<Record<string, string>> = {}
): Promise<Recorded> {
  const destination = await startDestination(t)
  const server = await startModelServer()
  t.teardown(() => server.close())
  const end = await runAgentProgram(agentFolder(t), {
    file: system === 'esm' ? 'agent.mjs' : 'agent.cjs',
    source: frameworkText(program, system),
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: destination.url,
      MODEL_URL: server.url,
      MODEL: 'gpt-5',
      ...env
    }
  })
  t.equal(end.code, 0, end.stderr)
  t.notMatch(end.stderr, /defect/)
  await waitFor('the root span', () =>
    Promise.resolve(destination.spans.find(({ parentSpanId }) => parentSpanId === undefined))
  )
  const bySpanId = new Map(destination.spans.map((span) => [span.spanId, span]))
  return {
    spans: [...bySpanId.values()],
    ledger: JSON.parse(end.stdout.trim().split('\n').at(-1) ?? '[]') as ToolEntry[]
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const isTool = ({ attributes }: DecodedSpan): boolean =>
  attributes['gen_ai.operation.name'] === 'execute_tool'

const isModel = ({ attributes }: DecodedSpan): boolean =>
  attributes['gen_ai.operation.name'] === 'chat'

function parentOf({ spans }: Recorded, span: DecodedSpan | undefined): DecodedSpan | undefined {
  return spans.find(({ spanId }) => spanId === span?.parentSpanId)
}

function ancestors(recorded: Recorded, span: DecodedSpan): readonly string[] {
  const parent = parentOf(recorded, span)
  return parent === undefined ? [] : [parent.name, ...ancestors(recorded, parent)]
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1)

function toldTools({ spans }: Recorded): readonly ToolEntry[] {
  return spans
    .filter(isTool)
    .map(({ attributes, statusCode, statusMessage }) => ({
      name: textOf(attributes['gen_ai.tool.name']),
      arguments: JSON.parse(textOf(attributes['gen_ai.tool.call.arguments'])) as unknown,
      ...(statusCode === 'error'
        ? { error: statusMessage }
        : { result: textOf(attributes['gen_ai.tool.call.result']) })
    }))
    .toSorted(byName)
}

for (const system of SYSTEMS) {
  for (const stream of ['0', '1']) {
    t.test(`openai agents, ${system}, stream ${stream}: agent, tools and errors`, async (t) => {
      const recorded = await record(t, FRAMEWORK_PROGRAMS.agents, system, { STREAM: stream })
      const told = toldTools(recorded)
      t.same(
        told.map(({ name, arguments: given, result }) => ({ name, arguments: given, result })),
        recorded.ledger
          .map(({ name, arguments: given, result }) => ({ name, arguments: given, result }))
          .toSorted(byName),
        'a span for each call, no more'
      )
      t.match(told.find(({ name }) => name === 'read_clock')?.error, /^Error running tool/)
      const tools = recorded.spans.filter(isTool)
      const models = recorded.spans.filter(isModel)
      t.equal(models.length, 2, 'a span for each request to the model')
      t.same(
        [...new Set([...models, ...tools].map((span) => parentOf(recorded, span)?.name))],
        ['invoke_agent guide'],
        'all of them in the agent'
      )
      const agent = parentOf(recorded, tools[0])
      t.equal(agent?.attributes['gen_ai.agent.name'], 'guide')
      t.equal(parentOf(recorded, agent)?.name, 'invoke_agent agent', 'which is in the run')
    })
  }

  t.test(`openai agents, ${system}: a handoff names both agents`, async (t) => {
    const recorded = await record(t, FRAMEWORK_PROGRAMS.handoff, system)
    const tools = recorded.spans.filter(isTool)
    t.equal(tools.length, 1)
    t.match(tools[0], {
      name: 'handoff to second',
      attributes: {
        'gen_ai.tool.name': 'transfer_to_second',
        'onset.handoff.from': 'first',
        'onset.handoff.to': 'second'
      }
    })
    const agents = recorded.spans.filter(({ name }) => /^invoke_agent (?:first|second)$/.test(name))
    t.same(agents.map(({ name }) => name).toSorted(), ['invoke_agent first', 'invoke_agent second'])
    t.equal(parentOf(recorded, tools[0])?.name, 'invoke_agent first')
  })

  t.test(`openai agents, ${system}: tracing that the program switched off stays off`, async (t) => {
    const recorded = await record(t, FRAMEWORK_PROGRAMS.agents, system, {
      OPENAI_AGENTS_DISABLE_TRACING: '1'
    })
    const tools = recorded.spans.filter(isTool)
    t.equal(tools.length, recorded.ledger.length, 'tools are derived then')
    t.ok(tools.every(({ attributes }) => attributes['onset.tool.timing'] === 'derived'))
  })

  for (const stream of ['0', '1']) {
    t.test(`ai sdk, ${system}, stream ${stream}: tools and errors`, async (t) => {
      const recorded = await record(t, FRAMEWORK_PROGRAMS.aiSdk, system, { STREAM: stream })
      t.same(toldTools(recorded), recorded.ledger.toSorted(byName), 'a span for each call, no more')
      const tools = recorded.spans.filter(isTool)
      t.ok(tools.every(({ attributes }) => attributes['onset.tool.timing'] === undefined))
      t.equal(recorded.spans.filter(isModel).length, 2, 'a span for each request to the model')
    })
  }

  for (const stream of ['0', '1']) {
    t.test(`langgraph, ${system}, stream ${stream}: agent, tools and errors`, async (t) => {
      const recorded = await record(t, FRAMEWORK_PROGRAMS.langgraph, system, { STREAM: stream })
      t.same(toldTools(recorded), recorded.ledger.toSorted(byName), 'a span for each call, no more')
      const models = recorded.spans.filter(isModel)
      t.equal(models.length, 2, 'a span for each request to the model')
      for (const span of [...models, ...recorded.spans.filter(isTool)]) {
        t.ok(
          ancestors(recorded, span).includes('invoke_agent guide'),
          `${span.name} is in the agent`
        )
      }
    })

    t.test(
      `ai sdk, ${system}, stream ${stream}: with telemetry of its own, its word`,
      async (t) => {
        const env = { STREAM: stream }
        const recorded = await record(t, FRAMEWORK_PROGRAMS.aiSdkTelling, system, env)
        const tools = recorded.spans.filter(isTool)
        t.same(
          tools.map(({ attributes }) => textOf(attributes['gen_ai.tool.name'])).toSorted(),
          recorded.ledger.map(({ name }) => name).toSorted(),
          'a span for each call, no more'
        )
        t.notOk(
          tools.some(({ scope }) => scope.name === '@onset/instrumentation'),
          'none of ours'
        )
        t.equal(recorded.spans.filter(isModel).length, 2, 'a span for each request to the model')
      }
    )

    t.test(
      `mcp client in a tool, ${system}, stream ${stream}: the call is the tool’s`,
      async (t) => {
        const recorded = await record(t, FRAMEWORK_PROGRAMS.mcpInTool, system, { STREAM: stream })
        t.match(
          recorded.ledger.map(({ name }) => name).toSorted(),
          ['read_sensor', 'read_weather'],
          'the servers were asked'
        )
        const toNames = (spans: readonly DecodedSpan[]): readonly unknown[] =>
          spans.map(({ attributes }) => textOf(attributes['gen_ai.tool.name'])).toSorted()
        const tools = recorded.spans.filter(isTool)
        t.same(toNames(tools), ['read_clock', 'read_sensor', 'read_weather'])
        const asked = tools.filter(({ attributes }) => 'mcp.method.name' in attributes)
        t.same(toNames(asked), ['read_sensor', 'read_weather'])
        const sensor = tools.find(
          ({ attributes }) => attributes['gen_ai.tool.name'] === 'read_sensor'
        )
        t.equal(parentOf(recorded, sensor)?.attributes['gen_ai.tool.name'], 'read_clock')
        t.equal(sensor?.attributes['gen_ai.tool.call.result'], 'read_sensor of Europe/Zurich')
      }
    )
  }

  t.test(`claude agent sdk, ${system}: what its process sends is in the run`, async (t) => {
    const recorded = await record(t, FRAMEWORK_PROGRAMS.claudeAgentSdk, system)
    const tool = recorded.spans.find(({ name }) => name === 'claude_code.tool')
    if (tool === undefined) throw new Error('the span of the tool did not arrive')
    const [interaction, command, run] = ancestors(recorded, tool)
    t.same([interaction, run], ['claude_code.interaction', 'invoke_agent agent'])
    const started = recorded.spans.filter(({ attributes }) => 'process.command' in attributes)
    t.same(
      started.map(({ name }) => name),
      [command],
      'under the command that is the process'
    )
    t.match(started[0]?.attributes['process.command_args'], /stream-json/)
  })

  t.test(`openai agents, ${system}: guardrails say what they found`, async (t) => {
    const recorded = await record(t, FRAMEWORK_PROGRAMS.guardrails, system)
    const guardrails = recorded.spans.filter(
      ({ attributes }) => attributes['gen_ai.operation.name'] === 'apply_guardrail'
    )
    t.same(
      guardrails
        .map(({ attributes }) => ({
          name: textOf(attributes['gen_ai.guardrail.name']),
          arguments: null,
          result: textOf(attributes['gen_ai.guardrail.result.type'])
        }))
        .toSorted(byName),
      recorded.ledger.toSorted(byName)
    )
    t.same(
      guardrails.map((span) => parentOf(recorded, span)?.name ?? '').toSorted(),
      ['invoke_agent guarded', 'invoke_agent strict'],
      'under the agents they guard'
    )
    const kinds = normalizeSpans(guardrails).steps.map(({ kind }) => kind)
    t.same(kinds, ['guardrail', 'guardrail'], 'as Onset reads them')
  })

  t.test(
    `mcp client, ${system}: calls, results, errors, and the trace told to the server`,
    async (t) => {
      const recorded = await record(t, FRAMEWORK_PROGRAMS.mcp, system)
      t.same(toldTools(recorded), recorded.ledger.toSorted(byName))
      for (const span of recorded.spans.filter(isTool)) {
        t.equal(span.attributes['mcp.method.name'], 'tools/call')
        t.equal(parentOf(recorded, span)?.name, 'invoke_agent agent')
      }
    }
  )
}
