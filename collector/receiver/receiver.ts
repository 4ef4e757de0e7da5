// What becomes of the body of an export request, whichever door it came through: decoded, accepted, counted,
// and its sender told. Holds what the doors share: the bytes in flight, the metrics, the log.

import { performance } from 'node:perf_hooks'
import type { Meter } from '@opentelemetry/api'
import type { Logger } from 'pino'
import {
  CollectorError,
  type DecodedLogRecord,
  type DecodedMetricPoint,
  type DecodedSpan
} from '../model/index.ts'
import { decodeLogsRequest } from './decode/decode-logs-request.ts'
import { decodeMetricsRequest } from './decode/decode-metrics-request.ts'
import type { DecodedItems, OtlpEncoding } from './decode/decode-request.ts'
import { decodeTraceRequest } from './decode/decode-trace-request.ts'
import {
  countRejected,
  DATA_POINTS,
  describeOutcome,
  type ItemNoun,
  LOG_RECORDS,
  type RequestOutcome,
  SPANS
} from './decode/rejection.ts'
import type { Signal } from './decode/signal.ts'
import { InflightBytes } from './inflight-bytes.ts'
import {
  createReceiverMetrics,
  type ReceiverMetrics,
  type RequestForm
} from './receiver-metrics.ts'
import { ThrottledLog } from './throttled-log.ts'

/** What an error means to its sender; the composition decides. */
export interface HttpStatus {
  readonly status: number
  /** For `google.rpc.Status`. */
  readonly grpcCode: number
  readonly message: string
  readonly retryAfterSeconds?: number
}

export interface ReceiverOptions {
  /** Resolves when the spans are durable; what it rejects with becomes the answer. */
  readonly accept: (spans: readonly DecodedSpan[]) => Promise<void>
  /** The same for log records. */
  readonly acceptLogs: (records: readonly DecodedLogRecord[]) => Promise<void>
  /** The same for points of metrics. */
  readonly acceptMetrics: (points: readonly DecodedMetricPoint[]) => Promise<void>
  readonly httpStatusOf: (error: unknown) => HttpStatus
  /** Of one body, before and after decompression; BODY_BYTES_MAX is what OTLP recommends. */
  readonly bodyBytesMax: number
  /** Of all bodies from the first byte until they are durable; at least twice bodyBytesMax. */
  readonly inflightBytesMax: number
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly meter: Meter
  readonly logger?: Logger
}

/** What the sender is told; nothing when nothing was rejected and the message is empty. */
export interface ExportOutcome {
  readonly rejectedCount: number
  readonly errorMessage: string
}

export interface Receiver {
  readonly options: ReceiverOptions
  readonly inflight: InflightBytes
  readonly metrics: ReceiverMetrics
  readonly log: ThrottledLog
  /**
   * Resolves when everything acceptable in `body` is durable.
   *
   * @throws CollectorError MALFORMED_REQUEST, REQUEST_TOO_LARGE, or what accepting rejects with
   */
  receive(signal: Signal, body: Buffer, encoding: OtlpEncoding): Promise<ExportOutcome>
  close(): void
}

/** @throws CollectorError SETTINGS_INVALID */
export function createReceiver(options: ReceiverOptions): Receiver {
  assertBounds(options)
  const inflight = new InflightBytes(options.inflightBytesMax)
  const metrics = createReceiverMetrics(options.meter, inflight)
  const log = new ThrottledLog(options.logger, options.now)
  const routes = createRoutes(options)
  return {
    options,
    inflight,
    metrics,
    log,
    receive: async (signal, body, encoding) => {
      metrics.countBody(body.length, { signal, encoding })
      const request = decodeTimed(metrics, { signal, encoding }, () =>
        routes[signal](body, encoding)
      )
      await request.accept()
      metrics.countItems(signal, request)
      return conclude(log, request)
    },
    close: () => metrics.close()
  }
}

/** Within these, a body of the greatest size is accepted when nothing else is in flight. */
function assertBounds({ bodyBytesMax, inflightBytesMax }: ReceiverOptions): void {
  if (inflightBytesMax >= 2 * bodyBytesMax) return
  const message = `inflightBytesMax is ${inflightBytesMax}; at least twice bodyBytesMax (${bodyBytesMax}) is required, because a compressed body is counted before and after decompression`
  throw new CollectorError('SETTINGS_INVALID', message, { retryable: false })
}

/** A request that was decoded and not yet accepted. */
interface PreparedRequest extends RequestOutcome {
  readonly keptCount: number
  readonly noun: ItemNoun
  accept(): Promise<void>
}

type Route = (body: Buffer, encoding: OtlpEncoding) => PreparedRequest

function createRoutes(options: ReceiverOptions): Readonly<Record<Signal, Route>> {
  const { accept, acceptLogs, acceptMetrics, now } = options
  return {
    traces: (body, encoding) => {
      const { spans, spanCount, ...rest } = decodeTraceRequest(body, encoding, { now: now() })
      return prepare(SPANS, { items: spans, itemCount: spanCount, ...rest }, accept)
    },
    logs: (body, encoding) =>
      prepare(LOG_RECORDS, decodeLogsRequest(body, encoding, { now: now() }), acceptLogs),
    metrics: (body, encoding) =>
      prepare(DATA_POINTS, decodeMetricsRequest(body, encoding, { now: now() }), acceptMetrics)
  }
}

function prepare<Item>(
  noun: ItemNoun,
  { items, ...outcome }: DecodedItems<Item>,
  accept: (items: readonly Item[]) => Promise<void>
): PreparedRequest {
  // Let go once accepted: while they wait to be durable, requests would fill the heap with what nobody reads.
  let kept: readonly Item[] = items
  return {
    ...outcome,
    noun,
    keptCount: items.length,
    accept: () => {
      const accepted = kept
      kept = []
      return accepted.length > 0 ? accept(accepted) : Promise.resolve()
    }
  }
}

const MILLIS_PER_SECOND = 1_000

/** Not by `now`: that may step, and a millisecond is longer than most requests take. */
function decodeTimed<Decoded>(
  metrics: ReceiverMetrics,
  form: RequestForm,
  decode: () => Decoded
): Decoded {
  const start = performance.now()
  try {
    return decode()
  } finally {
    metrics.recordDecode((performance.now() - start) / MILLIS_PER_SECOND, form)
  }
}

function conclude(log: ThrottledLog, request: PreparedRequest): ExportOutcome {
  const rejectedCount = countRejected(request.rejectedCounts)
  if (rejectedCount === 0 && request.warnings.length === 0) return NOTHING_TO_TELL
  const errorMessage = describeOutcome(request, request.noun)
  const { itemCount } = request
  log.warn({ rejectedCount, itemCount, errorMessage }, `${request.noun.many} rejected or repaired`)
  return { rejectedCount, errorMessage }
}

const NOTHING_TO_TELL: ExportOutcome = { rejectedCount: 0, errorMessage: '' }
