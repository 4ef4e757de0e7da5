// What coding agents send: log records and spans after the shapes of a named version, as export requests and
// as the steps they become. Times are milliseconds after the builders' start.

import { readFileSync } from 'node:fs'
import { classifyStep } from '../../collector/effects/index.ts'
import type {
  AttributeValue,
  ClassifiedStep,
  DecodedLogRecord,
  DecodedSpan
} from '../../collector/model/index.ts'
import { normalizeLogs, normalizeSpans } from '../../collector/normalizer/index.ts'
import { decodeLogsRequest, decodeTraceRequest } from '../../collector/receiver/index.ts'
import { BUILT_START } from './builders.ts'
import { BUILT_NOW } from './decode.ts'
import { toAnyValueJson, toKeyValuesJson } from './otlp-request.ts'

type Fields = Readonly<Record<string, AttributeValue>>

interface Origin {
  readonly resource: Fields
  readonly scope: object
}

export interface RecordedLog {
  readonly at: number
  /** The producer leaves the time of the event itself out. */
  readonly observedOnly?: boolean
  readonly traceId?: string
  readonly spanId?: string
  readonly eventName?: string
  readonly body?: AttributeValue
  readonly attributes: Fields
}

export interface RecordedLogs extends Origin {
  readonly records: readonly RecordedLog[]
}

export interface RecordedSpans extends Origin {
  readonly spans: readonly {
    readonly name: string
    readonly traceId: string
    readonly spanId: string
    readonly parentSpanId: string | null
    readonly start: number
    readonly end: number
    readonly attributes: Fields
  }[]
}

export function readLogFixture(name: string): RecordedLogs {
  return JSON.parse(readFixture(name))
}

export function readSpanFixture(name: string): RecordedSpans {
  return JSON.parse(readFixture(name))
}

function readFixture(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8')
}

function nanosAt(milliseconds: number): string {
  return String(BUILT_START + BigInt(milliseconds) * 1_000_000n)
}

export function toLogsRequest({ resource, scope, records }: RecordedLogs): Buffer {
  const logRecords = records.map(({ at, observedOnly, body, attributes, ...ids }) => ({
    ...ids,
    timeUnixNano: observedOnly === true ? '0' : nanosAt(at),
    observedTimeUnixNano: nanosAt(at),
    body: toAnyValueJson(body),
    attributes: toKeyValuesJson(attributes)
  }))
  const of = { attributes: toKeyValuesJson(resource) }
  return Buffer.from(
    JSON.stringify({ resourceLogs: [{ resource: of, scopeLogs: [{ scope, logRecords }] }] })
  )
}

export function toTracesRequest({ resource, scope, spans }: RecordedSpans): Buffer {
  const sent = spans.map(({ start, end, parentSpanId, attributes, ...ids }) => ({
    ...ids,
    parentSpanId: parentSpanId ?? '',
    kind: 1,
    startTimeUnixNano: nanosAt(start),
    endTimeUnixNano: nanosAt(end),
    attributes: toKeyValuesJson(attributes)
  }))
  const of = { attributes: toKeyValuesJson(resource) }
  return Buffer.from(
    JSON.stringify({ resourceSpans: [{ resource: of, scopeSpans: [{ scope, spans: sent }] }] })
  )
}

export function decodeLogs(logs: RecordedLogs): readonly DecodedLogRecord[] {
  return decodeLogsRequest(toLogsRequest(logs), 'json', { now: BUILT_NOW }).items
}

export function stepsOfLogs(records: readonly DecodedLogRecord[]): ClassifiedStep[] {
  return normalizeLogs(records).steps.map((step) => ({ ...step, effects: classifyStep(step) }))
}

export function stepsOfSpans(recorded: RecordedSpans): ClassifiedStep[] {
  const spans: readonly DecodedSpan[] = decodeTraceRequest(toTracesRequest(recorded), 'json', {
    now: BUILT_NOW
  }).spans
  return normalizeSpans(spans).steps.map((step) => ({ ...step, effects: classifyStep(step) }))
}
