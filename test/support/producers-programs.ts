// Agents for producers beyond those of sdk-programs.ts, with the same names around them: `model`,
// `isStream`, `base`, the schemas, and `runTool`, which throws what a failing tool throws.

import type { SdkProgram } from './sdk-programs.ts'

const QUESTION = 'Wetter und Zeit in Zürich?'

/** One turn with the openai SDK; `observe` is what a producer puts around its client. */
const chat = (observe: string): string => `
const client = ${observe}(new OpenAI({ baseURL: base + '/v1', apiKey: 'k', maxRetries: 0 }))
const tools = [
  { type: 'function', function: { name: 'read_weather', parameters: weather } },
  { type: 'function', function: { name: 'read_clock', parameters: clock } }
]
const messages = [{ role: 'user', content: '${QUESTION}' }]
async function ask() {
  const request = { model, messages, tools }
  if (!isStream) return (await client.chat.completions.create(request)).choices[0].message
  const stream = await client.chat.completions.create({
    ...request, stream: true, stream_options: { include_usage: true }
  })
  const message = { role: 'assistant', content: '', tool_calls: [] }
  for await (const chunk of stream) {
    const delta = chunk.choices[0]?.delta ?? {}
    message.content += delta.content ?? ''
    for (const call of delta.tool_calls ?? []) {
      const known = (message.tool_calls[call.index] ??= {
        id: call.id, type: 'function', function: { name: call.function.name, arguments: '' }
      })
      known.function.arguments += call.function.arguments ?? ''
    }
  }
  if (message.tool_calls.length === 0) delete message.tool_calls
  return message
}
/** All tools that were asked for at once, as \`call\` runs one. */
async function answer(message, call) {
  messages.push(message)
  messages.push(...await Promise.all(message.tool_calls.map(async (asked) => {
    const args = JSON.parse(asked.function.arguments)
    const content = await call(asked.function.name, args).catch((error) => 'Error: ' + error.message)
    return { role: 'tool', tool_call_id: asked.id, content }
  })))
}
`

const LANGFUSE = `${chat('observeOpenAI')}
await startActiveObservation('guide', async (agent) => {
  agent.update({ input: messages[0].content })
  for (let turn = 0; turn < 4; turn += 1) {
    const message = await ask()
    if (!message.tool_calls) return agent.update({ output: message.content })
    await answer(message, (name, args) =>
      observe(async (given) => runTool(name, given), { name, asType: 'tool' })(args))
  }
}, { asType: 'agent' })
`

const TRACELOOP = `${chat('')}
for (let turn = 0; turn < 4; turn += 1) {
  const message = await ask()
  if (!message.tool_calls) break
  await answer(message, async (name, args) => runTool(name, args))
}
`

/** With its SDK, which has a name for everything. */
const TRACELOOP_SDK = `${chat('')}
await withWorkflow({ name: 'guide' }, async () => {
  for (let turn = 0; turn < 4; turn += 1) {
    const message = await ask()
    if (!message.tool_calls) return message.content
    await answer(message, (name, args) =>
      withTool({ name, inputParameters: [args] }, async (given) => runTool(name, given), args))
  }
})
`

const LANGGRAPH = `
const object = (shape) => z.object(Object.fromEntries(shape.map((name) => [name, z.string()])))
const tools = [
  tool((args) => runTool('read_weather', args), {
    name: 'read_weather', description: 'w', schema: object(['city', 'unit'])
  }),
  tool((args) => runTool('read_clock', args), {
    name: 'read_clock', description: 'c', schema: object(['zone'])
  })
]
const chat = new ChatOpenAI({
  model, apiKey: 'k', maxRetries: 0, configuration: { baseURL: base + '/v1' }
}).bindTools(tools)
const graph = new StateGraph(MessagesAnnotation)
  .addNode('model', async ({ messages }) => ({ messages: [await chat.invoke(messages)] }))
  .addNode('tools', new ToolNode(tools))
  .addEdge(START, 'model')
  .addConditionalEdges('model', ({ messages }) => messages.at(-1).tool_calls?.length ? 'tools' : END)
  .addEdge('tools', 'model')
  .compile()
const input = { messages: [{ role: 'user', content: '${QUESTION}' }] }
if (isStream) {
  for await (const chunk of await graph.stream(input, { streamMode: 'messages' })) void chunk
} else await graph.invoke(input)
`

