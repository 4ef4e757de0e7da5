// Any endpoint that speaks OpenAI's chat completions, through OpenAI's own client. What that client leaves
// to its caller is bounded here: how long an answer may be, how long one may take, what is tried again.

import { setTimeout as sleep } from 'node:timers/promises'
import { APIConnectionError, APIConnectionTimeoutError, APIError, OpenAI } from 'openai'
import { readAnswer } from './read-completion.ts'
import type { CallContext, ChatAnswer, ChatMessage, ChatRequest, JudgeClient } from './chat.ts'
import { JudgeFailure } from './chat.ts'
import { ANSWER_BYTES_MAX, ATTEMPTS_MAX, RETRY_AFTER_MS_MAX, RETRY_MIN_MS } from './limits.ts'
import { TOOLS } from './tools.ts'
import { VERDICT_SCHEMA } from './verdict.ts'

export interface OpenAiClientOptions {
  /** `https://host/v1` */
  readonly baseUrl: string
  /** Undefined for endpoints that want none, as on this machine. */
  readonly apiKey: string | undefined
  readonly model: string
  readonly requestTimeoutMs: number
  /** Shorter in tests. */
  readonly retryMinMs?: number
}

type Params = OpenAI.Chat.ChatCompletionCreateParamsNonStreaming

export function createOpenAiClient(options: OpenAiClientOptions): JudgeClient {
  const { baseUrl, model } = options
  const url = new URL(baseUrl)
  const defaultPort = url.protocol === 'https:' ? 443 : 80
  const client = new OpenAI({
    baseURL: baseUrl,
    apiKey: options.apiKey ?? 'none',
    // Nothing that is not in our settings is sent: the client would read these from the environment.
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    // Its waits between attempts cannot be cut short.
    maxRetries: 0,
    timeout: options.requestTimeoutMs,
    logLevel: 'off',
    fetch: fetchBounded
  })
  // Learned from the first refusal: not every compatible endpoint knows schemas and new names.
  const dialect = { isPlain: false }
  return {
    model,
    address: { host: url.hostname, port: url.port === '' ? defaultPort : Number(url.port) },
    complete: async (request, context) => {
      if (dialect.isPlain) return attempt(client, toPlainParams(request, model), context, options)
      try {
        return await attempt(client, toParams(request, model), context, options)
      } catch (error) {
        if (!isRefusal(error)) throw error
        const answer = await attempt(client, toPlainParams(request, model), context, options)
        dialect.isPlain = true
        return answer
      }
    }
  }
}

function toParams(request: ChatRequest, model: string): Params {
  return {
    ...toCommonParams(request, model),
    max_completion_tokens: request.outputTokensMax,
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'verdict', strict: true, schema: VERDICT_SCHEMA }
    }
  }
}

/** For endpoints that refuse the above; the instructions show the schema too. */
function toPlainParams(request: ChatRequest, model: string): Params {
  return { ...toCommonParams(request, model), max_tokens: request.outputTokensMax }
}

function toCommonParams({ messages, mayRead }: ChatRequest, model: string): Params {
  return {
    model,
    messages: messages.map(toParam),
    tools: TOOL_PARAMS,
    tool_choice: mayRead ? 'auto' : 'none'
  }
}

const TOOL_PARAMS: OpenAI.Chat.ChatCompletionTool[] = [...TOOLS].map(
  ([name, { description, properties }]) => ({
    type: 'function',
    function: {
      name,
      description,
      parameters: {
        type: 'object',
        properties,
        required: Object.keys(properties),
        additionalProperties: false
      }
    }
  })
)

function toParam(message: ChatMessage): OpenAI.Chat.ChatCompletionMessageParam {
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, content: message.content }
    case 'assistant':
      return {
        role: 'assistant',
        content: message.content,
        tool_calls: message.toolCalls.map((call) => ({
          id: call.id,
          type: 'function',
          function: { name: call.name, arguments: call.arguments }
        }))
      }
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: message.content }
  }
  return message satisfies never
}

