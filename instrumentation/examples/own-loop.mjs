// node --import @onset/instrumentation/register own-loop.mjs "make node --test pass"
import { exec } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import OpenAI from 'openai'

const tools = {
  run_command: async ({ command }) => {
    const { stdout } = await promisify(exec)(command).catch((failed) => failed)
    return stdout
  },
  write_file: async ({ path, content }) => {
    await writeFile(path, content)
    return `wrote ${path}`
  }
}
const text = { type: 'string' }
const describe = (name, properties) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties } }
})
const described = [
  describe('run_command', { command: text }),
  describe('write_file', { path: text, content: text })
]

const client = new OpenAI()
const messages = [{ role: 'user', content: process.argv[2] }]
for (let turn = 0; turn < 20; turn += 1) {
  const request = { model: 'gpt-5', messages, tools: described }
  const { message } = (await client.chat.completions.create(request)).choices[0]
  messages.push(message)
  if (!message.tool_calls) break
  for (const call of message.tool_calls) {
    const content = await tools[call.function.name](JSON.parse(call.function.arguments))
    messages.push({ role: 'tool', tool_call_id: call.id, content })
  }
}
console.log(messages.at(-1).content)
