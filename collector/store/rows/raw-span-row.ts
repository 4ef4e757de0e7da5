// A row of otel_traces as the span it was made of, as far as the exporter's columns hold it: values of
// attributes are text, what an SDK dropped and the attributes of the scope are not there.

import type {
  Attributes,
  AttributeValue,
  DecodedSpan,
  SpanKind,
  StatusCode
} from '../../model/index.ts'
import { toSpanId, toTraceId, toUnixNano } from '../../model/index.ts'
import { readNanos } from './cells.ts'

type Texts = Readonly<Record<string, string>>

export interface RawSpanRow {
  readonly Timestamp: string
  readonly TraceId: string
  readonly SpanId: string
  readonly ParentSpanId: string
  readonly TraceState: string
  readonly SpanName: string
  readonly SpanKind: string
  readonly ResourceAttributes: Texts
  readonly ScopeName: string
  readonly ScopeVersion: string
  readonly SpanAttributes: Texts
  readonly Duration: string
  readonly StatusCode: string
  readonly StatusMessage: string
  readonly 'Events.Timestamp': readonly string[]
  readonly 'Events.Name': readonly string[]
  readonly 'Events.Attributes': readonly Texts[]
}

const KINDS: ReadonlyMap<string, SpanKind> = new Map([
  ['Internal', 'internal'],
  ['Server', 'server'],
  ['Client', 'client'],
  ['Producer', 'producer'],
  ['Consumer', 'consumer']
])

const STATUSES: ReadonlyMap<string, StatusCode> = new Map([
  ['Ok', 'ok'],
  ['Error', 'error']
])

export function fromRawSpanRow(row: RawSpanRow): DecodedSpan {
  const startTime = readNanos(row.Timestamp)
  return {
    traceId: toTraceId(row.TraceId),
    spanId: toSpanId(row.SpanId),
    parentSpanId: row.ParentSpanId === '' ? undefined : toSpanId(row.ParentSpanId),
    traceState: row.TraceState,
    flags: 0,
    name: row.SpanName,
    kind: KINDS.get(row.SpanKind) ?? 'unspecified',
    startTime,
    endTime: toUnixNano(startTime + BigInt(row.Duration)),
    attributes: toAttributes(row.SpanAttributes),
    droppedAttributesCount: 0,
    events: row['Events.Name'].map((name, at) => ({
      name,
      time: readNanos(row['Events.Timestamp'][at] ?? '0'),
      attributes: toAttributes(row['Events.Attributes'][at] ?? {}),
      droppedAttributesCount: 0
    })),
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    statusCode: STATUSES.get(row.StatusCode) ?? 'unset',
    statusMessage: row.StatusMessage,
    resource: {
      attributes: toAttributes(row.ResourceAttributes),
      droppedAttributesCount: 0,
      schemaUrl: ''
    },
    scope: {
      name: row.ScopeName,
      version: row.ScopeVersion,
      attributes: toAttributes({}),
      droppedAttributesCount: 0,
      schemaUrl: ''
    }
  }
}

/** Lists by the conventions whose text says something else than their items: the words of a command line. */
const LISTS = ['process.command_args']

/** Without a prototype, as decoded: keys are anybody's. */
export function toAttributes(texts: Texts): Attributes {
  const attributes: Record<string, AttributeValue> = Object.create(null)
  Object.assign(attributes, texts)
  for (const name of LISTS) {
    const list = toTextList(texts[name])
    if (list !== undefined) attributes[name] = list
  }
  return attributes
}

function toTextList(text: string | undefined): readonly string[] | undefined {
  if (text === undefined || !text.startsWith('[')) return undefined
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : undefined
  } catch {
    return undefined
  }
}
