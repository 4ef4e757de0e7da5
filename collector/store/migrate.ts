// Brings the tables of a database to this version: the files of migrations/, in the order of their
// numbers, each once. A file is one statement that does nothing when its effect is there, so that a
// process killed between a statement and its note, or two processes at once, do no harm.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

import { CollectorError } from '../model/index.ts'
import type { Engine } from './engine/engine.ts'
import { codeOf } from './engine/engine-errors.ts'
import type { MigrationTarget } from './render-migration.ts'
import { renderMigration } from './render-migration.ts'

const FOLDER = new URL('./migrations/', import.meta.url)
const FILE_NAME = /^(\d{4})_\w+\.sql$/

/** Another process made the same table or database between our look and our statement. */
const ALREADY_EXISTS_CODES = new Set(['57', '82'])

export interface Migration {
  readonly id: number
  readonly name: string
  readonly text: string
}

interface AppliedRow {
  readonly Id: number
  readonly Name: string
  readonly Checksum: string
}

const CREATE_DATABASE = `CREATE DATABASE IF NOT EXISTS {{database}} {{onCluster}} ENGINE = Atomic`

const CREATE_NOTES = `
CREATE TABLE IF NOT EXISTS {{database}}.onset_migrations {{onCluster}}
(
    Id UInt32,
    Name String,
    Checksum String,
    AppliedAt DateTime DEFAULT now()
)
ENGINE = {{engine:ReplacingMergeTree(AppliedAt)}}
ORDER BY (Id, Checksum)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`

// Reads the whole table, one row a migration. Called once at open.
const READ_NOTES = `
SELECT
    Id,
    Name,
    Checksum
FROM {{database}}.onset_migrations FINAL
ORDER BY Id`

export interface MigrateOptions {
  readonly cluster?: string | undefined
  readonly migrations?: readonly Migration[]
}

/**
 * Returns the names of the migrations it applied.
 *
 * @throws CollectorError STORE_SCHEMA_MISMATCH when an applied file was changed, or is not known here.
 */
export async function migrate(
  engine: Engine,
  { cluster, migrations = readMigrations() }: MigrateOptions = {}
): Promise<readonly string[]> {
  const target: MigrationTarget = { database: engine.database, cluster }
  await runOnce(engine, renderMigration(CREATE_DATABASE, target))
  await runOnce(engine, renderMigration(CREATE_NOTES, target))
  const applied = await engine.read<AppliedRow>('analysis', renderMigration(READ_NOTES, target))
  checkApplied(applied, migrations, engine.database)
  const done = new Set(applied.map((row) => row.Id))
  const names: string[] = []
  for (const migration of migrations) {
    if (done.has(migration.id)) continue
    await apply(engine, migration, target)
    await engine.insert('analysis', {
      table: 'onset_migrations',
      rows: [
        JSON.stringify({
          Id: migration.id,
          Name: migration.name,
          Checksum: checksumOf(migration.text)
        })
      ]
    })
    names.push(migration.name)
  }
  return names
}

/** Names of the migrations that the database has had, in their order. */
export async function readAppliedMigrations(engine: Engine): Promise<readonly string[]> {
  const target: MigrationTarget = { database: engine.database }
  const rows = await engine.read<AppliedRow>('analysis', renderMigration(READ_NOTES, target))
  return rows.map((row) => row.Name)
}

async function apply(engine: Engine, migration: Migration, target: MigrationTarget): Promise<void> {
  try {
    await runOnce(engine, renderMigration(migration.text, target))
  } catch (error) {
    if (!(error instanceof CollectorError)) throw error
    const { code, message, retryable } = error
    throw new CollectorError(code, `Migration ${migration.name}: ${message}`, {
      retryable,
      cause: error
    })
  }
}

export function readMigrations(): readonly Migration[] {
  return readdirSync(FOLDER)
    .flatMap((name) => {
      const number = FILE_NAME.exec(name)?.[1]
      if (number === undefined) return []
      return [{ id: Number(number), name, text: readFileSync(new URL(name, FOLDER), 'utf8') }]
    })
    .toSorted((a, b) => a.id - b.id)
}

function checkApplied(
  applied: readonly AppliedRow[],
  migrations: readonly Migration[],
  database: string
): void {
  const known = new Map(migrations.map((migration) => [migration.id, migration]))
  for (const row of applied) {
    const migration = known.get(row.Id)
    if (migration === undefined) {
      throw mismatch(
        `Database ${database} was made by a newer version of Onset (migration ${row.Name}). ` +
          'Run that version, or set ONSET_CLICKHOUSE_DATABASE to another database'
      )
    }
    if (checksumOf(migration.text) !== row.Checksum) {
      throw mismatch(
        `Migration ${migration.name} was changed after it had been applied to database ${database}. ` +
          'Restore the file and write a new migration, or set ONSET_CLICKHOUSE_DATABASE to another database'
      )
    }
  }
}

/** Line ends do not count: a checkout on Windows may change them. */
function checksumOf(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex')
}

function mismatch(message: string): CollectorError {
  return new CollectorError('STORE_SCHEMA_MISMATCH', message, { retryable: false })
}

async function runOnce(engine: Engine, statement: string): Promise<void> {
  try {
    await engine.run('analysis', statement)
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    if (!ALREADY_EXISTS_CODES.has(codeOf(cause))) throw error
  }
}
