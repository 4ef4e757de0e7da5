// Agents that never stop: runs in two batches each, log records and points of metrics, every one with an id of
// its own. A batch is sent again, byte by byte, until it is acknowledged, as exporters do; some are given too
// little time on purpose, some are sent once more afterwards, some come much later than the rest of their run.

import { setTimeout as sleep } from 'node:timers/promises'
import { agentSpans } from '../support/agent-spans.ts'
import { encodeTraceRequest, type SpanLiteral } from '../support/otlp-request.ts'
import { encodeLogsRequest, encodeMetricsRequest } from '../support/otlp-telemetry.ts'
import type { Batch, Ledger, Signal } from './ledger.ts'
import type { Random } from './random.ts'

export interface LoadOptions {
  readonly ledger: Ledger
  readonly random: Random
  /** Where the collector listens now; undefined while there is none. */
  readonly url: () => string | undefined
  readonly spansPerSecond: number
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export interface Load {
  /** Begins no new run, and resolves when everything is acknowledged or `deadlineMs` is over. */
  finish(deadlineMs: number): Promise<void>
}

const PATHS: Readonly<Record<Signal, string>> = {
  spans: '/v1/traces',
  logs: '/v1/logs',
  metrics: '/v1/metrics'
}

const SPAN_SENDERS = 3
const STEPS_PER_RUN = 4
export const SPANS_PER_RUN = 2 * STEPS_PER_RUN + 1
const TEXT_CHARS = 600
const RECORDS_PER_BATCH = 10
const TELEMETRY_INTERVAL_MS = 100

const TIMEOUT_MS = 10_000
/** Too short for a flush, long enough for the request to be on its way. */
const SHORT_TIMEOUT_MS_MAX = 40
const RETRY_MS = 50

/** Of a hundred. */
const SHORT_TIMEOUTS = 4
const REPEATED = 5
const LATE = 4
const OLD = 4

/** Most late batches wait for so many runs of their sender. */
const LATE_RUNS_MAX = 40
const OLD_MS = 3 * 86_400_000
const NANOS_PER_MILLI = 1_000_000n
/** A run of these steps takes up to 16 s, and ends before it is sent. */
const RUN_MS = 20_000

export function startLoad(options: LoadOptions): Load {
  const state = { isOver: false, isGivenUp: false }
  const senders = [
    ...Array.from({ length: SPAN_SENDERS }, (_, at) => new RunSender(options, at, state).run()),
    sendTelemetry(options, 'logs', state),
    sendTelemetry(options, 'metrics', state)
  ]
  return {
    finish: async (deadlineMs) => {
      state.isOver = true
      const timer = setTimeout(() => {
        state.isGivenUp = true
        options.ledger.note(`not everything could be delivered within ${deadlineMs} ms`)
      }, deadlineMs)
      await Promise.all(senders)
      clearTimeout(timer)
    }
  }
}

interface LoadState {
  isOver: boolean
  isGivenUp: boolean
}

class RunSender {
  readonly #options: LoadOptions
  readonly #at: number
  readonly #state: LoadState
  readonly #held: { readonly batch: Batch; readonly dueAt: number }[] = []
  #runs = 0

  constructor(options: LoadOptions, at: number, state: LoadState) {
    this.#options = options
    this.#at = at
    this.#state = state
  }

