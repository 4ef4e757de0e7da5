// A local server with the OpenAI chat completions interface that plays a scenario's answers, so that the
// demo needs no network and no key. Stateless: the number of assistant messages says whose turn it is.
// Interface: https://platform.openai.com/docs/api-reference/chat/create

import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Answer, ChatRequest, Scenario } from './scenario.ts'

/** A scenario's whole conversation is below 50 kB; more is not ours. */
const REQUEST_BYTES_MAX = 1024 * 1024

export interface ModelStub {
  /** For the client's `baseURL`. */
  readonly baseUrl: string
  close(): Promise<void>
}

export async function startModelStub(scenarios: readonly Scenario[]): Promise<ModelStub> {
  const server = createServer((request, response) => {
    void respond(scenarios, request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      return response.end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseUrl: `http://127.0.0.1:${readPort(server)}/v1`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

function readPort(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the stub has no TCP port')
  return address.port
}

async function respond(
  scenarios: readonly Scenario[],
  request: IncomingMessage
): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    return { status: 200, body: completeChat(scenarios, await readJson(request)) }
  } catch (error) {
    return { status: 400, body: { error: { message: String(error), type: 'invalid_request' } } }
  }
}

function completeChat(scenarios: readonly Scenario[], request: ChatRequest): unknown {
  const scenario = scenarios.find(({ name }) => name === request.model)
  if (scenario === undefined) throw new Error(`no scenario is named ${request.model}`)
  const turn = request.messages.filter(({ role }) => role === 'assistant').length
  const played = scenario.answers[turn]
  if (played === undefined) throw new Error(`${scenario.name} has no answer for turn ${turn + 1}`)
  const promptTokens = countTokens(JSON.stringify(request.messages))
  const completionTokens = countTokens(JSON.stringify(played))
  return {
    id: `chatcmpl-${scenario.name}-${turn + 1}`,
    object: 'chat.completion',
    created: 0,
    model: scenario.name,
    choices: [{ index: 0, ...toChoice(played, turn) }],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens
    }
  }
}

function toChoice(answer: Answer, turn: number): Record<string, unknown> {
  const calls = answer.calls.map((call, index) => ({
    id: `call_${turn + 1}_${index + 1}`,
    type: 'function',
    function: { name: call.tool, arguments: JSON.stringify(call.arguments) }
  }))
  return {
    message: {
      role: 'assistant',
      content: answer.text,
      ...(calls.length > 0 ? { tool_calls: calls } : {})
    },
    finish_reason: calls.length > 0 ? 'tool_calls' : 'stop'
  }
}

/** Four characters a token: the usual rule of thumb for English and code. */
function countTokens(text: string): number {
  return Math.ceil(text.length / 4)
}

async function readJson(request: IncomingMessage): Promise<ChatRequest> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    const buffer = Buffer.from(chunk)
    bytes += buffer.length
    if (bytes > REQUEST_BYTES_MAX)
      throw new Error(`the request is above ${REQUEST_BYTES_MAX} bytes`)
    chunks.push(buffer)
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the demo's own client calls
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as ChatRequest
}
