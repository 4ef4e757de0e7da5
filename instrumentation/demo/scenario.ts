// What a demo run is made of: a task, the files of a small workspace, and the answers the model plays.
// Only the model is played; the agent that executes them runs real commands on real files.

import type OpenAI from 'openai'

export interface Scenario {
  /** Doubles as the model name, by which the stub finds the answers to play. */
  readonly name: string
  readonly title: string
  readonly task: string
  readonly files: Readonly<Record<string, string>>
  readonly answers: readonly Answer[]
}

/** One answer of the model: text, tool calls, or both. */
export interface Answer {
  readonly text: string
  readonly calls: readonly ToolRequest[]
}

export interface ToolRequest {
  readonly tool: 'run_command' | 'read_file' | 'write_file'
  readonly arguments: Readonly<Record<string, string>>
}

export type ChatRequest = OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming

export function run(text: string, command: string): Answer {
  return { text, calls: [{ tool: 'run_command', arguments: { command } }] }
}

export function read(text: string, path: string): Answer {
  return { text, calls: [{ tool: 'read_file', arguments: { path } }] }
}

export function write(text: string, path: string, content: string): Answer {
  return { text, calls: [{ tool: 'write_file', arguments: { path, content } }] }
}

export function say(text: string): Answer {
  return { text, calls: [] }
}
