// The model host of the instrumentation's bench: streams answers of the size that models give, each of which
// asks for one of the agent's tools in turn. And a place for spans, which takes them.

import { createServer, type ServerResponse } from 'node:http'
import type { OpenAI } from 'openai'
import { decodeTraceRequest } from '../../collector/receiver/index.ts'

/** As long as those of coding agents are: some pages. */
export const INSTRUCTIONS = Array.from(
  { length: 80 },
  (_, at) =>
    `${at + 1}. Look before you change, run the checks after each change, and say what you found out.`
).join('\n')

const text = (description: string): { type: 'string'; description: string } => ({
  type: 'string',
  description: `${description}. `.repeat(4)
})

function tool(name: string, properties: Record<string, object>): OpenAI.ChatCompletionTool {
  const parameters = { type: 'object', properties, required: Object.keys(properties) }
  const description = `Use ${name} when the task needs it, and read what it says. `.repeat(5)
  return { type: 'function', function: { name, description, parameters } }
}

export const AGENT_TOOLS: OpenAI.ChatCompletionTool[] = [
  tool('search', { pattern: text('A regular expression') }),
  tool('read_file', { path: text('From the root of the project') }),
  tool('edit_file', { path: text('The file'), from: text('What to replace'), to: text('By what') }),
  tool('run', { command: text('A command for the shell') })
]

const CALLS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['search', { pattern: 'function \\w*[Uu]pload\\w*' }],
  ['read_file', { path: 'instrumentation/telemetry/uploader.ts' }],
  ['edit_file', { path: 'instrumentation/telemetry/uploader.ts', from: 'delayMs', to: 'pauseMs' }],
  ['run', { command: 'wc -l instrumentation/telemetry/*.ts' }]
]

/** A token is about four characters; hosts send one in a piece. */
const PIECE_CHARS = 4
const SAID =
  'The uploader waits for the answer of the request before it looks for further segments. '
const SAID_TIMES = 6

export interface BenchHost {
  readonly url: string
  /** Spans that were sent here so far; they are counted when this is called and not before. */
  spanCount(): number
  close(): void
}

export async function startBenchHost(): Promise<BenchHost> {
  let turns = 0
  let counted = 0
  const uploads: Buffer[] = []
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      if (request.url === '/v1/traces') {
        uploads.push(Buffer.concat(pieces))
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
        return
      }
      turns += 1
      const hasTools = Buffer.concat(pieces).includes('"model":"coder"')
      answer(response, turns, hasTools ? CALLS[turns % CALLS.length] : undefined)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://127.0.0.1:${port}`,
    spanCount() {
      for (const body of uploads.splice(0)) counted += countSpans(body)
      return counted
    },
    close() {
      server.close()
      server.closeAllConnections()
    }
  }
}

function answer(
  response: ServerResponse,
  turn: number,
  call: (typeof CALLS)[number] | undefined
): void {
  const send = (choice: object | undefined, rest: object = {}): void => {
    const chunk = {
      id: `chatcmpl-${turn}`,
      object: 'chat.completion.chunk',
      created: 1_790_000_000 + turn,
      model: 'coder-2026-10-01',
      service_tier: 'default',
      system_fingerprint: 'fp_0123456789',
      choices: choice === undefined ? [] : [{ index: 0, logprobs: null, ...choice }],
      ...rest
    }
    response.write(`data: ${JSON.stringify(chunk)}\n\n`)
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  for (const content of piecesOf(SAID.repeat(SAID_TIMES))) {
    send({ delta: { content }, finish_reason: null })
  }
  if (call !== undefined) sendCall(call, turn, send)
  send({ delta: {}, finish_reason: call === undefined ? 'stop' : 'tool_calls' })
  send(undefined, { usage: { prompt_tokens: 9000, completion_tokens: 150, total_tokens: 9150 } })
  response.end('data: [DONE]\n\n')
}

function sendCall(
  [name, given]: (typeof CALLS)[number],
  turn: number,
  send: (choice: object) => void
): void {
  const first = {
    index: 0,
    id: `call_${turn}`,
    type: 'function',
    function: { name, arguments: '' }
  }
  send({ delta: { tool_calls: [first] }, finish_reason: null })
  for (const piece of piecesOf(JSON.stringify(given))) {
    send({ delta: { tool_calls: [{ index: 0, function: { arguments: piece } }] } })
  }
}

function piecesOf(whole: string): readonly string[] {
  const pieces: string[] = []
  for (let at = 0; at < whole.length; at += PIECE_CHARS) {
    pieces.push(whole.slice(at, at + PIECE_CHARS))
  }
  return pieces
}

function countSpans(body: Buffer): number {
  return decodeTraceRequest(body, 'protobuf', { now: Date.now() }).spanCount
}
