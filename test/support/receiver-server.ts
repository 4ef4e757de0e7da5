// A Fastify with nothing but the receiver, on a port of its own, that keeps what it accepted.

import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import type { Test } from 'tap'
import { httpStatusOf } from '../../collector/http-status.ts'
import { createMetrics } from '../../collector/metrics.ts'
import type { DecodedSpan } from '../../collector/model/index.ts'
import { receiverPlugin, type ReceiverOptions } from '../../collector/receiver/index.ts'
import { BUILT_NOW } from './decode.ts'

export interface ReceiverServer {
  readonly url: string
  readonly port: number
  /** What was accepted, request by request. */
  readonly batches: (readonly DecodedSpan[])[]
  /** Prometheus' text, as an operator reads it. */
  readMetrics(): Promise<string>
}

const MEBIBYTE = 1024 * 1024

export async function startReceiver(
  t: Test,
  overrides: Partial<ReceiverOptions> = {}
): Promise<ReceiverServer> {
  const batches: (readonly DecodedSpan[])[] = []
  const metrics = createMetrics()
  // Without it, requests that a test leaves open would hold the close up.
  const app = Fastify({ forceCloseConnections: true })
  await app.register(receiverPlugin, {
    accept: async (spans) => {
      batches.push(spans)
    },
    httpStatusOf,
    bodyBytesMax: MEBIBYTE,
    inflightBytesMax: 8 * MEBIBYTE,
    now: () => BUILT_NOW,
    meter: metrics.meter('receiver'),
    ...overrides
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(async () => {
    await app.close()
    await metrics.close()
  })
  const { port } = app.server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port, batches, readMetrics: () => metrics.expose() }
}
