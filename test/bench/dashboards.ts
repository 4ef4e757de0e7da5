// How long Grafana waits for each panel: every query of the dashboards, asked through the read-only ClickHouse
// interface over the embedded engine, with all variables on All, over thirty days that hold the given number
// of steps and over their last day. The best time is that of the query; the others that of the machine too. The runs are copies of runs that came over OTLP and were analysed.
//
//   npx node test/bench/dashboards.ts [--steps 1000000] [--tries 10]

import { parseArgs } from 'node:util'
import { readFrame } from '../support/grafana-frames.ts'
import { listQueries, readDashboards } from '../support/grafana-files.ts'
import { expandPanelQuery } from '../support/grafana-plugin.ts'
import { widenThreadPool } from '../support/thread-pool.ts'
import { fillStore, SPAN_DAYS, type FilledStore } from './filled-store.ts'

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
/** Of a panel, which Grafana asks for. */
const POINTS = 500
const ALL = { service: '$__all', agent: '$__all', model: '$__all', outcome: '$__all' }

interface Timing {
  readonly at: string
  readonly best: number
  readonly p50: number
  readonly p95: number
}

async function measure(
  { sqlUrl: url, runId: run, now }: FilledStore,
  days: number
): Promise<readonly Timing[]> {
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

const filled = await fillStore(STEPS)
try {
  const { rows } = await readFrame(
    filled.sqlUrl,
    'SELECT name, total_rows FROM system.tables WHERE database = currentDatabase() AND total_rows > 0'
  )
  console.log(rows.map(([name, count]) => `${String(name)} ${String(count)}`).join(', '))
  for (const days of [SPAN_DAYS, 1]) {
    // oxlint-disable-next-line no-await-in-loop -- one after another is what is measured
    const timings = await measure(filled, days)
    console.log(`\n${`${days} days`.padEnd(54)} best ms   p50 ms   p95 ms`)
    for (const { at, ...times } of timings.toSorted((a, b) => b.p95 - a.p95)) {
      const cells = [times.best, times.p50, times.p95].map((ms) => ms.toFixed(0).padStart(8))
      console.log(`${at.padEnd(54)}${cells.join(' ')}`)
    }
  }
} finally {
  await filled.close()
}
