// Migrations on the real engine. One folder for the file; each test has a database of its own in it.

import t from 'tap'
import type { Store } from '../../collector/model/index.ts'
import { openEmbeddedEngine } from '../../collector/store/engine/embedded-engine.ts'
import { openStore, type StoreOptions } from '../../collector/store/index.ts'
import type { Migration } from '../../collector/store/migrate.ts'
import { migrate, readMigrations } from '../../collector/store/migrate.ts'
import { renderMigration } from '../../collector/store/render-migration.ts'
import { aSpan, aStep } from '../support/builders.ts'
import { aDataDir, storeBasics } from '../support/test-store.ts'

const dataDir = aDataDir(t)
const engine = await openEmbeddedEngine({ dataDir, database: 'otel', writerId: 'test' })
t.teardown(() => engine.close())

/** Migrates a database, over connections of its own. */
async function migrateIn(database: string, migrations?: readonly Migration[]) {
  const own = await openEmbeddedEngine({ dataDir, database, writerId: database })
  try {
    return await migrate(own, migrations === undefined ? {} : { migrations })
  } finally {
    await own.close()
  }
}

/** Columns of the Collector's ClickHouse exporter, v0.162, in its order. */
const EXPORTER_COLUMNS: readonly (readonly [string, string])[] = [
  ['Timestamp', 'DateTime64(9)'],
  ['TraceId', 'String'],
  ['SpanId', 'String'],
  ['ParentSpanId', 'String'],
  ['TraceState', 'String'],
  ['SpanName', 'LowCardinality(String)'],
  ['SpanKind', 'LowCardinality(String)'],
  ['ServiceName', 'LowCardinality(String)'],
  ['ResourceAttributes', 'Map(LowCardinality(String), String)'],
  ['ScopeName', 'String'],
  ['ScopeVersion', 'String'],
  ['SpanAttributes', 'Map(LowCardinality(String), String)'],
  ['Duration', 'UInt64'],
  ['StatusCode', 'LowCardinality(String)'],
  ['StatusMessage', 'String'],
  ['Events.Timestamp', 'Array(DateTime64(9))'],
  ['Events.Name', 'Array(LowCardinality(String))'],
  ['Events.Attributes', 'Array(Map(LowCardinality(String), String))'],
  ['Links.TraceId', 'Array(String)'],
  ['Links.SpanId', 'Array(String)'],
  ['Links.TraceState', 'Array(String)'],
  ['Links.Attributes', 'Array(Map(LowCardinality(String), String))']
]

async function open(
  t: { teardown(gone: () => unknown): void },
  database: string,
  options: Pick<StoreOptions, 'ttlDays'> = {}
): Promise<Store> {
  const store = await openStore({ ...storeBasics(), ...options, dataDir, database })
  t.teardown(() => store.close())
  return store
}

function tablesOf(database: string) {
  return engine.read<{ name: string; engine_full: string }>(
    'read',
    `SELECT name, engine_full FROM system.tables WHERE database = '${database}' ORDER BY name`
  )
}

t.test('a new database gets every table, and opening it again changes nothing', async (t) => {
  const migrations = readMigrations()
  t.strictSame(
    await migrateIn('fresh'),
    migrations.map((migration) => migration.name)
  )
  const tables = await tablesOf('fresh')
  const named = migrations
    .filter(({ name }) => name.includes('_create_'))
    .map(({ name }) => name.replaceAll(/^\d+_create_|\.sql$/g, ''))
  t.strictSame(
    tables.map((table) => table.name),
    [...named, 'onset_migrations'].toSorted((a, b) => (a < b ? -1 : 1))
  )
  t.strictSame(await migrateIn('fresh'), [])
  t.strictSame(await tablesOf('fresh'), tables)
})

t.test('the tables of another version are not touched: neither newer nor changed', async (t) => {
  const migrations = readMigrations()
  await migrateIn('versions')
  const mismatch = { code: 'STORE_SCHEMA_MISMATCH', retryable: false }
  const changed: Migration[] = migrations.map((migration) =>
    migration.id === 4 ? { ...migration, text: `${migration.text}-- changed` } : migration
  )
  await t.rejects(migrateIn('versions', changed), {
    ...mismatch,
    message: /Migration 0004_create_agent_steps.sql was changed after it had been applied/
  })
  await t.rejects(migrateIn('versions', migrations.slice(0, -1)), {
    ...mismatch,
    message: `made by a newer version of Onset (migration ${migrations.at(-1)?.name})`
  })
  const windows = migrations.map((migration) => ({
    ...migration,
    text: migration.text.replaceAll('\n', '\r\n')
  }))
  t.strictSame(await migrateIn('versions', windows), [])
})

