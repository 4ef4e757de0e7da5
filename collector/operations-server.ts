// The server of a process without OTLP and REST (processors alone): liveness, readiness and metrics, behind the
// same guards as everything else.

import { randomUUID } from 'node:crypto'
import Fastify, { LogController, type FastifyBaseLogger } from 'fastify'
import type { Logger } from 'pino'
import type { Access } from './access/index.ts'
import { answerBrokenRequest, answerErrors, createErrorAnswers } from './error-answers.ts'
import { addGuards } from './guards.ts'
import { closeServer, listen } from './listen.ts'
import type { Metrics } from './metrics.ts'
import type { Store } from './model/index.ts'
import { addOperationsRoutes } from './operations-routes.ts'
import type { Settings } from './settings.ts'

export interface OperationsServerOptions {
  readonly settings: Settings
  readonly store: Pick<Store, 'checkHealth'>
  readonly access: Access
  readonly metrics: Metrics
  /** What listens, for the log. */
  readonly name: string
  readonly logger: Logger
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export interface OperationsServer {
  /** `http://127.0.0.1:4318` */
  readonly url: string
  /** Idempotent. */
  close(): Promise<void>
}

/** Probes and scrapes have no body. */
const BODY_BYTES_MAX = 1_024
const REQUEST_TIMEOUT_MS = 10_000

/** A few probes and scrapers. */
const CONNECTIONS_MAX = 64

/** @throws CollectorError SETTINGS_INVALID when the port cannot be had. */
export async function startOperations(options: OperationsServerOptions): Promise<OperationsServer> {
  const { settings, store, access, metrics, name, logger, now } = options
  const loggerInstance: FastifyBaseLogger = logger
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    trustProxy: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    clientErrorHandler: answerBrokenRequest
  })
  app.server.maxConnections = CONNECTIONS_MAX
  answerErrors(app, createErrorAnswers({ meter: metrics.meter('server'), now }))
  addGuards(app, access)
  addOperationsRoutes(app, { store, metrics })
  let url: string
  try {
    url = await listen(app, { host: settings.host, port: settings.port, name })
  } catch (error) {
    await app.close()
    throw error
  }
  let closed: Promise<void> | undefined
  return {
    url,
    close: () => {
      closed ??= closeServer(app, settings.shutdownMs)
      return closed
    }
  }
}
