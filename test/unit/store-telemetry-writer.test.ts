// Logs and metrics over a sink that answers when the test says so: which batch is known, and how many are tried
// when the store has gone.

import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { CollectorError, fromUnixMillis } from '../../collector/model/index.ts'
import { decodeLogsRequest } from '../../collector/receiver/index.ts'
import type { Engine, Insert } from '../../collector/store/engine/engine.ts'
import { createStoreMetrics } from '../../collector/store/store-metrics.ts'
import { RecentBatches, REMEMBERED_MS } from '../../collector/store/telemetry/recent-batches.ts'
import { TelemetryWriter } from '../../collector/store/telemetry/telemetry-writer.ts'
import { encodeLogsRequest } from '../support/otlp-telemetry.ts'
import { storeBasics } from '../support/test-store.ts'

const NOW = Date.now()

function logs(body: string, count: number) {
  const literals = Array.from({ length: count }, (_, at) => ({
    time: fromUnixMillis(NOW),
    body: `${body} ${at}`
  }))
  return decodeLogsRequest(encodeLogsRequest(literals, 'protobuf'), 'protobuf', { now: NOW }).items
}

t.test('a write that fails late does not make a later one of the same batch unknown', async (t) => {
  let now = NOW
  const batches = new RecentBatches(() => now)
  const late = Promise.withResolvers<void>()
  const first = batches.writeOnce('digest', () => late.promise)
  now += REMEMBERED_MS + 1
  t.equal(await batches.writeOnce('digest', async () => undefined), 'written', 'forgotten by then')
  late.reject(new Error('gone'))
  await t.rejects(first, { message: 'gone' })
  t.equal(await batches.writeOnce('digest', async () => undefined), 'repeated')
})

t.test('on the way out a store that has gone is asked once, and not for every group', async (t) => {
  const inserts: Insert[] = []
  const gone = Promise.withResolvers<never>()
  gone.promise.catch(() => undefined)
  const engine = {
    insert: (_lane: string, insert: Insert) => {
      inserts.push(insert)
      return gone.promise
    }
  } as unknown as Engine
  const metrics = createStoreMetrics(storeBasics().meter)
  const writer = new TelemetryWriter({ engine, metrics, disk: undefined, now: () => NOW })
  const doors = writer.doors()
  // Two of these are more than one group takes.
  const writing = ['a', 'b', 'c'].map((body) => doors.writeLogs(logs(body, 6_000)))
  const settled = Promise.allSettled(writing)
  // Into the queue.
  await setImmediate()
  const closing = writer.close()
  gone.reject(new CollectorError('STORE_UNAVAILABLE', 'gone', { retryable: true }))
  await closing
  const told = (await settled).map((one) => one.status === 'rejected' && one.reason.code)
  t.same(told, ['STORE_UNAVAILABLE', 'STORE_UNAVAILABLE', 'STORE_UNAVAILABLE'])
  t.equal(inserts.length, 1)
})
