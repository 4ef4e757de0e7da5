// What a reader finds: every id, asked for in SQL through the interface that Grafana uses, held against the ledger.

import { askGateway } from '../support/started-gateway.ts'
import { type Ledger, type Signal } from './ledger.ts'

export interface Found {
  /** Acknowledged and not there. */
  readonly lost: number
  /** There twice for a reader. */
  readonly doubled: number
  /** There and never acknowledged: sent, stored, and the answer was lost. */
  readonly unasked: number
  /** The first few of `lost` and `doubled`. */
  readonly examples: readonly string[]
}

export interface Counts extends Readonly<Record<Signal, Found>> {
  /** Acknowledged spans that have no row among the raw spans. */
  readonly rawLost: number
  /** Rows of raw spans beyond one a span: what was sent again. Readers of runs do not see them. */
  readonly rawRepeated: number
}

const QUERIES: Readonly<Record<Signal, string>> = {
  spans: 'SELECT SpanId AS id, count() AS times FROM agent_steps FINAL WHERE BUCKET GROUP BY id',
  logs: "SELECT LogAttributes['id'] AS id, count() AS times FROM otel_logs WHERE BUCKET GROUP BY id",
  metrics:
    "SELECT Attributes['id'] AS id, count() AS times FROM otel_metrics_gauge WHERE BUCKET GROUP BY id"
}
const RAW_QUERY = 'SELECT SpanId AS id, count() AS times FROM otel_traces WHERE BUCKET GROUP BY id'

/** Each some ten thousand ids. */
const BUCKETS = 16
const EXAMPLES_MAX = 5

export async function count(sqlUrl: string, ledger: Ledger): Promise<Counts> {
  const spans = await countIds(sqlUrl, QUERIES.spans, ledger.ids('spans'))
  const raw = await readTimes(sqlUrl, RAW_QUERY)
  const logs = await countIds(sqlUrl, QUERIES.logs, ledger.ids('logs'))
  const metrics = await countIds(sqlUrl, QUERIES.metrics, ledger.ids('metrics'))
  let rawRows = 0
  for (const times of raw.values()) rawRows += times
  const rawLost = [...ledger.ids('spans')].filter((id) => !raw.has(id)).length
  return { spans, logs, metrics, rawLost, rawRepeated: rawRows - raw.size }
}

async function countIds(
  sqlUrl: string,
  sql: string,
  acknowledged: ReadonlySet<string>
): Promise<Found> {
  const times = await readTimes(sqlUrl, sql)
  const lost = [...acknowledged].filter((id) => !times.has(id))
  const doubled = [...times].filter(([, count]) => count > 1).map(([id]) => id)
  const unasked = [...times.keys()].filter((id) => !acknowledged.has(id)).length
  return {
    lost: lost.length,
    doubled: doubled.length,
    unasked,
    examples: [...lost, ...doubled].slice(0, EXAMPLES_MAX)
  }
}

async function readTimes(sqlUrl: string, sql: string): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>()
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const asked = sql.replace('BUCKET', `cityHash64(id) % ${BUCKETS} = ${bucket}`)
    for (const [id, count] of await readRows(sqlUrl, asked)) times.set(String(id), Number(count))
  }
  return times
}

/** Runs whose analysis has seen less than what was acknowledged, or that are not complete. */
export async function findStaleRuns(sqlUrl: string, ledger: Ledger): Promise<readonly string[]> {
  const seen = new Map<string, string>()
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const rows = await readRows(
      sqlUrl,
      `SELECT RunId, concat(State, ' ', toString(SpanCount)) FROM agent_runs FINAL
      WHERE cityHash64(RunId) % ${BUCKETS} = ${bucket}`
    )
    for (const [runId, state] of rows) seen.set(String(runId), String(state))
  }
  return [...ledger.spansOfRun]
    .filter(([runId, spans]) => seen.get(runId) !== `complete ${spans}`)
    .map(([runId, spans]) => `${runId}: ${seen.get(runId) ?? 'no analysis'}, sent ${spans}`)
}

async function readRows(sqlUrl: string, sql: string): Promise<readonly (readonly unknown[])[]> {
  const answer = await askGateway(sqlUrl, sql, {
    parameters: { database: 'otel', default_format: 'JSONCompactEachRow' }
  })
  if (answer.code !== undefined) throw new Error(answer.text)
  return answer.text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown[])
}
