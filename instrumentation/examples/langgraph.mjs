// node --import @onset/instrumentation/register langgraph.mjs "make node --test pass"
import { exec } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { tool } from '@langchain/core/tools'
import { createReactAgent } from '@langchain/langgraph/prebuilt'
import { ChatOpenAI } from '@langchain/openai'
import { z } from 'zod'

const runCommand = tool(
  async ({ command }) => {
    const { stdout } = await promisify(exec)(command).catch((failed) => failed)
    return stdout
  },
  {
    name: 'run_command',
    description: 'Runs a shell command.',
    schema: z.object({ command: z.string() })
  }
)
const writeText = tool(
  async ({ path, content }) => {
    await writeFile(path, content)
    return `wrote ${path}`
  },
  {
    name: 'write_file',
    description: 'Writes a file.',
    schema: z.object({ path: z.string(), content: z.string() })
  }
)

const llm = new ChatOpenAI({ model: 'gpt-5' })
const coder = createReactAgent({ llm, tools: [runCommand, writeText], name: 'coder' })
const { messages } = await coder.invoke({ messages: [{ role: 'user', content: process.argv[2] }] })
console.log(messages.at(-1).content)
