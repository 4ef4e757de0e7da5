// The demo agent's tools: real commands and real files, all inside one temporary folder.

import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import type OpenAI from 'openai'

const COMMAND_TIMEOUT_MS = 30_000

export interface ToolResult {
  readonly text: string
  readonly exitCode: number | undefined
}

export const TOOL_DEFINITIONS: OpenAI.Chat.Completions.ChatCompletionTool[] = [
  defineTool('run_command', 'Run a shell command in the workspace.', ['command']),
  defineTool('read_file', 'Read a file of the workspace.', ['path']),
  defineTool('write_file', 'Write a file of the workspace.', ['path', 'content'])
]

/** @throws Error when the tool is unknown, an argument is missing, or the file cannot be reached. */
export async function executeTool(
  workspace: string,
  name: string,
  args: Readonly<Record<string, unknown>>
): Promise<ToolResult> {
  switch (name) {
    case 'run_command':
      return runCommand(workspace, readArgument(args, 'command'))
    case 'read_file': {
      const text = await readFile(insidePath(workspace, readArgument(args, 'path')), 'utf8')
      return { text, exitCode: undefined }
    }
    case 'write_file': {
      const path = readArgument(args, 'path')
      const content = readArgument(args, 'content')
      await writeFile(insidePath(workspace, path), content)
      return { text: `wrote ${content.length} characters to ${path}`, exitCode: undefined }
    }
    default:
      throw new Error(`there is no tool ${name}`)
  }
}

function runCommand(workspace: string, command: string): Promise<ToolResult> {
  return new Promise((done) => {
    const options = { cwd: workspace, timeout: COMMAND_TIMEOUT_MS, env: commandEnvironment() }
    execFile('/bin/sh', ['-c', command], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      const text = [stdout, stderr].filter((part) => part !== '').join('\n')
      done({ text: code === 0 ? text : `${text}\nExit code ${code}`, exitCode: code })
    })
  })
}

/** Nothing of the caller's environment but the path: a test runner inside would take it for a child. */
function commandEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], NO_COLOR: '1' }
}

function insidePath(workspace: string, path: string): string {
  const full = resolve(workspace, path)
  if (!full.startsWith(workspace + sep)) throw new Error(`${path} is outside the workspace`)
  return full
}

function readArgument(args: Readonly<Record<string, unknown>>, name: string): string {
  const value = args[name]
  if (typeof value !== 'string') throw new Error(`the argument ${name} must be a string`)
  return value
}

function defineTool(
  name: string,
  description: string,
  parameters: readonly string[]
): OpenAI.Chat.Completions.ChatCompletionTool {
  return {
    type: 'function',
    function: {
      name,
      description,
      parameters: {
        type: 'object',
        properties: Object.fromEntries(parameters.map((key) => [key, { type: 'string' }])),
        required: parameters
      }
    }
  }
}
