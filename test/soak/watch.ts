// The most that the collector ever took, from its own /metrics.

import { setTimeout as sleep } from 'node:timers/promises'

export interface Peaks {
  rssBytes: number
  /** Of the longest stall between two looks; a frozen process is not counted. */
  eventLoopSeconds: number
  parts: number
  queueRows: number
}

const INTERVAL_MS = 500

export interface Watch {
  readonly peaks: Readonly<Peaks>
  /** Delays are those of a freeze until the next look after it. */
  skipDelay(): void
  stop(): Promise<void>
}

export function watch(url: () => string | undefined): Watch {
  const peaks: Peaks = { rssBytes: 0, eventLoopSeconds: 0, parts: 0, queueRows: 0 }
  const state = { isOver: false, isSkipped: false }
  const look = async (): Promise<void> => {
    const at = url()
    if (at === undefined) return
    const response = await fetch(`${at}/metrics`, { signal: AbortSignal.timeout(5_000) })
    const text = await response.text()
    const most = (name: string): number => Math.max(0, ...valuesOf(text, name))
    peaks.rssBytes = Math.max(peaks.rssBytes, most('process_resident_memory_bytes'))
    peaks.parts = Math.max(peaks.parts, most('onset_store_parts'))
    peaks.queueRows = Math.max(peaks.queueRows, most('onset_store_queue_rows'))
    if (!state.isSkipped) {
      peaks.eventLoopSeconds = Math.max(
        peaks.eventLoopSeconds,
        most('nodejs_eventloop_delay_seconds')
      )
    }
    state.isSkipped = false
  }
  const running = (async () => {
    while (!state.isOver) {
      // Killed in the middle of the answer, or frozen: the next look is as good.
      await look().catch(() => undefined)
      await sleep(INTERVAL_MS)
    }
  })()
  return {
    peaks,
    skipDelay: () => {
      state.isSkipped = true
    },
    stop: () => {
      state.isOver = true
      return running
    }
  }
}

function valuesOf(exposition: string, name: string): readonly number[] {
  const found = exposition.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'gm'))
  return [...found].map(([, value]) => Number(value))
}
