// How long Grafana waits for each panel: every query of the dashboards, asked through the read-only ClickHouse
// interface over the embedded engine, with all variables on All, over thirty days that hold the given number
// of steps and over their last day. The best time is that of the query; the others that of the machine too. The runs are copies of runs that came over OTLP and were analysed.
//
//   npx node test/bench/dashboards.ts [--steps 1000000] [--tries 10]

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createNoopMeter } from '@opentelemetry/api'
import { Session } from 'chdb'
import {
  createMetrics,
  openProcessAccess,
  startCollector,
  startGateway
} from '../../collector/collector.ts'
import { toRunId } from '../../collector/model/index.ts'
import { readSettings } from '../../collector/settings.ts'
import { openStore } from '../../collector/store/index.ts'
import { localizeOnset } from '../../processors/localizer/index.ts'
import { startProcessors } from '../../processors/processors.ts'
import { aFleet, sendFleet } from '../support/agent-fleet.ts'
import { readFrame } from '../support/grafana-frames.ts'
import { listQueries, readDashboards } from '../support/grafana-files.ts'
import { expandPanelQuery } from '../support/grafana-plugin.ts'
import { silentLogger, storeBasics } from '../support/test-store.ts'
import { widenThreadPool } from '../support/thread-pool.ts'
import { waitFor } from '../support/wait-for.ts'

widenThreadPool()

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '200000' },
    tries: { type: 'string', default: '10' }
  }
})
const STEPS = Number(values.steps)
const TRIES = Number(values.tries)
const DAY_MS = 86_400_000
const SPAN_DAYS = 30
/** Numbered steps of a coding run: a median of some 45 in the labelled runs. */
const LOOKS = 40
const ORIGINALS = 24
/** Of a panel, which Grafana asks for. */
const POINTS = 500
const ALL = { service: '$__all', agent: '$__all', model: '$__all', outcome: '$__all' }

const now = Date.now()
const dataDir = mkdtempSync(join(tmpdir(), 'onset-bench-'))
const store = await openStore({ ...storeBasics(), dataDir })
const metrics = createMetrics()
const settings = readSettings({ ONSET_PORT: '0', ONSET_CLICKHOUSE_HTTP_PORT: '0' })

async function seed(): Promise<string> {
  const processors = await startProcessors({
    store,
    localize: localizeOnset,
    now: Date.now,
    meter: createNoopMeter(),
    logger: silentLogger,
    settings: { completionSettleMs: 50 }
  })
  const collector = await startCollector({
    settings,
    store,
    listener: processors,
    metrics,
    logger: silentLogger,
    now: Date.now
  })
  const fleet = aFleet(ORIGINALS, now).map((run) => ({ ...run, looks: LOOKS }))
  await sendFleet(collector.url, fleet)
  for (const { traceId } of fleet) {
    // oxlint-disable-next-line no-await-in-loop -- all are on their way already
    await waitFor('the analyses', async () => {
      const record = await store.findRun(toRunId(traceId))
      return record?.state === 'complete' ? record : undefined
    })
  }
  await collector.close()
  await processors.close()
  return fleet.find(({ outcome }) => outcome === 'error')?.traceId ?? ''
}

