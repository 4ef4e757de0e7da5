// Ingest from end to end: a collector as it is started, a load generator beside it on the same machine, durable
// acknowledgements, indexes, steps and merges on. Printed next to the plain way (rows as JSON) and to what the engine
// alone does with the same rows, all in one run: ratios travel between machines, spans a second do not.
//
//   node test/bench/ingest.ts [--seconds 8] [--connections 16] [--json]

import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { ChildUsage, IngestWay } from './ingest/collector-child.ts'
import type { LoadOrder, LoadReport } from './ingest/load-generator.ts'
import { measureEngine, type EngineFigures } from './ingest/measure-engine.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    connections: { type: 'string', default: '16' },
    json: { type: 'boolean', default: false }
  }
})
const seconds = Number(values.seconds)
const connections = Number(values.connections)

/** The rate at which acknowledgements have a target, in spans a second. */
const TARGET_RATE = 8_000
const WARM_UP_SECONDS = 3
const SHARES = [0.25, 0.5, 1]

/** So long that merges are paid for: in a few seconds they are only put off. */
const SUSTAINED = { seconds: 3 * seconds }

interface Row {
  readonly name: string
  readonly spansPerSecond: number
  readonly cpuMicros: number
  readonly threads: Readonly<Record<string, number>>
  readonly ackMs: LoadReport['ackMs']
  readonly rssMb: number
  readonly eventLoopMs: number
  readonly refused: Readonly<Record<string, number>>
  readonly spanBytes: number
  readonly loadAverage: number
}

const generator = forkScript('load-generator.ts', [])
const rows: Row[] = []
let engine: EngineFigures | undefined
try {
  await ask(generator, 'prepare')
  engine = await withCollector('columns', measureColumns, measureEngine)
  await withCollector('spans', async (measure) => {
    await measure('spans alone, their steps not written', SUSTAINED)
  })
  await withCollector('json', async (measure) => {
    await measure('rows as JSON, all there is', SUSTAINED)
  })
} finally {
  generator.kill()
}
if (values.json) console.log(JSON.stringify({ rows, engine }))
else print(rows, engine)

type Measure = (name: string, order: Partial<LoadOrder>) => Promise<Row>

async function measureColumns(measure: Measure): Promise<void> {
  const { spansPerSecond: capacity } = await measure('columns, all there is', SUSTAINED)
  for (const share of SHARES) {
    await measure(`${share * 100} % of that`, { spansPerSecond: capacity * share })
  }
  // At a rate that is beyond it, nothing would be learned that is not known by now.
  if (capacity > TARGET_RATE) await measure('8,000 a second', { spansPerSecond: TARGET_RATE })
  await measure('small spans', { size: 'small' })
}

/** Starts a collector in a folder of its own, warms it up, lets `work` measure and `after` look at the folder. */
async function withCollector<After>(
  way: IngestWay,
  work: (measure: Measure) => Promise<void>,
  after?: (dataDir: string) => Promise<After>
): Promise<After | undefined> {
  const dataDir = mkdtempSync(join(tmpdir(), 'onset-bench-'))
  const child = forkScript('collector-child.ts', [dataDir, way])
  try {
    const { url } = (await next(child)) as { url: string }
    const order = { url, size: 'realistic', seconds, connections } as const
    await load(child, 'warm-up', { ...order, seconds: WARM_UP_SECONDS })
    await work(async (name, changes) => {
      const row = await load(child, name, { ...order, ...changes })
      rows.push(row)
      return row
    })
    child.send('stop')
    await once(child, 'exit')
    return await after?.(dataDir)
  } finally {
    child.kill('SIGKILL')
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function load(child: ChildProcess, name: string, order: LoadOrder): Promise<Row> {
  const report = (await ask(generator, order)) as LoadReport
  const usage = (await ask(child, 'usage')) as ChildUsage
  const spans = Math.max(1, report.acknowledgedSpans)
  return {
    name,
    spansPerSecond: report.acknowledgedSpans / report.seconds,
    cpuMicros: usage.cpuMicros / spans,
    threads: Object.fromEntries(
      Object.entries(usage.threads).map(([kind, micros]) => [kind, micros / spans])
    ),
    ackMs: report.ackMs,
    rssMb: usage.rssBytesMax / 1e6,
    eventLoopMs: usage.eventLoopDelayMsP99,
    refused: report.refused,
    spanBytes: report.spanBytes,
    loadAverage: loadavg()[0] ?? 0
  }
}

function forkScript(file: string, args: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(`ingest/${file}`, import.meta.url)), [...args])
}

function ask(child: ChildProcess, message: object | string): Promise<unknown> {
  child.send(message)
  return next(child)
}

/** The next message; an error when the process is gone instead. */
async function next(child: ChildProcess): Promise<unknown> {
  const gone = new AbortController()
  try {
    return await Promise.race([
      once(child, 'message', { signal: gone.signal }).then(([message]) => message as unknown),
      once(child, 'exit', { signal: gone.signal }).then(([code]) => {
        throw new Error(`a process of the benchmark ended with ${String(code)}`)
      })
    ])
  } finally {
    gone.abort()
  }
}

function print(measured: readonly Row[], floor: EngineFigures | undefined): void {
  const table = measured.map((row) => ({
    '': row.name,
    'spans/s': Math.round(row.spansPerSecond),
    'µs CPU': Math.round(row.cpuMicros),
    'of these main': Math.round(row.threads['main'] ?? 0),
    v8: Math.round(row.threads['v8'] ?? 0),
    libuv: Math.round(row.threads['libuv'] ?? 0),
    engine: Math.round(row.threads['engine'] ?? 0),
    merges: Math.round(row.threads['merges'] ?? 0),
    'ack p50': Math.round(row.ackMs.p50),
    p99: Math.round(row.ackMs.p99),
    'RSS MB': Math.round(row.rssMb),
    'loop p99': Math.round(row.eventLoopMs),
    bytes: Math.round(row.spanBytes),
    refused: Object.values(row.refused).reduce((sum, count) => sum + count, 0),
    load: row.loadAverage.toFixed(1)
  }))
  console.table(table)
  if (floor === undefined) return
  const [columns] = measured
  const json = measured.at(-1)
  const share = (columns?.spansPerSecond ?? 0) / floor.pairsPerSecond
  const gain = (columns?.spansPerSecond ?? 0) / (json?.spansPerSecond ?? 1)
  console.log(
    `engine alone, INSERT SELECT of the same spans and steps: ${Math.round(floor.pairsPerSecond)} pairs/s, ` +
      `${floor.cpuMicrosPerPair.toFixed(0)} µs CPU each\n` +
      `ingest reaches ${share.toFixed(2)} of that, and ${gain.toFixed(1)} times the plain way\n` +
      `on disk: ${Math.round(floor.diskBytesPerPair)} bytes a span and its step, in ${floor.parts} parts`
  )
}
