// Agents as people write them with frameworks, each as a module and as CommonJS. Nothing in them knows of
// telemetry; each prints, as its last line, what it did: the ledger that spans are compared with.

import type { ModuleSystem } from './sdk-programs.ts'

export interface ToolEntry {
  readonly name: string
  readonly arguments: unknown
  /** Undefined when the tool failed. */
  readonly result?: string
  readonly error?: string
}

export interface FrameworkProgram {
  readonly imports: Readonly<Record<string, string>>
  readonly agent: string
}

const AGENTS = `
setDefaultOpenAIClient(new OpenAI({ baseURL: process.env.MODEL_URL + '/v1', apiKey: 'k', maxRetries: 0 }))
const schema = (...names) => ({
  type: 'object', required: [], additionalProperties: true,
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }]))
})
const agent = new Agent({
  name: 'guide', instructions: 'Be brief.', model: process.env.MODEL,
  tools: [
    tool({ name: 'read_weather', description: 'w', parameters: schema('city', 'unit'), strict: false,
      execute: (args) => {
        ledger.push({ name: 'read_weather', arguments: args, result: '21° und sonnig' })
        return '21° und sonnig'
      } }),
    tool({ name: 'read_clock', description: 'c', parameters: schema('zone'), strict: false,
      execute: (args) => {
        ledger.push({ name: 'read_clock', arguments: args, error: 'no clock here' })
        throw new Error('no clock here')
      } })
  ]
})
if (process.env.STREAM === '1') {
  const result = await run(agent, 'Wetter und Zeit in Zürich?', { stream: true })
  for await (const event of result) void event
  await result.completed
} else await run(agent, 'Wetter und Zeit in Zürich?')
`

/** A model of its own decides: the first agent hands over, the second says a text. */
const HANDOFF = `
let turn = 0
const model = { getResponse: async () => {
  turn += 1
  const usage = new Usage()
  if (turn > 1) return { usage, output: [{ type: 'message', role: 'assistant', status: 'completed',
    content: [{ type: 'output_text', text: 'done' }] }] }
  return { usage, output: [{ type: 'function_call', callId: 'h1', name: 'transfer_to_second',
    status: 'completed', arguments: '{}' }] }
} }
const second = new Agent({ name: 'second', instructions: 'b', model })
const first = new Agent({ name: 'first', instructions: 'a', model, handoffs: [second] })
await run(first, 'over to you')
`

/** Two checks of the question, of which the second stops the run. */
const GUARDRAILS = `
const model = { getResponse: async () => ({ usage: new Usage(), output: [{ type: 'message', role: 'assistant',
  status: 'completed', content: [{ type: 'output_text', text: 'done' }] }] }) }
const check = (name, triggered) => ({ name, runInParallel: false, execute: async () => {
  ledger.push({ name, arguments: null, result: triggered ? 'triggered' : 'passed' })
  return { tripwireTriggered: triggered, outputInfo: {} }
} })
const agent = new Agent({ name: 'guarded', instructions: 'a', model, inputGuardrails: [check('polite', false)] })
await run(agent, 'hello')
const strict = new Agent({ name: 'strict', instructions: 'a', model, inputGuardrails: [check('legal', true)] })
let stopped
try { await run(strict, 'hello') } catch (error) { stopped = error.constructor.name }
if (stopped !== 'InputGuardrailTripwireTriggered') throw new Error('it was not stopped: ' + stopped)
`

/** A tool of an agent that asks MCP servers: one tool of its own name, one of another. */
const MCP_IN_TOOL = `
const server = new McpServer({ name: 'files', version: '1.0.0' })
for (const name of ['read_weather', 'read_sensor']) {
  server.registerTool(name, { inputSchema: { city: z.string() } }, ({ city }) => {
    ledger.push({ name, arguments: { city }, result: name + ' of ' + city })
    return { content: [{ type: 'text', text: name + ' of ' + city }] }
  })
}
const [near, far] = InMemoryTransport.createLinkedPair()
await server.connect(far)
const client = new Client({ name: 'agent', version: '1.0.0' })
await client.connect(near)
setDefaultOpenAIClient(new OpenAI({ baseURL: process.env.MODEL_URL + '/v1', apiKey: 'k', maxRetries: 0 }))
const any = { type: 'object', properties: {}, required: [], additionalProperties: true }
const answer = async (name, city) => (await client.callTool({ name, arguments: { city } })).content[0].text
const agent = new Agent({ name: 'guide', instructions: 'Be brief.', model: process.env.MODEL, tools: [
  tool({ name: 'read_weather', description: 'w', parameters: any, strict: false,
    execute: ({ city }) => answer('read_weather', city) }),
  tool({ name: 'read_clock', description: 'c', parameters: any, strict: false,
    execute: ({ zone }) => answer('read_sensor', zone) })
] })
if (process.env.STREAM === '1') {
  const result = await run(agent, 'Wetter und Zeit in Zürich?', { stream: true })
  for await (const event of result) void event
  await result.completed
} else await run(agent, 'Wetter und Zeit in Zürich?')
`