/** Copies spread evenly over the days, each table by the same ids and times. */
async function multiply(copies: number): Promise<void> {
  const session = new Session(dataDir)
  const stepMs = Math.floor((SPAN_DAYS * DAY_MS) / copies)
  const id = `lower(hex(sipHash128(r.RunId, n.number))) AS RunId`
  const back = (column: string): string =>
    `r.${column} - toIntervalMillisecond((n.number + 1) * ${stepMs}) AS ${column}`
  const copy = (table: string, times: readonly string[], ids: readonly string[] = [id]): void => {
    const source = table.startsWith('agent_') ? 'FINAL' : ''
    session.query(
      `INSERT INTO otel.${table} SELECT r.* REPLACE (${[...ids, ...times.map(back)].join(', ')})
      FROM (SELECT * FROM otel.${table} ${source}) AS r CROSS JOIN numbers(${copies}) AS n`
    )
  }
  copy('agent_runs', ['StartTime', 'EndTime', 'AnalyzedAt', 'IngestedThrough', 'PartitionTime'])
  copy('agent_onsets', ['RunStart', 'OnsetTime', 'DetectedAt', 'PartitionTime'])
  copy('agent_stages', ['StartTime', 'EndTime', 'PartitionTime'])
  copy('agent_steps', ['StartTime', 'EndTime', 'IngestedAt', 'PartitionTime'])
  copy('otel_traces', ['Timestamp'], [`lower(hex(sipHash128(r.TraceId, n.number))) AS TraceId`])
  await waitForMerges(session)
  session.close()
}

/** Merges take the processor from what is measured; a store that is not being filled has few. */
async function waitForMerges(session: Session): Promise<void> {
  for (let second = 0; second < 120; second += 1) {
    if (session.query('SELECT count() FROM system.merges').trim() === '0') return
    // oxlint-disable-next-line no-await-in-loop -- asks until there are none
    await sleep(1_000)
  }
}

interface Timing {
  readonly at: string
  readonly best: number
  readonly p50: number
  readonly p95: number
}

async function measure(url: string, days: number, run: string): Promise<readonly Timing[]> {
  const rangeMs = days * DAY_MS
  const asked = {
    from: new Date(now - rangeMs),
    to: new Date(now),
    intervalMs: Math.max(1_000, Math.round(rangeMs / POINTS)),
    variables: { ...ALL, run }
  }
  const timings: Timing[] = []
  for (const { at, target } of listQueries(readDashboards())) {
    if (target.rawSql === undefined) continue
    const sql = expandPanelQuery(target.rawSql, asked)
    const times: number[] = []
    for (let tried = 0; tried <= TRIES; tried += 1) {
      const startedAt = performance.now()
      // oxlint-disable-next-line no-await-in-loop -- one after another is what is measured
      await readFrame(url, sql)
      times.push(performance.now() - startedAt)
    }
    // The first reads what no cache has yet.
    const sorted = times.slice(1).toSorted((a, b) => a - b)
    const quantile = (q: number): number => sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN
    timings.push({ at, best: sorted[0] ?? Number.NaN, p50: quantile(0.5), p95: quantile(0.95) })
  }
  return timings
}

try {
  const run = await seed()
  const perCopy = ORIGINALS * (LOOKS + 5)
  await multiply(Math.max(1, Math.round(STEPS / perCopy)))
  const access = await openProcessAccess({
    settings,
    store,
    metrics,
    logger: silentLogger,
    now: Date.now
  })
  const gateway = await startGateway({ settings, store, access, metrics, logger: silentLogger })
  if (gateway === undefined) throw new Error('no gateway was started')
  const { rows } = await readFrame(
    gateway.url,
    'SELECT name, total_rows FROM system.tables WHERE database = currentDatabase() AND total_rows > 0'
  )
  console.log(rows.map(([name, count]) => `${String(name)} ${String(count)}`).join(', '))
  for (const days of [SPAN_DAYS, 1]) {
    // oxlint-disable-next-line no-await-in-loop -- one after another is what is measured
    const timings = await measure(gateway.url, days, run)
    console.log(`\n${`${days} days`.padEnd(54)} best ms   p50 ms   p95 ms`)
    for (const { at, ...times } of timings.toSorted((a, b) => b.p95 - a.p95)) {
      const cells = [times.best, times.p50, times.p95].map((ms) => ms.toFixed(0).padStart(8))
      console.log(`${at.padEnd(54)}${cells.join(' ')}`)
    }
  }
  await gateway.close()
  await access.close()
} finally {
  await store.close()
  await metrics.close()
  rmSync(dataDir, { recursive: true, force: true })
}
