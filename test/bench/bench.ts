// The figures that matter, in one table: what ingest takes from end to end, and how long readers wait over a million
// steps. Bounded to some minutes. Latencies are of one reader on a store that is not written to; what else the machine
// did is in the load average, so compare within one table, or the best of several.
//
//   npm run bench [-- --steps 1000000] [--seconds 4] [--tries 20] [--json]

import { execFile } from 'node:child_process'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { readFrame } from '../support/grafana-frames.ts'
import { widenThreadPool } from '../support/thread-pool.ts'
import { fillStore, SPAN_DAYS, type FilledStore } from './filled-store.ts'

widenThreadPool()

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '4' },
    tries: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false }
  }
})
const INGEST = fileURLToPath(new URL('ingest.ts', import.meta.url))
const INGEST_MS_MAX = 240_000
const TRIES = Number(values.tries)
const QUERIES_MS_MAX = 90_000
const MILLIS_PER_SECOND = 1_000
const MICROS_PER_MILLI = 1_000
const DAY_MS = 86_400_000

interface IngestRow {
  readonly name: string
  readonly spansPerSecond: number
  readonly cpuMicros: number
  readonly ackMs: { readonly p50: number; readonly p99: number }
}

interface QueryRow {
  readonly name: string
  readonly best: number
  readonly p50: number
  readonly p95: number
  /** Milliseconds of all threads at the median, engine and reader. */
  readonly cpu: number
  /** Milliseconds at the median; undefined where nothing is promised. */
  readonly target: number | undefined
}

async function measureIngest(): Promise<readonly IngestRow[]> {
  const args = [INGEST, '--json', '--seconds', values.seconds]
  const options = { timeout: INGEST_MS_MAX, maxBuffer: 10_000_000 }
  const { stdout } = await promisify(execFile)(process.execPath, args, options)
  const { rows } = JSON.parse(stdout) as { rows: readonly IngestRow[] }
  return rows
}

interface Reading {
  readonly name: string
  readonly target?: number
  readonly read: (filled: FilledStore) => Promise<unknown>
}

const READINGS: readonly Reading[] = [
  {
    name: 'a run by id, with its steps',
    target: 60,
    read: ({ url, runId }) => get(`${url}/api/runs/${runId}`)
  },
  { name: 'the last 50 runs', target: 30, read: ({ url }) => get(`${url}/api/runs?limit=50`) },
  {
    name: 'tokens by model and hour, of the steps of a day',
    target: 100,
    read: (filled) => ask(filled, tokensOfDay(filled))
  },
  {
    name: `tokens by models and hour, of the runs of ${SPAN_DAYS} days`,
    target: 100,
    read: (filled) => ask(filled, tokensOfAll(filled))
  },
  {
    name: 'onsets by category and day',
    read: (filled) =>
      ask(
        filled,
        `SELECT toDate(OnsetTime) AS day, Category, count() AS onsets, sum(WasteTokens) AS tokens
        FROM agent_onsets FINAL WHERE Rank = 1 GROUP BY day, Category ORDER BY day, Category`
      )
  },
  { name: 'text in the steps of a day', read: (filled) => ask(filled, search(filled, 1)) },
  {
    name: `text in the steps of ${SPAN_DAYS} days`,
    read: (filled) => ask(filled, search(filled, SPAN_DAYS))
  }
]

/** All revisions of a step are in one partition; without saying so, FINAL reads all of them. */
const ONE_PARTITION = 'SETTINGS do_not_merge_across_partitions_select_final = 1'

/** Of steps, exactly. PartitionTime is when a step began, by which the engine leaves out all weeks but one. */
function tokensOfDay(filled: FilledStore): string {
  return `SELECT toStartOfHour(StartTime) AS hour, Model, sum(InputTokens) AS input, sum(OutputTokens) AS output
    FROM agent_steps FINAL WHERE ${since(filled, 1)} GROUP BY hour, Model ORDER BY hour, Model ${ONE_PARTITION}`
}

