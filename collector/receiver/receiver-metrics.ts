// The receiver's own metrics. One measurement per request, never per span, record or point.

import type { Counter, Meter } from '@opentelemetry/api'
import type { OtlpEncoding } from './decode/decode-request.ts'
import type { RejectReason } from './decode/rejection.ts'
import type { Signal } from './decode/signal.ts'
import type { InflightBytes } from './inflight-bytes.ts'

/**
 * `refused` is final for the sender, `deferred` asks it to come again, `failed` is a defect of ours,
 * `aborted` is a sender that went away in the middle of its body.
 */
export type RequestOutcome =
  | 'accepted'
  | 'partly_accepted'
  | 'refused'
  | 'deferred'
  | 'failed'
  | 'aborted'

export type Transport = 'http' | 'grpc'

export interface RequestForm {
  readonly signal: Signal
  readonly encoding: OtlpEncoding
}

export interface ReceivedItems {
  readonly keptCount: number
  readonly rejectedCounts: ReadonlyMap<RejectReason, number>
}

export interface ReceiverMetrics {
  countRequest(signal: Signal, transport: Transport, outcome: RequestOutcome): void
  countBody(bytes: number, form: RequestForm): void
  recordDecode(seconds: number, form: RequestForm): void
  countItems(signal: Signal, items: ReceivedItems): void
  close(): void
}

/** What each signal's items are called in the names of metrics. */
const ITEM_COUNTERS: Readonly<Record<Signal, readonly [name: string, description: string]>> = {
  traces: [
    'onset_receiver_spans',
    'Spans received: accepted means durable, rejected has a reason.'
  ],
  logs: [
    'onset_receiver_log_records',
    'Log records received: accepted means durable, rejected has a reason.'
  ],
  metrics: [
    'onset_receiver_data_points',
    'Data points of metrics received: accepted means durable, rejected has a reason.'
  ]
}

/** From a batch of one span to a body of 64 MiB. */
const DECODE_SECONDS_BUCKETS = [
  0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5
]

export function createReceiverMetrics(meter: Meter, inflight: InflightBytes): ReceiverMetrics {
  const requests = meter.createCounter('onset_receiver_requests', {
    description: 'OTLP requests by signal, transport and outcome.'
  })
  const items = {
    traces: createItemCounter(meter, 'traces'),
    logs: createItemCounter(meter, 'logs'),
    metrics: createItemCounter(meter, 'metrics')
  }
  const bytes = meter.createCounter('onset_receiver_request_bytes', {
    description: 'Bodies of OTLP requests after decompression.',
    unit: 'By'
  })
  const decode = meter.createHistogram('onset_receiver_decode_seconds', {
    description: 'Time to decode one request, during which nothing else runs.',
    unit: 's',
    advice: { explicitBucketBoundaries: DECODE_SECONDS_BUCKETS }
  })
  const held = meter.createObservableGauge('onset_receiver_inflight_bytes', {
    description: 'Bodies being received, decoded or stored.',
    unit: 'By'
  })
  const observeHeld: Parameters<typeof held.addCallback>[0] = (result) =>
    result.observe(inflight.bytes)
  held.addCallback(observeHeld)
  return {
    countRequest: (signal, transport, outcome) => requests.add(1, { signal, transport, outcome }),
    countBody: (size, { signal, encoding }) => bytes.add(size, { signal, encoding }),
    recordDecode: (seconds, { signal, encoding }) => decode.record(seconds, { signal, encoding }),
    countItems: (signal, { keptCount, rejectedCounts }) => {
      if (keptCount > 0) items[signal].add(keptCount, { outcome: 'accepted', reason: '' })
      for (const [reason, count] of rejectedCounts) {
        items[signal].add(count, { outcome: 'rejected', reason })
      }
    },
    close: () => held.removeCallback(observeHeld)
  }
}

function createItemCounter(meter: Meter, signal: Signal): Counter {
  const [name, description] = ITEM_COUNTERS[signal]
  return meter.createCounter(name, { description })
}
