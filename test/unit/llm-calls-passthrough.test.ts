// The program's bytes, errors and timing with the room installed, next to the same program without it.
// Each way of reading an answer is run twice against a local server, bare and watched, and what the
// program saw is compared.

import { createServer, request as httpRequest, type Server } from 'node:http'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { text as textOfStream } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { startRecorder, type Recorder } from '../support/llm-recorder.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** A stream of 400 chunks cut in the middle of characters; the path says how it ends. */
async function startHost(): Promise<{ url: string; server: Server }> {
  const events = Array.from({ length: 400 }, (_, at) => {
    const delta = { content: `Stück ${at} 🧩 日本 ` }
    return `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta }] })}\n\n`
  })
  const bytes = Buffer.from(`${events.join('')}data: [DONE]\n\n`)
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      response.writeHead(request.url?.includes('fail') === true ? 503 : 200, {
        'content-type': 'text/event-stream',
        'x-own': 'ä'.normalize('NFC') === 'ä' ? 'yes' : 'no'
      })
      const isCut = request.url?.includes('cut') === true
      let at = 0
      const more = (): void => {
        if (isCut && at > bytes.length / 2) {
          response.socket?.resetAndDestroy()
          return
        }
        if (at >= bytes.length) {
          response.end()
          return
        }
        response.write(bytes.subarray(at, at + 1013))
        at += 1013
        setImmediate(more)
      }
      more()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { server, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` }
}

const BODY = JSON.stringify({
  model: 'm',
  stream: true,
  messages: [{ role: 'user', content: 'x' }]
})

function ask(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body: BODY, ...init })
}

function digest(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** What an error says, without the port. */
function told(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name, message, cause } = error
  const code = (error as { code?: unknown }).code
  return { name, message, code, cause: cause === undefined ? undefined : told(cause) }
}

const { url, server } = await startHost()
t.teardown(() => {
  server.close()
  server.closeAllConnections()
})

const WAYS: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  text: async (path) => digest(await (await ask(path)).text()),
  bytes: async (path) => digest(await (await ask(path)).bytes()),
  blob: async (path) => digest(await (await ask(path)).bytes()),
  arrayBuffer: async (path) => digest(new Uint8Array(await (await ask(path)).arrayBuffer())),
  'json of what is no JSON': async (path) => (await ask(path)).json(),
  'what the response says of itself': async (path) => {
    const response = await ask(path)
    const { status, statusText, ok, redirected, type, bodyUsed, url: address } = response
    const own = [Object.keys(response), Object.keys(response.body ?? {})]
    const headers = [...response.headers].filter(([name]) => name !== 'date')
    await response.body?.cancel()
    return {
      status,
      statusText,
      ok,
      redirected,
      type,
      bodyUsed,
      headers,
      own,
      same: address === path
    }
  },
  'a reader': async (path) => {
    const response = await ask(path)
    const reader = response.body?.getReader()
    const hash = createHash('sha256')
    const locked = response.body?.locked
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true }
      if (done) break
      hash.update(value as Uint8Array)
    }
    return { digest: hash.digest('hex'), locked, used: response.bodyUsed }
  },
  'a reader with buffers of its own': async (path) => {
    const reader = (await ask(path)).body?.getReader({ mode: 'byob' })
    const hash = createHash('sha256')
    for (;;) {
      const result = await reader?.read(new Uint8Array(777))
      if (result === undefined || result.done) break
      hash.update(result.value)
    }
    return hash.digest('hex')
  },
  'a loop': async (path) => {
    const hash = createHash('sha256')
    for await (const chunk of (await ask(path)).body ?? []) hash.update(chunk as Uint8Array)
    return hash.digest('hex')
  },
  'a loop that is left': async (path) => {
    const response = await ask(path)
    let first = 0
    for await (const chunk of response.body ?? []) {
      first = (chunk as Uint8Array).length > 0 ? 1 : 0
      break
    }
    return { first, used: response.bodyUsed, locked: response.body?.locked }
  },
  'a clone beside it': async (path) => {
    const response = await ask(path)
    const copy = response.clone()
    return [digest(await copy.text()), digest(await response.text())]
  },
  'two branches, one left unread': async (path) => {
    const [first, second] = (await ask(path)).body?.tee() ?? []
    // Resolves when both are cancelled.
    void second?.cancel()
    return digest(await new Response(first).bytes())
  },
  'a pipe': async (path) => {
    const decoded = (await ask(path)).body?.pipeThrough(new TextDecoderStream())
    let all = ''
    for await (const piece of decoded ?? []) all += piece
    return digest(all)
  },
  'a pipe into a sink': async (path) => {
    const response = await ask(path)
    const hash = createHash('sha256')
    await response.body?.pipeTo(
      new WritableStream({ write: (chunk: Uint8Array) => void hash.update(chunk) })
    )
    return { digest: hash.digest('hex'), locked: response.body?.locked }
  },
  'a stream of Node': async (path) => {
    const { body } = await ask(path)
    return digest(await textOfStream(Readable.fromWeb(body as never)))
  },
  'a cancelled reader': async (path) => {
    const reader = (await ask(path)).body?.getReader()
    await reader?.read()
    await reader?.cancel('enough')
    return reader?.read()
  },
  'an abort in the middle': async (path) => {
    const abort = new AbortController()
    const reader = (await ask(path, { signal: abort.signal })).body?.getReader()
    await reader?.read()
    abort.abort()
    for (;;) if ((await reader?.read())?.done !== false) return 'ended'
  },
  'an abort before it begins': (path) => ask(path, { signal: AbortSignal.abort() }),
  'a locked stream that is cancelled': async (path) => {
    const response = await ask(path)
    response.body?.getReader()
    return response.body?.cancel()
  },
  'an address that is none': () => ask('no address'),
  'a port that nobody listens on': () => ask('http://127.0.0.1:1/v1/chat/completions'),
  'a request object': async (path) =>
    digest(await (await fetch(new Request(path, { method: 'POST', body: BODY }))).text()),
  'node:http': (path) =>
    new Promise((resolve, reject) => {
      const request = httpRequest(path, { method: 'POST' }, (response) => {
        textOfStream(response).then((all) => resolve(digest(all)), reject)
      })
      request.on('error', reject)
      request.write(BODY.slice(0, 20))
      request.end(BODY.slice(20))
    })
}

const ENDS = ['whole', 'cut', 'fail']

async function see(way: (path: string) => Promise<unknown>, end: string): Promise<unknown> {
  try {
    return { value: await way(`${url}/${end}/v1/chat/completions`) }
  } catch (error) {
    return { error: told(error) }
  }
}

t.test('what a program sees is the same, however it reads', async (t) => {
  for (const [name, way] of Object.entries(WAYS)) {
    for (const end of ENDS) {
      const bare = await see(way, end)
      const recorder = startRecorder()
      const watched = await see(way, end)
      recorder.stop()
      t.same(watched, bare, `${name}, ${end}`)
      t.same(recorder.defects, [], `${name}, ${end}: no defects`)
      const expected = name === 'an address that is none' ? 0 : 1
      t.equal(recorder.spans().length, expected, `${name}, ${end}: one span`)
    }
  }
})

t.test('a rejection that nobody handles is still reported', async (t) => {
  const recorder = startRecorder()
  t.teardown(() => recorder.stop())
  const reasons: unknown[] = []
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (reason) => reasons.push(told(reason)))
  void ask('http://127.0.0.1:1/v1/chat/completions')
  for (let waits = 0; reasons.length === 0 && waits < 200; waits += 1) await sleep(10)
  process.removeAllListeners('unhandledRejection')
  for (const listener of listeners) process.on('unhandledRejection', listener)
  t.equal(reasons.length, 1)
})

t.test('a half-read answer holds its sender back as without us', async (t) => {
  const bytes = Buffer.alloc(64 * 1024, 'x')
  let sent = 0
  const host = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const more = (): void => {
      let isFree = true
      while (isFree && sent < 256 * 1024 * 1024) {
        isFree = response.write(bytes)
        sent += bytes.length
      }
      response.once('drain', more)
    }
    more()
  })
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
  const address = host.address()
  const recorder = startRecorder()
  const response = await ask(
    `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/v1/chat/completions`
  )
  const reader = response.body?.getReader()
  await reader?.read()
  await sleep(300)
  t.ok(sent < 32 * 1024 * 1024, `the sender stopped at ${sent} bytes`)
  await reader?.cancel()
  recorder.stop()
  host.close()
  host.closeAllConnections()
  t.equal(recorder.spans()[0]?.attributes['onset.llm.ended'], 'cancelled')
})

t.test(
  'an answer that nobody reads ends in bounded time, and where its last byte was read',
  async (t) => {
    const recorder: Recorder = startRecorder({ limits: { unreadMsMax: 40 } })
    t.teardown(() => recorder.stop())
    const response = await ask(`${url}/whole/v1/chat/completions`)
    for (let waits = 0; recorder.spans().length === 0 && waits < 300; waits += 1) await sleep(10)
    const [span] = recorder.spans()
    t.equal(span?.attributes['onset.llm.ended'], 'unread')
    t.notOk(span?.isError)
    t.ok((await response.text()).endsWith('[DONE]\n\n'), 'and can be read after all')
    t.equal(recorder.spans().length, 1)
  }
)

t.test(
  'an answer that was collected unread ends too',
  { skip: globalThis.gc === undefined },
  async (t) => {
    const recorder = startRecorder()
    t.teardown(() => recorder.stop())
    await (async () => void (await ask(`${url}/whole/v1/chat/completions`)))()
    for (let waits = 0; recorder.spans().length === 0 && waits < 300; waits += 1) {
      collectGarbage()
      await sleep(10)
    }
    t.equal(recorder.spans()[0]?.attributes['onset.llm.ended'], 'unread')
  }
)

t.test('uninstalled, the program has its own fetch and requests back', async (t) => {
  const before = globalThis.fetch
  const recorder = startRecorder()
  t.not(globalThis.fetch, before)
  t.equal(globalThis.fetch.name, before.name)
  recorder.stop()
  t.equal(globalThis.fetch, before)
  await (await ask(`${url}/whole/v1/chat/completions`)).text()
  t.same(recorder.spans(), [])
})
