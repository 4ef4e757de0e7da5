// Composes a collector: spans in over OTLP, runs out over REST. Knows the rooms, not what they do; owns
// the server, not the store, which whoever opened it closes after this.

import type { Logger } from 'pino'
import type { Access } from './access/index.ts'
import type { ApiOptions } from './api/index.ts'
import { countIncomplete, timeAcknowledgements } from './ingest-metrics.ts'
import { startGrpcServer, type GrpcServer } from './grpc-server.ts'
import { httpStatusOf } from './http-status.ts'
import { closeServer, listen } from './listen.ts'
import { createLogPipeline } from './log-pipeline.ts'
import { createLogSteps } from './log-steps.ts'
import { createMetricPipeline } from './metric-pipeline.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import type { LogListener, RunListener, Store } from './model/index.ts'
import { loadPrices, type Prices } from './normalizer/index.ts'
import { createPipeline } from './pipeline.ts'
import { openProcessAccess } from './process-access.ts'
import { createReceiver, type Receiver } from './receiver/index.ts'
import { createRenormalizer, type Renormalizer } from './renormalizer.ts'
import { buildServer } from './server.ts'
import type { Settings } from './settings.ts'

export { startGateway, type GatewayServer } from './gateway-server.ts'
export { openProcessAccess } from './process-access.ts'
export { observeDisk } from './disk-metrics.ts'
export { startOperations, type OperationsServer } from './operations-server.ts'
export { probePorts } from './listen.ts'
export { createMetrics, type Metrics } from './metrics.ts'
export { readSettings, type Settings } from './settings.ts'
export { toStoreOptions } from './to-store-options.ts'

export interface CollectorOptions {
  readonly settings: Settings
  readonly store: Store
  /** Told of what was written; where no processors run there is none. */
  readonly listener?: RunListener
  /** Makes something of log records before they are acknowledged. */
  readonly logListener?: LogListener
  readonly analyzeNow?: NonNullable<ApiOptions['analyzeNow']>
  /** Shared with the other servers of the process; otherwise its own. */
  readonly access?: Access
  /** Shared with store and processors, so that `/metrics` shows them too; otherwise its own. */
  readonly metrics?: Metrics
  readonly logger: Logger
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export interface Collector {
  /** `http://127.0.0.1:4318` */
  readonly url: string
  /** `http://127.0.0.1:4317`; undefined when there is no OTLP/gRPC. */
  readonly grpcUrl: string | undefined
  /** Stops accepting and lets requests in flight end, for at most `settings.shutdownMs`. Idempotent. */
  close(): Promise<void>
}

/** @throws CollectorError SETTINGS_INVALID when the port cannot be had. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const { settings, store, listener, logger, now } = options
  const prices = loadPrices(settings.pricesPath)
  const metrics = options.metrics ?? createMetrics()
  const access =
    options.access ?? (await openProcessAccess({ settings, store, metrics, logger, now }))
  const receiver = createCollectorReceiver(options, metrics, prices)
  const renormalizer = createCollectorRenormalizer(options, prices)
  const app = await buildServer({
    access,
    receiver,
    corsOrigins: settings.corsOrigins,
    store,
    listener,
    analyzeNow: options.analyzeNow,
    renormalizer,
    metrics,
    logger,
    now
  })
  const closeOwn = async (): Promise<void> => {
    receiver.close()
    await renormalizer?.close()
    if (options.access === undefined) await access.close()
    if (options.metrics === undefined) await metrics.close()
  }
  let url: string
  let grpc: GrpcServer | undefined
  try {
    url = await listen(app, settings)
    grpc = await startGrpcServer({ settings, receiver, access, logger })
  } catch (error) {
    await app.close()
    await closeOwn()
    throw error
  }
  void renormalizer
    ?.resume()
    .catch((error: unknown) => logger.error({ err: error }, 're-normalization does not go on'))
  let closed: Promise<void> | undefined
  return {
    url,
    grpcUrl: grpc?.url,
    close: () => {
      closed ??= Promise.all([closeServer(app, settings.shutdownMs), grpc?.close()]).then(closeOwn)
      return closed
    }
  }
}

function createCollectorRenormalizer(
  { settings, store, analyzeNow, logger, now }: CollectorOptions,
  prices: Prices
): Renormalizer | undefined {
  const { raw } = store
  if (raw === undefined || analyzeNow === undefined) return undefined
  const sharePercent = settings.renormalizeSharePercent
  return createRenormalizer({ raw, prices, analyzeNow, sharePercent, logger, now })
}

/** What comes in over any door, on its way to the store. */
function createCollectorReceiver(
  options: CollectorOptions,
  metrics: Metrics,
  prices: Prices
): Receiver {
  const { settings, store, listener, logListener, logger, now } = options
  const meter = metrics.meter('pipeline')
  const listening = listener === undefined ? {} : { listener }
  const logSteps = createLogSteps({ store, ...listening, prices, meter, logger })
  const logListeners = logListener === undefined ? [logSteps] : [logSteps, logListener]
  const ingest = countIncomplete(store, meter)
  const receiverMeter = metrics.meter('receiver')
  const receiver = createReceiver({
    accept: createPipeline({ store: ingest, ...listening, prices, meter, logger, now }),
    acceptLogs: createLogPipeline({ store, listeners: logListeners, meter, logger }),
    acceptMetrics: createMetricPipeline({ store, meter, logger }),
    httpStatusOf,
    bodyBytesMax: settings.bodyBytesMax,
    inflightBytesMax: settings.inflightBytesMax,
    now,
    meter: receiverMeter,
    logger
  })
  return timeAcknowledgements(receiver, receiverMeter)
}
