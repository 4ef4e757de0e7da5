// What may change without a migration, settled at each open: how long rows are kept, and storage options
// that only newer engines have. Statements run only where the table differs.

import type { Engine } from './engine/engine.ts'
import type { MigrationTarget } from './render-migration.ts'
import { renderMigration } from './render-migration.ts'
import { sqlText } from './sql/sql-text.ts'

export interface TtlDays {
  /** Raw spans, log records and points of metrics. */
  readonly traces: number
  /** Runs, stages, steps, onsets, outcomes, feedback and alerts. */
  readonly runs: number
  /** Who did what. */
  readonly audit: number
}

export interface SettleOptions {
  readonly cluster?: string | undefined
  readonly ttlDays: TtlDays
}

/** When a row came in, for each table: rows expire by that, see migrations/0004. */
const ARRIVAL: Readonly<Record<string, { readonly of: keyof TtlDays; readonly time: string }>> = {
  otel_traces: { of: 'traces', time: 'IngestedAt' },
  otel_logs: { of: 'traces', time: 'IngestedAt' },
  otel_metrics_gauge: { of: 'traces', time: 'IngestedAt' },
  otel_metrics_sum: { of: 'traces', time: 'IngestedAt' },
  otel_metrics_histogram: { of: 'traces', time: 'IngestedAt' },
  otel_metrics_exponential_histogram: { of: 'traces', time: 'IngestedAt' },
  otel_metrics_summary: { of: 'traces', time: 'IngestedAt' },
  otel_traces_trace_id_ts: { of: 'traces', time: 'toDateTime(IngestedAt)' },
  agent_steps: { of: 'runs', time: 'toDateTime(IngestedAt)' },
  agent_stages: { of: 'runs', time: 'toDateTime(AnalyzedAt)' },
  agent_runs: { of: 'runs', time: 'toDateTime(AnalyzedAt)' },
  agent_onsets: { of: 'runs', time: 'toDateTime(AnalyzedAt)' },
  agent_outcomes: { of: 'runs', time: 'toDateTime(IngestedAt)' },
  agent_patterns: { of: 'runs', time: 'toDateTime(RememberedAt)' },
  agent_judgements: { of: 'runs', time: 'toDateTime(BegunAt)' },
  agent_feedback: { of: 'runs', time: 'toDateTime(IngestedAt)' },
  alert_outbox: { of: 'runs', time: 'toDateTime(UpdatedAt)' },
  agent_audit: { of: 'audit', time: 'toDateTime(At)' }
}

/** Settings of tables that not every engine knows; those of one entry are set together or not at all. */
const NEWER_SETTINGS: readonly {
  readonly tables: readonly string[]
  readonly settings: Readonly<Record<string, string>>
}[] = [
  {
    // Agents put whole conversations into the attributes of these. Maps are stored in eight parts by key, so that
    // a query for one attribute does not read the conversations in the others (measured: half the time, same
    // disk, a tenth more insert CPU). Since ClickHouse 26.
    tables: ['otel_traces', 'otel_logs'],
    settings: {
      map_serialization_version: "'with_buckets'",
      map_serialization_version_for_zero_level_parts: "'with_buckets'",
      map_buckets_min_avg_size: '1',
      map_buckets_strategy: "'constant'",
      max_buckets_in_map: '8'
    }
  },
  {
    // Merges of ten parts instead of five: each row is written 1.5 instead of 2.2 times after its insert, for a
    // third more parts at once (24 instead of 18 at full load).
    tables: ['otel_traces', 'agent_steps'],
    settings: { merge_selector_base: '10' }
  }
]

// Reads one row a table of the database. Called once at open.
const READ_TABLES = `
SELECT
    name,
    engine_full
FROM system.tables
WHERE database = {database: String}`

// Reads the engine's list of settings. Called at open while a table lacks them.
const READ_KNOWN_SETTINGS = `
SELECT name
FROM system.merge_tree_settings
WHERE has({names: Array(String)}, name)`

export async function settleTables(
  engine: Engine,
  { cluster, ttlDays }: SettleOptions
): Promise<void> {
  const target: MigrationTarget = { database: engine.database, cluster }
  const tables = await engine.read<{ name: string; engine_full: string }>(
    'analysis',
    sqlText(READ_TABLES, { database: engine.database })
  )
  const engineOf = new Map(tables.map((table) => [table.name, table.engine_full]))
  for (const [table, { of, time }] of Object.entries(ARRIVAL)) {
    const wanted = `TTL ${time} + toIntervalDay(${ttlDays[of]})`
    if (engineOf.get(table)?.includes(wanted) === true) continue
    await alter(engine, target, `${table} {{onCluster}} MODIFY ${wanted}`)
  }
  for (const { tables: names, settings } of NEWER_SETTINGS) {
    const unsettled = names.filter((table) => !hasSettings(engineOf.get(table), settings))
    if (unsettled.length === 0 || !(await knowsSettings(engine, settings))) continue
    const values = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
    for (const table of unsettled) {
      await alter(engine, target, `${table} {{onCluster}} MODIFY SETTING ${values.join(', ')}`)
    }
  }
}

function hasSettings(
  tableEngine: string | undefined,
  settings: Readonly<Record<string, string>>
): boolean {
  return Object.keys(settings).every((name) => tableEngine?.includes(`${name} = `) === true)
}

async function knowsSettings(
  engine: Engine,
  settings: Readonly<Record<string, string>>
): Promise<boolean> {
  const names = Object.keys(settings)
  const known = await engine.read('analysis', sqlText(READ_KNOWN_SETTINGS, { names }))
  return known.length === names.length
}

async function alter(engine: Engine, target: MigrationTarget, change: string): Promise<void> {
  await engine.run('analysis', renderMigration(`ALTER TABLE {{database}}.${change}`, target))
}
