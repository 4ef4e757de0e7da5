// node --import @onset/instrumentation/register ai-sdk.mjs "make node --test pass"
import { exec } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { openai } from '@ai-sdk/openai'
import { generateText, stepCountIs, tool } from 'ai'
import { z } from 'zod'

const tools = {
  run_command: tool({
    description: 'Runs a shell command.',
    inputSchema: z.object({ command: z.string() }),
    execute: async ({ command }) => {
      const { stdout } = await promisify(exec)(command).catch((failed) => failed)
      return stdout
    }
  }),
  write_file: tool({
    description: 'Writes a file.',
    inputSchema: z.object({ path: z.string(), content: z.string() }),
    execute: async ({ path, content }) => {
      await writeFile(path, content)
      return `wrote ${path}`
    }
  })
}

const answer = await generateText({
  model: openai('gpt-5'),
  tools,
  stopWhen: stepCountIs(20),
  prompt: process.argv[2]
})
console.log(answer.text)
