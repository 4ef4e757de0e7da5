// Tells requests of other signals from traces. Their protobuf bytes are a valid ExportTraceServiceRequest
// too, whose spans have no ids: the three signals differ only in the fields of the innermost message.
// https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto

import { I32, I64, LEN, VARINT, WireError, WireReader } from './wire-reader.ts'

export type ForeignSignal = 'logs' | 'metrics'

/** The repeated field that holds the next message: of the request, ResourceX, and ScopeX. */
const NESTING = [1, 2, 2].map((field) => (field << 3) | LEN)

/** Fields of LogRecord that a span has with another wire type, or not at all. */
const LOG_TAGS = tags([1, I64], [2, VARINT], [6, LEN], [8, I32], [11, I64])
/** Likewise of Metric: sum, exponential_histogram. */
const METRIC_TAGS = tags([7, LEN], [10, LEN])
const START_TIME = (7 << 3) | I64
const TRACE_ID = (1 << 3) | LEN
const SPAN_ID = (2 << 3) | LEN
/** Of a Metric; the name of a span. */
const GAUGE = (5 << 3) | LEN
/** With the byte that tells the length. */
const TRACE_ID_BYTES = 17
const SPAN_ID_BYTES = 9

/** Looks at the first innermost message only. `undefined` when it may well be a span. */
export function findForeignSignal(body: Uint8Array): ForeignSignal | undefined {
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
function judge(seen: ReadonlyMap<number, number>): ForeignSignal | undefined {
  if (LOG_TAGS.some((tag) => seen.has(tag))) return 'logs'
  if (METRIC_TAGS.some((tag) => seen.has(tag))) return 'metrics'
  const isSpan =
    seen.has(START_TIME) ||
    seen.get(TRACE_ID) === TRACE_ID_BYTES ||
    seen.get(SPAN_ID) === SPAN_ID_BYTES
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
