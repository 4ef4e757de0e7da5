// Puts a backup into a new data folder, which no process uses. Refuses everything that could lose
// something: a folder that has anything in it, a backup of a newer version, a backup that is not whole.

import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { CollectorError } from '../../model/index.ts'
import { openEmbeddedEngine } from '../engine/embedded-engine.ts'
import { messageOf } from '../engine/engine-errors.ts'
import { readMigrations } from '../migrate.ts'
import { checkNames } from '../store-options.ts'
import { readManifest, type Manifest } from './manifest.ts'
import { fileOf } from './write-backup.ts'

export interface RestoreOptions {
  readonly folder: string
  /** Absent or empty; made by this. */
  readonly dataDir: string
  /** Of the store that will be opened there; the backup must be of one with this name. */
  readonly database: string
}

export interface Restored {
  readonly tables: readonly string[]
  /** ISO 8601: everything acknowledged before is there. */
  readonly startedAt: string
}

/** @throws CollectorError INVALID_ARGUMENT, STORE_SCHEMA_MISMATCH, and what opening a store throws. */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const folder = resolve(options.folder)
  const dataDir = resolve(options.dataDir)
  const manifest = readManifest(folder)
  checkManifest(manifest, options.database)
  checkNames(manifest.database, undefined)
  requireEmpty(dataDir)
  const wasThere = existsSync(dataDir)
  try {
    await restoreTables(manifest, folder, dataDir)
  } catch (error) {
    // The folder itself stays when it was there: it may be where a volume is mounted.
    const made = wasThere ? readdirSync(dataDir).map((entry) => join(dataDir, entry)) : [dataDir]
    for (const path of made) rmSync(path, { recursive: true, force: true })
    throw error
  }
  return { tables: manifest.tables, startedAt: manifest.startedAt }
}

function checkManifest({ database, migrations }: Manifest, expected: string): void {
  if (database !== expected) {
    throw invalid(
      `the backup is of the database ${database}, and ONSET_CLICKHOUSE_DATABASE is ${expected}; set it to ${database}`
    )
  }
  const known = new Set(readMigrations().map(({ name }) => name))
  const newer = migrations.find((name) => !known.has(name))
  if (newer !== undefined) {
    throw new CollectorError(
      'STORE_SCHEMA_MISMATCH',
      `the backup was made by a newer version of Onset (migration ${newer}); restore it with that version`,
      { retryable: false }
    )
  }
}

function requireEmpty(dataDir: string): void {
  if (!existsSync(dataDir)) return
  const [entry] = readdirSync(dataDir)
  if (entry === undefined) return
  throw invalid(
    `the data folder ${dataDir} is not empty (it has ${entry}); restore into a new one, or move that one away`
  )
}

async function restoreTables(manifest: Manifest, folder: string, dataDir: string): Promise<void> {
  const { database, tables } = manifest
  const engine = await openEmbeddedEngine({
    dataDir,
    backupDir: folder,
    database,
    writerId: randomUUID()
  })
  const never = new AbortController().signal
  try {
    await engine.run('analysis', `CREATE DATABASE ${database} ENGINE = Atomic`)
    for (const table of tables) {
      if (!existsSync(join(folder, table))) throw invalid(`${folder} is damaged: no ${table} in it`)
      const from = fileOf(folder, table)
      await engine.runLong?.(`RESTORE TABLE ${database}.${table} FROM ${from}`, never)
    }
  } catch (error) {
    if (error instanceof CollectorError) throw error
    throw invalid(`${folder} is damaged: ${messageOf(error)}`, error)
  } finally {
    await engine.close()
  }
}

function invalid(message: string, cause?: unknown): CollectorError {
  return new CollectorError('INVALID_ARGUMENT', message, { retryable: false, cause })
}