/** Of runs, as the dashboards ask: what a run's models used is counted when the run began. */
function tokensOfAll(filled: FilledStore): string {
  return `SELECT toStartOfHour(StartTime) AS hour, Models, sum(InputTokens) AS input, sum(OutputTokens) AS output
    FROM agent_runs FINAL WHERE ${since(filled, SPAN_DAYS)} GROUP BY hour, Models ORDER BY hour, Models`
}

/** Found in a few steps of each run. */
function search(filled: FilledStore, days: number): string {
  return `SELECT RunId, StepIndex, substring(Observation, 1, 200) AS observation FROM agent_steps FINAL
    WHERE ${since(filled, days)} AND positionCaseInsensitive(Observation, 'Parses Minutes') > 0
    ORDER BY StartTime DESC LIMIT 50 ${ONE_PARTITION}`
}

function since({ now }: FilledStore, days: number): string {
  const from = now - days * DAY_MS
  const seconds = Math.floor(from / MILLIS_PER_SECOND)
  return `StartTime >= fromUnixTimestamp64Milli(${from}) AND PartitionTime >= toDateTime(${seconds})`
}

function ask({ sqlUrl }: FilledStore, sql: string): Promise<unknown> {
  return readFrame(sqlUrl, sql)
}

async function get(url: string): Promise<unknown> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return response.json()
}

/** In turn, so that what else the machine does strikes all of them. The first time reads what no cache has yet. */
async function measureQueries(): Promise<readonly QueryRow[]> {
  const filled = await fillStore(Number(values.steps))
  try {
    const measured = READINGS.map(() => ({ ms: [] as number[], cpuMs: [] as number[] }))
    const endsAt = performance.now() + QUERIES_MS_MAX
    for (let tried = 0; tried <= TRIES && performance.now() < endsAt; tried += 1) {
      for (const [at, { read }] of READINGS.entries()) {
        const startedAt = performance.now()
        const cpu = process.cpuUsage()
        // oxlint-disable-next-line no-await-in-loop -- one after another is what is measured
        await read(filled)
        const { user, system } = process.cpuUsage(cpu)
        if (tried === 0) continue
        measured[at]?.ms.push(performance.now() - startedAt)
        measured[at]?.cpuMs.push((user + system) / MICROS_PER_MILLI)
      }
    }
    return READINGS.map(({ name, target }, at) => {
      const ms = sort(measured[at]?.ms ?? [])
      const cpuMs = sort(measured[at]?.cpuMs ?? [])
      return {
        name,
        target,
        best: ms[0] ?? Number.NaN,
        p50: quantile(ms, 0.5),
        p95: quantile(ms, 0.95),
        cpu: quantile(cpuMs, 0.5)
      }
    })
  } finally {
    await filled.close()
  }
}

function sort(numbers: readonly number[]): readonly number[] {
  return numbers.toSorted((a, b) => a - b)
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN
}

function print(ingest: readonly IngestRow[], queries: readonly QueryRow[]): void {
  console.table(
    ingest.map(({ name, spansPerSecond, cpuMicros, ackMs }) => ({
      ingest: name,
      'spans/s': Math.round(spansPerSecond),
      'µs CPU a span': Math.round(cpuMicros),
      'ack p50 ms': Math.round(ackMs.p50),
      p99: Math.round(ackMs.p99)
    }))
  )
  console.table(
    queries.map(({ name, target, best, p50, p95, cpu }) => ({
      [`reading ${Number(values.steps).toLocaleString('en')} steps`]: name,
      'best ms': Math.round(best),
      p50: Math.round(p50),
      p95: Math.round(p95),
      'CPU ms': Math.round(cpu),
      'target p50': target ?? ''
    }))
  )
  console.log(
    `load average ${loadavg()
      .map((load) => load.toFixed(1))
      .join(', ')}`
  )
}

const ingest = await measureIngest()
const queries = await measureQueries()
if (values.json) console.log(JSON.stringify({ ingest, queries, loadAverage: loadavg() }))
else print(ingest, queries)
