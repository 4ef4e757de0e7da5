// Processors alone, apart from the collectors: all of them meet in a ClickHouse server. Finds what is to be
// analysed by looking at the store. Reads the environment and the clock.
// Of several processes on one database one analyses, and the others stand by (docs/deploying.md).

import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'

import {
  createMetrics,
  openProcessAccess,
  readSettings,
  startOperations,
  toStoreOptions,
  type Metrics,
  type Settings
} from '@onset/collector'
import { CollectorError, type Store } from '@onset/collector/model'
import { openStore } from '@onset/collector/store'
import { pino, type Logger } from 'pino'
import { loadAlertRules, type AlertRules } from './alerter/index.ts'
import { startLedProcessors } from './led-processors.ts'
import { openJudge } from './judge/index.ts'
import { localizeOnset } from './localizer/index.ts'

/** Exit codes: 0 stopped when told to, 1 could not start or go on, 2 settings are wrong. */
const EXIT_FAILED = 1
const EXIT_SETTINGS = 2

interface Surroundings {
  readonly metrics: Metrics
  readonly logger: Logger
  readonly now: () => number
  /** Undefined: nobody is to be told of anything. */
  readonly rules: AlertRules | undefined
}

async function main(): Promise<void> {
  const settings = readSettings(process.env)
  if (settings.clickhouseUrl === undefined) {
    throw new CollectorError(
      'SETTINGS_INVALID',
      'ONSET_CLICKHOUSE_URL is not set: processors alone need a server where collectors put the runs; `npm start` runs everything in one process',
      { retryable: false }
    )
  }
  const { alertRulesPath } = settings
  const rules =
    alertRulesPath === undefined ? undefined : loadAlertRules(alertRulesPath, process.env)
  const logger = pino({ level: settings.logLevel }, pino.destination({ dest: 2, sync: true }))
  const now = Date.now
  const metrics = createMetrics()
  const meter = metrics.meter('store')
  try {
    const store = await openStore(toStoreOptions(settings, { meter, logger, now }))
    try {
      await work(settings, store, { metrics, logger, now, rules })
    } finally {
      await store.close()
    }
  } finally {
    await metrics.close()
  }
}

/** From the first sweep to the signal that ends it. */
async function work(settings: Settings, store: Store, surroundings: Surroundings): Promise<void> {
  const { metrics, logger, now, rules } = surroundings
  const { publicUrl } = settings
  const processors = await startLedProcessors({
    store,
    candidate: { host: hostname(), makeId: randomUUID, monotonic: () => performance.now() },
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
    const name = 'processors'
    const access = await openProcessAccess({ settings, store, metrics, logger, now })
    try {
      const shared = { settings, store, access, metrics, logger, now }
      const operations = await startOperations({ ...shared, name })
      process.stdout.write(`Onset processors answer probes at ${operations.url}\n`)
      await stopSignal()
      await operations.close()
    } finally {
      await access.close()
    }
  } finally {
    await processors.close()
  }
}

/** Resolves at the first of each kind; the second one of a kind ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
}

function explain(error: unknown): void {
  const isSettings = error instanceof CollectorError && error.code === 'SETTINGS_INVALID'
  const text =
    error instanceof CollectorError ? error.message : error instanceof Error ? error.stack : error
  process.stderr.write(`${String(text)}\n`)
  process.exitCode = isSettings ? EXIT_SETTINGS : EXIT_FAILED
}

try {
  await main()
} catch (error) {
  explain(error)
}
