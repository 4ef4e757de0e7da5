// ClickHouse inside this process, from the npm package chdb: the default. One data folder per process and
// one process per data folder. Loaded only when it is used, because it is an optional dependency.
// Never on worker_threads: the library crashes at exit there, even after close (chdb 3.4.0).

import { accessSync, constants, statSync } from 'node:fs'
import { resolve } from 'node:path'

import { createClient } from '@clickhouse/client'

import { CollectorError } from '../../model/index.ts'
import type { ClientEngineOptions } from './client-engine.ts'
import { CLIENT_OPTIONS, ClientEngine } from './client-engine.ts'
import type { Engine } from './engine.ts'
import { messageOf } from './engine-errors.ts'
import { findLockHolder, findWriter } from './folder-holder.ts'
import { makeFolders } from './make-folders.ts'
import type { QuerySession } from './session-queries.ts'
import { SessionQueries } from './session-queries.ts'
import { PARQUET_ENDING } from './parquet.ts'
import { quoteText } from '../sql/sql-text.ts'
import { SpoolFolder } from './spool-folder.ts'

const MEBIBYTE = 1_048_576

/**
 * Bounds of the engine itself, which otherwise takes nine tenths of the machine and 5 GB of caches. Ingest
 * at full speed was measured at 1.5 to 1.9 GB for the whole process.
 */
const ENGINE_ARGUMENTS: readonly string[] = [
  `--max_server_memory_usage=${3_072 * MEBIBYTE}`,
  `--mark_cache_size=${64 * MEBIBYTE}`,
  `--uncompressed_cache_size=0`,
  `--index_mark_cache_size=${16 * MEBIBYTE}`,
  // Merges of two cores; the default of 16 threads would take them from ingest.
  '--background_pool_size=2',
  '--background_schedule_pool_size=4',
  '--background_common_pool_size=2',
  '--background_fetches_pool_size=1'
]

export interface EmbeddedOptions extends Pick<ClientEngineOptions, 'database' | 'writerId'> {
  readonly dataDir: string
  /**
   * Absolute path: the only folder into which BACKUP may write and from which RESTORE may read. Without it
   * there are no backups.
   */
  readonly backupDir?: string
}

/** The part of chdb that is used here. */
interface Chdb {
  readonly Session: new (
    path: string,
    options?: { readonly connectionArgs: readonly string[] }
  ) => QuerySession
  readonly drainPending: () => Promise<void>
  readonly createChdbConnection: (options: { readonly path: string }) => Connection
}

type Connection = NonNullable<Parameters<typeof createClient>[0]>['connection'] & object

/** @throws CollectorError STORE_ENGINE_MISSING, STORE_NOT_WRITABLE, STORE_LOCKED */
export async function openEmbeddedEngine(options: EmbeddedOptions): Promise<Engine> {
  const path = resolve(options.dataDir)
  refuseOverlay(options.database)
  const chdb = await importChdb()
  prepareFolder(path)
  const root = openRoot(chdb, path, options.backupDir)
  const spool = new SpoolFolder(path, options.writerId)
  const readOnlyQueries = new SessionQueries({
    openSession: () => new chdb.Session(path),
    writerId: options.writerId
  })
  return new ClientEngine({
    ...options,
    readOnlyQueries,
    runLong: (statement, signal) => readOnlyQueries.runOwn(statement, signal),
    sendBlocks: (client, { into, format, blocks }) =>
      spool.with(blocks, async (file) => {
        await client.command({ query: `${into} FROM INFILE ${quoteText(file)} ${format}` })
      }),
    // The engine answers whole or into a file, and a file may be larger than memory.
    readParquet: (statement, signal) =>
      spool.read(async (file) => {
        const into = `INTO OUTFILE ${quoteText(file)} ${PARQUET_ENDING}`
        await readOnlyQueries.runOwn(`${statement}\n${into}`, signal)
      }),
    connect: () =>
      createClient({ ...CLIENT_OPTIONS, connection: chdb.createChdbConnection({ path }) }),
    release: async () => {
      await readOnlyQueries.close()
      root.close()
      await chdb.drainPending()
    }
  })
}

async function importChdb(): Promise<Chdb> {
  try {
    const [engine, connection] = await Promise.all([import('chdb'), import('chdb/connection')])
    return {
      Session: engine.Session,
      drainPending: engine.drainPending,
      createChdbConnection: ({ path }) =>
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- chdb is typed against its own copy of the client's declarations, which a private field makes a different type
        connection.createChdbConnection({ path }) as unknown as Connection
    }
  } catch (cause) {
    throw new CollectorError(
      'STORE_ENGINE_MISSING',
      `The embedded ClickHouse (npm package chdb) is not installed for ${process.platform}-${process.arch}. ` +
        'Run `npm install` on this machine, or set ONSET_CLICKHOUSE_URL to a ClickHouse server',
      { retryable: false, cause }
    )
  }
}

/** In `default` the embedded engine shows files of the machine as tables, so it may not be the one that people query. */
function refuseOverlay(database: string): void {
  if (database !== 'default') return
  throw new CollectorError(
    'SETTINGS_INVALID',
    'database is default, in which the embedded ClickHouse shows files of the machine; a name as otel is right',
    { retryable: false }
  )
}

/** The engine's own words for these cases do not say what to do. */
function prepareFolder(path: string): void {
  try {
    makeFolders(path)
    if (!statSync(path).isDirectory()) throw notWritable(path, 'it is not a folder', undefined)
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    if (error instanceof CollectorError) throw error
    throw notWritable(path, messageOf(error), error)
  }
}

/** The first session carries the bounds of the whole process, so it stays open longest. */
function openRoot(chdb: Chdb, path: string, backupDir: string | undefined): { close(): void } {
  const holder = findLockHolder(path)
  if (holder !== undefined) throw lockedBy(holder, path, undefined)
  try {
    const backupArguments = backupDir === undefined ? [] : [`--backups.allowed_path=${backupDir}`]
    const connectionArgs = [...ENGINE_ARGUMENTS, ...backupArguments]
    return new chdb.Session(path, { connectionArgs })
  } catch (error) {
    throw toOpenError(error, path)
  }
}

/** The engine says only that it failed; its reason goes to standard error. */
function toOpenError(error: unknown, path: string): CollectorError {
  const message = messageOf(error)
  if (/one active data directory/i.test(message)) {
    return locked(
      `This process already uses another data folder than ${path}; the embedded ClickHouse has one per process`,
      error
    )
  }
  const holder = findWriter(path)
  if (holder !== undefined) return lockedBy(holder, path, error)
  return notWritable(path, 'the engine cannot open it, for the reason above', error)
}

function lockedBy(holder: string, path: string, cause: unknown): CollectorError {
  return locked(
    `Another process (${holder}) uses the data folder ${path}. Stop it, or set ONSET_DATA_DIR to another folder`,
    cause
  )
}

function locked(message: string, cause: unknown): CollectorError {
  return new CollectorError('STORE_LOCKED', message, { retryable: false, cause })
}

function notWritable(path: string, why: string, cause: unknown): CollectorError {
  return new CollectorError(
    'STORE_NOT_WRITABLE',
    `The data folder ${path} cannot be used (${why}). Give it to this user, or set ONSET_DATA_DIR to another folder`,
    { retryable: false, cause }
  )
}
