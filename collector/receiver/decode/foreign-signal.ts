// Tells the signal of a request by its content. The protobuf bytes of one signal are a valid request of the
// others too, whose items lack what matters: they differ only in the fields of the innermost message.
// https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto

import type { JsonMessage } from './json-fields.ts'
import type { Signal } from './signal.ts'
import { I32, I64, LEN, VARINT, WireError, WireReader } from './wire-reader.ts'

/** The repeated field that holds the next message: of the request, ResourceX, and ScopeX. */
const NESTING = [1, 2, 2].map((field) => (field << 3) | LEN)

/** Fields of LogRecord that a span has with another wire type, or not at all. */
const LOG_TAGS = tags([1, I64], [2, VARINT], [6, LEN], [8, I32], [11, I64])
/** Likewise of Metric: sum; exponential_histogram, which is the span id of a log record. */
const SUM = (7 << 3) | LEN
const EXPONENTIAL_HISTOGRAM = (10 << 3) | LEN
const START_TIME = (7 << 3) | I64
const END_TIME = (8 << 3) | I64
const TRACE_ID = (1 << 3) | LEN
const SPAN_ID = (2 << 3) | LEN
/** Of a Metric; the name of a span. */
const GAUGE = (5 << 3) | LEN
/** With the byte that tells the length. */
const TRACE_ID_BYTES = 17
const SPAN_ID_BYTES = 9

/** Looks at the first innermost message only. `undefined` when it may be of any signal. */
export function findForeignSignal(body: Uint8Array): Signal | undefined {
  const reader = new WireReader(body)
  const seen = new Map<number, number>()
  try {
    for (const tag of NESTING) {
      if (!enterFirst(reader, tag)) return undefined
    }
    while (reader.hasMore()) {
      const tag = reader.tag()
      const start = reader.position
      reader.skip(tag)
      seen.set(tag, reader.position - start)
    }
  } catch (error) {
    // What was seen before the bytes went wrong still tells.
    if (!(error instanceof WireError)) throw error
  }
  return judge(seen)
}

/** `seen` maps tags to the bytes of the last value. */
function judge(seen: ReadonlyMap<number, number>): Signal | undefined {
  // No other signal has these; a span without either is rejected as it is.
  if (seen.has(START_TIME) || seen.has(END_TIME)) return 'traces'
  if (LOG_TAGS.some((tag) => seen.has(tag))) return 'logs'
  if (seen.has(SUM)) return 'metrics'
  const histogram = seen.get(EXPONENTIAL_HISTOGRAM)
  if (histogram !== undefined && histogram !== SPAN_ID_BYTES) return 'metrics'
  const isSpan = seen.get(TRACE_ID) === TRACE_ID_BYTES || seen.get(SPAN_ID) === SPAN_ID_BYTES
  return seen.has(GAUGE) && seen.has(TRACE_ID) && !isSpan ? 'metrics' : undefined
}

function enterFirst(reader: WireReader, wanted: number): boolean {
  while (reader.hasMore()) {
    const tag = reader.tag()
    if (tag === wanted) {
      reader.enter()
      return true
    }
    reader.skip(tag)
  }
  return false
}

function tags(...fields: readonly (readonly [number, number])[]): readonly number[] {
  return fields.map(([number, wireType]) => (number << 3) | wireType)
}

/** Of a request in OTLP JSON, by its only known key. */
export function findJsonSignal(request: JsonMessage): Signal | undefined {
  if (request['resourceSpans'] !== undefined) return 'traces'
  if (request['resourceLogs'] !== undefined) return 'logs'
  return request['resourceMetrics'] === undefined ? undefined : 'metrics'
}
