// From settings to the store they mean: the embedded engine in a folder, or a server at an address.

import type { Meter } from '@opentelemetry/api'
import type { Logger } from 'pino'
import type { Settings } from './settings.ts'
import type { StoreOptions } from './store/index.ts'

export interface StoreSurroundings {
  readonly meter: Meter
  readonly logger: Logger
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export function toStoreOptions(settings: Settings, surroundings: StoreSurroundings): StoreOptions {
  const { meter, logger, now } = surroundings
  const basics = {
    meter,
    logger,
    now,
    database: settings.clickhouseDatabase,
    patternHalfLifeDays: settings.patternHalfLifeDays,
    ttlDays: {
      traces: settings.rawTtlDays,
      runs: settings.runTtlDays,
      audit: settings.auditTtlDays
    }
  }
  if (settings.clickhouseUrl === undefined) {
    const { dataDir, backupDir, diskBudgetBytes } = settings
    return { ...basics, dataDir, backupDir, diskBudgetBytes }
  }
  return {
    ...basics,
    url: settings.clickhouseUrl,
    username: settings.clickhouseUser,
    password: settings.clickhousePassword,
    cluster: settings.clickhouseCluster
  }
}