  async run(): Promise<void> {
    const { random, spansPerSecond, ledger } = this.#options
    const intervalMs = (1_000 * SPANS_PER_RUN * SPAN_SENDERS) / spansPerSecond
    while (!this.#state.isOver) {
      const startedAt = performance.now()
      const [first, second] = this.#makeRun()
      await deliver(this.#options, first, this.#state)
      if (random.between(1, 100) <= LATE) {
        const dueAt = this.#runs + random.between(1, LATE_RUNS_MAX)
        this.#held.push({ batch: { ...second, isLate: true }, dueAt })
      } else await deliver(this.#options, second, this.#state)
      if (random.between(1, 100) <= REPEATED) {
        ledger.repeated += 1
        const dueAt = this.#runs + random.between(0, LATE_RUNS_MAX)
        this.#held.push({ batch: random.pick([first, second]), dueAt })
      }
      await this.#sendHeld(false)
      await sleep(Math.max(0, intervalMs - (performance.now() - startedAt)))
    }
    await this.#sendHeld(true)
  }

  async #sendHeld(isAll: boolean): Promise<void> {
    for (const held of this.#held.splice(0)) {
      if (isAll || held.dueAt <= this.#runs) await deliver(this.#options, held.batch, this.#state)
      else this.#held.push(held)
    }
  }

  #makeRun(): readonly [Batch, Batch] {
    const { random, now } = this.#options
    this.#runs += 1
    const number = this.#runs * SPAN_SENDERS + this.#at
    const isOld = random.between(1, 100) <= OLD
    const startMs = now() - RUN_MS - (isOld ? OLD_MS : 0)
    const runId = `50a4${number.toString(16).padStart(28, '0')}`
    const spans = withIds(
      agentSpans({
        seed: number,
        steps: STEPS_PER_RUN,
        textChars: TEXT_CHARS,
        startTime: BigInt(startMs) * NANOS_PER_MILLI,
        ...(random.between(1, 3) === 1 ? { failingStep: STEPS_PER_RUN - 1 } : {})
      }),
      runId,
      number
    )
    const [root, ...rest] = spans
    if (root === undefined) throw new RangeError('a run without spans')
    const middle = rest.length / 2
    const toBatch = (half: readonly SpanLiteral[]): Batch => ({
      signal: 'spans',
      runId,
      ids: half.map(({ spanId }) => spanId ?? ''),
      body: new Uint8Array(encodeTraceRequest(half, 'protobuf')),
      isLate: isOld
    })
    // The root ends last and is sent last.
    return [toBatch(rest.slice(0, middle)), toBatch([...rest.slice(middle), root])]
  }
}

/** Ids that are never the same in two runs, which those of agentSpans may be. */
function withIds(spans: readonly SpanLiteral[], traceId: string, run: number): SpanLiteral[] {
  const idOf = (at: number): string => (run * 16 + at + 1).toString(16).padStart(16, '0')
  return spans.map((span, at) => ({
    ...span,
    traceId,
    spanId: idOf(at),
    ...(at === 0 ? {} : { parentSpanId: idOf(0) })
  }))
}

/** One after the other, as one exporter sends: a batch that waits behind others has no token of its own. */
async function sendTelemetry(
  options: LoadOptions,
  signal: 'logs' | 'metrics',
  state: LoadState
): Promise<void> {
  const { random, ledger, now } = options
  for (let count = 0; !state.isOver; count += 1) {
    const ids = Array.from({ length: RECORDS_PER_BATCH }, (_, at) => `${signal}-${count}-${at}`)
    const batch: Batch = { signal, ids, body: encodeTelemetry(signal, ids, now()), isLate: false }
    await deliver(options, batch, state)
    if (random.between(1, 100) <= REPEATED) {
      ledger.repeated += 1
      await deliver(options, batch, state)
    }
    await sleep(TELEMETRY_INTERVAL_MS)
  }
}

function encodeTelemetry(
  signal: 'logs' | 'metrics',
  ids: readonly string[],
  nowMs: number
): Uint8Array<ArrayBuffer> {
  const time = BigInt(nowMs) * NANOS_PER_MILLI
  if (signal === 'logs') {
    const records = ids.map((id) => ({ time, body: `it goes on: ${id}`, attributes: { id } }))
    return new Uint8Array(encodeLogsRequest(records, 'protobuf'))
  }
  const gauge = ids.map((id, at) => ({ time, value: at, attributes: { id } }))
  return new Uint8Array(encodeMetricsRequest([{ name: 'soak.load', gauge }], 'protobuf'))
}

/** Until it is acknowledged. */
async function deliver(options: LoadOptions, batch: Batch, state: LoadState): Promise<void> {
  const { ledger, random } = options
  let isShort = random.between(1, 100) <= SHORT_TIMEOUTS
  while (!state.isGivenUp) {
    const url = options.url()
    if (url === undefined) {
      await sleep(RETRY_MS)
      continue
    }
    ledger.began()
    const answer = await post(
      `${url}${PATHS[batch.signal]}`,
      batch.body,
      isShort ? random.between(1, SHORT_TIMEOUT_MS_MAX) : TIMEOUT_MS
    )
    ledger.ended()
    isShort = false
    if (answer === 'acknowledged') {
      ledger.acknowledge(batch)
      return
    }
    if (answer === 'unanswered') ledger.unanswered += 1
    else if (answer === 'deferred') ledger.deferred += 1
    else {
      ledger.note(`${batch.signal} were answered with ${answer}`)
      return
    }
    await sleep(RETRY_MS)
  }
}

async function post(
  url: string,
  body: Uint8Array<ArrayBuffer>,
  timeoutMs: number
): Promise<string> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body,
      signal: AbortSignal.timeout(timeoutMs)
    })
    const answer = Buffer.from(await response.arrayBuffer())
    if (response.status === 429 || response.status === 503) return 'deferred'
    // A full success is a message without fields.
    if (response.status === 200 && answer.length === 0) return 'acknowledged'
    return `${response.status} ${answer.toString('latin1').slice(0, 200)}`
  } catch {
    return 'unanswered'
  }
}
