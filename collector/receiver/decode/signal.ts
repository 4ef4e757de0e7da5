// The signals of OTLP that are received, and where each is sent.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp-request

export const SIGNALS = ['traces', 'logs', 'metrics'] as const
export type Signal = (typeof SIGNALS)[number]

export const SIGNAL_PATHS: Readonly<Record<Signal, string>> = {
  traces: '/v1/traces',
  logs: '/v1/logs',
  metrics: '/v1/metrics'
}