const MCP = `
const server = new McpServer({ name: 'files', version: '1.0.0' })
const metas = []
const answer = (text, isError) => ({ content: [{ type: 'text', text }], ...(isError ? { isError } : {}) })
server.registerTool('read_file', { inputSchema: { path: z.string() } }, ({ path }, { _meta }) => {
  metas.push(_meta?.traceparent)
  ledger.push({ name: 'read_file', arguments: { path }, result: 'hello' })
  return answer('hello')
})
server.registerTool('delete_file', { inputSchema: { path: z.string() } }, ({ path }, { _meta }) => {
  metas.push(_meta?.traceparent)
  ledger.push({ name: 'delete_file', arguments: { path }, error: 'not allowed' })
  return answer('not allowed', true)
})
const [near, far] = InMemoryTransport.createLinkedPair()
await server.connect(far)
const client = new Client({ name: 'agent', version: '1.0.0' })
await client.connect(near)
const given = Object.freeze({ name: 'read_file', arguments: Object.freeze({ path: 'a.txt' }) })
const said = await client.callTool(given)
if (said.content[0].text !== 'hello') throw new Error('the answer is another')
await client.callTool({ name: 'delete_file', arguments: { path: 'a.txt' } })
if (!metas.every((meta) => /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/.test(meta))) throw new Error('no context: ' + metas)
`

const LANGGRAPH = `
const llm = new ChatOpenAI({
  model: process.env.MODEL, apiKey: 'k', maxRetries: 0,
  configuration: { baseURL: process.env.MODEL_URL + '/v1' }
})
const weather = tool(({ city, unit }) => {
  ledger.push({ name: 'read_weather', arguments: { city, unit }, result: '21° und sonnig' })
  return '21° und sonnig'
}, { name: 'read_weather', description: 'w', schema: z.object({ city: z.string(), unit: z.string() }) })
const clock = tool(({ zone }) => {
  ledger.push({ name: 'read_clock', arguments: { zone }, error: 'no clock here' })
  throw new Error('no clock here')
}, { name: 'read_clock', description: 'c', schema: z.object({ zone: z.string() }) })
const agent = createReactAgent({ llm, tools: [weather, clock], name: 'guide' })
const input = { messages: [{ role: 'user', content: 'Wetter und Zeit in Zürich?' }] }
if (process.env.STREAM === '1') {
  for await (const piece of await agent.stream(input, { streamMode: 'messages' })) void piece
} else await agent.invoke(input)
`

const AI_SDK = `
const provider = createOpenAI({ baseURL: process.env.MODEL_URL + '/v1', apiKey: 'k' })
const any = jsonSchema({ type: 'object', additionalProperties: true })
const tools = {
  read_weather: tool({ inputSchema: any, execute: (args) => {
    ledger.push({ name: 'read_weather', arguments: args, result: '21° und sonnig' })
    return '21° und sonnig'
  } }),
  read_clock: tool({ inputSchema: any, execute: (args) => {
    ledger.push({ name: 'read_clock', arguments: args, error: 'no clock here' })
    throw new Error('no clock here')
  } })
}
const request = {
  model: provider.chat(process.env.MODEL), tools, stopWhen: stepCountIs(4), maxRetries: 0,
  prompt: 'Wetter und Zeit in Zürich?'
}
if (process.env.STREAM === '1') await streamText(request).text
else await generateText(request)
`

/**
 * What the Claude Agent SDK 0.3.331 does, without its 200 MB of executable: starts it with these arguments, and
 * speaks lines of JSON with it. Claude Code joins the trace that its environment names, and sends its own spans.
 */
