// Names the field of an export request that a byte offset lies in, for error messages. Walks
// the body again, which only an error pays for.

import type { Signal } from './signal.ts'
import { LEN, WireError, WireReader } from './wire-reader.ts'

interface Shape {
  readonly name: string
  readonly fields: Readonly<Record<number, Shape | string>>
}

const RESOURCE: Shape = { name: 'resource', fields: { 1: 'attributes' } }
const SCOPE: Shape = { name: 'scope', fields: { 1: 'name', 2: 'version', 3: 'attributes' } }
const EVENT: Shape = { name: 'events', fields: { 1: 'time_unix_nano', 2: 'name', 3: 'attributes' } }
const LINK: Shape = {
  name: 'links',
  fields: { 1: 'trace_id', 2: 'span_id', 3: 'trace_state', 4: 'attributes' }
}
const SPAN: Shape = {
  name: 'spans',
  fields: {
    1: 'trace_id',
    2: 'span_id',
    3: 'trace_state',
    4: 'parent_span_id',
    5: 'name',
    6: 'kind',
    7: 'start_time_unix_nano',
    8: 'end_time_unix_nano',
    9: 'attributes',
    11: EVENT,
    13: LINK,
    15: 'status',
    16: 'flags'
  }
}
const LOG_RECORD: Shape = {
  name: 'log_records',
  fields: {
    1: 'time_unix_nano',
    2: 'severity_number',
    3: 'severity_text',
    5: 'body',
    6: 'attributes',
    8: 'flags',
    9: 'trace_id',
    10: 'span_id',
    11: 'observed_time_unix_nano',
    12: 'event_name'
  }
}
const POINTS: Shape['fields'] = { 1: 'data_points' }
const METRIC: Shape = {
  name: 'metrics',
  fields: {
    1: 'name',
    2: 'description',
    3: 'unit',
    5: { name: 'gauge', fields: POINTS },
    7: { name: 'sum', fields: POINTS },
    9: { name: 'histogram', fields: POINTS },
    10: { name: 'exponential_histogram', fields: POINTS },
    11: { name: 'summary', fields: POINTS }
  }
}

const REQUESTS: Readonly<Record<Signal, Shape>> = {
  traces: requestOf('spans', SPAN),
  logs: requestOf('logs', LOG_RECORD),
  metrics: requestOf('metrics', METRIC)
}

function requestOf(word: string, item: Shape): Shape {
  const scope: Shape = { name: `scope_${word}`, fields: { 1: SCOPE, 2: item, 3: 'schema_url' } }
  const resource: Shape = {
    name: `resource_${word}`,
    fields: { 1: RESOURCE, 2: scope, 3: 'schema_url' }
  }
  return { name: '', fields: { 1: resource } }
}

/** `resource_spans[0].scope_spans[0].spans[3].attributes[1]`; empty when it lies in none. */
export function describeOffset(body: Uint8Array, offset: number, signal: Signal): string {
  const path: string[] = []
  const reader = new WireReader(body)
  let shape: Shape | undefined = REQUESTS[signal]
  while (shape !== undefined) shape = descend(reader, shape, { offset, path })
  return path.join('.')
}

interface Search {
  readonly offset: number
  readonly path: string[]
}

/** Reads fields up to the one that holds the offset and enters it when it is a message we know. */
function descend(reader: WireReader, shape: Shape, { offset, path }: Search): Shape | undefined {
  const counts = new Map<number, number>()
  while (reader.hasMore()) {
    const field = findNext(reader, offset)
    if (field === undefined) return undefined
    const index = counts.get(field.number) ?? 0
    counts.set(field.number, index + 1)
    if (!field.holdsOffset) continue
    const known = shape.fields[field.number]
    const name = typeof known === 'object' ? known.name : (known ?? `field ${field.number}`)
    path.push(isRepeated(name) ? `${name}[${index}]` : name)
    return field.isEntered && typeof known === 'object' ? known : undefined
  }
  return undefined
}

interface FoundField {
  readonly number: number
  readonly holdsOffset: boolean
  readonly isEntered: boolean
}

/** Passes over the next field, unless the offset lies in it: then stands at its first byte within. */
function findNext(reader: WireReader, offset: number): FoundField | undefined {
  let number: number | undefined
  try {
    const tag = reader.tag()
    number = tag >>> 3
    const start = reader.position
    reader.skip(tag)
    if (reader.position <= offset) return { number, holdsOffset: false, isEntered: false }
    reader.rewind(start)
    if ((tag & 7) === LEN) reader.enter()
    return { number, holdsOffset: true, isEntered: (tag & 7) === LEN }
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return number === undefined ? undefined : { number, holdsOffset: true, isEntered: false }
  }
}

function isRepeated(name: string): boolean {
  return name.endsWith('s') && name !== 'flags' && name !== 'status'
}
