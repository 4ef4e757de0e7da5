// node:http and node:https, which axios and the SDKs of some hosts use. The request's body is seen where
// the program writes it, the response's where Node's parser pushes it, so neither flow is touched.

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { errorMonitor } from 'node:events'
import { ClientRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { CallRecord } from '../call-record.ts'
import { isRecord } from '../json.ts'
import type { Room } from '../room.ts'
import { recognizeRequest, startCall } from '../start-call.ts'
import type { SeenRequest } from '../start-call.ts'
import { BodyText } from './body-text.ts'
import { EncodedBody } from './encoded-body.ts'
import type { Hook } from './hook.ts'

interface SeenCall {
  readonly seen: SeenRequest
  readonly text: BodyText
  record: CallRecord | undefined
}

/** `undefined` for a request that is not a model call. */
type Calls = WeakMap<ClientRequest, SeenCall | undefined>

const RESPONSE_CHANNEL = 'http.client.response.finish'

export function watchHttp(room: Room): Hook {
  const calls: Calls = new WeakMap()
  // Patched on the class of all requests and not on the functions that make them: programs have taken
  // hold of those, and every one of them comes by here.
  const write = patch('write', (request, args) => seePiece(room, calls, request, args))
  const end = patch('end', (request, args) => {
    seePiece(room, calls, request, args)
    seeEnd(room, calls.get(request), request)
  })
  const onResponse = (message: unknown): void => {
    room.safely(() => seeResponse(room, calls, message))
  }
  subscribe(RESPONSE_CHANNEL, onResponse)
  return {
    remove() {
      unsubscribe(RESPONSE_CHANNEL, onResponse)
      write.remove()
      end.remove()
    }
  }

  function patch(
    name: 'write' | 'end',
    see: (request: ClientRequest, args: readonly unknown[]) => void
  ): Hook {
    return patchMethod(name, (request, args) => {
      room.safely(() => see(request, args))
    })
  }
}

function patchMethod(
  name: 'write' | 'end',
  see: (request: ClientRequest, args: readonly unknown[]) => void
): Hook {
  const { prototype } = ClientRequest
  const inherited: unknown = Reflect.get(prototype, name)
  const wasOwn = Object.hasOwn(prototype, name)
  let isOn = true
  if (typeof inherited !== 'function') return { remove: () => undefined }
  const patched = function (this: ClientRequest, ...args: unknown[]): unknown {
    if (isOn) see(this, args)
    return Reflect.apply(inherited, this, args)
  }
  Object.defineProperty(prototype, name, { value: patched, configurable: true, writable: true })
  return {
    remove() {
      isOn = false
      if (Reflect.get(prototype, name) !== patched) return
      if (wasOwn) Object.defineProperty(prototype, name, { value: inherited, writable: true })
      else Reflect.deleteProperty(prototype, name)
    }
  }
}

function seePiece(
  room: Room,
  calls: Calls,
  request: ClientRequest,
  [piece, encoding]: readonly unknown[]
): void {
  if (!calls.has(request)) calls.set(request, recognize(room, request))
  const call = calls.get(request)
  if (call === undefined || call.record !== undefined) return
  if (piece instanceof Uint8Array) call.text.add(piece)
  else if (typeof piece === 'string') call.text.add(piece, encodingOf(encoding))
}

function encodingOf(encoding: unknown): BufferEncoding {
  return typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8'
}

function recognize(room: Room, request: ClientRequest): SeenCall | undefined {
  if (request.method !== 'POST') return undefined
  const { path, protocol } = request
  const address = path.startsWith('/') ? `${protocol}//${hostOf(request)}${path}` : path
  if (!URL.canParse(address)) return undefined
  const headerOf = (name: string): string | undefined => request.getHeader(name)?.toString()
  const seen = recognizeRequest(room, new URL(address), headerOf)
  if (seen === undefined) return undefined
  return { seen, text: new BodyText(room.limits.requestBytesMax), record: undefined }
}

function hostOf(request: ClientRequest): string {
  return request.getHeader('host')?.toString() ?? request.host
}

function seeEnd(room: Room, call: SeenCall | undefined, request: ClientRequest): void {
  if (call === undefined || call.record !== undefined) return
  const record = startCall(room, call.seen, call.text.read())
  if (record === undefined) return
  call.record = record
  // The monitor of errors does not make an error handled.
  request.once(errorMonitor, (error: unknown) => record.fail(error))
  request.once('close', () => record.endEarly('cancelled'))
}

function seeResponse(room: Room, calls: Calls, message: unknown): void {
  if (!isRecord(message) || !(message['request'] instanceof ClientRequest)) return
  const record = calls.get(message['request'])?.record
  const { response } = message
  if (record === undefined || !isResponse(response)) return
  record.responseStarted(response.statusCode ?? 0, (name) => response.headers[name]?.toString())
  watchBody(room, response, record)
}

function isResponse(value: unknown): value is IncomingMessage {
  return isRecord(value) && 'statusCode' in value && typeof value['push'] === 'function'
}

function watchBody(room: Room, response: IncomingMessage, record: CallRecord): void {
  const encoding = response.headers['content-encoding']
  const body = new EncodedBody(record, encoding, room.limits.answerBytesMax)
  // Not the `data` event: a listener for it would make the stream flow.
  const push = response.push.bind(response)
  const watched: IncomingMessage['push'] = (chunk: unknown, ...rest) => {
    room.safely(() => {
      if (chunk instanceof Uint8Array) body.take(chunk)
      // A paused program and a silent model look the same from here; the call's own bound is left.
      record.waiting()
      if (chunk !== null) return
      room.safely(() => body.flush())
      record.end()
    })
    return push(chunk, ...rest)
  }
  Object.defineProperty(response, 'push', { value: watched, configurable: true, writable: true })
  response.once(errorMonitor, (error: unknown) => {
    room.safely(() => body.flush())
    record.fail(error)
  })
}
