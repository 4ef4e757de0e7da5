// Ingest of the store: spans and steps of about 4 KB each, in requests of 512, from many senders at once
// and from one. Printed next to the engine's own limit measured in the same run, INSERT SELECT of the same
// rows from memory, so that two machines can be compared by the ratio. CPU is that of the whole process.
//
//   UV_THREADPOOL_SIZE=16 npx node test/bench/store-insert.ts [seconds]

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedEngine } from '../../collector/store/engine/embedded-engine.ts'
import { openStore } from '../../collector/store/index.ts'
import type { IngestBatch } from '../../collector/model/index.ts'
import { aSpokenStep } from '../support/spoken-steps.ts'
import { storeBasics } from '../support/test-store.ts'

const REQUEST_SPANS = 512
const SENDERS = 16
const SECONDS = Number(process.argv[2] ?? 8)
const BASELINE_ROWS = 20_000

const dataDir = mkdtempSync(join(tmpdir(), 'onset-bench-'))
const store = await openStore({ ...storeBasics(), dataDir })
const engine = await openEmbeddedEngine({ dataDir, database: 'otel', writerId: 'bench' })

let seed = 0
function aRequest(): IngestBatch {
  const pairs = Array.from({ length: REQUEST_SPANS }, () => aSpokenStep((seed += 1)))
  return { spans: pairs.map((pair) => pair.span), steps: pairs.map((pair) => pair.step) }
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

async function measure(label: string, senders: number, seconds: number): Promise<void> {
  // Made beforehand: what decodes and normalizes is measured elsewhere.
  const requests = Array.from({ length: 64 }, aRequest)
  const waits: number[] = []
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  let spans = 0
  let next = 0
  await Promise.all(
    Array.from({ length: senders }, async () => {
      while (performance.now() - startedAt < seconds * 1_000) {
        const request = requests[next++ % requests.length] ?? aRequest()
        const sentAt = performance.now()
        // oxlint-disable-next-line no-await-in-loop -- a sender waits for its answer
        await store.write(request)
        waits.push(performance.now() - sentAt)
        spans += request.spans.length
      }
    })
  )
  const elapsed = (performance.now() - startedAt) / 1_000
  const used = process.cpuUsage(cpu)
  waits.sort((a, b) => a - b)
  console.log(
    `${label.padEnd(28)} ${Math.round(spans / elapsed)} spans+steps/s, ` +
      `${((used.user + used.system) / spans).toFixed(0)} µs CPU each, ` +
      `ack p50 ${percentile(waits, 0.5).toFixed(0)} ms, p99 ${percentile(waits, 0.99).toFixed(0)} ms, ` +
      `RSS ${Math.round(process.memoryUsage().rss / 1e6)} MB`
  )
}

async function measureEngine(table: string): Promise<void> {
  const copy = `otel.bench_${table}`
  await engine.run('read', `CREATE TABLE ${copy} AS otel.${table}`)
  await engine.run('read', `CREATE TABLE ${copy}_memory AS otel.${table} ENGINE = Memory`)
  await engine.run(
    'read',
    `INSERT INTO ${copy}_memory SELECT * FROM otel.${table} LIMIT ${BASELINE_ROWS} SETTINGS max_block_size = 10000`
  )
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  await engine.run('read', `INSERT INTO ${copy} SELECT * FROM ${copy}_memory`)
  const elapsed = (performance.now() - startedAt) / 1_000
  const used = process.cpuUsage(cpu)
  const [counted] = await engine.read<{ n: string }>('read', `SELECT count() AS n FROM ${copy}`)
  const rows = Number(counted?.n)
  console.log(
    `engine alone, ${table}`.padEnd(28),
    `${Math.round(rows / elapsed)} rows/s, ${((used.user + used.system) / rows).toFixed(0)} µs CPU each (${rows} rows)`
  )
}

try {
  const [sample] = aRequest().spans
  console.log(
    'bytes of a span as JSON:',
    JSON.stringify(sample, (_, v) => (typeof v === 'bigint' ? String(v) : v)).length
  )
  await measure('warm-up', SENDERS, 2)
  await measure(`${SENDERS} senders`, SENDERS, SECONDS)
  await measure('1 sender', 1, Math.min(SECONDS, 4))
  await measureEngine('otel_traces')
  await measureEngine('agent_steps')
  const size = await engine.read<object>(
    'read',
    `SELECT table, sum(rows) AS stored, round(sum(bytes_on_disk) / sum(rows)) AS bytesPerRow, count() AS parts
    FROM system.parts
    WHERE active AND database = 'otel' AND table IN ('otel_traces', 'agent_steps')
    GROUP BY table`
  )
  for (const row of size) console.log(JSON.stringify(row))
} finally {
  await engine.close()
  await store.close()
  rmSync(dataDir, { recursive: true, force: true })
}
