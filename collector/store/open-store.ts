// Opens a store: the engine, its tables, and the readers and writers on them as one object.

import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'

import type {
  Analysis,
  Feedback,
  IngestBatch,
  OutcomeReport,
  PrecisionFilter,
  RunId,
  RunReader,
  StepExport,
  Store,
  UnixNano
} from '../model/index.ts'
import { createAccessTables } from './access/access-tables.ts'
import { Analyses } from './analysis/analyses.ts'
import { StoreBackups } from './backup/backups.ts'
import { DISK_CHECK_INTERVAL_MS, DiskBudget } from './disk/disk-budget.ts'
import { FreeSpace } from './disk/free-space.ts'
import { PartCounts } from './disk/part-counts.ts'
import { openEmbeddedEngine } from './engine/embedded-engine.ts'
import type { Engine } from './engine/engine.ts'
import { openServerEngine } from './engine/server-engine.ts'
import { StepFiles } from './export/step-file.ts'
import { Health } from './health.ts'
import { IngestClock } from './ingest-clock.ts'
import { migrate } from './migrate.ts'
import { OnsetReader } from './read/onset-reader.ts'
import { RawSpans } from './raw/raw-spans.ts'
import { RunRowReader } from './read/run-reader.ts'
import { readPrecision } from './read/precision-reader.ts'
import { SpanRowReader } from './read/span-reader.ts'
import { createJudgementTable } from './judgement-table.ts'
import { createMemoryTables } from './memory/memory-tables.ts'
import { createOutboxTables } from './outbox-tables.ts'
import { Reports } from './reports.ts'
import { settleTables } from './settle-tables.ts'
import { createStoreMetrics } from './store-metrics.ts'
import type { EmbeddedLocation, StoreOptions } from './store-options.ts'
import {
  checkNames,
  DATABASE_DEFAULT,
  OPEN_TIMEOUT_MS_DEFAULT,
  QUEUE_BOUNDS_DEFAULT,
  TTL_DAYS_DEFAULT
} from './store-options.ts'
import { TelemetryWriter } from './telemetry/telemetry-writer.ts'
import { GroupCommit } from './write/group-commit.ts'
import { createNativeIngest } from './write/native-ingest.ts'

