// Attributes from protobuf: KeyValue and AnyValue of
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/common/v1/common.proto
// A message that occurs twice where one is meant is merged, as proto3 wants it: lists are joined, of
// the members of a oneof the last one holds.

import {
  type AttributeBag,
  type DraftMap,
  type DraftValue,
  withoutPrototype
} from './attribute-bag.ts'
import { I64, LEN, VARINT, type WireReader } from './wire-reader.ts'

const KEY = (1 << 3) | LEN
const VALUE = (2 << 3) | LEN
/** `values` of ArrayValue and KeyValueList. */
const ITEM = (1 << 3) | LEN
const STRING_VALUE = (1 << 3) | LEN
const BOOL_VALUE = (2 << 3) | VARINT
const INT_VALUE = (3 << 3) | VARINT
const DOUBLE_VALUE = (4 << 3) | I64
const ARRAY_VALUE = (5 << 3) | LEN
const KVLIST_VALUE = (6 << 3) | LEN
const BYTES_VALUE = (7 << 3) | LEN

/** Reads the KeyValue at the reader's position into `bag`. */
export function readAttribute(reader: WireReader, bag: AttributeBag): void {
  const outer = reader.enter()
  if (bag.admitAttribute() && bag.admitValue()) {
    let key = ''
    let value: DraftValue
    while (reader.hasMore()) {
      const tag = reader.tag()
      if (tag === KEY) key = reader.string()
      else if (tag === VALUE) value = readValue(reader, bag, 0, value)
      else reader.skip(tag)
    }
    bag.set(key, value)
  }
  reader.leave(outer)
}

/** Reads the AnyValue at the reader's position, whose cuts count on `bag`; `held` as below. */
export function readAnyValue(reader: WireReader, bag: AttributeBag, held: DraftValue): DraftValue {
  return readValue(reader, bag, 0, held)
}

/** `held` is what an earlier occurrence of the same AnyValue said; lists and maps are continued. */
function readValue(
  reader: WireReader,
  bag: AttributeBag,
  depth: number,
  held: DraftValue
): DraftValue {
  const outer = reader.enter()
  let value = held
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case STRING_VALUE:
        value = reader.string()
        break
      case BOOL_VALUE:
        value = reader.bool()
        break
      case INT_VALUE:
        value = reader.int64()
        break
      case DOUBLE_VALUE:
        value = reader.double()
        break
      case ARRAY_VALUE:
        value = readList(reader, bag, depth, value)
        break
      case KVLIST_VALUE:
        value = readMap(reader, bag, depth, value)
        break
      case BYTES_VALUE:
        value = reader.bytes()
        break
      default:
        reader.skip(tag)
    }
  }
  reader.leave(outer)
  return value
}

function readList(
  reader: WireReader,
  bag: AttributeBag,
  depth: number,
  held: DraftValue
): DraftValue {
  const outer = reader.enter()
  const list = Array.isArray(held) ? held : bag.admitContainer<DraftValue[]>(depth, [])
  if (list !== undefined) {
    readItems(reader, bag, () => list.push(readValue(reader, bag, depth + 1, undefined)))
  }
  reader.leave(outer)
  return list
}

function readMap(
  reader: WireReader,
  bag: AttributeBag,
  depth: number,
  held: DraftValue
): DraftValue {
  const outer = reader.enter()
  const map = isMap(held) ? held : bag.admitContainer(depth, withoutPrototype())
  if (map !== undefined) readItems(reader, bag, () => readEntry(reader, bag, depth + 1, map))
  reader.leave(outer)
  return map
}

/** Ends early when the request has used up its values; `leave` then passes over the rest. */
function readItems(reader: WireReader, bag: AttributeBag, read: () => void): void {
  while (reader.hasMore()) {
    const tag = reader.tag()
    if (tag !== ITEM) reader.skip(tag)
    else if (bag.admitValue()) read()
    else return
  }
}

function readEntry(reader: WireReader, bag: AttributeBag, depth: number, map: DraftMap): void {
  const outer = reader.enter()
  let key = ''
  let value: DraftValue
  while (reader.hasMore()) {
    const tag = reader.tag()
    if (tag === KEY) key = reader.string()
    else if (tag === VALUE) value = readValue(reader, bag, depth, value)
    else reader.skip(tag)
  }
  reader.leave(outer)
  map[key] = value
}

function isMap(value: DraftValue): value is DraftMap {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array)
}
