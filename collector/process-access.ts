// The keys of a process, shared by all its servers: one cache, one count of failed attempts.

import type { Logger } from 'pino'
import { openAccess, type Access } from './access/index.ts'
import type { Metrics } from './metrics.ts'
import { isLoopbackName } from './loopback.ts'
import { CollectorError, type KeyStore } from './model/index.ts'
import type { Settings } from './settings.ts'

export interface ProcessAccessOptions {
  readonly settings: Pick<
    Settings,
    | 'host'
    | 'accessKeys'
    | 'keyRequestsPerSecond'
    | 'keyBytesPerSecond'
    | 'authenticationFailuresPerMinute'
  >
  readonly store: KeyStore
  readonly metrics: Metrics
  readonly logger: Logger
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** @throws CollectorError of the store, SETTINGS_INVALID when other machines can reach what needs no key. */
export async function openProcessAccess(options: ProcessAccessOptions): Promise<Access> {
  const { settings, store, metrics, logger, now } = options
  const access = await openAccess({
    configured: settings.accessKeys,
    rateLimits: {
      requestsPerSecond: settings.keyRequestsPerSecond,
      bytesPerSecond: settings.keyBytesPerSecond
    },
    failuresPerMinute: settings.authenticationFailuresPerMinute,
    store,
    meter: metrics.meter('access'),
    logger,
    now
  })
  if (access.isRequired || isLoopbackName(settings.host)) return access
  await access.close()
  throw new CollectorError(
    'SETTINGS_INVALID',
    `ONSET_HOST is ${JSON.stringify(settings.host)}, which other machines can reach, and there are no keys; ` +
      'set ONSET_API_KEYS=admin:<key> (`openssl rand -hex 16` makes a key), or start with ONSET_HOST=127.0.0.1, where `onset keys create --name ops --scope admin` makes the first one',
    { retryable: false }
  )
}
