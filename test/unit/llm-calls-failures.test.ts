// Calls that fail, are repeated, break off or are given up, and what is recorded of contents in each mode.
// Each against a local host; the hooks are the fetch of Node, node:http, and undici as a package.

import { request as httpRequest } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import Anthropic from '@anthropic-ai/sdk'
import { OpenAI } from 'openai'
import t from 'tap'
import { startModelServer } from '../support/model-server.ts'
import { startRecorder, type RecordedSpan } from '../support/llm-recorder.ts'
import type { LlmCallsOptions } from '../../instrumentation/llm-calls/index.ts'

const server = await startModelServer()
t.teardown(() => server.close())
const CHAT = `${server.url}/v1/chat/completions`

interface Seen {
  readonly spans: readonly RecordedSpan[]
  readonly defects: readonly unknown[]
  readonly error: unknown
}

async function see(
  program: () => Promise<unknown>,
  options: Partial<LlmCallsOptions> = {}
): Promise<Seen> {
  const recorder = startRecorder(options)
  let error: unknown
  try {
    await program()
  } catch (caught) {
    error = caught
  }
  recorder.stop()
  return { spans: recorder.spans(), defects: recorder.defects, error }
}

/** A client is made inside: SDKs take the fetch of the moment they are made in. */
const openAi = (maxRetries = 0): OpenAI =>
  new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'k', maxRetries })

const message = { role: 'user', content: 'x' } as const

function post(model: string, more: Record<string, unknown> = {}): Promise<Response> {
  const body = JSON.stringify({ model, messages: [message], ...more })
  return fetch(CHAT, { method: 'POST', body })
}

const errorType = ({ attributes }: RecordedSpan): unknown => attributes['error.type']

for (const status of [401, 429, 500]) {
  t.test(`${status}: the span has failed, the program has its error`, async (t) => {
    const { spans, error } = await see(() =>
      openAi().chat.completions.create({ model: `fail-${status}`, messages: [message] })
    )
    t.equal((error as { status?: number }).status, status)
    t.same(spans.map(errorType), [String(status)])
    t.ok(spans[0]?.isError)
  })
}

t.test('429 and then an answer: two calls, the second says that it is the second', async (t) => {
  const { spans } = await see(() =>
    openAi(2).chat.completions.create({ model: 'plain-fail-429-once', messages: [message] })
  )
  t.same(
    spans.map(({ attributes, isError }) => [attributes['onset.llm.attempt'], isError]),
    [
      [undefined, true],
      [2, false]
    ]
  )
})

t.test("the SDK's own span of a call that was repeated stays one span", async (t) => {
  const client = (): Anthropic => new Anthropic({ baseURL: server.url, apiKey: 'k', maxRetries: 2 })
  const { spans } = await see(() =>
    client().messages.create({ model: 'plain-fail-500-once', max_tokens: 9, messages: [message] })
  )
  t.equal(spans.length, 1)
  t.equal(spans[0]?.isError, false)
})

t.test('a connection that breaks in the middle of a stream', async (t) => {
  const { spans, error } = await see(async () => {
    const stream = await openAi().chat.completions.create({
      model: 'plain-reset',
      messages: [message],
      stream: true
    })
    for await (const chunk of stream) void chunk
  })
  t.ok(error instanceof Error)
  t.equal(spans.length, 1)
  t.ok(spans[0]?.isError)
  t.match(errorType(spans[0] as RecordedSpan), /UND_ERR_SOCKET|ECONNRESET|TypeError/)
  t.match(spans[0]?.attributes['gen_ai.output.messages'], /Es ist/, 'what had come is kept')
})

t.test('a program that stops in the middle of a stream', async (t) => {
  const { spans } = await see(async () => {
    const stream = await openAi().chat.completions.create({
      model: 'plain-slow',
      messages: [message],
      stream: true
    })
    for await (const chunk of stream) {
      void chunk
      break
    }
  })
  t.equal(spans.length, 1)
  t.notOk(spans[0]?.attributes['gen_ai.response.finish_reasons'])
  const told = spans[0]?.attributes['onset.llm.ended'] ?? spans[0]?.attributes['error.type']
  t.match(told, /cancelled|AbortError/)
})

