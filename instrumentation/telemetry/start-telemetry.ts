// Puts the room together: SDK, spool, uploader, the end of the process.

import { isMainThread } from 'node:worker_threads'
import { context, type Tracer } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace'
import { MEMORY_SPOOL_CHARS_MAX } from './limits.ts'
import { handleExit } from './exit-handling.ts'
import { toAttributes } from './otlp-json.ts'
import type { Ending, Telemetry, TelemetryOptions } from './options.ts'
import { SpoolProcessor } from './spool-processor.ts'
import { makePrivateFolder, spoolOfDestination } from './spool-folder.ts'
import { createMemorySpool } from './memory-spool.ts'
import { createSpool, type Spool, type SpoolOptions } from './spool.ts'
import { startLastUpload } from './start-last-upload.ts'
import { createUploader, type Uploader } from './uploader.ts'

/** How long `flush()` takes at most when it is not told. */
const FLUSH_TIMEOUT_MS = 5_000

/** A sign of life for other machines; a third of the quiet after which they take a spool for left behind. */
const HEARTBEAT_MS = 5 * 60 * 1000

export function startTelemetry(options: TelemetryOptions): Telemetry {
  const { destination, redaction, now } = options
  const root = spoolOfDestination(options.spoolDir, destination)
  const dropped = countDropped(options)
  const spool = openSpool(root, options, {
    resource: toAttributes(options.resource, (_, text) => redaction.redact(text)),
    bytesMax: options.spoolBytesMax,
    segmentSpansMax: options.batchSpansMax,
    onDropped: (spans) => dropped(spans, 'the spool is full')
  })
  const uploader = createUploader({
    spool,
    root,
    bytesMax: options.spoolBytesMax,
    destination,
    delayMs: options.uploadDelayMs,
    uploadsLeft: isMainThread,
    startedAt: now() - process.uptime() * 1000,
    now,
    onDropped: dropped,
    onDefect: options.onDefect,
    tell: options.tell
  })
  const processor = new SpoolProcessor({
    spool,
    redaction,
    capture: options.capture,
    onSpooled: () => uploader.wake(),
    onDefect: options.onDefect
  })
  uploader.wake()
  setInterval(() => spool.touch(now()), HEARTBEAT_MS).unref()
  return compose({ options, root, spool, uploader, processor })
}

/** On disk, else in memory: a run on a file system that cannot be written is seen as long as it lives. */
function openSpool(
  root: string,
  { spoolDir, tell }: TelemetryOptions,
  spoolOptions: Omit<SpoolOptions, 'root'>
): Spool {
  try {
    makePrivateFolder(spoolDir)
    makePrivateFolder(root)
    return createSpool({ root, ...spoolOptions })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    tell(`spans are kept in memory only, a kill loses what is not sent: ${why}`)
    const bytesMax = Math.min(spoolOptions.bytesMax, MEMORY_SPOOL_CHARS_MAX)
    return createMemorySpool({ ...spoolOptions, bytesMax })
  }
}

interface Parts {
  readonly options: TelemetryOptions
  readonly root: string
  readonly spool: Spool
  readonly uploader: Uploader
  readonly processor: SpoolProcessor
}

function compose(parts: Parts): Telemetry {
  const { options, uploader, processor } = parts
  const { destination } = options
  const provider = new TracerProvider({
    resource: resourceFromAttributes(options.resource),
    // Blame needs every step: a run is recorded whole, whatever a caller decided about its own.
    sampler: new AlwaysOnSampler(),
    spanLimits: options.limits,
    spanProcessors: [processor]
  })
  const endingListeners: ((ending: Ending) => void)[] = []
  const onEnding = guardEnding(parts, endingListeners)
  handleExit({ onEnding, isMainThread })
  return {
    getTracer: (name, version): Tracer => provider.getTracer(name, version),
    processor,
    observe: (observer) => processor.observe(observer),
    isOwnTraffic: (url) =>
      url.host === destination.url.host && url.pathname === destination.url.pathname,
    checkpoint: (spanId) => processor.checkpoint(spanId),
    discard: (spanId) => processor.discard(spanId),
    onEnding: (listener) => endingListeners.push(listener),
    flush: (timeoutMs = FLUSH_TIMEOUT_MS) => uploader.flush(timeoutMs)
  }
}

function guardEnding(
  { options, root, spool, uploader, processor }: Parts,
  listeners: readonly ((ending: Ending) => void)[]
): (ending: Ending) => void {
  const guarded = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      options.onDefect(error)
    }
  }
  return (ending) => {
    for (const listener of listeners) guarded(() => listener(ending))
    processor.interrupt(`interrupted: ${describe(ending)}`)
    uploader.close()
    guarded(() => {
      const input = spool.unsentText()
      if (input === '' && spool.handOver() === undefined) return
      const { destination, lastUploadEnvironment: environment, exitWaitMs: waitMs } = options
      const task = { root, destination, bytesMax: options.spoolBytesMax }
      context.with(suppressTracing(context.active()), () => {
        startLastUpload({ task, environment, waitMs, input })
      })
      uploader.tellLeft()
    })
  }
}

function describe(ending: Ending): string {
  return ending.kind === 'signal'
    ? ending.signal
    : `the process ended with exit code ${ending.code}`
}

function countDropped(options: TelemetryOptions): (spans: number, why: string) => void {
  let total = 0
  return (spans, why) => {
    if (spans === 0) return
    if (total === 0) options.tell(`spans are dropped: ${why}`)
    total += spans
  }
}
