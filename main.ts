// `npm start`: Onset on one machine, collector and processors in one process. Reads the environment and
// the clock, opens what must be open, and lets everything go in the reverse order.

import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import {
  createMetrics,
  observeDisk,
  openProcessAccess,
  probePorts,
  readSettings,
  startCollector,
  startGateway,
  toStoreOptions,
  type Metrics,
  type Settings
} from '@onset/collector'
import { CollectorError, type Store } from '@onset/collector/model'
import { openStore } from '@onset/collector/store'
import { loadAlertRules, type AlertRules } from '@onset/processors/alerter'
import { openJudge } from '@onset/processors/judge'
import { startLedProcessors } from '@onset/processors/led-processors'
import { localizeOnset } from '@onset/processors/localizer'
import { pino, type Logger } from 'pino'

/** Exit codes: 0 stopped when told to, 1 could not start or go on, 2 settings are wrong. */
const EXIT_FAILED = 1
const EXIT_SETTINGS = 2

/**
 * The embedded engine holds a libuv thread for each query under way; with the default of four, slow
 * queries would keep file reads waiting. Read by libuv at the first use of the pool, which comes later.
 */
const THREAD_POOL_SIZE = '16'

async function main(): Promise<void> {
  process.env['UV_THREADPOOL_SIZE'] ??= THREAD_POOL_SIZE
  const settings = readSettings(process.env)
  const logger: Logger = pino(
    { level: settings.logLevel },
    pino.destination({ dest: 2, sync: true })
  )
  const { alertRulesPath } = settings
  const rules =
    alertRulesPath === undefined ? undefined : loadAlertRules(alertRulesPath, process.env)
  const surroundings = { logger, now: () => Date.now() }
  // Before the data is touched: opening the store migrates it.
  await probePorts(settings)
  const metrics = createMetrics()
  const meter = metrics.meter('store')
  const store = await openStore(toStoreOptions(settings, { ...surroundings, meter }))
  if (settings.clickhouseUrl === undefined) observeDisk(meter, settings.dataDir)
  try {
    await serve(settings, store, { ...surroundings, metrics, rules })
  } finally {
    await store.close()
    await metrics.close()
  }
}

interface Surroundings {
  readonly logger: Logger
  readonly now: () => number
  readonly metrics: Metrics
  /** Undefined: nobody is to be told of anything. */
  readonly rules: AlertRules | undefined
}

/** From the first request to the signal that ends it. */
async function serve(settings: Settings, store: Store, surroundings: Surroundings): Promise<void> {
  const { logger, now, metrics, rules } = surroundings
  const { publicUrl } = settings
  const processors = await startLedProcessors({
    store,
    candidate: settings.clickhouseUrl === undefined ? undefined : aCandidate(),
    localize: localizeOnset,
    rules,
    publicUrl,
    alerterMeter: metrics.meter('alerter'),
    judge: await openJudge(settings.judge),
    judgements: store,
    memory: settings.memory ? store : undefined,
    now,
    meter: metrics.meter('processors'),
    logger,
    settings
  })
  try {
    const { analyzeNow } = processors
    const listener = processors
    const access = await openProcessAccess({ settings, store, metrics, logger, now })
    const options = { settings, store, access, listener, analyzeNow, metrics, logger, now }
    const collector = await startCollector(options).catch(async (error: unknown) => {
      await access.close()
      throw error
    })
    try {
      const gateway = await startGateway({ settings, store, access, metrics, logger })
      process.stdout.write(`${welcome(collector.url, settings, gateway?.url)}\n`)
      await stopSignal()
      await gateway?.close()
    } finally {
      await collector.close()
      await access.close()
    }
  } finally {
    await processors.close()
  }
}

/** A server may be the store of several processes; a data folder belongs to one. */
function aCandidate() {
  return { host: hostname(), makeId: randomUUID, monotonic: () => performance.now() }
}

function welcome(url: string, settings: Settings, sqlUrl: string | undefined): string {
  const where = settings.clickhouseUrl === undefined ? settings.dataDir : 'a ClickHouse server'
  return `Onset listens at ${url}
  data        ${where}
  OTLP/HTTP   OTEL_EXPORTER_OTLP_ENDPOINT=${url}
  page        ${url}
  REST        ${url}/api/docs${sqlUrl === undefined ? '' : `\n  ClickHouse  ${sqlUrl} (read-only, for Grafana)`}
  try it      npm run demo (in another terminal)`
}

/** Resolves at the first of each kind; the second one of a kind ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
}

function explain(error: unknown): void {
  const text = error instanceof CollectorError ? describe(error) : readStack(error)
  process.stderr.write(`${text}\n`)
  const isSettings = error instanceof CollectorError && error.code === 'SETTINGS_INVALID'
  process.exitCode = isSettings ? EXIT_SETTINGS : EXIT_FAILED
}

function describe({ code, message }: CollectorError): string {
  return code === 'STORE_UNAVAILABLE'
    ? `${message}. ONSET_CLICKHOUSE_URL says where the server is; without it the embedded one is used`
    : message
}

function readStack(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

try {
  await main()
} catch (error) {
  explain(error)
}
