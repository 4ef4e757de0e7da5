// Throws garbage at a running Onset for a while, with good requests in between, and tells what happened.

import { readFileSync } from 'node:fs'
import { agentSpans } from './agent-spans.ts'
import { createRandom, makeGarbage, type GarbageRequest } from './garbage.ts'
import { contentTypeOf, encodeTraceRequest } from './otlp-request.ts'

const CONCURRENCY = 4
/** One good request after so many bad ones. */
const GOOD_EVERY = 10
const FINDINGS_MAX = 20
const ANSWER_TIMEOUT_MS = 60_000

export interface GarbageOptions {
  readonly url: string
  readonly pid: number
  readonly forMs: number
  readonly seed: number
}

export interface GarbageReport {
  readonly requests: number
  readonly good: number
  /** `kind status` → count. */
  readonly answers: Readonly<Record<string, number>>
  /** What must not happen: an answer that is not allowed, no answer, a good request refused. */
  readonly findings: readonly string[]
  readonly residentMbMax: number
  readonly slowestGoodMs: number
}

export async function throwGarbage({
  url,
  pid,
  forMs,
  seed
}: GarbageOptions): Promise<GarbageReport> {
  const end = Date.now() + forMs
  const answers: Record<string, number> = {}
  const findings: string[] = []
  const seeds = createRandom(seed)
  let [requests, good, residentMbMax, slowestGoodMs] = [0, 0, 0, 0]

  const find = (text: string): void => {
    if (findings.length < FINDINGS_MAX) findings.push(text)
  }
  const throwOne = async (): Promise<void> => {
    const garbageSeed = Math.floor(seeds() * 2 ** 31)
    const garbage = makeGarbage(garbageSeed)
    const status = await send(url, garbage)
    const answer = `${garbage.kind} ${status}`
    answers[answer] = (answers[answer] ?? 0) + 1
    if (!garbage.mayAnswer.includes(status)) find(`${answer} (seed ${garbageSeed})`)
  }
  const sendGood = async (): Promise<void> => {
    const spans = agentSpans({ steps: 2, seed: 1_000_000 + good })
    const started = performance.now()
    const status = await send(url, {
      path: '/v1/traces',
      headers: { 'content-type': contentTypeOf('protobuf') },
      body: encodeTraceRequest(spans, 'protobuf')
    })
    slowestGoodMs = Math.max(slowestGoodMs, performance.now() - started)
    good += 1
    if (status !== 200 && status !== 429 && status !== 503) find(`a good request: ${status}`)
  }
  const work = async (): Promise<void> => {
    while (Date.now() < end) {
      requests += 1
      if (requests % GOOD_EVERY === 0) await sendGood()
      else await throwOne()
      residentMbMax = Math.max(residentMbMax, readResidentMb(pid))
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  return { requests, good, answers, findings, residentMbMax, slowestGoodMs }
}

/** HTTP status, or 0 when none came. */
async function send(
  url: string,
  { path, headers, body }: Pick<GarbageRequest, 'path' | 'headers' | 'body'>
): Promise<number> {
  try {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
    const response = await fetch(url + path, {
      method: 'POST',
      headers,
      body: new Uint8Array(body),
      signal
    })
    await response.arrayBuffer()
    return response.status
  } catch {
    return 0
  }
}

/** Linux only; 0 elsewhere or when the process is gone. */
function readResidentMb(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
