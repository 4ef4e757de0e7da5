// A destination for spans: a real HTTP server that decodes what it is sent as the receiver does, keeps it,
// and may be down, slow, busy or choosy.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import type { DecodedSpan } from '../../collector/model/index.ts'
import { decodeTraceRequest } from '../../collector/receiver/index.ts'

/** What to answer; 200 when it gives nothing. */
export type Answer = (
  request: IncomingMessage,
  body: Buffer
) =>
  | { status: number; headers?: Record<string, string>; body?: Buffer; delayMs?: number }
  | undefined

export interface OtlpDestination {
  readonly url: string
  readonly port: number
  /** Spans of acknowledged requests, in the order of arrival, repeated ones included. */
  readonly spans: readonly DecodedSpan[]
  /** Everything that arrived, acknowledged or not, as sent and as unpacked. */
  readonly bodies: readonly Buffer[]
  readonly requests: readonly IncomingMessage[]
  answer: Answer
  /** Forgets what came so far. */
  forget(): void
  close(): Promise<void>
}

interface Owner {
  teardown(close: () => unknown): unknown
}

export async function startDestination(t: Owner, port = 0): Promise<OtlpDestination> {
  const spans: DecodedSpan[] = []
  const bodies: Buffer[] = []
  const requests: IncomingMessage[] = []
  const destination = { answer: (() => undefined) as Answer }
  const server = createServer((request, response) => {
    void take(request, response)
  })
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const raw = await readBody(request)
    requests.push(request)
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw
    bodies.push(body)
    const answer = destination.answer(request, body) ?? { status: 200 }
    const { status, headers, body: said, delayMs = 0 } = answer
    setTimeout(() => {
      if (status === 200) spans.push(...decode(request, body))
      response.writeHead(status, headers).end(said)
    }, delayMs)
  }
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  t.teardown(() => close(server))
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    spans,
    bodies,
    requests,
    get answer() {
      return destination.answer
    },
    set answer(answer) {
      destination.answer = answer
    },
    forget: () => {
      for (const kept of [spans, bodies, requests]) kept.length = 0
    },
    close: () => close(server)
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function decode(request: IncomingMessage, body: Buffer): readonly DecodedSpan[] {
  const encoding = request.headers['content-type'] === 'application/json' ? 'json' : 'protobuf'
  return decodeTraceRequest(body, encoding, { now: Date.now() }).spans
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
