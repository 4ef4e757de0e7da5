// What the store promises of logs and metrics: each batch once, over a restart too; kept as long as spans;
// counted and dropped by the disk budget; in backups.

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { DecodedLogRecord, DecodedMetricPoint, Store } from '../../collector/model/index.ts'
import { fromUnixMillis, toUnixNano } from '../../collector/model/index.ts'
import { decodeLogsRequest, decodeMetricsRequest } from '../../collector/receiver/index.ts'
import { openStore, restoreBackup } from '../../collector/store/index.ts'
import {
  encodeLogsRequest,
  encodeMetricsRequest,
  type LogLiteral
} from '../support/otlp-telemetry.ts'
import { aDataDir, storeBasics } from '../support/test-store.ts'

const NOW = Date.now()
const time = fromUnixMillis(NOW)

function logs(literals: readonly LogLiteral[]): readonly DecodedLogRecord[] {
  const given = literals.map((literal) => ({ time, ...literal }))
  return decodeLogsRequest(encodeLogsRequest(given, 'protobuf'), 'protobuf', { now: NOW }).items
}

function points(value: number): readonly DecodedMetricPoint[] {
  const body = encodeMetricsRequest([{ name: 'tokens', sum: [{ time, value }] }], 'protobuf')
  return decodeMetricsRequest(body, 'protobuf', { now: NOW }).items
}

async function select(store: Store, statement: string): Promise<string> {
  const result = await store.readOnlyQueries?.query({
    statement,
    format: 'TSV',
    database: 'otel',
    settings: new Map(),
    parameters: new Map(),
    signal: new AbortController().signal
  })
  return Buffer.from(result?.bytes ?? [])
    .toString()
    .trim()
}

const dataDir = aDataDir(t)
const backupDir = join(dataDir, '..', 'backups')
const open = (): Promise<Store> => openStore({ ...storeBasics(), dataDir, backupDir })

let store = await open()
t.teardown(() => store.close())

t.test('a batch is stored once, also when it comes again after a restart', async (t) => {
  const records = logs([{ body: 'same' }, { body: 'same' }, { body: { text: '\n\nDROP TABLE x' } }])
  await Promise.all([store.writeLogs(records), store.writeLogs(records)])
  await store.writeMetrics(points(1))
  await store.writeMetrics(points(1))
  await store.writeMetrics(points(2))
  await store.close()
  store = await open()
  await store.writeLogs(records)
  await store.writeMetrics(points(1))
  t.equal(await select(store, 'SELECT count() FROM otel_logs'), '3')
  t.equal(
    await select(
      store,
      'SELECT groupArray(Value) FROM (SELECT Value FROM otel_metrics_sum ORDER BY Value)'
    ),
    '[1,2]'
  )
})

t.test('logs and metrics that waited together are each known after a restart', async (t) => {
  const write = (): Promise<unknown> =>
    // The first finds the engine idle; the other two wait for it and go in with one write.
    Promise.all([
      store.writeLogs(logs([{ body: 'before them' }])),
      store.writeLogs(logs([{ body: 'waited' }])),
      store.writeMetrics(points(7))
    ])
  await write()
  await store.close()
  store = await open()
  await write()
  t.equal(await select(store, `SELECT count() FROM otel_logs WHERE Body = 'waited'`), '1')
  t.equal(await select(store, 'SELECT count() FROM otel_metrics_sum WHERE Value = 7'), '1')
})

t.test('records of many days are stored, in as many inserts as it takes', async (t) => {
  const day = 86_400_000_000_000n
  const literals = Array.from({ length: 60 }, (_, index) => ({
    time: toUnixNano(time - BigInt(index) * day),
    body: `day ${index}`
  }))
  await store.writeLogs(logs(literals))
  await store.writeLogs(logs(literals))
  t.equal(await select(store, `SELECT count() FROM otel_logs WHERE Body LIKE 'day %'`), '60')
})

t.test('rows expire as raw spans do, by when they came', async (t) => {
  const kept = await select(
    store,
    `SELECT countIf(engine_full LIKE '%TTL IngestedAt + toIntervalDay(30)%') FROM system.tables WHERE name LIKE 'otel_logs' OR name LIKE 'otel_metrics%'`
  )
  t.equal(kept, '6')
})

t.test('after close nothing is accepted, and what was accepted is there', async (t) => {
  const writing = store.writeLogs(logs([{ body: 'last' }]))
  // Past the look at the disk, into the queue.
  await sleep(5)
  await store.close()
  await writing
  await t.rejects(store.writeLogs(logs([{ body: 'late' }])), { code: 'STORE_UNAVAILABLE' })
  store = await open()
  t.equal(await select(store, `SELECT count() FROM otel_logs WHERE Body = 'last'`), '1')
})

t.test('a backup has them', async (t) => {
  store.backups?.start('telemetry')
  while (store.backups?.last()?.state === 'running') await sleep(20)
  t.equal(store.backups?.last()?.state, 'done')
  const rows = await select(store, 'SELECT count() FROM otel_logs')
  await store.close()
  const restored = join(dataDir, '..', 'restored')
  await restoreBackup({ folder: join(backupDir, 'telemetry'), dataDir: restored, database: 'otel' })
  store = await openStore({ ...storeBasics(), dataDir: restored })
  t.equal(await select(store, 'SELECT count() FROM otel_logs'), rows)
  t.equal(await select(store, 'SELECT count() FROM otel_metrics_sum'), '3')
})

t.test('a disk budget drops the oldest days of logs, never the newest', async (t) => {
  await store.close()
  const restored = join(dataDir, '..', 'restored')
  store = await openStore({
    ...storeBasics(),
    dataDir: restored,
    diskBudgetBytes: 1,
    diskCheckIntervalMs: 50
  })
  const days = (): Promise<string> =>
    select(store, 'SELECT uniqExact(toDate(Timestamp)) FROM otel_logs')
  for (let attempt = 0; attempt < 200 && (await days()) !== '1'; attempt += 1) await sleep(50)
  t.equal(await days(), '1')
})
