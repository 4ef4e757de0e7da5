// undici as a package of the program: its agents, its `request`, its own fetch. Node's fetch is undici
// too and comes by here, but was seen above.
// https://github.com/nodejs/undici/blob/main/docs/docs/api/DiagnosticsChannel.md

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Context } from '@opentelemetry/api'
import type { CallRecord } from '../call-record.ts'
import type { JsonRecord } from '../facts.ts'
import { isRecord, listOf, recordOf, textOf } from '../json.ts'
import type { HeaderReader } from '../recognize-call.ts'
import type { Room } from '../room.ts'
import { recognizeRequest, startCall } from '../start-call.ts'
import type { SeenRequest } from '../start-call.ts'
import { BodyText } from './body-text.ts'
import { EncodedBody } from './encoded-body.ts'
import type { Hook } from './hook.ts'
import type { InsideFetch } from './watch-fetch.ts'

interface SeenCall {
  readonly seen: SeenRequest
  /** Of the program; later messages come in the context of whoever opened the connection. */
  readonly context: Context
  readonly text: BodyText
  record: CallRecord | undefined
  body: EncodedBody | undefined
}

export function watchUndici(room: Room, insideFetch: InsideFetch): Hook {
  const calls = new WeakMap<object, SeenCall>()
  const onCreate = (message: unknown): void => {
    const { request } = recordOf(message)
    if (!isRecord(request) || insideFetch.getStore() === true) return
    const call = recognize(room, request)
    if (call === undefined) return
    calls.set(request, call)
    shadowMethods(room, request, call)
  }
  const channels: readonly (readonly [string, (message: JsonRecord, call: SeenCall) => void])[] = [
    ['undici:request:headers', (message, call) => seeHeaders(room, message, call)],
    ['undici:request:trailers', (_message, call) => finish(room, call)],
    [
      'undici:request:error',
      ({ error }, call) => {
        room.safely(() => call.body?.flush())
        call.record?.fail(error)
      }
    ]
  ]
  const listeners = channels.map(([name, see]) => {
    const listener = (message: unknown): void => {
      room.safely(() => {
        const { request } = recordOf(message)
        const call = isRecord(request) ? calls.get(request) : undefined
        if (call !== undefined) see(recordOf(message), call)
      })
    }
    return [name, listener] as const
  })
  const guarded = (message: unknown): void => {
    room.safely(() => onCreate(message))
  }
  const all = [['undici:request:create', guarded] as const, ...listeners]
  for (const [name, listener] of all) subscribe(name, listener)
  return {
    remove() {
      for (const [name, listener] of all) unsubscribe(name, listener)
    }
  }
}

function recognize(room: Room, request: JsonRecord): SeenCall | undefined {
  if (request['method'] !== 'POST') return undefined
  const path = textOf(request['path']) ?? '/'
  const { origin } = request
  const base = origin instanceof URL ? origin.origin : (textOf(origin) ?? '')
  const address = path.startsWith('/') ? `${base}${path}` : path
  if (!URL.canParse(address)) return undefined
  const seen = recognizeRequest(room, new URL(address), headerReader(request['headers']))
  if (seen === undefined) return undefined
  const text = new BodyText(room.limits.requestBytesMax)
  return { seen, context: room.activeContext(), text, record: undefined, body: undefined }
}

/** Pieces of bodies have channels only in newer versions; the methods are in all of them. */
function shadowMethods(room: Room, request: JsonRecord, call: SeenCall): void {
  before(room, request, 'onBodySent', (piece) => {
    if (piece instanceof Uint8Array || typeof piece === 'string') call.text.add(piece)
  })
  before(room, request, 'onRequestSent', () => start(room, call))
  before(room, request, 'onData', (piece) => {
    if (piece instanceof Uint8Array) call.body?.take(piece)
    call.record?.waiting()
  })
}

function before(
  room: Room,
  request: JsonRecord,
  name: string,
  see: (argument: unknown) => void
): void {
  const method = request[name]
  if (typeof method !== 'function') return
  const value = (...args: unknown[]): unknown => {
    room.safely(() => see(args[0]))
    return Reflect.apply(method, request, args)
  }
  Object.defineProperty(request, name, { value, configurable: true, writable: true })
}

function start(room: Room, call: SeenCall): void {
  call.record ??= startCall(room, call.seen, call.text.read(), call.context)
}

function seeHeaders(room: Room, message: JsonRecord, call: SeenCall): void {
  // A server may answer before it has read all of the request.
  start(room, call)
  const { record } = call
  if (record === undefined) return
  const { statusCode, headers } = recordOf(message['response'])
  const headerOf = headerReader(headers)
  record.responseStarted(typeof statusCode === 'number' ? statusCode : 0, headerOf)
  record.waiting()
  call.body = new EncodedBody(record, headerOf('content-encoding'), room.limits.answerBytesMax)
}

function finish(room: Room, call: SeenCall): void {
  room.safely(() => call.body?.flush())
  call.record?.end()
}

/** A flat list of names and values, texts or bytes; text with line ends in older versions. */
function headerReader(headers: unknown): HeaderReader {
  const flat =
    typeof headers === 'string'
      ? headers.split('\r\n').flatMap((line) => line.split(/: (.*)/s, 2))
      : listOf(headers).map(String)
  return (name) => {
    for (let at = 0; at + 1 < flat.length; at += 2) {
      if (flat[at]?.toLowerCase() === name) return flat[at + 1]
    }
    return undefined
  }
}
