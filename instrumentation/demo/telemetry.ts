// The OpenTelemetry set-up of the demo agent: the real SDK with the real OTLP/HTTP exporter.

import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { NodeSDK } from '@opentelemetry/sdk-node'

/** Starts the SDK; the returned function flushes and stops it. */
export function startTelemetry(onsetUrl: string, apiKey: string | undefined): () => Promise<void> {
  const sdk = new NodeSDK({
    resource: resourceFromAttributes({
      'service.name': 'onset-demo',
      'service.version': '1.0.0'
    }),
    traceExporter: new OTLPTraceExporter({
      url: `${onsetUrl}/v1/traces`,
      headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
    }),
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
    autoDetectResources: false
  })
  sdk.start()
  return () => sdk.shutdown()
}
