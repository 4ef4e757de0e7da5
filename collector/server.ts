// The HTTP server: limits, guards, error answers, and the rooms that speak through it. Composes; decides
// nothing about spans or runs.

import { randomUUID } from 'node:crypto'
import type { Meter } from '@opentelemetry/api'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Access } from './access/index.ts'
import { apiPlugin, type ApiOptions } from './api/index.ts'
import { maskText } from './normalizer/index.ts'
import { allowOrigins } from './cors.ts'
import { boundConnections } from './bound-connections.ts'
import { answerBrokenRequest, answerErrors, createErrorAnswers } from './error-answers.ts'
import { addGuards } from './guards.ts'
import type { Metrics } from './metrics.ts'
import { CollectorError, type Store } from './model/index.ts'
import { explainSpans } from './normalizer/index.ts'
import { addOperationsRoutes } from './operations-routes.ts'
import { pagePlugin } from './page/index.ts'
import { receiverPlugin, type Receiver } from './receiver/index.ts'
import { requiredScope } from './route-scopes.ts'
import { compileValidator } from './validator.ts'

export interface ServerOptions {
  readonly access: Access
  /** Outlives the server. */
  readonly receiver: Receiver
  /** Whose pages may send to the OTLP paths. */
  readonly corsOrigins: readonly string[]
  readonly store: Store
  readonly listener: ApiOptions['listener']
  readonly analyzeNow: ApiOptions['analyzeNow']
  readonly renormalizer: ApiOptions['renormalizer']
  readonly metrics: Metrics
  readonly logger: Logger
  readonly now: () => number
}

/** Of REST bodies: a verifier's report with its checks and output is well below. OTLP has its own limit. */
const API_BODY_BYTES_MAX = 4_194_304

/** A body of 64 MiB over a slow uplink of 5 Mbit/s. */
const REQUEST_TIMEOUT_MS = 120_000
const HEADERS_TIMEOUT_MS = 20_000

/** How often Node looks for requests that are late: with its 30 s a header might take 50. */
const LATE_REQUESTS_CHECK_MS = 5_000

/** Silence on a connection in the middle of a request; longer than the heartbeat of an event stream. */
const CONNECTION_TIMEOUT_MS = 120_000

/** Above the 60 s of common load balancers, which otherwise send into a connection that just closed. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000

/** 16 KiB of headers each, 64 MiB in all; one collector serves some hundred agents. */
const CONNECTIONS_MAX = 4_096

/** Percent-encoding takes three characters for one of a run id of 256. */
const PATH_PARAMETER_CHARS_MAX = 768

export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const { metrics, now } = options
  const meter = metrics.meter('server')
  const answerError = createErrorAnswers({ meter, now })
  const loggerInstance: FastifyBaseLogger = options.logger
  const app = Fastify({
    loggerInstance,
    // One line per request is what metrics are for.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    trustProxy: false,
    bodyLimit: API_BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: LATE_REQUESTS_CHECK_MS
    },
    routerOptions: { maxParamLength: PATH_PARAMETER_CHARS_MAX, ignoreTrailingSlash: true },
    // Answered below in the form of the protocol.
    return503OnClosing: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: answerError
  })
  boundConnections(app.server, CONNECTIONS_MAX)
  app.setValidatorCompiler(compileValidator)
  answerErrors(app, answerError)
  addHeaders(app)
  await allowOrigins(app, options.corsOrigins)
  refuseWhenClosing(app)
  const { actorOf } = addGuards(app, options.access, options.corsOrigins)
  measureRequests(app, meter)
  addOperationsRoutes(app, { store: options.store, metrics })
  await app.register(pagePlugin)
  await app.register(receiverPlugin, { receiver: options.receiver })
  await app.register(apiPlugin, {
    prefix: '/api',
    store: options.store,
    keys: options.access.keys,
    actorOf,
    scopeOf: requiredScope,
    listener: options.listener,
    analyzeNow: options.analyzeNow,
    renormalizer: options.renormalizer,
    explainSpans,
    maskText,
    meter: metrics.meter('api'),
    now
  })
  return app
}

/** 503 tells senders to keep the batch and find another collector, or this one after its restart. */
function refuseWhenClosing(app: FastifyInstance): void {
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
  })
  app.addHook('onRequest', async (_request, reply) => {
    if (!isClosing) return
    reply.header('connection', 'close')
    throw new CollectorError('STORE_UNAVAILABLE', 'the collector is shutting down', {
      retryable: true
    })
  })
}

/** No CORS header but of cors.ts: pages of other sites may not read. Content of runs is never anything but data. */
function addHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    reply.header('x-content-type-options', 'nosniff')
    reply.header('x-frame-options', 'DENY')
    reply.header('referrer-policy', 'no-referrer')
    reply.header('cross-origin-resource-policy', 'same-origin')
  })
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpserverrequestduration */
function measureRequests(app: FastifyInstance, meter: Meter): void {
  const duration = meter.createHistogram('http_server_request_duration_seconds', {
    description: 'Duration of HTTP requests by route.',
    advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] }
  })
  app.addHook('onResponse', async (request, reply) => {
    duration.record(reply.elapsedTime / 1_000, {
      http_request_method: request.method,
      http_route: request.routeOptions.url ?? '',
      http_response_status_code: String(reply.statusCode)
    })
  })
}
