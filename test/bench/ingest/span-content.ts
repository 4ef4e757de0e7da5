// What spans for load say: an agent at work, with slices of this repository's own prose and code as its texts,
// because text made of a few words compresses like nothing real.

import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export type SpanSize = 'realistic' | 'small'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** Prose and code, as an agent reads and writes them. */
export function readCorpus(): string {
  const files = globSync(['*.md', 'docs/**/*.md', 'collector/**/*.ts', 'processors/**/*.ts'], {
    cwd: ROOT,
    exclude: ['**/node_modules/**']
  })
  return files
    .toSorted()
    .map((file) => readFileSync(`${ROOT}${file}`, 'utf8'))
    .join('\n')
}

export interface Content {
  readonly name: string
  readonly attributes: Readonly<Record<string, string | number | readonly string[]>>
}

export function contentOf(size: SpanSize, writer: TextWriter, inRun: number, run: number): Content {
  const session = `session-${writer.seed}-${run}`
  if (inRun === 0) return agentContent(writer, session)
  if (size === 'small') return smallContent(writer, session)
  return inRun % 2 === 1 ? chatContent(writer, inRun, session) : toolContent(writer, session)
}

function agentContent(writer: TextWriter, session: string): Content {
  return {
    name: 'invoke_agent fixer',
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'fixer',
      'gen_ai.conversation.id': session,
      'gen_ai.input.messages': message('user', writer.text(300, 600))
    }
  }
}

function smallContent(writer: TextWriter, session: string): Content {
  return {
    name: 'execute_tool read_file',
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'read_file',
      'gen_ai.tool.call.id': writer.id('call'),
      'gen_ai.conversation.id': session,
      'gen_ai.tool.call.arguments': JSON.stringify({ path: 'src/cart.ts' }),
      'gen_ai.tool.call.result': writer.text(90, 110)
    }
  }
}

function chatContent(writer: TextWriter, inRun: number, session: string): Content {
  const call = { id: writer.id('call'), name: 'bash', arguments: { command: writer.line() } }
  const said = { type: 'text', content: writer.text(200, 700) }
  const parts = [said, { type: 'tool_call', ...call }]
  return {
    name: 'chat large-1',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'example',
      'gen_ai.conversation.id': session,
      'gen_ai.request.model': 'large-1',
      'gen_ai.request.temperature': 0.2,
      'gen_ai.request.max_tokens': 4_096,
      'gen_ai.response.id': writer.id('resp'),
      'gen_ai.response.model': 'large-1',
      'gen_ai.response.finish_reasons': ['tool_calls'],
      'gen_ai.usage.input_tokens': 1_200 + inRun * 340,
      'gen_ai.usage.output_tokens': 60 + inRun,
      'gen_ai.usage.cache_read.input_tokens': 1_000 + inRun * 300,
      'gen_ai.input.messages': message('user', writer.text(2_600, 6_200)),
      'gen_ai.output.messages': JSON.stringify([
        { role: 'assistant', parts, finish_reason: 'tool_call' }
      ])
    }
  }
}

function toolContent(writer: TextWriter, session: string): Content {
  return {
    name: 'execute_tool bash',
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.conversation.id': session,
      'gen_ai.tool.name': 'bash',
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.description': 'Runs a command and gives its output.',
      'gen_ai.tool.call.id': writer.id('call'),
      'gen_ai.tool.call.arguments': JSON.stringify({ command: writer.line() }),
      'gen_ai.tool.call.result': writer.text(2_800, 6_400)
    }
  }
}

function message(role: string, content: string): string {
  return JSON.stringify([{ role, parts: [{ type: 'text', content }] }])
}

/** The same texts for the same seed. */
export class TextWriter {
  readonly seed: number
  readonly #corpus: string
  #state: number

  constructor(corpus: string, seed: number) {
    this.#corpus = corpus
    this.seed = seed
    this.#state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5deece66) >>> 0
  }

  /** A slice between `min` and `max` characters long. */
  text(min: number, max: number): string {
    const length = min + this.#below(max - min)
    const start = this.#below(this.#corpus.length - length)
    return this.#corpus.slice(start, start + length).toWellFormed()
  }

  line(): string {
    return this.text(40, 120).replaceAll('\n', ' ')
  }

  id(prefix: string): string {
    return `${prefix}_${this.#below(1e9).toString(36)}${this.#below(1e9).toString(36)}`
  }

  #below(bound: number): number {
    this.#state = (Math.imul(this.#state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((this.#state / 0x1_0000_0000) * bound)
  }
}
