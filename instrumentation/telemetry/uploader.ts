// Uploads this process's own spool while it lives: a timer that holds nobody up, one request at a time,
// pauses that grow while the destination does not answer.

import { context } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import {
  describeRefusal,
  forgetLastRefusal,
  readLastRefusal,
  writeLastRefusal,
  type Refusal
} from './last-refusal.ts'
import {
  FIRST_UPLOAD_DELAY_MS,
  MISCONFIGURED_PAUSE_MS,
  RETRY_PAUSE_MAX_MS,
  RETRY_PAUSE_MIN_MS
} from './limits.ts'
import type { Destination } from './options.ts'
import { sendRecords, type SendRecordsOptions, type Sent } from './send-records.ts'
import type { Spool } from './spool.ts'
import { uploadLeft } from './upload-left.ts'

export interface UploaderOptions {
  readonly spool: Spool
  readonly root: string
  readonly bytesMax: number
  readonly destination: Destination
  readonly delayMs: number
  /** Whether to look for what others left; a worker thread leaves that to its main thread. */
  readonly uploadsLeft: boolean
  readonly startedAt: number
  readonly now: () => number
  readonly onDropped: (spans: number, why: string) => void
  readonly onDefect: (error: unknown) => void
  readonly tell: (line: string) => void
}

export interface Uploader {
  /** There is something to upload, soon. */
  wake(): void
  flush(timeoutMs: number): Promise<boolean>
  close(): void
  /** At the end, with spans that were not sent: says so when it is known that the destination did not take the last. */
  tellLeft(): void
}

export function createUploader(options: UploaderOptions): Uploader {
  return new TimedUploader(options)
}

class TimedUploader implements Uploader {
  readonly #options: UploaderOptions
  #timer: NodeJS.Timeout | undefined
  #uploading: Promise<Sent> | undefined
  #pauseMs = RETRY_PAUSE_MIN_MS
  #hasLookedAround = false
  #isClosed = false
  #hasTold = false
  #hasTried = false
  #hasSent = false

  constructor(options: UploaderOptions) {
    this.#options = options
  }

  wake(): void {
    const { delayMs, spool } = this.#options
    if (this.#hasTried || !spool.hasUnsent()) {
      this.#schedule(delayMs)
      return
    }
    this.#hasTried = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#schedule(Math.min(delayMs, FIRST_UPLOAD_DELAY_MS))
  }

  async flush(timeoutMs: number): Promise<boolean> {
    // Whoever awaits a flush wants the process to live until then; a background upload would not hold it.
    const hold = setInterval(() => undefined, RETRY_PAUSE_MAX_MS)
    try {
      return await this.#flushUntil(timeoutMs)
    } finally {
      clearInterval(hold)
    }
  }

  async #flushUntil(timeoutMs: number): Promise<boolean> {
    const { spool } = this.#options
    // Not the clock of the wall, which may be set while this waits.
    const deadline = performance.now() + timeoutMs
    await this.#uploading
    while (spool.hasUnsent()) {
      const rest = deadline - performance.now()
      if (rest <= 0) return false
      const sent = await this.#upload({ hold: true, timeoutMs: rest })
      if (sent.kind === 'done') continue
      const pause = Math.min(this.#pauseAfter(sent), deadline - performance.now())
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
    }
    return true
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  #schedule(delayMs: number): void {
    if (this.#isClosed || this.#timer !== undefined) return
    this.#timer = setTimeout(() => void this.#tick(), delayMs)
    this.#timer.unref()
  }

  async #tick(): Promise<void> {
    const sent = await this.#upload({ hold: false })
    this.#timer = undefined
    if (sent.kind !== 'done') this.#schedule(this.#pauseAfter(sent))
    else if (this.#options.spool.hasUnsent()) this.#schedule(this.#options.delayMs)
  }

  #upload(how: { readonly hold: boolean; readonly timeoutMs?: number }): Promise<Sent> {
    this.#uploading ??= context
      .with(suppressTracing(context.active()), () => this.#uploadAll(how))
      .catch((error: unknown): Sent => {
        this.#options.onDefect(error)
        return { kind: 'later', why: 'a defect', afterMs: undefined }
      })
      .finally(() => {
        this.#uploading = undefined
      })
    return this.#uploading
  }

  async #uploadAll(how: { readonly hold: boolean; readonly timeoutMs?: number }): Promise<Sent> {
    const { spool, destination, now, onDropped } = this.#options
    const send: SendRecordsOptions = { destination, now, onDropped, ...how }
    spool.rotate()
    for (const segment of spool.closedSegments()) {
      const sent = await sendRecords(spool.read(segment), send)
      if (sent.kind !== 'done') return sent
      spool.remove(segment)
      if (!this.#hasSent) forgetLastRefusal(this.#options.root)
      this.#hasSent = true
    }
    this.#pauseMs = RETRY_PAUSE_MIN_MS
    return this.#hasLookedAround || how.hold ? { kind: 'done' } : this.#uploadLeft(send)
  }

  async #uploadLeft(send: SendRecordsOptions): Promise<Sent> {
    this.#hasLookedAround = true
    const { root, bytesMax, startedAt, uploadsLeft } = this.#options
    if (!uploadsLeft) return { kind: 'done' }
    const sent = await uploadLeft({ ...send, root, bytesMax, startedAt })
    if (sent.kind !== 'done') this.#hasLookedAround = false
    return sent
  }

  #pauseAfter(sent: Refusal): number {
    if (!this.#hasTold) {
      this.#tell(describeRefusal(sent))
      writeLastRefusal(this.#options.root, sent)
    }
    if (sent.kind === 'misconfigured') return MISCONFIGURED_PAUSE_MS
    const pause = this.#pauseMs
    this.#pauseMs = Math.min(pause * 2, RETRY_PAUSE_MAX_MS)
    return sent.afterMs ?? pause
  }

  tellLeft(): void {
    if (this.#hasTold || this.#hasSent) return
    const why = readLastRefusal(this.#options.root)
    if (why !== undefined) this.#tell(why)
  }

  /** A destination that is down is told once; the spans wait in the spool. */
  #tell(why: string): void {
    this.#hasTold = true
    // Without what may be a password or a key in it.
    const { origin, pathname } = this.#options.destination.url
    this.#options.tell(`spans wait in the spool: ${origin}${pathname} does not take them (${why})`)
  }
}