t.test('a host that never ends, and a program that gives up', async (t) => {
  const { spans, error } = await see(async () => {
    const body = JSON.stringify({ model: 'plain-hang', stream: true, messages: [message] })
    const signal = AbortSignal.timeout(150)
    await (await fetch(CHAT, { method: 'POST', body, signal })).text()
  })
  t.equal((error as Error).name, 'TimeoutError')
  t.same(spans.map(errorType), ['TimeoutError'])
})

t.test('a call that is open when the program ends is interrupted', async (t) => {
  const { spans } = await see(async () => {
    const response = await post('plain-hang', { stream: true })
    await response.body?.getReader().read()
  })
  t.same(spans.map(errorType), ['interrupted'])
})

t.test('embeddings: model and tokens, none of the numbers', async (t) => {
  const { spans } = await see(() =>
    openAi().embeddings.create({ model: 'e', input: ['one', 'two'], encoding_format: 'float' })
  )
  const [span] = spans
  t.equal(span?.name, 'embeddings e')
  t.equal(span?.attributes['gen_ai.usage.input_tokens'], 8)
  t.equal(span?.attributes['gen_ai.response.model'], 'e')
  t.equal(span?.attributes['onset.llm.truncated'], undefined)
})

t.test("Ollama's own chat, in lines of JSON", async (t) => {
  const body = JSON.stringify({ model: 'llama', messages: [message], options: { num_predict: 9 } })
  const { spans } = await see(async () =>
    (await fetch(`${server.url}/api/chat`, { method: 'POST', body })).text()
  )
  t.match(spans[0]?.attributes, {
    'gen_ai.provider.name': 'ollama',
    'gen_ai.request.max_tokens': 9,
    'gen_ai.usage.input_tokens': 26,
    'gen_ai.usage.output_tokens': 4,
    'gen_ai.response.finish_reasons': ['stop']
  })
  t.match(spans[0]?.attributes['gen_ai.output.messages'], /Grüezi/)
})

for (const model of ['m', 'gzip-m']) {
  t.test(`node:http, ${model}`, async (t) => {
    const { spans, defects } = await see(
      () =>
        new Promise((resolve, reject) => {
          const request = httpRequest(CHAT, { method: 'POST' }, (response) => {
            textOf(response).then(resolve, reject)
          })
          request.on('error', reject)
          request.end(JSON.stringify({ model, stream: true, messages: [message] }))
        })
    )
    t.same(defects, [])
    t.equal(spans.filter(({ name }) => name === `chat ${model}`).length, 1)
    t.equal(spans.length, 3, 'and the two tools it asked for')
    t.equal(spans[0]?.attributes['gen_ai.usage.output_tokens'], 33)
  })

  for (const name of ['undici', 'undici8'] as const) {
    t.test(`${name} as a package, ${model}`, async (t) => {
      const { request, fetch: ownFetch } = await loadUndici(name)
      const { spans, defects } = await see(async () => {
        const body = JSON.stringify({ model, messages: [message] })
        await (await request(CHAT, { method: 'POST', body })).body.text()
        await (await ownFetch(CHAT, { method: 'POST', body })).text()
        // Undici 8 takes the place of the dispatcher that Node's own fetch uses: once each all the same.
        await (await fetch(CHAT, { method: 'POST', body })).text()
      })
      t.same(defects, [])
      const calls = spans.filter(({ name }) => name === `chat ${model}`)
      t.same(
        calls.map(({ attributes }) => attributes['gen_ai.usage.output_tokens']),
        [33, 33, 33]
      )
      t.match(calls[0]?.attributes['gen_ai.input.messages'], /"x"/)
    })
  }
}

