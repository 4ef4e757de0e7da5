// A collector as it is started for one machine, without processors, so that what is measured is ingest. Tells
// over its IPC channel where it listens, and what it has used since it was last asked.
//
//   node collector-child.ts <dataDir> columns|spans|json

import { readdirSync, readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { pino } from 'pino'
import { createMetrics, readSettings, startCollector } from '../../../collector/collector.ts'
import type { IngestWriter } from '../../../collector/model/index.ts'
import { openEmbeddedEngine } from '../../../collector/store/engine/embedded-engine.ts'
import { openStore, QUEUE_BOUNDS_DEFAULT } from '../../../collector/store/index.ts'
import { IngestClock } from '../../../collector/store/ingest-clock.ts'
import { createStoreMetrics } from '../../../collector/store/store-metrics.ts'
import { GroupCommit } from '../../../collector/store/write/group-commit.ts'
import { createJsonIngest } from '../../support/json-ingest.ts'

/** All there is; spans in columns without their steps; everything as JSON. */
export type IngestWay = 'columns' | 'spans' | 'json'

export interface ChildUsage {
  readonly cpuMicros: number
  /** By the kind of thread, of `cpuMicros`. */
  readonly threads: Readonly<Record<string, number>>
  readonly rssBytesMax: number
  readonly eventLoopDelayMsP99: number
}

/** As main.ts, and more: the engine asks for no threads that are not there. */
process.env['UV_THREADPOOL_SIZE'] ??= '16'

const DELAY_RESOLUTION_MS = 5
const RSS_INTERVAL_MS = 100
/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: ticks of 10 ms on every Linux there is. */
const TICK_MICROS = 10_000

const dataDir = process.argv[2] ?? ''
const settings = readSettings({
  ONSET_PORT: '0',
  ONSET_DATA_DIR: dataDir,
  ONSET_CLICKHOUSE_HTTP_PORT: 'off'
})
const logger = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }))
const now = Date.now
const metrics = createMetrics()
const opened = await openStore({ dataDir, meter: metrics.meter('store'), logger, now })
const way = process.argv[3]
const plain = way === 'json' ? await openPlainWriter() : undefined
const write: IngestWriter['write'] =
  plain?.write ??
  (way === 'spans'
    ? ({ spans }) => opened.write({ spans, steps: [] })
    : (batch) => opened.write(batch))
const store = { ...opened, write }
const collector = await startCollector({ settings, store, metrics, logger, now })

const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS })
delay.enable()
let rssMax = 0
const watch = setInterval(() => {
  rssMax = Math.max(rssMax, process.memoryUsage.rss())
}, RSS_INTERVAL_MS)
let cpu = process.cpuUsage()
let threads = readThreads()

process.on('message', (message: 'usage' | 'stop') => {
  if (message === 'usage') tellUsage()
  else void stop()
})
process.send?.({ url: collector.url })

/** The plain way: the same group commit over rows as JSON texts, on connections of its own. */
async function openPlainWriter(): Promise<{
  write: IngestWriter['write']
  close(): Promise<void>
}> {
  const engine = await openEmbeddedEngine({ dataDir, database: 'otel', writerId: 'plain' })
  const writer = new GroupCommit({
    format: createJsonIngest({ engine, clock: new IngestClock(now) }),
    bounds: QUEUE_BOUNDS_DEFAULT,
    metrics: createStoreMetrics(createMetrics().meter('plain'))
  })
  return {
    write: (batch) => writer.write(batch),
    close: async () => {
      await writer.close()
      await engine.close()
    }
  }
}

function tellUsage(): void {
  const used = process.cpuUsage(cpu)
  const before = threads
  cpu = process.cpuUsage()
  threads = readThreads()
  const usage: ChildUsage = {
    cpuMicros: used.user + used.system,
    threads: subtract(threads, before),
    rssBytesMax: rssMax,
    eventLoopDelayMsP99: Math.max(0, delay.percentile(99) / 1e6 - DELAY_RESOLUTION_MS)
  }
  rssMax = 0
  delay.reset()
  process.send?.(usage)
}

async function stop(): Promise<void> {
  clearInterval(watch)
  await collector.close()
  await plain?.close()
  await opened.close()
  await metrics.close()
  process.disconnect()
}

/** CPU of threads by their names; what a thread used that has ended is in none. */
function readThreads(): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const id of readdirSync('/proc/self/task')) {
    const stat = readStat(id)
    if (stat === undefined) continue
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const kind = id === String(process.pid) ? 'main' : kindOf(name)
    const ticks = Number(fields[11]) + Number(fields[12])
    sums[kind] = (sums[kind] ?? 0) + ticks * TICK_MICROS
  }
  return sums
}

function readStat(id: string): string | undefined {
  try {
    return readFileSync(`/proc/self/task/${id}/stat`, 'utf8')
  } catch {
    return undefined
  }
}

function kindOf(name: string): string {
  if (/libuv/i.test(name)) return 'libuv'
  if (/V8|node|Delayed/i.test(name)) return 'v8'
  if (/Merge|Mrg|Bg|Mutat|Common|Schd/i.test(name)) return 'merges'
  return 'engine'
}

function subtract(
  after: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([kind, micros]) => [kind, Math.max(0, micros - (before[kind] ?? 0))])
  )
}
