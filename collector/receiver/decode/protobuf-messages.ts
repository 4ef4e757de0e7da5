// Reads protobuf messages by tables that are their schema, and the envelope that all signals share:
// ResourceX holds ScopeX holds X, under the same field numbers in each of
// https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto
// A field with another wire type than the schema's is an unknown field, as for every protobuf parser.

import { type ItemOwner, NO_OWNER, ResourceDraft, ScopeDraft } from './owner-drafts.ts'
import { readAttribute } from './protobuf-values.ts'
import type { RequestBudget } from './request-budget.ts'
import { LEN, VARINT, type WireReader } from './wire-reader.ts'

export type FieldReader<T> = (reader: WireReader, message: T) => void

/** Indexed by tag. */
export type MessageFields<T> = readonly (FieldReader<T> | undefined)[]

export type Field<T> = readonly [number: number, wireType: number, read: FieldReader<T>]

/** `resource_spans`, `scope_spans` and `spans`, or their likes, in the message that holds them. */
const RESOURCE_ITEMS = (1 << 3) | LEN
const SCOPE_ITEMS = (2 << 3) | LEN
const ITEMS = (2 << 3) | LEN

const RESOURCE = indexByTag<ResourceDraft>([
  [1, LEN, (reader, resource) => readAttribute(reader, resource.attributes)],
  [2, VARINT, (reader, resource) => (resource.droppedAttributesCount = reader.uint32())]
])

const SCOPE = indexByTag<ScopeDraft>([
  [1, LEN, (reader, scope) => (scope.name = reader.string())],
  [2, LEN, (reader, scope) => (scope.version = reader.string())],
  [3, LEN, (reader, scope) => readAttribute(reader, scope.attributes)],
  [4, VARINT, (reader, scope) => (scope.droppedAttributesCount = reader.uint32())]
])

/** All of ResourceX and ScopeX but what they hold many of: that is read in a second pass. */
const RESOURCE_OF_ITEMS = indexByTag<ResourceDraft>([
  [1, LEN, (reader, resource) => readMessage(reader, RESOURCE, resource)],
  [3, LEN, (reader, resource) => (resource.schemaUrl = reader.string())]
])
const SCOPE_OF_ITEMS = indexByTag<ScopeDraft>([
  [1, LEN, (reader, scope) => readMessage(reader, SCOPE, scope)],
  [3, LEN, (reader, scope) => (scope.schemaUrl = reader.string())]
])

/** Reads or passes over the item whose tag was just read. */
export type ItemReader = (reader: WireReader, owner: ItemOwner, tag: number) => void

/** @throws WireError */
export function readEnvelope(
  reader: WireReader,
  budget: RequestBudget,
  readItem: ItemReader
): void {
  readEach(reader, RESOURCE_ITEMS, () => {
    const outer = reader.enter()
    // Items of a request that has used up its values are still counted.
    const shared = budget.admitValue() ? readResource(reader, budget) : NO_OWNER
    readEach(reader, SCOPE_ITEMS, () => {
      const within = reader.enter()
      const owner = budget.admitValue() ? readScope(reader, budget, shared) : NO_OWNER
      readEach(reader, ITEMS, (tag) => readItem(reader, owner, tag))
      reader.leave(within)
    })
    reader.leave(outer)
  })
}

/** Reads ahead, so that items find their resource complete, and goes back. */
function readResource(reader: WireReader, budget: RequestBudget): ItemOwner {
  const draft = new ResourceDraft(budget)
  readAhead(reader, RESOURCE_OF_ITEMS, draft)
  return { ...NO_OWNER, resource: draft.finish(), chars: draft.countChars() }
}

function readScope(reader: WireReader, budget: RequestBudget, shared: ItemOwner): ItemOwner {
  const draft = new ScopeDraft(budget)
  readAhead(reader, SCOPE_OF_ITEMS, draft)
  return { ...shared, scope: draft.finish(), chars: shared.chars + draft.countChars() }
}

/** Reads the known fields of the message being read, and goes back to where it stood. */
export function readAhead<T>(reader: WireReader, fields: MessageFields<T>, message: T): void {
  const start = reader.position
  readFields(reader, fields, message)
  reader.rewind(start)
}

/** Calls `read` at each field `wanted` of the message being read and passes over the others. */
export function readEach(reader: WireReader, wanted: number, read: (tag: number) => void): void {
  while (reader.hasMore()) {
    const tag = reader.tag()
    if (tag === wanted) read(tag)
    else reader.skip(tag)
  }
}

export function readMessage<T>(reader: WireReader, fields: MessageFields<T>, message: T): void {
  const outer = reader.enter()
  readFields(reader, fields, message)
  reader.leave(outer)
}

/** A field that occurs twice overwrites or, when it is a message, is merged: both as proto3 wants it. */
export function readFields<T>(reader: WireReader, fields: MessageFields<T>, message: T): void {
  while (reader.hasMore()) {
    const tag = reader.tag()
    const read = fields[tag]
    if (read === undefined) reader.skip(tag)
    else read(reader, message)
  }
}

export function indexByTag<T>(fields: readonly Field<T>[]): MessageFields<T> {
  const byTag: (FieldReader<T> | undefined)[] = []
  for (const [number, wireType, read] of fields) byTag[(number << 3) | wireType] = read
  return byTag
}
