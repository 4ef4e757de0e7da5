// Attributes from OTLP JSON: KeyValue and AnyValue of
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/common/v1/common.proto

import {
  type AttributeBag,
  type DraftMap,
  type DraftValue,
  withoutPrototype
} from './attribute-bag.ts'
import {
  type JsonMessage,
  readBool,
  readBytes,
  readDouble,
  readEach,
  readInt64,
  readMessage,
  readString
} from './json-fields.ts'

/** Reads a list of KeyValue into `bag`. */
export function readAttributes(value: unknown, bag: AttributeBag): void {
  readEach(value, 'attributes', (attribute) => {
    if (!bag.admitAttribute() || !bag.admitValue()) return
    bag.set(readString(attribute['key'], 'key'), readValue(attribute['value'], bag, 0))
  })
}

/** Reads an AnyValue that is no attribute; its cuts count on `bag`. */
export function readAnyValue(value: unknown, bag: AttributeBag): DraftValue {
  return readValue(value, bag, 0)
}

type MemberReader = (value: unknown, bag: AttributeBag, depth: number) => DraftValue

/** The members of AnyValue's oneof. A Map, because the names come from the sender. */
const MEMBERS: ReadonlyMap<string, MemberReader> = new Map<string, MemberReader>([
  ['stringValue', (value) => readString(value, 'stringValue')],
  ['boolValue', (value) => readBool(value, 'boolValue')],
  ['intValue', (value) => readInt64(value, 'intValue')],
  ['doubleValue', (value) => readDouble(value, 'doubleValue')],
  ['bytesValue', (value) => readBytes(value, 'bytesValue')],
  ['arrayValue', readArrayValue],
  ['kvlistValue', readKvlistValue]
])

/** Of several members, which a oneof does not allow, the last one holds, as in protobuf. */
function readValue(value: unknown, bag: AttributeBag, depth: number): DraftValue {
  const message = readMessage(value, 'value')
  let held: DraftValue
  for (const name in message) {
    const member = message[name]
    const read = member === null ? undefined : MEMBERS.get(name)
    if (read !== undefined) held = read(member, bag, depth)
  }
  return held
}

function readArrayValue(value: unknown, bag: AttributeBag, depth: number): DraftValue {
  const list = bag.admitContainer<DraftValue[]>(depth, [])
  if (list === undefined) return undefined
  readEach(valuesOf(value, 'arrayValue'), 'arrayValue.values', (item) => {
    if (bag.admitValue()) list.push(readValue(item, bag, depth + 1))
  })
  return list
}

function readKvlistValue(value: unknown, bag: AttributeBag, depth: number): DraftValue {
  const map = bag.admitContainer<DraftMap>(depth, withoutPrototype())
  if (map === undefined) return undefined
  readEach(valuesOf(value, 'kvlistValue'), 'kvlistValue.values', (entry) => {
    if (!bag.admitValue()) return
    map[readString(entry['key'], 'key')] = readValue(entry['value'], bag, depth + 1)
  })
  return map
}

function valuesOf(value: unknown, field: string): JsonMessage[string] {
  return readMessage(value, field)?.['values']
}
