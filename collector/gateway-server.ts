// The ClickHouse interface as a server of its own, beside the one for OTLP and REST: its clients expect a
// port of their own. Connects the gateway to the embedded store, the keys and the port.

import type { Meter } from '@opentelemetry/api'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Access } from './access/index.ts'
import { answerBrokenRequest } from './error-answers.ts'
import { gatewayPlugin, type AccessVerdict, type Caller } from './gateway/index.ts'
import { closeServer, listen } from './listen.ts'
import { isLoopbackHost, isLoopbackOrigin } from './loopback.ts'
import { CollectorError, type ErrorCode, type ReadOnlyQueries, type Store } from './model/index.ts'
import type { Metrics } from './metrics.ts'
import type { Settings } from './settings.ts'

export interface GatewayServerOptions {
  readonly settings: Settings
  readonly store: Store
  readonly access: Access
  readonly metrics: Metrics
  readonly logger: Logger
}

export interface GatewayServer {
  /** `http://127.0.0.1:8123` */
  readonly url: string
  /** Stops accepting, lets statements in flight end for a second at most, and stops the others. Idempotent. */
  close(): Promise<void>
}

/** Above what Go's and Node's clients keep an idle connection for, so that none sends into a closed one. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000

/** The largest request is 1 MiB; a slow sender is not worth a connection. */
const REQUEST_TIMEOUT_MS = 30_000

/** Each may hold a request of 1 MiB; a Grafana keeps some dozens open. */
const CONNECTIONS_MAX = 256

/** An answer that is cut is asked for again; the time of a shutdown belongs to spans on their way. */
const DRAIN_MS_MAX = 1_000

const VARIABLE = 'ONSET_CLICKHOUSE_HTTP_PORT'

/**
 * Undefined when there is none to start: switched off, a ClickHouse server as store, or the default port is
 * another program's, which is logged.
 *
 * @throws CollectorError SETTINGS_INVALID when a chosen port cannot be had.
 */
export async function startGateway(
  options: GatewayServerOptions
): Promise<GatewayServer | undefined> {
  const { settings, logger } = options
  const { readOnlyQueries } = options.store
  const { clickhouseHttp, host } = settings
  if (clickhouseHttp === undefined || readOnlyQueries === undefined) return undefined
  const { port, isChosen } = clickhouseHttp
  const app = await buildGateway(options, readOnlyQueries)
  let url: string
  try {
    url = await listen(app, { host, port, variable: VARIABLE, name: 'ClickHouse interface' })
  } catch (error) {
    await app.close()
    if (isChosen || !(error instanceof CollectorError)) throw error
    logger.warn({ port }, `no ClickHouse interface for Grafana: ${error.message}, or off`)
    return undefined
  }
  let closed: Promise<void> | undefined
  return {
    url,
    close: () => {
      closed ??= closeServer(app, Math.min(settings.shutdownMs, DRAIN_MS_MAX))
      return closed
    }
  }
}

async function buildGateway(
  { settings, access, metrics, logger }: GatewayServerOptions,
  queries: ReadOnlyQueries
): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = logger
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    clientErrorHandler: answerBrokenRequest
  })
  app.server.maxConnections = CONNECTIONS_MAX
  const meter: Meter = metrics.meter('gateway')
  await app.register(gatewayPlugin, {
    queries,
    database: settings.clickhouseDatabase,
    judgeAccess: (caller) => judgeAccess(access, caller),
    meter,
    logger
  })
  return app
}

/**
 * With keys: whoever has one that may read. Without: this machine, called by a name of this machine, and no
 * page of a foreign site, as in guards.ts. A page can also make a browser ask without an Origin (an image, a
 * link); browsers then tell the site in Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/).
 */
export function judgeAccess(access: Access, caller: Caller): AccessVerdict {
  const { host = '', origin, fetchSite, address, key } = caller
  if (!access.isRequired) {
    const isOurs = origin === undefined || isLoopbackOrigin(origin)
    return isLoopbackHost(host) && isOurs && fetchSite !== 'cross-site' ? 'granted' : 'not_allowed'
  }
  if (key === undefined) return 'key_missing'
  try {
    access.admit(key, 'read', address)
    return 'granted'
  } catch (error) {
    return verdictOf(error)
  }
}

const VERDICTS: Partial<Record<ErrorCode, AccessVerdict>> = {
  UNAUTHENTICATED: 'key_unknown',
  PERMISSION_DENIED: 'not_allowed',
  RATE_LIMITED: 'too_many_failures',
  STORE_UNAVAILABLE: 'unknown_now'
}

function verdictOf(error: unknown): AccessVerdict {
  const verdict = error instanceof CollectorError ? VERDICTS[error.code] : undefined
  if (verdict === undefined) throw error
  return verdict
}