/** Tries again what may pass, a few times, within the caller's time. */
async function attempt(
  client: OpenAI,
  params: Params,
  { signal }: CallContext,
  { retryMinMs = RETRY_MIN_MS }: OpenAiClientOptions
): Promise<ChatAnswer> {
  for (let tries = 1; ; tries += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one attempt after the other
      return readAnswer(await client.chat.completions.create(params, { signal }))
    } catch (error) {
      const failure = toFailure(error, signal)
      const waitMs = waitAfter(error, retryMinMs * 2 ** (tries - 1))
      if (tries >= ATTEMPTS_MAX || waitMs === undefined || signal.aborted) throw failure
      // oxlint-disable-next-line no-await-in-loop -- the wait between two attempts
      await sleep(waitMs, undefined, { signal }).catch(() => {
        throw failure
      })
    }
  }
}

/** Undefined when the same request would fail again, or only a longer wait than ours would help. */
function waitAfter(error: unknown, backOffMs: number): number | undefined {
  if (error instanceof APIConnectionTimeoutError) return undefined
  if (error instanceof APIConnectionError) {
    return findOwnFailure(error) === undefined ? backOffMs : undefined
  }
  return error instanceof APIError && mayPass(error.status)
    ? waitAsked(error, backOffMs)
    : undefined
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-15: too slow, in conflict, too many, and the server's own. */
function mayPass(status: number | undefined): boolean {
  return status === 408 || status === 409 || status === 429 || (status ?? 0) >= 500
}

function waitAsked(error: APIError, backOffMs: number): number | undefined {
  const asked = Number(error.headers?.get('retry-after') ?? Number.NaN) * 1_000
  if (!Number.isFinite(asked) || asked < 0) return backOffMs
  return asked > RETRY_AFTER_MS_MAX ? undefined : Math.max(asked, backOffMs)
}

/** The request as such was refused: another dialect may be understood. */
function isRefusal(error: unknown): boolean {
  const cause = error instanceof JudgeFailure ? error.cause : undefined
  return cause instanceof APIError && (cause.status === 400 || cause.status === 422)
}

function toFailure(error: unknown, signal: AbortSignal): JudgeFailure {
  if (error instanceof JudgeFailure) return error
  const options = { cause: error }
  if (signal.aborted || error instanceof APIConnectionTimeoutError) {
    return new JudgeFailure('timeout', 'the endpoint did not answer in time', options)
  }
  if (error instanceof APIConnectionError) {
    return (
      findOwnFailure(error) ??
      new JudgeFailure('unreachable', 'the endpoint cannot be reached', options)
    )
  }
  if (error instanceof APIError) {
    const reason = error.status === 429 ? 'rate_limited' : 'http_error'
    return new JudgeFailure(reason, `the endpoint answers ${error.status ?? 'nothing'}`, options)
  }
  return new JudgeFailure('answer_invalid', 'the endpoint answers no chat completion', options)
}

/** What fetchBounded threw, inside what the client made of it. */
function findOwnFailure(error: Error): JudgeFailure | undefined {
  return error.cause instanceof JudgeFailure ? error.cause : undefined
}

/**
 * The whole answer within ANSWER_BYTES_MAX, read before the client's time is up: the client itself stops
 * its clock at the headers, and a server that never ends its body would be waited for.
 */
async function fetchBounded(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  // A redirect would carry what was asked, and perhaps the key, to an address nobody configured.
  const headers = keepHeaders(new Headers(init?.headers), REQUEST_HEADERS)
  const response = await fetch(url, { ...init, headers, redirect: 'error' })
  const chunks: Uint8Array[] = []
  let bytes = 0
  if (response.body !== null) {
    for await (const chunk of response.body) {
      bytes += chunk.length
      if (bytes > ANSWER_BYTES_MAX) {
        const message = `the endpoint answers more than ${ANSWER_BYTES_MAX} bytes`
        throw new JudgeFailure('answer_too_large', message)
      }
      chunks.push(chunk)
    }
  }
  const { status } = response
  const body = status === 204 || status === 304 ? null : Buffer.concat(chunks)
  return new Response(body, { status, headers: keepHeaders(response.headers, ANSWER_HEADERS) })
}

/** Nothing about this machine, and nothing the environment adds. */
const REQUEST_HEADERS = ['accept', 'authorization', 'content-type']
/** Lengths and encodings were those of the wire. */
const ANSWER_HEADERS = ['content-type', 'retry-after', 'x-request-id']

function keepHeaders(headers: Headers, names: readonly string[]): Headers {
  const kept = new Headers()
  for (const name of names) {
    const value = headers.get(name)
    if (value !== null) kept.set(name, value)
  }
  return kept
}
