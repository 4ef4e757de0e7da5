// The three services of OTLP/gRPC, as grpc-js wants them defined: Export of each takes and gives the bytes as
// they are on the wire, because the decoders of the receiver read them and no other.
// https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto/collector

import type { ServiceDefinition, UntypedHandleCall } from '@grpc/grpc-js'
import type { Signal } from '../decode/signal.ts'

const SERVICES: Readonly<Record<Signal, string>> = {
  traces: 'opentelemetry.proto.collector.trace.v1.TraceService',
  logs: 'opentelemetry.proto.collector.logs.v1.LogsService',
  metrics: 'opentelemetry.proto.collector.metrics.v1.MetricsService'
}

export function defineExport(signal: Signal): ServiceDefinition<{ Export: UntypedHandleCall }> {
  return {
    Export: {
      path: `/${SERVICES[signal]}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs
    }
  }
}

/** The path of a call names its signal; undefined for what is no service here. */
export function signalOfPath(path: string): Signal | undefined {
  return SIGNAL_OF_PATH.get(path)
}

const SIGNAL_OF_PATH: ReadonlyMap<string, Signal> = new Map<string, Signal>([
  [`/${SERVICES.traces}/Export`, 'traces'],
  [`/${SERVICES.logs}/Export`, 'logs'],
  [`/${SERVICES.metrics}/Export`, 'metrics']
])

function asIs(bytes: Buffer): Buffer {
  return bytes
}
