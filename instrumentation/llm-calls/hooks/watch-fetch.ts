// The global fetch, which every SDK of a model host takes when its client is made. Works for ESM,
// CommonJS and bundles alike, because it needs no hook into modules.

import { AsyncLocalStorage } from 'node:async_hooks'
import type { CallRecord } from '../call-record.ts'
import { isRecord } from '../json.ts'
import type { Room } from '../room.ts'
import { recognizeRequest, startCall } from '../start-call.ts'
import type { SeenRequest } from '../start-call.ts'
import { BodyText, bodyTextOf } from './body-text.ts'
import type { Hook } from './hook.ts'
import { watchStream } from './watch-stream.ts'

type Fetch = typeof globalThis.fetch

/** True in what a watched fetch does below: Node's fetch is undici, which has a hook of its own. */
export type InsideFetch = AsyncLocalStorage<boolean>

export function watchFetch(room: Room, insideFetch: InsideFetch): Hook {
  const original = globalThis.fetch
  let isOn = true
  // A call that nobody can read any more must still come to an end.
  const unreachable = new FinalizationRegistry<CallRecord>((call) => call.endEarly('unread'))

  const watched: Fetch = (...args) => {
    const call = isOn ? room.safely(() => seeRequest(room, args)) : undefined
    if (call === undefined) return original(...args)
    return insideFetch
      .run(true, () => original(...args))
      .then(
        (response) => {
          room.safely(() => watchResponse(response, call, unreachable))
          return response
        },
        (error: unknown) => {
          room.safely(() => call.record?.fail(error))
          throw error
        }
      )
  }
  // Programs and other instrumentations look at the name and the number of parameters.
  Object.defineProperties(watched, {
    name: { value: original.name, configurable: true },
    length: { value: original.length, configurable: true }
  })
  globalThis.fetch = watched
  return {
    remove() {
      isOn = false
      // Whoever wrapped after us holds on to ours; then it stays and looks away.
      if (globalThis.fetch === watched) globalThis.fetch = original
    }
  }
}

/** A call, or one that begins when the last of its body was read. */
interface SeenCall {
  record: CallRecord | undefined
}

function seeRequest(room: Room, args: Parameters<Fetch>): SeenCall | undefined {
  const { method, address, headers, body } = partsOf(args)
  // What is no address, fetch refuses in its own words.
  if (method?.toUpperCase() !== 'POST' || !URL.canParse(address)) return undefined
  const seen = recognizeRequest(room, new URL(address), headerReader(headers))
  if (seen === undefined) return undefined
  if (body instanceof ReadableStream) return seeStreamedRequest(room, seen, body)
  const text = bodyTextOf(body, room.limits.requestBytesMax)
  const record = startCall(room, seen, text)
  return record === undefined ? undefined : { record }
}

interface RequestParts {
  readonly method: string | undefined
  readonly address: string
  readonly headers: unknown
  readonly body: unknown
}

/** What `init` says wins over what the request object says. */
function partsOf([input, init]: Parameters<Fetch>): RequestParts {
  if (!(input instanceof Request)) {
    const address = typeof input === 'string' ? input : input.href
    return { method: init?.method, address, headers: init?.headers, body: init?.body }
  }
  return {
    method: init?.method ?? input.method,
    address: input.url,
    headers: init?.headers ?? input.headers,
    body: init?.body ?? input.body
  }
}

function seeStreamedRequest(room: Room, seen: SeenRequest, body: ReadableStream): SeenCall {
  const call: SeenCall = { record: undefined }
  const text = new BodyText(room.limits.requestBytesMax)
  // The context of the program, which the stream's reader does not run in.
  const context = room.activeContext()
  watchStream(body, {
    waiting: () => undefined,
    chunk: (bytes) => text.add(bytes),
    end: () => {
      room.safely(() => {
        call.record ??= startCall(room, seen, text.read(), context)
      })
    },
    fail: () => undefined,
    cancel: () => undefined
  })
  return call
}

function watchResponse(
  response: Response,
  { record }: SeenCall,
  unreachable: FinalizationRegistry<CallRecord>
): void {
  if (record === undefined) return
  record.responseStarted(response.status, (name) => response.headers.get(name) ?? undefined)
  const { body } = response
  if (body === null) {
    record.end()
    return
  }
  watchStream(body, {
    waiting: () => record.waiting(),
    chunk: (bytes) => record.chunk(bytes),
    end: () => record.end(),
    fail: (error) => record.fail(error),
    cancel: () => record.endEarly('cancelled')
  })
  unreachable.register(body, record)
}

function headerReader(headers: unknown): (name: string) => string | undefined {
  if (headers instanceof Headers) return (name) => headers.get(name) ?? undefined
  if (Array.isArray(headers)) {
    return (name) => {
      const pair: unknown = headers.find(
        (entry: unknown) => Array.isArray(entry) && String(entry[0]).toLowerCase() === name
      )
      return Array.isArray(pair) ? String(pair[1]) : undefined
    }
  }
  const entries = isRecord(headers) ? Object.entries(headers) : []
  return (name) => {
    const entry = entries.find(([key]) => key.toLowerCase() === name)
    return typeof entry?.[1] === 'string' ? entry[1] : undefined
  }
}
