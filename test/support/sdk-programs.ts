// Agents as people write them with each SDK: a loop that asks, runs the tools it is asked for, and sends
// the results back. Text, because each is run as a module and as CommonJS. `load` stands for the import
// of the module system; each program keeps a ledger of the tools it ran.

/** What every program begins with: tools that say what they were given, and a ledger. */
const TOOLS = `
const ledger = []
const results = { read_weather: '21° und sonnig', read_clock: '14:05' }
function runTool(name, args) {
  ledger.push({ name, arguments: args })
  return results[name]
}
const weather = { type: 'object', properties: { city: { type: 'string' }, unit: { type: 'string' } } }
const clock = { type: 'object', properties: { zone: { type: 'string' } } }
const base = process.env.MODEL_URL
const model = process.env.MODEL
const isStream = process.env.STREAM === '1'
`

/** The same tools, which do something as well: one runs a command, the other writes a file. */
export const WORKING_TOOLS = TOOLS.replace(
  'ledger.push({ name, arguments: args })',
  `ledger.push({ name, arguments: args })
  if (name === 'read_clock') process.getBuiltinModule('node:fs').writeFileSync('clock.txt', args.zone)
  else process.getBuiltinModule('node:child_process').execFileSync('printf', ['%s', args.city])`
)

/** Prints the ledger as the last line. */
const END = `
console.log(JSON.stringify(ledger))
`

const OPENAI_CHAT = `
const client = new OpenAI({ baseURL: base + '/v1', apiKey: 'k', maxRetries: 0 })
const tools = [
  { type: 'function', function: { name: 'read_weather', parameters: weather } },
  { type: 'function', function: { name: 'read_clock', parameters: clock } }
]
const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Wetter und Zeit in Zürich?' }
]
async function ask() {
  const request = { model, messages, tools, temperature: 0.2, max_completion_tokens: 256 }
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
for (let turn = 0; turn < 4; turn += 1) {
  const message = await ask()
  messages.push(message)
  if (!message.tool_calls) break
  for (const call of message.tool_calls) {
    const content = runTool(call.function.name, JSON.parse(call.function.arguments))
    messages.push({ role: 'tool', tool_call_id: call.id, content })
  }
}
`

const OPENAI_RESPONSES = `
const client = new OpenAI({ baseURL: base + '/v1', apiKey: 'k', maxRetries: 0 })
const tools = [
  { type: 'function', name: 'read_weather', parameters: weather, strict: false },
  { type: 'function', name: 'read_clock', parameters: clock, strict: false }
]
let input = 'Wetter und Zeit in Zürich?'
let previous
for (let turn = 0; turn < 4; turn += 1) {
  const request = {
    model, tools, input, instructions: 'Be brief.', temperature: 0.2, max_output_tokens: 256,
    ...(previous === undefined ? {} : { previous_response_id: previous })
  }
  let response
  if (isStream) {
    for await (const event of await client.responses.create({ ...request, stream: true })) {
      if (event.type === 'response.completed') response = event.response
    }
  } else response = await client.responses.create(request)
  previous = response.id
  const calls = response.output.filter((item) => item.type === 'function_call')
  if (calls.length === 0) break
  input = calls.map((call) => ({
    type: 'function_call_output', call_id: call.call_id,
    output: runTool(call.name, JSON.parse(call.arguments))
  }))
}
`

const ANTHROPIC = `
const client = new Anthropic({ baseURL: base, apiKey: 'k', maxRetries: 0 })
const tools = [
  { name: 'read_weather', input_schema: weather },
  { name: 'read_clock', input_schema: clock }
]
const messages = [{ role: 'user', content: 'Wetter und Zeit in Zürich?' }]
for (let turn = 0; turn < 4; turn += 1) {
  const request = { model, tools, messages, system: 'Be brief.', max_tokens: 256 }
  const message = isStream
    ? await client.messages.stream(request).finalMessage()
    : await client.messages.create(request)
  messages.push({ role: 'assistant', content: message.content })
  const calls = message.content.filter((block) => block.type === 'tool_use')
  if (calls.length === 0) break
  messages.push({ role: 'user', content: calls.map((call) => ({
    type: 'tool_result', tool_use_id: call.id, content: runTool(call.name, call.input)
  })) })
}
`

const GEMINI = `
const client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: base } })
const tools = [{ functionDeclarations: [
  { name: 'read_weather', parametersJsonSchema: weather },
  { name: 'read_clock', parametersJsonSchema: clock }
] }]
const contents = [{ role: 'user', parts: [{ text: 'Wetter und Zeit in Zürich?' }] }]
const config = { tools, systemInstruction: 'Be brief.', temperature: 0.2, maxOutputTokens: 256 }
for (let turn = 0; turn < 4; turn += 1) {
  const parts = []
  if (isStream) {
    for await (const chunk of await client.models.generateContentStream({ model, contents, config })) {
      parts.push(...(chunk.candidates?.[0]?.content?.parts ?? []))
    }
  } else {
    const response = await client.models.generateContent({ model, contents, config })
    parts.push(...response.candidates[0].content.parts)
  }
  contents.push({ role: 'model', parts })
  const calls = parts.filter((part) => part.functionCall)
  if (calls.length === 0) break
  contents.push({ role: 'user', parts: calls.map(({ functionCall: { name, args } }) => ({
    functionResponse: { name, response: { output: runTool(name, args) } }
  })) })
}
`

