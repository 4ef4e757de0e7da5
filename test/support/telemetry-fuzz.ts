// Requests of logs and metrics that went wrong, as receiver-fuzz.ts makes them of spans. Deterministic per
// seed, so that a finding is its seed.

import * as fc from 'fast-check'
import { CollectorError } from '../../collector/model/index.ts'
import {
  type DecodedItems,
  decodeLogsRequest,
  decodeMetricsRequest
} from '../../collector/receiver/index.ts'
import { BUILT_NOW } from './decode.ts'
import type { Encoding } from './otlp-request.ts'
import { encodeLogsRequest, encodeMetricsRequest } from './otlp-telemetry.ts'
import { createRandom, mutateBytes, mutateJson } from './receiver-fuzz.ts'
import { logLiterals, metricLiterals } from './telemetry-arbitraries.ts'

export interface TelemetryCase {
  readonly signal: 'logs' | 'metrics'
  readonly body: Buffer
  readonly encoding: Encoding
}

/** Decoding one of these small bodies takes under a millisecond; this is a hang, not a slow machine. */
const DECODE_MS_MAX = 5_000

export function makeTelemetryCase(seed: number): TelemetryCase {
  const random = createRandom(seed)
  const signal = random.chance(0.5) ? 'logs' : 'metrics'
  const encoding: Encoding = random.chance(0.5) ? 'protobuf' : 'json'
  if (random.chance(0.05)) return { signal, body: random.bytes(random.below(400)), encoding }
  const valid = makeRequest(signal, encoding, seed)
  const body =
    encoding === 'json' && random.chance(0.5)
      ? mutateJson(valid, random)
      : mutateBytes(valid, random)
  return { signal, body, encoding }
}

/** The first samples of an arbitrary are small on purpose; nothing much can be changed in them. */
const SAMPLES = 12

function makeRequest(signal: TelemetryCase['signal'], encoding: Encoding, seed: number): Buffer {
  const options = { numRuns: SAMPLES, seed }
  // Few mutations hit a time or a name, so one request in four has an item to reject from the start.
  const hasReject = seed % 4 === 0
  if (signal === 'logs') {
    const logs = fc.sample(logLiterals, options).at(-1) ?? []
    return encodeLogsRequest(hasReject ? [...logs, { time: 5n }] : logs, encoding)
  }
  const metrics = fc.sample(metricLiterals, options).at(-1) ?? []
  const nameless = { name: '', gauge: [{ value: 1 }] }
  return encodeMetricsRequest(hasReject ? [...metrics, nameless] : metrics, encoding)
}

/**
 * Decodes, and holds the answer against what the receiver promises.
 *
 * @returns what is wrong, or undefined
 */
export function findTelemetryDefect({ signal, body, encoding }: TelemetryCase): string | undefined {
  const start = performance.now()
  const decode = signal === 'logs' ? decodeLogsRequest : decodeMetricsRequest
  try {
    const result: DecodedItems<Kept> = decode(body, encoding, { now: BUILT_NOW })
    const counted = [...result.rejectedCounts.values()].reduce((sum, count) => sum + count, 0)
    if (counted + result.items.length !== result.itemCount) return 'items that nobody counted'
    if (!result.items.every(isSound)) return 'an item that breaks a promise'
  } catch (error) {
    if (!(error instanceof CollectorError)) return `threw ${String(error)}`
    if (!/^(MALFORMED_REQUEST|REQUEST_TOO_LARGE)$/.test(error.code)) return `threw ${error.code}`
    if (error.retryable) return 'threw an error that asks for the same bytes again'
    if (error.message.length > 2_100) return 'threw an error as long as the body'
  }
  const took = performance.now() - start
  return took > DECODE_MS_MAX ? `took ${Math.round(took)} ms` : undefined
}

interface Kept {
  readonly time: bigint
  readonly attributes: object
  readonly traceId?: string | undefined
  readonly spanId?: string | undefined
}

function isSound({ time, attributes, traceId, spanId }: Kept): boolean {
  return (
    time > 0n &&
    Object.getPrototypeOf(attributes) === null &&
    (traceId === undefined || /^(?!0*$)[0-9a-f]{32}$/.test(traceId)) &&
    (spanId === undefined || (traceId !== undefined && /^(?!0*$)[0-9a-f]{16}$/.test(spanId)))
  )
}
