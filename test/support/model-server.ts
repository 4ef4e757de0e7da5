// A model host on a random port that speaks the protocols SDKs speak, streamed and not, and keeps a
// ledger of what it was asked and what it answered: the truth that spans are compared with. What it
// answers depends on the conversation alone: first two tools at once, then, when it is given their
// results, a text; or, given answers of a test's own, the first of them that it has not given. The model's
// name orders failures.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { setTimeout as sleep } from 'node:timers/promises'
import { ANSWERS, type SpokenAnswer } from './model-answers.ts'
import * as anthropic from './model-protocols/anthropic.ts'
import * as chat from './model-protocols/chat.ts'
import * as gemini from './model-protocols/gemini.ts'
import * as responses from './model-protocols/responses.ts'

export interface LedgerEntry {
  readonly path: string
  readonly body: Record<string, unknown>
  readonly status: number
  readonly answer: SpokenAnswer | undefined
  readonly headers: IncomingMessage['headers']
}

export interface ModelServer {
  readonly url: string
  readonly ledger: readonly LedgerEntry[]
  close(): Promise<void>
}

interface Spoken {
  readonly type: 'application/json' | 'text/event-stream' | 'application/x-ndjson'
  readonly text: string
}

/** `answers`: one after the other, the last without calls; a call's id tells whether it was asked for. */
export async function startModelServer(answers?: readonly SpokenAnswer[]): Promise<ModelServer> {
  const ledger: LedgerEntry[] = []
  const failedOnce = new Set<string>()
  const server = createServer((request, response) => {
    const exchange = { request, response, ledger, failedOnce, answers }
    void respond(exchange).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    ledger,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP port')
  return address.port
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly ledger: LedgerEntry[]
  readonly failedOnce: Set<string>
  readonly answers: readonly SpokenAnswer[] | undefined
}

async function respond(exchange: Exchange): Promise<void> {
  const { request, response, ledger, failedOnce, answers } = exchange
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const text = Buffer.concat(chunks).toString('utf8')
  const body = JSON.parse(text === '' ? '{}' : text) as Record<string, unknown>
  const path = request.url ?? ''
  const model = modelOf(body, path)
  const status = statusFor(model, failedOnce, `${path} ${text.length}`)
  const answer = nextAnswer(text, answers) ?? standardAnswer(text, model)
  const headers = { ...request.headers }
  ledger.push({ path, body, status, answer: status === 200 ? answer : undefined, headers })
  if (status !== 200) {
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after-ms': '1' })
    response.end(
      JSON.stringify({ error: { type: 'planned', code: 'planned', message: 'planned' } })
    )
    return
  }
  await send(response, speak(path, body, { answer, model, turn: ledger.length }), model)
}

function modelOf({ model }: Record<string, unknown>, path: string): string {
  return typeof model === 'string' ? model : (/models\/([^:]+):/.exec(path)?.[1] ?? '')
}

function statusFor(model: string, failedOnce: Set<string>, key: string): number {
  const [, status, once] = /fail-(\d+)(-once)?/.exec(model) ?? []
  if (status === undefined) return 200
  if (once === undefined) return Number(status)
  if (failedOnce.has(key)) return 200
  failedOnce.add(key)
  return Number(status)
}

function standardAnswer(text: string, model: string): SpokenAnswer {
  return hasResults(text) || model.startsWith('plain') ? ANSWERS.text : ANSWERS.tools
}

function nextAnswer(
  text: string,
  answers: readonly SpokenAnswer[] | undefined
): SpokenAnswer | undefined {
  return answers?.find(({ calls: [call] }) => call === undefined || !text.includes(call.id))
}

function hasResults(text: string): boolean {
  return /"role":"tool"|function_call_output|"tool_result"|functionResponse/.test(text)
}

interface Said {
  readonly answer: SpokenAnswer
  readonly model: string
  readonly turn: number
}

function speak(path: string, body: Record<string, unknown>, said: Said): Spoken {
  const isStream = body['stream'] === true || path.includes(':streamGenerateContent')
  if (path.endsWith('/embeddings')) return json(chat.embeddings(said.model))
  if (path.endsWith('/chat/completions')) {
    return isStream ? sse(chat.stream(said)) : json(chat.whole(said))
  }
  if (path.endsWith('/responses')) {
    return isStream ? sse(responses.stream(said)) : json(responses.whole(said))
  }
  if (path.endsWith('/messages')) {
    return isStream ? sse(anthropic.stream(said)) : json(anthropic.whole(said))
  }
  if (path.endsWith('/api/chat')) {
    const last = { model: said.model, done_reason: 'stop', prompt_eval_count: 26, eval_count: 4 }
    const lines = [{ message: { role: 'assistant', content: 'Grüezi' } }, { ...last, done: true }]
    return {
      type: 'application/x-ndjson',
      text: lines.map((line) => JSON.stringify(line)).join('\n')
    }
  }
  return isStream ? sse(gemini.stream(said)) : json(gemini.whole(said))
}

function json(value: unknown): Spoken {
  return { type: 'application/json', text: JSON.stringify(value) }
}

function sse(text: string): Spoken {
  return { type: 'text/event-stream', text }
}

/** Cut anywhere, also in the middle of a character; `-reset` breaks off, `-hang` never ends. */
async function send(response: ServerResponse, spoken: Spoken, model: string): Promise<void> {
  const plain = Buffer.from(spoken.text)
  const isPacked = model.includes('gzip')
  const bytes = isPacked ? gzipSync(plain) : plain
  response.writeHead(200, {
    'content-type': spoken.type,
    'x-request-id': 'req-1',
    ...(isPacked ? { 'content-encoding': 'gzip' } : {})
  })
  const step = spoken.type === 'application/json' && !model.includes('slow') ? bytes.length : 97
  for (let at = 0; at < bytes.length; at += step) {
    if (model.includes('reset') && at > bytes.length / 2) {
      response.socket?.resetAndDestroy()
      return
    }
    if (model.includes('hang') && at > bytes.length / 2) return
    response.write(bytes.subarray(at, at + step))
    if (model.includes('slow')) await sleep(2)
    else await new Promise((resolve) => setImmediate(resolve))
  }
  response.end()
}