const CLAUDE_AGENT_SDK = `
const executable = \`
const span = (name, spanId, parentSpanId, attributes) => ({ traceId: trace, spanId, parentSpanId, name, kind: 1,
  startTimeUnixNano: Date.now() + '000000', endTimeUnixNano: Date.now() + '000000',
  attributes: Object.entries(attributes).map(([key, value]) => ({ key, value: { stringValue: value } })) })
const [, trace, parent] = process.env.TRACEPARENT.split('-')
const say = (message) => console.log(JSON.stringify(message))
const lines = require('node:readline').createInterface({ input: process.stdin })
lines.on('line', async (line) => {
  const { type, request_id } = JSON.parse(line)
  if (type === 'control_request') {
    say({ type: 'control_response', response: { subtype: 'success', request_id, response: {} } })
    return
  }
  say({ type: 'system', subtype: 'init', session_id: 's' })
  const spans = [
    span('claude_code.interaction', 'a'.repeat(16), parent, { 'span.type': 'interaction', user_prompt: 'fix it' }),
    span('claude_code.tool', 'b'.repeat(16), 'a'.repeat(16), { 'span.type': 'tool', tool_name: 'Bash' })
  ]
  await fetch(process.env.OTEL_EXPORTER_OTLP_ENDPOINT + '/v1/traces', {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource: {}, scopeSpans: [{ scope: {}, spans }] }] })
  })
  say({ type: 'result', subtype: 'success', session_id: 's', result: 'done' })
  lines.close()
})\`
const flags = ['--output-format', 'stream-json', '--verbose', '--input-format', 'stream-json']
const child = spawn(process.execPath, ['-e', executable, '--', ...flags], {
  stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, CLAUDE_CODE_ENTRYPOINT: 'sdk-ts' }
})
const tell = (message) => child.stdin.write(JSON.stringify(message) + '\\n')
tell({ type: 'control_request', request_id: 'r', request: { subtype: 'initialize' } })
tell({ type: 'user', message: { role: 'user', content: 'fix it' } })
const said = []
for await (const line of createInterface({ input: child.stdout })) said.push(JSON.parse(line).type)
if (said.join() !== 'control_response,system,result') throw new Error('it heard ' + said)
`

export const FRAMEWORK_PROGRAMS = {
  claudeAgentSdk: {
    imports: { 'node:child_process': '{ spawn }', 'node:readline': '{ createInterface }' },
    agent: CLAUDE_AGENT_SDK
  },
  agents: {
    imports: {
      '@openai/agents': '{ Agent, run, tool, setDefaultOpenAIClient }',
      openai: '{ OpenAI }'
    },
    agent: AGENTS
  },
  handoff: { imports: { '@openai/agents': '{ Agent, Usage, run }' }, agent: HANDOFF },
  langgraph: {
    imports: {
      '@langchain/langgraph/prebuilt': '{ createReactAgent }',
      '@langchain/core/tools': '{ tool }',
      '@langchain/openai': '{ ChatOpenAI }',
      zod: '{ z }'
    },
    agent: LANGGRAPH
  },
  guardrails: { imports: { '@openai/agents': '{ Agent, Usage, run }' }, agent: GUARDRAILS },
  mcpInTool: {
    imports: {
      '@openai/agents': '{ Agent, run, tool, setDefaultOpenAIClient }',
      openai: '{ OpenAI }',
      '@modelcontextprotocol/sdk/client/index.js': '{ Client }',
      '@modelcontextprotocol/sdk/server/mcp.js': '{ McpServer }',
      '@modelcontextprotocol/sdk/inMemory.js': '{ InMemoryTransport }',
      zod: '{ z }'
    },
    agent: MCP_IN_TOOL
  },
  aiSdkTelling: {
    imports: {
      ai: '{ generateText, registerTelemetry, streamText, tool, jsonSchema, stepCountIs }',
      '@ai-sdk/openai': '{ createOpenAI }',
      '@ai-sdk/otel': '{ OpenTelemetry }'
    },
    agent: `registerTelemetry(new OpenTelemetry())${AI_SDK}`
  },
  aiSdk: {
    imports: {
      ai: '{ generateText, streamText, tool, jsonSchema, stepCountIs }',
      '@ai-sdk/openai': '{ createOpenAI }'
    },
    agent: AI_SDK
  },
  mcp: {
    imports: {
      '@modelcontextprotocol/sdk/client/index.js': '{ Client }',
      '@modelcontextprotocol/sdk/server/mcp.js': '{ McpServer }',
      '@modelcontextprotocol/sdk/inMemory.js': '{ InMemoryTransport }',
      zod: '{ z }'
    },
    agent: MCP
  }
} as const satisfies Record<string, FrameworkProgram>

export function frameworkText(program: FrameworkProgram, system: ModuleSystem): string {
  const loads = Object.entries(program.imports).map(([name, names]) =>
    system === 'esm' ? `import ${names} from '${name}'` : `const ${names} = require('${name}')`
  )
  const body = `const ledger = []\n${program.agent}\nconsole.log(JSON.stringify(ledger))`
  return [...loads, system === 'esm' ? body : `async function main() {${body}}\nmain()`].join('\n')
}
