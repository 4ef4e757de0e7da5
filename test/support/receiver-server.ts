// A Fastify with nothing but the receiver, on a port of its own, that keeps what it accepted.

import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import type { Test } from 'tap'
import { httpStatusOf } from '../../collector/http-status.ts'
import { createMetrics } from '../../collector/metrics.ts'
import type {
  DecodedLogRecord,
  DecodedMetricPoint,
  DecodedSpan
} from '../../collector/model/index.ts'
import {
  createReceiver,
  receiverPlugin,
  type Receiver,
  type ReceiverOptions
} from '../../collector/receiver/index.ts'
import { BUILT_NOW } from './decode.ts'

export interface KeepingReceiver {
  readonly receiver: Receiver
  /** What was accepted, request by request. */
  readonly batches: (readonly DecodedSpan[])[]
  readonly logBatches: (readonly DecodedLogRecord[])[]
  readonly metricBatches: (readonly DecodedMetricPoint[])[]
  /** Prometheus' text, as an operator reads it. */
  readMetrics(): Promise<string>
}

export interface ReceiverServer extends KeepingReceiver {
  readonly url: string
  readonly port: number
}

const MEBIBYTE = 1024 * 1024

export function keepingReceiver(
  t: Test,
  overrides: Partial<ReceiverOptions> = {}
): KeepingReceiver {
  const batches: (readonly DecodedSpan[])[] = []
  const logBatches: (readonly DecodedLogRecord[])[] = []
  const metricBatches: (readonly DecodedMetricPoint[])[] = []
  const metrics = createMetrics()
  const receiver = createReceiver({
    accept: async (spans) => {
      batches.push(spans)
    },
    acceptLogs: async (records) => {
      logBatches.push(records)
    },
    acceptMetrics: async (points) => {
      metricBatches.push(points)
    },
    httpStatusOf,
    bodyBytesMax: MEBIBYTE,
    inflightBytesMax: 8 * MEBIBYTE,
    now: () => BUILT_NOW,
    meter: metrics.meter('receiver'),
    ...overrides
  })
  t.teardown(async () => {
    receiver.close()
    await metrics.close()
  })
  return { receiver, batches, logBatches, metricBatches, readMetrics: () => metrics.expose() }
}

export async function startReceiver(
  t: Test,
  overrides: Partial<ReceiverOptions> = {}
): Promise<ReceiverServer> {
  const keeping = keepingReceiver(t, overrides)
  // Without it, requests that a test leaves open would hold the close up.
  const app = Fastify({ forceCloseConnections: true })
  await app.register(receiverPlugin, { receiver: keeping.receiver })
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => app.close())
  const { port } = app.server.address() as AddressInfo
  return { ...keeping, url: `http://127.0.0.1:${port}`, port }
}
