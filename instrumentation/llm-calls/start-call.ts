// The question each hook asks of a request: is it a model call, and is there room to watch it?

import type { Context } from '@opentelemetry/api'
import { CallRecord } from './call-record.ts'
import { isModelRequest, recognizeCall } from './recognize-call.ts'
import type { HeaderReader, RecognizedCall } from './recognize-call.ts'
import type { Room } from './room.ts'

export interface SeenRequest {
  readonly recognized: RecognizedCall
  readonly url: URL
  readonly headerOf: HeaderReader
  readonly startedAt: number
}

export function recognizeRequest(
  room: Room,
  url: URL,
  headerOf: HeaderReader
): SeenRequest | undefined {
  const recognized = recognizeCall(url, headerOf)
  if (recognized === undefined || room.isOwnTraffic(url)) return undefined
  return { recognized, url, headerOf, startedAt: room.now() }
}

/** `bodyText` is undefined when the body was longer than its bound. */
export function startCall(
  room: Room,
  seen: SeenRequest,
  bodyText: string | undefined,
  context: Context = room.activeContext()
): CallRecord | undefined {
  if (room.openCalls.size >= room.limits.openCallsMax) return undefined
  const text = bodyText ?? ''
  if (bodyText !== undefined && !isModelRequest(seen.url, text)) return undefined
  return new CallRecord(room, { ...seen, bodyText: text, context })
}
