// node --import @onset/instrumentation/register openai-agents.mjs "make node --test pass"
import { exec } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { Agent, run, tool } from '@openai/agents'
import { z } from 'zod'

const coder = new Agent({
  name: 'coder',
  model: 'gpt-5',
  instructions: 'Work with the tools.',
  tools: [
    tool({
      name: 'run_command',
      description: 'Runs a shell command.',
      parameters: z.object({ command: z.string() }),
      execute: async ({ command }) => {
        const { stdout } = await promisify(exec)(command).catch((failed) => failed)
        return stdout
      }
    }),
    tool({
      name: 'write_file',
      description: 'Writes a file.',
      parameters: z.object({ path: z.string(), content: z.string() }),
      execute: async ({ path, content }) => {
        await writeFile(path, content)
        return `wrote ${path}`
      }
    })
  ]
})

const result = await run(coder, process.argv[2])
console.log(result.finalOutput)
