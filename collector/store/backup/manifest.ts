// The note that makes a folder a backup: written last, read first. What the engine wrote next to it is the
// engine's own format, described by its own `.backup` files.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { CollectorError } from '../../model/index.ts'

const FILE = 'onset-backup.json'

/** Raised when a reader of the old form would misread the new one. */
const FORMAT = 1

const TABLE_NAME = /^\w{1,64}$/
const TABLES_MAX = 100

export interface Manifest {
  readonly database: string
  /** In the order in which they were written, and are to be restored. Each has a folder of its name. */
  readonly tables: readonly string[]
  /** Names of the migrations that had made these tables. */
  readonly migrations: readonly string[]
  /** ISO 8601; everything acknowledged before is in the backup. */
  readonly startedAt: string
}

export function writeManifest(folder: string, manifest: Manifest): void {
  const text = JSON.stringify({ format: FORMAT, ...manifest }, undefined, 2)
  writeFileSync(join(folder, FILE), `${text}\n`, { flush: true })
}

/** @throws CollectorError INVALID_ARGUMENT when the folder is no backup, or of another form. */
export function readManifest(folder: string): Manifest {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(join(folder, FILE), 'utf8'))
  } catch (cause) {
    throw invalid(`${folder} is no backup of Onset: it has no readable ${FILE}`, cause)
  }
  if (!isRecord(value) || value['format'] !== FORMAT) {
    throw invalid(`${folder} is a backup of another form than this version reads (${FORMAT})`)
  }
  const { database, tables, migrations, startedAt } = value
  const isRight =
    isName(database) &&
    isList(tables) &&
    tables.every(isName) &&
    isList(migrations) &&
    typeof startedAt === 'string'
  if (!isRight) throw invalid(`${folder} is damaged: its ${FILE} does not say what it holds`)
  return { database, tables, migrations, startedAt }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isList(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length <= TABLES_MAX &&
    value.every((entry) => typeof entry === 'string')
  )
}

/** Goes into SQL text. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && TABLE_NAME.test(value)
}

function invalid(message: string, cause?: unknown): CollectorError {
  return new CollectorError('INVALID_ARGUMENT', message, { retryable: false, cause })
}
