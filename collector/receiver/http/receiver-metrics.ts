// The receiver's own metrics. One measurement per request, never per span.

import type { Meter } from '@opentelemetry/api'
import type { DecodeResult, TraceEncoding } from '../decode/decode-trace-request.ts'
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

export type Signal = 'traces' | 'logs' | 'metrics'

export interface ReceiverMetrics {
  countRequest(signal: Signal, outcome: RequestOutcome): void
  countBody(bytes: number, encoding: TraceEncoding): void
  recordDecode(seconds: number, encoding: TraceEncoding): void
  countAccepted(spans: number): void
  countRejected(result: DecodeResult): void
  close(): void
}

/** From a batch of one span to a body of 64 MiB. */
const DECODE_SECONDS_BUCKETS = [
  0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5
]

export function createReceiverMetrics(meter: Meter, inflight: InflightBytes): ReceiverMetrics {
  const requests = meter.createCounter('onset_receiver_requests', {
    description: 'OTLP/HTTP requests by signal and outcome.'
  })
  const spans = meter.createCounter('onset_receiver_spans', {
    description: 'Spans received: accepted means durable, rejected has a reason.'
  })
  const bytes = meter.createCounter('onset_receiver_request_bytes', {
    description: 'Bodies of trace requests after decompression.',
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
    countRequest: (signal, outcome) => requests.add(1, { signal, outcome }),
    countBody: (size, encoding) => bytes.add(size, { encoding }),
    recordDecode: (seconds, encoding) => decode.record(seconds, { encoding }),
    countAccepted: (count) => spans.add(count, { outcome: 'accepted', reason: '' }),
    countRejected: ({ rejectedCounts }) => {
      for (const [reason, count] of rejectedCounts) {
        spans.add(count, { outcome: 'rejected', reason })
      }
    },
    close: () => held.removeCallback(observeHeld)
  }
}