const AI_SDK = `
const provider = createOpenAI({ baseURL: base + '/v1', apiKey: 'k' })
const tools = {
  read_weather: tool({ inputSchema: jsonSchema(weather), execute: (args) => runTool('read_weather', args) }),
  read_clock: tool({ inputSchema: jsonSchema(clock), execute: (args) => runTool('read_clock', args) })
}
const request = {
  model: provider.chat(model), tools, stopWhen: stepCountIs(4), maxRetries: 0,
  system: 'Be brief.', prompt: 'Wetter und Zeit in Zürich?'
}
if (isStream) await streamText(request).text
else await generateText(request)
`

const AGENTS = `
setTracingDisabled(true)
setDefaultOpenAIClient(new OpenAI({ baseURL: base + '/v1', apiKey: 'k', maxRetries: 0 }))
const strictOff = (schema) => ({ ...schema, required: [], additionalProperties: true })
const agent = new Agent({
  name: 'guide', instructions: 'Be brief.', model,
  tools: [
    tool({ name: 'read_weather', description: 'w', parameters: strictOff(weather), strict: false,
      execute: (args) => runTool('read_weather', args) }),
    tool({ name: 'read_clock', description: 'c', parameters: strictOff(clock), strict: false,
      execute: (args) => runTool('read_clock', args) })
  ]
})
if (isStream) {
  const result = await run(agent, 'Wetter und Zeit in Zürich?', { stream: true })
  for await (const event of result) void event
  await result.completed
} else await run(agent, 'Wetter und Zeit in Zürich?')
`

const LANGCHAIN = `
const chat = new ChatOpenAI({
  model, apiKey: 'k', maxRetries: 0, temperature: 0.2,
  configuration: { baseURL: base + '/v1' }
}).bindTools([
  { type: 'function', function: { name: 'read_weather', parameters: weather } },
  { type: 'function', function: { name: 'read_clock', parameters: clock } }
])
const messages = [new SystemMessage('Be brief.'), new HumanMessage('Wetter und Zeit in Zürich?')]
for (let turn = 0; turn < 4; turn += 1) {
  let message
  if (isStream) {
    for await (const chunk of await chat.stream(messages)) message = message?.concat(chunk) ?? chunk
  } else message = await chat.invoke(messages)
  messages.push(message)
  if (!message.tool_calls?.length) break
  for (const call of message.tool_calls) {
    messages.push(new ToolMessage({
      content: runTool(call.name, call.args), tool_call_id: call.id, name: call.name
    }))
  }
}
`

export type ModuleSystem = 'esm' | 'cjs'

export interface SdkProgram {
  /** Package → names to take from it; `default` is the default export. */
  readonly imports: Readonly<Record<string, string>>
  readonly agent: string
  readonly protocol: 'chat' | 'responses' | 'anthropic' | 'gemini'
}

const OPENAI = (name: string): Readonly<Record<string, string>> => ({ [name]: '{ OpenAI }' })

export const SDK_PROGRAMS: Readonly<Record<string, SdkProgram>> = {
  'openai 5, chat': { imports: OPENAI('openai5'), agent: OPENAI_CHAT, protocol: 'chat' },
  'openai 6, chat': { imports: OPENAI('openai6'), agent: OPENAI_CHAT, protocol: 'chat' },
  'openai 7, chat': { imports: OPENAI('openai'), agent: OPENAI_CHAT, protocol: 'chat' },
  'openai 5, responses': {
    imports: OPENAI('openai5'),
    agent: OPENAI_RESPONSES,
    protocol: 'responses'
  },
  'openai 7, responses': {
    imports: OPENAI('openai'),
    agent: OPENAI_RESPONSES,
    protocol: 'responses'
  },
  anthropic: {
    imports: { '@anthropic-ai/sdk': '{ Anthropic }' },
    agent: ANTHROPIC,
    protocol: 'anthropic'
  },
  'google genai': {
    imports: { '@google/genai': '{ GoogleGenAI }' },
    agent: GEMINI,
    protocol: 'gemini'
  },
  'ai sdk 7': {
    imports: {
      ai: '{ generateText, streamText, tool, jsonSchema, stepCountIs }',
      '@ai-sdk/openai': '{ createOpenAI }'
    },
    agent: AI_SDK,
    protocol: 'chat'
  },
  'openai agents': {
    imports: {
      '@openai/agents': '{ Agent, run, tool, setDefaultOpenAIClient, setTracingDisabled }',
      openai: '{ OpenAI }'
    },
    agent: AGENTS,
    protocol: 'responses'
  },
  langchain: {
    imports: {
      '@langchain/openai': '{ ChatOpenAI }',
      '@langchain/core/messages': '{ HumanMessage, SystemMessage, ToolMessage }'
    },
    agent: LANGCHAIN,
    protocol: 'chat'
  }
}

/** `before` runs when everything is loaded: telemetry that a test adds. */
export function programText(
  program: SdkProgram,
  system: ModuleSystem,
  before = '',
  tools = TOOLS
): string {
  const loads = Object.entries(program.imports).map(([name, names]) =>
    system === 'esm' ? `import ${names} from '${name}'` : `const ${names} = require('${name}')`
  )
  const body = [before, tools, program.agent, END].join('\n')
  const main = system === 'esm' ? body : `async function main() {${body}}\nmain()`
  return [...loads, main].join('\n')
}