/**
 * @throws CollectorError STORE_ENGINE_MISSING, STORE_LOCKED, STORE_NOT_WRITABLE, STORE_UNAVAILABLE,
 *   STORE_SCHEMA_MISMATCH, SETTINGS_INVALID
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const database = options.database ?? DATABASE_DEFAULT
  const cluster = 'url' in options ? options.cluster : undefined
  checkNames(database, cluster)
  const startedAt = options.now()
  const engine = await openEngine(options, database)
  try {
    const applied = await migrate(engine, { cluster })
    const ttlDays = { ...TTL_DAYS_DEFAULT, ...options.ttlDays }
    await settleTables(engine, { cluster, ttlDays })
    options.logger.info(
      { database, migrations: applied, ms: options.now() - startedAt },
      'store open'
    )
    return buildStore(engine, options)
  } catch (error) {
    await engine.close()
    throw error
  }
}

function openEngine(options: StoreOptions, database: string): Promise<Engine> {
  const writerId = randomUUID()
  if ('dataDir' in options) {
    const { dataDir } = options
    return openEmbeddedEngine({ dataDir, backupDir: backupDirOf(options), database, writerId })
  }
  return openServerEngine({
    url: options.url,
    username: options.username,
    password: options.password,
    openTimeoutMs: options.openTimeoutMs ?? OPEN_TIMEOUT_MS_DEFAULT,
    requestTimeoutMs: options.requestTimeoutMs,
    now: options.now,
    database,
    writerId
  })
}

function buildStore(engine: Engine, options: StoreOptions): Store {
  const metrics = createStoreMetrics(options.meter)
  const clock = new IngestClock(options.now)
  const writer = new GroupCommit({
    format: createNativeIngest({ engine, clock }),
    bounds: { ...QUEUE_BOUNDS_DEFAULT, ...options.queue },
    metrics
  })
  const onsets = new OnsetReader({ engine, metrics })
  const runs = new RunRowReader({ engine, metrics }, onsets)
  const spans = new SpanRowReader({ engine, metrics })
  const reports = new Reports({ engine, clock })
  const analyses = new Analyses({ engine, metrics, reports, now: options.now })
  const health = new Health(engine)
  const files = new StepFiles(engine)
  const disk = watchDisk(engine, options)
  const parts = new PartCounts(engine, options.meter)
  const backups = createBackups(engine, options)
  const telemetry = new TelemetryWriter({ engine, metrics, disk, now: options.now })
  let closing: Promise<void> | undefined
  const { readOnlyQueries } = engine
  return {
    ...createAccessTables({ engine, metrics }),
    ...createOutboxTables({ engine, metrics }),
    ...createJudgementTable(engine),
    ...createMemoryTables({
      engine,
      metrics,
      now: options.now,
      halfLifeDays: options.patternHalfLifeDays
    }),
    ...telemetry.doors(),
    ...(readOnlyQueries === undefined ? {} : { readOnlyQueries }),
    ...(backups === undefined ? {} : { backups }),
    write: async (batch: IngestBatch) => {
      await disk?.freeSpace.requireRoom()
      // Not awaited: a frame that waits would keep the batch alive until it is durable; its bytes are enough.
      return writer.write(batch)
    },
    raw: new RawSpans(engine),
    ...runDoors(runs, onsets),
    saveOutcomeReport: (runId: RunId, report: OutcomeReport) =>
      reports.saveOutcomeReport(runId, report),
    readOutcomeReports: (runId: RunId) => reports.readOutcomeReports(runId),
    saveFeedback: (feedback: Feedback) => reports.saveFeedback(feedback),
    readFeedback: (runId: RunId) => reports.readFeedback(runId),
    readPrecision: (filter: PrecisionFilter) => readPrecision({ engine, metrics }, filter),
    exportSteps: (request: StepExport) => files.exportSteps(request),
    findPendingRuns: (since: UnixNano, limit: number) => analyses.findPendingRuns(since, limit),
    readRunSteps: (runId: RunId) => analyses.readRunSteps(runId),
    saveAnalysis: (analysis: Analysis) => analyses.saveAnalysis(analysis),
    readSpanIds: (traceId: string) => spans.readSpanIds(traceId),
    checkHealth: () => health.check(),
    close: () => {
      const writers = [writer, telemetry, disk?.budget, parts, backups]
      closing ??= closeStore(writers, engine, options.logger)
      return closing
    }
  }
}

function runDoors(runs: RunRowReader, onsets: OnsetReader): RunReader {
  return {
    listRuns: (filter) => runs.listRuns(filter),
    listWholeRuns: (filter) => runs.listWholeRuns(filter),
    findRun: (runId) => runs.findRun(runId),
    findRunIds: (prefix, limit) => runs.findRunIds(prefix, limit),
    readStages: (runId) => runs.readStages(runId),
    readSteps: (runId, after, limit) => runs.readSteps(runId, after, limit),
    readOnsets: (runId) => onsets.readOnsets(runId),
    listOnsets: (filter) => onsets.listOnsets(filter)
  }
}

interface Closable {
  close(): Promise<void>
}

async function closeStore(
  held: readonly (Closable | undefined)[],
  engine: Engine,
  logger: StoreOptions['logger']
): Promise<void> {
  await Promise.all(held.map(async (each) => each?.close()))
  await engine.close()
  logger.info({}, 'store closed')
}

function backupDirOf({ dataDir, backupDir }: EmbeddedLocation): string {
  return resolve(backupDir ?? join(dataDir, 'backups'))
}

function createBackups(engine: Engine, options: StoreOptions): StoreBackups | undefined {
  if (!('dataDir' in options)) return undefined
  const { logger, now } = options
  return new StoreBackups({ engine, backupDir: backupDirOf(options), logger, now })
}

/** Only of the embedded engine: a server's disk is the server's. */
function watchDisk(
  engine: Engine,
  options: StoreOptions
): { readonly budget: DiskBudget; readonly freeSpace: FreeSpace } | undefined {
  if (!('dataDir' in options)) return undefined
  const { dataDir, diskBudgetBytes, diskCheckIntervalMs, meter, logger, now } = options
  return {
    budget: new DiskBudget({
      engine,
      budgetBytes: diskBudgetBytes ?? 0,
      checkIntervalMs: diskCheckIntervalMs ?? DISK_CHECK_INTERVAL_MS,
      meter,
      logger
    }),
    freeSpace: new FreeSpace({ folder: dataDir, now })
  }
}
