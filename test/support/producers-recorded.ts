// Producers that are too large or too old to be installed with the tests: their programs were run with the packages
// in a folder of their own, and what they sent is a file of test/fixtures, beside what they did. To record one anew:
//   node test/support/record-producer.ts mastra-1.71.0 <folder in which its packages are installed>

import { readFileSync } from 'node:fs'
import type { AttributeValue } from '../../collector/model/index.ts'
import { BUILT_START } from './builders.ts'
import { toAnyValueJson, toKeyValuesJson } from './otlp-request.ts'
import { PRODUCER_PROGRAMS } from './producers-programs.ts'
import type { ModelCall, RanVariant, RunnableProducer } from './producers-run.ts'

export interface RecordedProducer extends RunnableProducer {
  readonly name: string
  /** As its file is named. */
  readonly file: string
  /** Why it is not installed. */
  readonly reason: string
  readonly packages: Readonly<Record<string, string>>
  readonly configuration: readonly string[]
}

export const RECORDED_PRODUCERS: readonly RecordedProducer[] = [
  {
    name: 'Mastra',
    file: 'mastra-1.71.0',
    reason:
      'chdb has @mastra/core as an optional peer: installed for tests, its 116 MB would be in every installation with the embedded engine',
    packages: {
      '@mastra/core': '1.71.0',
      '@mastra/observability': '1.17.9',
      '@mastra/otel-exporter': '1.4.0'
    },
    program: PRODUCER_PROGRAMS.mastra,
    system: 'esm',
    before: `
      const { Observability } = await import('@mastra/observability')
      const { OtelExporter } = await import('@mastra/otel-exporter')
      const observe = () => new Observability({ configs: { onset: {
        serviceName: process.env.SERVICE,
        exporters: [new OtelExporter({ signals: { logs: false }, provider: { custom: {
          endpoint: process.env.OTLP_URL + '/v1/traces', protocol: 'http/protobuf'
        } } })]
      } } })
    `,
    configuration: [
      "const provider = { custom: { endpoint: 'http://127.0.0.1:4318/v1/traces', protocol: 'http/protobuf' } }",
      "const onset = { serviceName: 'agent', exporters: [new OtelExporter({ provider })] }",
      'new Mastra({ agents, observability: new Observability({ configs: { onset } }) })'
    ],
    needsRoot: false
  },
  {
    name: 'Traceloop SDK with openai',
    file: 'traceloop-0.27.0',
    reason: '212 MB, with an SDK of OpenTelemetry 2',
    packages: { '@traceloop/node-server-sdk': '0.27.0' },
    program: PRODUCER_PROGRAMS.traceloopSdk,
    system: 'cjs',
    before: `
      require('@traceloop/node-server-sdk').initialize({
        appName: process.env.SERVICE, baseUrl: process.env.OTLP_URL, apiKey: 'k', disableBatch: true,
        silenceInitializationMessage: true, traceloopSyncEnabled: false,
        instrumentModules: { openAI: OpenAI }
      })
    `,
    after: "await require('@traceloop/node-server-sdk').forceFlush()",
    configuration: [
      "traceloop.initialize({ appName: 'agent', baseUrl: 'http://127.0.0.1:4318', apiKey: 'none' })",
      "await traceloop.withWorkflow({ name: 'guide' }, run)",
      "await traceloop.withTool({ name: 'read_clock', inputParameters: [args] }, readClock, args)"
    ],
    needsRoot: false
  }
]

export interface RecordedSpan {
  readonly scope: string
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  /** Milliseconds after the first span's start. */
  readonly start: number
  readonly end: number
  readonly attributes: Readonly<Record<string, AttributeValue>>
  readonly error?: string
  readonly isOk?: boolean
  readonly exceptions: readonly Readonly<Record<string, AttributeValue>>[]
}

export interface Recording {
  readonly variants: readonly RanVariant[]
  readonly calls: readonly ModelCall[]
  readonly spans: readonly RecordedSpan[]
}

export function recordingPath({ file }: RecordedProducer): URL {
  return new URL(`../fixtures/${file}-run.json`, import.meta.url)
}

export function readRecording(producer: RecordedProducer): Recording {
  return JSON.parse(readFileSync(recordingPath(producer), 'utf8'))
}

/** As an export request of `service`. */
export function toRecordedRequest({ spans }: Recording, service: string): Buffer {
  const nanos = (ms: number): string => String(BUILT_START + BigInt(Math.round(ms * 1e6)))
  const scopeSpans = [...Map.groupBy(spans, ({ scope }) => scope)].map(([name, members]) => ({
    scope: { name },
    spans: members.map(({ start, end, attributes, error, isOk, exceptions, ...ids }) => ({
      ...ids,
      kind: 1,
      startTimeUnixNano: nanos(start),
      endTimeUnixNano: nanos(end),
      attributes: toKeyValuesJson(attributes),
      status: error === undefined ? { code: isOk === true ? 1 : 0 } : { code: 2, message: error },
      events: exceptions.map((fields) => ({
        name: 'exception',
        timeUnixNano: nanos(end),
        attributes: toKeyValuesJson(fields)
      }))
    }))
  }))
  const resource = { attributes: [{ key: 'service.name', value: toAnyValueJson(service) }] }
  return Buffer.from(JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] }))
}