const TOOL_RUNNER = `
const client = new Anthropic({ baseURL: base, apiKey: 'k', maxRetries: 0 })
const aTool = (name, inputSchema) =>
  betaTool({ name, inputSchema, description: name, run: async (args) => runTool(name, args) })
const runner = client.beta.messages.toolRunner({
  model, max_tokens: 256, stream: isStream, max_iterations: 4,
  messages: [{ role: 'user', content: '${QUESTION}' }],
  tools: [aTool('read_weather', weather), aTool('read_clock', clock)]
})
if (isStream) for await (const stream of runner) { for await (const event of stream) void event }
else await runner
`

const AGENTS = `
setDefaultOpenAIClient(new OpenAI({ baseURL: base + '/v1', apiKey: 'k', maxRetries: 0 }))
const aTool = (name, schema) => tool({
  name, description: name, strict: false,
  parameters: { ...schema, required: [], additionalProperties: true },
  execute: (args) => runTool(name, args)
})
const agent = new Agent({
  name: 'guide', instructions: 'Be brief.', model,
  tools: [aTool('read_weather', weather), aTool('read_clock', clock)]
})
if (isStream) {
  const result = await run(agent, '${QUESTION}', { stream: true })
  for await (const event of result) void event
  await result.completed
} else await run(agent, '${QUESTION}')
`

const MASTRA = `
const aTool = (id, shape) => createTool({
  id, description: id, inputSchema: z.object(shape), execute: async (args) => runTool(id, args)
})
const agent = new Agent({
  id: 'guide', name: 'guide', instructions: 'Be brief.', maxRetries: 0,
  model: createOpenAI({ baseURL: base + '/v1', apiKey: 'k' }).chat(model),
  tools: {
    read_weather: aTool('read_weather', { city: z.string(), unit: z.string() }),
    read_clock: aTool('read_clock', { zone: z.string() })
  }
})
// Mastra takes the observability it is given over: each has its own.
const observability = observe()
const guide = new Mastra({ agents: { guide: agent }, observability, logger: false }).getAgent('guide')
try {
  if (isStream) {
    const result = await guide.stream('${QUESTION}')
    for await (const chunk of result.textStream) void chunk
  } else await guide.generate('${QUESTION}')
} finally { await observability.shutdown() }
`

export const PRODUCER_PROGRAMS = {
  langfuse: {
    imports: {
      openai: '{ OpenAI }',
      '@langfuse/openai': '{ observeOpenAI }',
      '@langfuse/tracing': '{ observe, startActiveObservation }'
    },
    agent: LANGFUSE,
    protocol: 'chat'
  },
  traceloop: { imports: { openai: '{ OpenAI }' }, agent: TRACELOOP, protocol: 'chat' },
  traceloopSdk: {
    imports: {
      openai: '{ OpenAI }',
      '@traceloop/node-server-sdk': '{ withTool, withWorkflow }'
    },
    agent: TRACELOOP_SDK,
    protocol: 'chat'
  },
  langgraph: {
    imports: {
      '@langchain/langgraph': '{ END, MessagesAnnotation, START, StateGraph }',
      '@langchain/langgraph/prebuilt': '{ ToolNode }',
      '@langchain/core/tools': '{ tool }',
      '@langchain/openai': '{ ChatOpenAI }',
      zod: '{ z }'
    },
    agent: LANGGRAPH,
    protocol: 'chat'
  },
  toolRunner: {
    imports: {
      '@anthropic-ai/sdk': '{ Anthropic }',
      '@anthropic-ai/sdk/helpers/beta/json-schema': '{ betaTool }'
    },
    agent: TOOL_RUNNER,
    protocol: 'anthropic'
  },
  agents: {
    imports: {
      '@openai/agents': '{ Agent, run, tool, setDefaultOpenAIClient }',
      openai: '{ OpenAI }'
    },
    agent: AGENTS,
    protocol: 'responses'
  },
  mastra: {
    imports: {
      '@mastra/core': '{ Mastra }',
      '@mastra/core/agent': '{ Agent }',
      '@mastra/core/tools': '{ createTool }',
      '@ai-sdk/openai': '{ createOpenAI }',
      zod: '{ z }'
    },
    agent: MASTRA,
    protocol: 'chat'
  }
} as const satisfies Record<string, SdkProgram>
