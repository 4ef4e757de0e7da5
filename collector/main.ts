// A collector alone, beside others of its kind and apart from the processors: all of them meet in a
// ClickHouse server. Reads the environment and the clock.

import { pino } from 'pino'
import { createMetrics, probePorts, readSettings, startCollector } from './collector.ts'
import { CollectorError } from './model/index.ts'
import { openStore } from './store/index.ts'
import { toStoreOptions } from './to-store-options.ts'

/** Exit codes: 0 stopped when told to, 1 could not start or go on, 2 settings are wrong. */
const EXIT_FAILED = 1
const EXIT_SETTINGS = 2

async function main(): Promise<void> {
  const settings = readSettings(process.env)
  if (settings.clickhouseUrl === undefined) {
    throw new CollectorError(
      'SETTINGS_INVALID',
      'ONSET_CLICKHOUSE_URL is not set: a collector alone needs a server where processors find the runs; `npm start` runs everything in one process',
      { retryable: false }
    )
  }
  const logger = pino({ level: settings.logLevel }, pino.destination({ dest: 2, sync: true }))
  const now = Date.now
  // Before the data is touched: opening the store migrates it.
  await probePorts(settings)
  const metrics = createMetrics()
  const store = await openStore(
    toStoreOptions(settings, { meter: metrics.meter('store'), logger, now })
  )
  const collector = await startCollector({ settings, store, metrics, logger, now }).catch(
    async (error: unknown) => {
      await store.close()
      throw error
    }
  )
  process.stdout.write(`Onset listens at ${collector.url}\n`)
  await stopSignal()
  await collector.close()
  await store.close()
  await metrics.close()
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
