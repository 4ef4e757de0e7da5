// One agent, written as a loop of its own and with frameworks. All of them are given the same tools and the
// same answers of the model, so all of them do the same; nothing in them knows of telemetry.

const TOOLS = `
import { exec } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
const run_command = async ({ command }) => {
  const { stdout } = await promisify(exec)(command).catch((failed) => failed)
  return stdout
}
const write_file = async ({ path, content }) => {
  await writeFile(path, content)
  return 'wrote ' + path
}
const read_notes = async ({ topic }) => { throw new Error('no notes about ' + topic) }
const [, , task] = process.argv
const baseURL = process.env.OPENAI_BASE_URL
`

const PARAMETERS = {
  run_command: ['command'],
  write_file: ['path', 'content'],
  read_notes: ['topic']
}

function eachTool(write: (name: string, parameters: readonly string[]) => string): string {
  return Object.entries(PARAMETERS)
    .map(([name, parameters]) => write(name, parameters))
    .join(',\n')
}

function zodOf(parameters: readonly string[]): string {
  return `z.object({ ${parameters.map((name) => `${name}: z.string()`).join(', ')} })`
}

function jsonSchemaOf(parameters: readonly string[]): string {
  const properties = Object.fromEntries(parameters.map((name) => [name, { type: 'string' }]))
  return JSON.stringify({ type: 'object', properties, required: parameters })
}

const LOOP = `
const tools = { run_command, write_file, read_notes }
const described = [${eachTool(
  (name, parameters) =>
    `{ type: 'function', function: { name: '${name}', parameters: ${jsonSchemaOf(parameters)} } }`
)}]
const client = new OpenAI({ baseURL, apiKey: 'k' })
const messages = [{ role: 'user', content: task }]
for (let turn = 0; turn < 9; turn += 1) {
  const { message } = (await client.chat.completions.create({ model: 'gpt-5', messages, tools: described })).choices[0]
  messages.push(message)
  if (!message.tool_calls) break
  for (const { id, function: { name, arguments: given } } of message.tool_calls) {
    const content = await tools[name](JSON.parse(given)).catch((error) => 'Error: ' + error.message)
    messages.push({ role: 'tool', tool_call_id: id, content })
  }
}
console.log(messages.at(-1).content)
`

const AGENTS = `
setDefaultOpenAIClient(new OpenAI({ baseURL, apiKey: 'k' }))
const agent = new Agent({ name: 'coder', model: 'gpt-5', tools: [${eachTool(
  (name, parameters) =>
    `tool({ name: '${name}', description: 'd', parameters: ${zodOf(parameters)}, execute: ${name} })`
)}] })
console.log((await run(agent, task)).finalOutput)
`

const AI_SDK = `
const { text } = await generateText({
  model: createOpenAI({ baseURL, apiKey: 'k' }).chat('gpt-5'), prompt: task, stopWhen: stepCountIs(9),
  tools: { ${eachTool(
    (name, parameters) => `${name}: tool({ inputSchema: ${zodOf(parameters)}, execute: ${name} })`
  )} }
})
console.log(text)
`

const LANGGRAPH = `
const llm = new ChatOpenAI({ model: 'gpt-5', apiKey: 'k', configuration: { baseURL } })
const tools = [${eachTool(
  (name, parameters) =>
    `tool(${name}, { name: '${name}', description: 'd', schema: ${zodOf(parameters)} })`
)}]
const agent = createReactAgent({ llm, tools, name: 'coder' })
const { messages } = await agent.invoke({ messages: [{ role: 'user', content: task }] })
console.log(messages.at(-1).content)
`

const WRITTEN: Readonly<Record<string, readonly [imports: string, agent: string]>> = {
  'a loop of its own': [`import { OpenAI } from 'openai'`, LOOP],
  'OpenAI Agents': [
    `import { Agent, run, setDefaultOpenAIClient, tool } from '@openai/agents'
    import { OpenAI } from 'openai'
    import { z } from 'zod'`,
    AGENTS
  ],
  'the AI SDK': [
    `import { createOpenAI } from '@ai-sdk/openai'
    import { generateText, stepCountIs, tool } from 'ai'
    import { z } from 'zod'`,
    AI_SDK
  ],
  LangGraph: [
    `import { tool } from '@langchain/core/tools'
    import { createReactAgent } from '@langchain/langgraph/prebuilt'
    import { ChatOpenAI } from '@langchain/openai'
    import { z } from 'zod'`,
    LANGGRAPH
  ]
}

/** With what it is written → its source, an ES module. */
export const SAME_AGENT: ReadonlyMap<string, string> = new Map(
  Object.entries(WRITTEN).map(([name, [imports, agent]]) => [name, imports + TOOLS + agent])
)
