// Writes all tables into a folder with the engine's own BACKUP, which takes each table as it is at one
// moment while others write to it.

import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

import type { Engine } from '../engine/engine.ts'
import { readAppliedMigrations } from '../migrate.ts'
import { sqlText } from '../sql/sql-text.ts'
import { writeManifest } from './manifest.ts'

/**
 * Analyses are saved as steps, then stages and onsets, then the run's row. Copied the other way round, a row
 * in the backup has everything it speaks of, and whatever is newer than its row makes the run one that is
 * analysed again (see analysis/pending-runs.ts).
 */
const FIRST = ['agent_runs', 'agent_onsets', 'agent_stages', 'agent_steps']

// Reads one row a table of the database. Called once a backup.
const READ_TABLES = `
SELECT
    name AS Name,
    engine AS Engine
FROM system.tables
WHERE database = {database: String}
ORDER BY name`

// Reads one row a backup of this process. Called once a table.
const READ_BYTES = `
SELECT sum(total_size) AS Bytes
FROM system.backups
WHERE status = 'BACKUP_CREATED'
    AND startsWith(name, {prefix: String})`

export interface WriteBackupOptions {
  readonly engine: Engine
  /** Absolute, below the folder that the engine may write backups to. */
  readonly folder: string
  readonly signal: AbortSignal
  /** ISO 8601. */
  readonly startedAt: string
}

/** Resolves with the bytes it takes. The folder is there when the backup is whole, and not before. */
export async function writeBackup(options: WriteBackupOptions): Promise<number> {
  const { engine, folder, signal, startedAt } = options
  const partial = `${folder}.partial`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { recursive: true })
  try {
    const migrations = await readAppliedMigrations(engine)
    const tables = await listTables(engine)
    for (const table of tables) {
      signal.throwIfAborted()
      await engine.runLong?.(backupStatement(engine.database, table, partial), signal)
    }
    writeManifest(partial, { database: engine.database, tables, migrations, startedAt })
    const [size] = await engine.read<{ readonly Bytes: string }>(
      'analysis',
      sqlText(READ_BYTES, { prefix: `File('${escapeText(partial)}/` })
    )
    await rename(partial, folder)
    return Number(size?.Bytes ?? 0)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw error
  }
}

/** Views last: a view needs the tables it reads and writes. */
async function listTables(engine: Engine): Promise<readonly string[]> {
  const rows = await engine.read<{ readonly Name: string; readonly Engine: string }>(
    'analysis',
    sqlText(READ_TABLES, { database: engine.database })
  )
  const tables = rows.filter((row) => !isView(row)).map((row) => row.Name)
  const views = rows.filter(isView).map((row) => row.Name)
  const first = FIRST.filter((name) => tables.includes(name))
  return [...first, ...tables.filter((name) => !first.includes(name)), ...views]
}

function isView(row: { readonly Engine: string }): boolean {
  return row.Engine.endsWith('View')
}

function backupStatement(database: string, table: string, folder: string): string {
  return `BACKUP TABLE ${database}.${table} TO ${fileOf(folder, table)}`
}

/** Where the engine keeps one table of a backup. */
export function fileOf(folder: string, table: string): string {
  return `File('${escapeText(join(folder, table))}/')`
}

function escapeText(text: string): string {
  return text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)
}
