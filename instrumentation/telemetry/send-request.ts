// One OTLP request to the destination, and what its answer means for the spans in it.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp-response

import type { RequestOptions } from 'node:http'
import { ANSWER_BYTES_MAX, RETRY_AFTER_MAX_MS } from './limits.ts'
import type { OtlpRequest } from './otlp-json.ts'
import { encodeProtobuf } from './otlp-protobuf.ts'
import type { Destination } from './options.ts'
import { readPartialSuccess, type PartialSuccess } from './partial-success.ts'

export type SendResult =
  | { readonly kind: 'accepted'; readonly partial: PartialSuccess | undefined }
  /** The same request would be refused again. */
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'too_large' }
  /** Key, path or method are wrong: nothing is wrong with the spans. */
  | { readonly kind: 'misconfigured'; readonly status: number }
  | { readonly kind: 'later'; readonly why: string; readonly afterMs: number | undefined }

export interface SendOptions {
  readonly destination: Destination
  /** Keep the process alive for the answer. */
  readonly hold: boolean
  readonly now: () => number
  readonly timeoutMs?: number
}

const REFUSED = new Set([400, 415, 422])
const MISCONFIGURED = new Set([401, 403, 404, 405, 407])

export async function sendRequest(request: OtlpRequest, options: SendOptions): Promise<SendResult> {
  try {
    const body = await encodeBody(request, options.destination)
    return readAnswer(await post(body, options), options.now())
  } catch (error) {
    return {
      kind: 'later',
      why: error instanceof Error ? error.message : String(error),
      afterMs: undefined
    }
  }
}

async function encodeBody(request: OtlpRequest, destination: Destination): Promise<Buffer> {
  const plain =
    destination.protocol === 'http/json'
      ? Buffer.from(JSON.stringify(request))
      : encodeProtobuf(request)
  if (destination.compression === 'none') return plain
  const { gzip } = await import('node:zlib')
  return new Promise((resolve, reject) => {
    gzip(plain, (error, compressed) => (error === null ? resolve(compressed) : reject(error)))
  })
}

interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly contentType: string | undefined
  readonly body: Buffer
}

async function post(body: Buffer, { destination, hold, timeoutMs }: SendOptions): Promise<Answer> {
  const { url } = destination
  // Loaded with the first request: an agent's start does not wait for it.
  const { request } =
    url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const options: RequestOptions = {
    method: 'POST',
    headers: {
      ...destination.headers,
      'content-type':
        destination.protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
      'content-length': body.length,
      'user-agent': 'onset-instrumentation',
      ...(destination.compression === 'gzip' ? { 'content-encoding': 'gzip' } : {})
    }
  }
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (response) => {
      const pieces: Buffer[] = []
      let received = 0
      response.on('data', (chunk: Buffer) => {
        received += chunk.length
        if (received > ANSWER_BYTES_MAX) response.destroy()
        else pieces.push(chunk)
      })
      response.on('error', reject)
      response.on('close', () =>
        resolve({
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'],
          contentType: response.headers['content-type'],
          body: Buffer.concat(pieces)
        })
      )
    })
    const limit = Math.min(timeoutMs ?? destination.timeoutMs, destination.timeoutMs)
    const timer = setTimeout(
      () => outgoing.destroy(new Error(`no answer within ${limit} ms`)),
      limit
    )
    if (!hold) timer.unref()
    outgoing.on('socket', (socket) => {
      if (hold) socket.ref()
      else socket.unref()
    })
    outgoing.on('error', reject)
    outgoing.on('close', () => clearTimeout(timer))
    outgoing.end(body)
  })
}

function readAnswer({ status, retryAfter, contentType, body }: Answer, now: number): SendResult {
  if (status >= 200 && status < 300) {
    return { kind: 'accepted', partial: readPartialSuccess(body, contentType) }
  }
  if (status === 413) return { kind: 'too_large' }
  if (REFUSED.has(status)) return { kind: 'refused', status }
  if (MISCONFIGURED.has(status)) return { kind: 'misconfigured', status }
  return { kind: 'later', why: `status ${status}`, afterMs: readRetryAfter(retryAfter, now) }
}

/** Seconds or a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function readRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  const pause = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  if (!Number.isFinite(pause)) return undefined
  return Math.min(Math.max(pause, 0), RETRY_AFTER_MAX_MS)
}