t.test('requests that are no model calls are not recorded', async (t) => {
  const { spans } = await see(async () => {
    await (
      await fetch(`${server.url}/survey/responses`, { method: 'POST', body: '{"a":1}' })
    ).text()
    await (await fetch(CHAT)).text().catch(() => undefined)
    await (await fetch(`${server.url}/v1/traces`, { method: 'POST', body: '{"model":1}' })).text()
  })
  t.same(spans, [])
})

t.test('secrets are masked in everything that is kept', async (t) => {
  const secret = 'sk-abcdefgh12345678'
  const { spans } = await see(async () => {
    const messages = [
      { role: 'system', content: `key ${secret}` },
      { role: 'user', content: `${'a'.repeat(9_825)}${secret}${'b'.repeat(20_000)}` }
    ]
    await (await post('m', { messages, tools: [{ description: secret }] })).text()
  })
  t.notMatch(JSON.stringify(spans), /sk-abc|12345678/)
  t.match(JSON.stringify(spans), /masked/)
})

t.test('hash: nobody reads what was said, and what is the same is the same', async (t) => {
  const { spans } = await see(async () => (await post('m')).text(), { capture: 'hash' })
  const told = JSON.stringify(spans)
  t.notMatch(told, /Zürich|"x"/)
  t.match(spans[0]?.attributes['gen_ai.input.messages'], /sha256:[0-9a-f]{16} \(1 characters\)/)
  t.match(spans.at(-1)?.attributes['gen_ai.tool.call.arguments'], /^sha256:/)
})

t.test('off: who and how much, not what', async (t) => {
  const { spans } = await see(async () => (await post('m')).text(), { capture: 'off' })
  const names = spans.flatMap(({ attributes }) => Object.keys(attributes))
  t.notMatch(names.join(' '), /messages|arguments|definitions|instructions/)
  t.equal(spans[0]?.attributes['gen_ai.usage.input_tokens'], 120)
  t.equal(spans.length, 3)
})

t.test('what goes wrong inside is told to `onDefect` and to nobody else', async (t) => {
  const broken = (): string => {
    throw new Error('broken')
  }
  const { spans, defects, error } = await see(
    async () => t.match(await (await post('m')).text(), /Zürich/),
    { redact: broken }
  )
  t.equal(error, undefined)
  t.ok(defects.length > 0)
  t.ok(spans.length > 0)
})

t.test('a long conversation costs its two ends, and says what is left out', async (t) => {
  const turns = Array.from({ length: 400 }, (_, at) => ({
    role: at % 2 === 0 ? 'user' : 'assistant',
    content: `${at} ${'x'.repeat(2_000)}`
  }))
  const messages = [...turns, { role: 'user', content: 'the newest' }]
  const { spans } = await see(async () => (await post('plain', { messages })).text())
  const told = String(spans[0]?.attributes['gen_ai.input.messages'])
  t.ok(told.length < 40_000, `${told.length} characters`)
  const shown = JSON.parse(told) as { parts: { content: string }[] }[]
  t.match(shown[0]?.parts[0]?.content, /^0 /)
  t.equal(shown.at(-1)?.parts[0]?.content, 'the newest')
  t.equal(spans[0]?.attributes['onset.llm.input.messages_omitted'], messages.length - shown.length)
})

t.test('calls beyond the bound are not watched, and work', async (t) => {
  const { spans } = await see(
    async () => {
      const responses = await Promise.all([post('plain'), post('plain'), post('plain')])
      for (const response of responses) t.match(await response.text(), /Es ist/)
    },
    { limits: { openCallsMax: 2 } }
  )
  t.equal(spans.length, 2)
})

/** The version that an SDK brings, and the newest, which Node's own is not yet. */
async function loadUndici(
  name: 'undici' | 'undici8'
): Promise<Pick<typeof import('undici8'), 'request' | 'fetch'>> {
  const { request, fetch } = name === 'undici8' ? await import('undici8') : await import('undici')
  return { request, fetch } as Pick<typeof import('undici8'), 'request' | 'fetch'>
}
