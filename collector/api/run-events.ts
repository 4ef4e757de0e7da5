// Server-sent events of one run (https://html.spec.whatwg.org/multipage/server-sent-events.html): its
// state after each analysis, until it is complete. Reads the store at an interval, because the process
// that analyzes need not be this one.

import { setTimeout as sleep } from 'node:timers/promises'
import type { RunId, RunReader, RunRecord } from '../model/index.ts'

export interface RunEventsOptions {
  readonly store: Pick<RunReader, 'findRun'>
  readonly runId: RunId
  /** What is known already; sent at once unless the client has it. */
  readonly first: RunRecord
  /** Last-Event-ID of a client that comes back. */
  readonly seenRevision: number | undefined
  readonly toData: (record: RunRecord) => unknown
  readonly now: () => number
  readonly signal: AbortSignal
}

/** A person watching notices no less; the read is one row by its key. */
const POLL_INTERVAL_MS = 1_000

/** Below the 30 s and 60 s after which common proxies close a connection that says nothing. */
export const HEARTBEAT_INTERVAL_MS = 15_000

/** A run open for longer is watched by coming back, which clients do by themselves. */
export const STREAM_MS_MAX = 3_600_000

export async function* streamRunEvents(options: RunEventsOptions): AsyncGenerator<string> {
  const { now, signal } = options
  const startedAt = now()
  let spokenAt = startedAt
  let revision = options.seenRevision
  let record: RunRecord | undefined = options.first
  while (record !== undefined && now() - startedAt < STREAM_MS_MAX) {
    if (record.revision !== revision) {
      revision = record.revision
      spokenAt = now()
      yield toEvent('run', record.revision, options.toData(record))
    } else if (now() - spokenAt >= HEARTBEAT_INTERVAL_MS) {
      spokenAt = now()
      yield ': still open\n\n'
    }
    if (record.state === 'complete') {
      yield toEvent('end', record.revision, { state: record.state })
      return
    }
    if (await isAbortedWithin(POLL_INTERVAL_MS, signal)) return
    record = await options.store.findRun(options.runId)
  }
}

/** JSON has no line breaks outside of strings and escapes those inside: one data line is enough. */
function toEvent(name: string, id: number, data: unknown): string {
  return `event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`
}

async function isAbortedWithin(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(milliseconds, undefined, { signal })
    return false
  } catch (error) {
    if (signal.aborted) return true
    throw error
  }
}