t.test('a migration that ran and was not noted, for a kill in between, is run again', async (t) => {
  await engine.run('analysis', 'CREATE DATABASE half ENGINE = Atomic')
  for (const { text } of readMigrations().slice(0, 5)) {
    await engine.run('analysis', renderMigration(text, { database: 'half' }))
  }
  t.equal((await migrateIn('half')).length, readMigrations().length)
  const store = await open(t, 'half')
  const span = aSpan()
  await store.write({ spans: [span], steps: [aStep()] })
  t.equal((await store.readSpanIds(span.traceId)).length, 1)
})

t.test('processes that migrate at once do not disturb each other', async (t) => {
  const stores = await Promise.all([1, 2, 3].map(() => open(t, 'at_once')))
  const span = aSpan()
  await stores[0]?.write({ spans: [span], steps: [] })
  t.equal((await stores[2]?.readSpanIds(span.traceId))?.length, 1)
  t.strictSame(await migrateIn('at_once'), [])
})

t.test('a migration that fails names itself and leaves no note', async (t) => {
  const broken = [{ id: 1, name: '0001_broken.sql', text: 'CREATE TABEL x' }]
  await t.rejects(migrateIn('broken', broken), {
    message: /0001_broken\.sql/
  })
  t.equal((await migrateIn('broken')).length, readMigrations().length)
})

async function ttlOf(table: string): Promise<string | undefined> {
  const found = (await tablesOf('kept')).find(({ name }) => name === table)
  return /toIntervalDay\((\d+)\)/.exec(found?.engine_full ?? '')?.[1]
}

t.test('how long rows are kept follows the settings at each open', async (t) => {
  await open(t, 'kept', { ttlDays: { traces: 7 } })
  t.strictSame(
    [
      await ttlOf('otel_traces'),
      await ttlOf('otel_traces_trace_id_ts'),
      await ttlOf('agent_steps')
    ],
    ['7', '7', '365']
  )
  await open(t, 'kept', { ttlDays: { runs: 90 } })
  t.strictSame(
    [await ttlOf('otel_traces'), await ttlOf('agent_steps'), await ttlOf('agent_outcomes')],
    ['30', '90', '90']
  )
})

t.test('raw spans have the columns of the exporter, and its INSERT works', async (t) => {
  const store = await open(t, 'compatible')
  const columns = await engine.read<{ name: string; type: string; default_kind: string }>(
    'read',
    `SELECT name, type, default_kind FROM system.columns
    WHERE database = 'compatible' AND table = 'otel_traces' ORDER BY position`
  )
  t.strictSame(
    columns.filter((column) => column.default_kind === '').map(({ name, type }) => [name, type]),
    EXPORTER_COLUMNS
  )
  t.strictSame(
    columns
      .filter((column) => column.default_kind !== '')
      .map(({ name, default_kind: kind }) => [name, kind]),
    [
      ['ResourceAttributeItems', 'ALIAS'],
      ['SpanAttributeItems', 'ALIAS'],
      ['IngestedAt', 'MATERIALIZED']
    ]
  )
  const names = EXPORTER_COLUMNS.map(([name]) => name).join(', ')
  await engine.run(
    'read',
    `INSERT INTO compatible.otel_traces (${names}) VALUES
    (now64(9), 'collector', '01', '', '', 's', 'Client', 'a', {'k':'v'}, '', '', {'a':'b','c':'d'}, 1, 'Ok', '',
    [now64(9)], ['e'], [{'x':'y'}], [], [], [], [])`
  )
  t.strictSame(await store.readSpanIds('collector'), ['01'])
  const [row] = await engine.read<object>(
    'read',
    `SELECT SpanAttributes['c'] AS c, arraySort(SpanAttributeItems) AS items
    FROM compatible.otel_traces WHERE TraceId = 'collector'`
  )
  t.strictSame(row, { c: 'd', items: ['a=b', 'c=d'] })
  const bounds = await engine.read(
    'read',
    "SELECT TraceId FROM compatible.otel_traces_trace_id_ts WHERE TraceId = 'collector'"
  )
  t.equal(bounds.length, 1, 'the look-up by trace id is filled, whoever inserts')
})

t.test('names that would be SQL are refused before anything happens', async (t) => {
  const refused = { code: 'SETTINGS_INVALID', retryable: false }
  await t.rejects(openStore({ ...storeBasics(), dataDir, database: 'a; DROP DATABASE b' }), refused)
  await t.rejects(
    openStore({ ...storeBasics(), url: 'http://localhost:1', cluster: "x' ENGINE" }),
    refused
  )
})
