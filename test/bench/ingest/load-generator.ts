// Sends OTLP requests to a collector from a process of its own and measures what a sender sees. Told what to
// do, and tells what came of it, over its IPC channel.

import { Agent, request as httpRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTemplates, type RequestTemplate } from './requests.ts'
import type { SpanSize } from './span-content.ts'

/** Seconds of load of one kind. */
export interface LoadOrder {
  readonly url: string
  readonly size: SpanSize
  readonly seconds: number
  /** Sends as fast as answers come, over this many connections; or, with `spansPerSecond`, at most so many at once. */
  readonly connections: number
  /** Sends at this rate whatever the answers, so that waiting counts. */
  readonly spansPerSecond?: number
}

export interface LoadReport {
  readonly acknowledgedSpans: number
  /** Answers other than 200, by status. */
  readonly refused: Readonly<Record<string, number>>
  readonly seconds: number
  readonly ackMs: { readonly p50: number; readonly p99: number }
  readonly spanBytes: number
  readonly bodyBytes: number
  /** Of this process, a span. */
  readonly cpuMicros: number
}

/** Bodies differ in their texts; more of them would only take longer to make. */
const TEMPLATES = 16
const RETRY_MS = 100

const templates = new Map<SpanSize, readonly RequestTemplate[]>()
let sendings = 0

process.on('message', (order: LoadOrder | 'prepare') => {
  if (order === 'prepare') {
    templatesOf('realistic')
    process.send?.('ready')
    return
  }
  void run(order).then((report) => process.send?.(report))
})

function templatesOf(size: SpanSize): readonly RequestTemplate[] {
  const made = templates.get(size) ?? createTemplates(size, TEMPLATES, Date.now())
  templates.set(size, made)
  return made
}

async function run(order: LoadOrder): Promise<LoadReport> {
  const pool = templatesOf(order.size)
  const agent = new Agent({ keepAlive: true, maxSockets: order.connections })
  const waits: number[] = []
  const refused: Record<string, number> = {}
  let acknowledgedSpans = 0
  let bodyBytes = 0
  let rawBytes = 0
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  const endsAt = startedAt + order.seconds * 1_000

  async function sendOne(dueAt: number): Promise<void> {
    const template = pool[sendings % pool.length]
    if (template === undefined) return
    const body = template.fill((sendings += 1))
    bodyBytes += body.length
    rawBytes += template.rawBytes
    const status = await post(order.url, body, agent)
    if (status === 200) {
      waits.push(performance.now() - dueAt)
      acknowledgedSpans += template.spans
    } else {
      refused[status] = (refused[status] ?? 0) + 1
      await sleep(RETRY_MS)
    }
  }

  async function sendInTurn(): Promise<void> {
    // oxlint-disable-next-line no-await-in-loop -- a sender waits for its answer
    while (performance.now() < endsAt) await sendOne(performance.now())
  }

  async function sendAtRate(spansPerSecond: number): Promise<void> {
    const intervalMs = (1_000 * (pool[0]?.spans ?? 1)) / spansPerSecond
    const pending = new Set<Promise<void>>()
    for (let dueAt = startedAt; dueAt < endsAt; dueAt += intervalMs) {
      const early = dueAt - performance.now()
      // oxlint-disable-next-line no-await-in-loop -- requests are sent when they are due
      if (early > 0) await sleep(early)
      const sending = sendOne(dueAt).finally(() => pending.delete(sending))
      pending.add(sending)
    }
    await Promise.all(pending)
  }

  if (order.spansPerSecond === undefined) {
    await Promise.all(Array.from({ length: order.connections }, sendInTurn))
  } else await sendAtRate(order.spansPerSecond)
  agent.destroy()
  const seconds = (performance.now() - startedAt) / 1_000
  const used = process.cpuUsage(cpu)
  waits.sort((a, b) => a - b)
  const sentSpans = Math.max(1, (rawBytes / (pool[0]?.rawBytes ?? 1)) * (pool[0]?.spans ?? 1))
  return {
    acknowledgedSpans,
    refused,
    seconds,
    ackMs: { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) },
    spanBytes: rawBytes / sentSpans,
    bodyBytes: bodyBytes / sentSpans,
    cpuMicros: (used.user + used.system) / Math.max(1, acknowledgedSpans)
  }
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Status of the answer, or the error's code. */
function post(url: string, body: Buffer, agent: Agent): Promise<number | string> {
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'gzip',
      'content-length': body.length
    }
    const request = httpRequest(
      `${url}/v1/traces`,
      { method: 'POST', agent, headers },
      (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode ?? 0))
        response.on('error', () => resolve('broken'))
      }
    )
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
    request.end(body)
  })
}
