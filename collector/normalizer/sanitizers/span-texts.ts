// Every text of a span, for sanitizers that look at texts wherever they stand: names, status message, trace states,
// and keys and values of attributes of any depth of span, events, links. Copies only what changes, so that a span without
// anything to repair stays the same object all the way down.

import { isUtf8 } from 'node:buffer'
import type {
  Attributes,
  AttributeValue,
  DecodedSpan,
  SpanEvent,
  SpanLink
} from '../../model/index.ts'
import { maskNamedNumber } from './mask-secrets.ts'

/** Gives the repaired text, or the same one. `key` is the attribute or field it stands under. */
export type TextMap = (text: string, key: string) => string

/**
 * Far deeper than any message nests. What lies deeper is replaced by a note, so that nothing after this
 * needs to fear for its stack and no text escapes the sanitizers.
 */
const VALUE_DEPTH_MAX = 64

const TOO_DEEP = `[nested deeper than ${VALUE_DEPTH_MAX} levels]`

export function mapSpanTexts(span: DecodedSpan, map: TextMap): DecodedSpan {
  const name = map(span.name, 'name')
  const statusMessage = map(span.statusMessage, 'status')
  const traceState = map(span.traceState, '')
  const attributes = mapAttributes(span.attributes, map)
  const events = mapList(span.events, (event) => mapEvent(event, map))
  const links = mapList(span.links, (link) => mapLink(link, map))
  const isSame =
    name === span.name &&
    statusMessage === span.statusMessage &&
    traceState === span.traceState &&
    attributes === span.attributes &&
    events === span.events &&
    links === span.links
  return isSame ? span : { ...span, name, statusMessage, traceState, attributes, events, links }
}

function mapEvent(event: SpanEvent, map: TextMap): SpanEvent {
  const name = map(event.name, 'name')
  const attributes = mapAttributes(event.attributes, map)
  const isSame = name === event.name && attributes === event.attributes
  return isSame ? event : { ...event, name, attributes }
}

function mapLink(link: SpanLink, map: TextMap): SpanLink {
  const traceState = map(link.traceState, '')
  const attributes = mapAttributes(link.attributes, map)
  const isSame = traceState === link.traceState && attributes === link.attributes
  return isSame ? link : { ...link, traceState, attributes }
}

export function mapAttributes(attributes: Attributes, map: TextMap): Attributes {
  return mapFields(attributes, map, 0)
}

export interface SpanTexts {
  /** Texts, each after the key it stands under if it has one. */
  readonly texts: string[]
  /** Something is nested deeper than VALUE_DEPTH_MAX. */
  isTooDeep: boolean
}

/** Every text of the span, to be looked at before anything is copied. */
export function collectSpanTexts(span: DecodedSpan): SpanTexts {
  const into: SpanTexts = { texts: [span.name, span.statusMessage], isTooDeep: false }
  if (span.traceState !== '') into.texts.push(span.traceState)
  collectFields(span.attributes, into, 0)
  for (const event of span.events) {
    into.texts.push(event.name)
    collectFields(event.attributes, into, 0)
  }
  for (const link of span.links) {
    if (link.traceState !== '') into.texts.push(link.traceState)
    collectFields(link.attributes, into, 0)
  }
  return into
}

/** Of a value that stands under no key, as the body of a log record. */
export function collectValueTexts(value: AttributeValue, into: SpanTexts): void {
  collectValue(value, '', into, 0)
}

export function mapValueTexts(value: AttributeValue, map: TextMap): AttributeValue {
  return mapValue(value, '', map, 0)
}

export function collectAttributeTexts(attributes: Attributes): SpanTexts {
  const into: SpanTexts = { texts: [], isTooDeep: false }
  collectFields(attributes, into, 0)
  return into
}

function collectFields(fields: Attributes, into: SpanTexts, depth: number): void {
  for (const key in fields) {
    const value = fields[key]
    // A key is anybody's text too; that of a text is collected with it.
    if (typeof value !== 'string') into.texts.push(key)
    collectValue(value, key, into, depth)
  }
}

function collectValue(value: AttributeValue, key: string, into: SpanTexts, depth: number): void {
  if (typeof value === 'string') {
    into.texts.push(key, value)
  } else if (typeof value !== 'object') {
    return
  } else if (value instanceof Uint8Array) {
    into.texts.push(key, textOf(value))
  } else if (depth >= VALUE_DEPTH_MAX) {
    into.isTooDeep = true
  } else if (isList(value)) {
    for (const item of value) collectValue(item, key, into, depth + 1)
  } else {
    collectFields(value, into, depth + 1)
  }
}

function mapValue(value: AttributeValue, key: string, map: TextMap, depth: number): AttributeValue {
  if (typeof value === 'string') return map(value, key)
  if (typeof value === 'number' || typeof value === 'bigint') return maskNamedNumber(value, key)
  if (typeof value !== 'object') return value
  if (value instanceof Uint8Array) return mapBytes(value, key, map)
  if (depth >= VALUE_DEPTH_MAX) return TOO_DEEP
  if (isList(value)) return mapList(value, (item) => mapValue(item, key, map, depth + 1))
  return mapFields(value, map, depth + 1)
}

/** A text takes the place of bytes that hold a secret: bytes that are no text cannot be repaired in part. */
function mapBytes(value: Uint8Array, key: string, map: TextMap): Uint8Array | string {
  const text = textOf(value)
  const mapped = map(text, key)
  if (mapped === text) return value
  return isUtf8(value) ? mapped : MASKED_BYTES
}

const MASKED_BYTES = '[masked:bytes]'

/** Bytes that are no text are read as one all the same: secrets are ASCII. */
function textOf(value: Uint8Array): string {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1')
}

function mapFields(fields: Attributes, map: TextMap, depth: number): Attributes {
  let isSame = true
  const mapped: Record<string, AttributeValue> = Object.create(null)
  for (const key in fields) {
    const value = fields[key]
    // A key is anybody's text too; it stands under no key.
    const name = map(key, '')
    mapped[name] = mapValue(value, key, map, depth)
    if (name !== key || mapped[name] !== value) isSame = false
  }
  return isSame ? fields : mapped
}

function mapList<T>(list: readonly T[], map: (item: T) => T): readonly T[] {
  let copy: T[] | undefined
  for (const [at, item] of list.entries()) {
    const mapped = map(item)
    if (mapped === item) continue
    copy ??= [...list]
    copy[at] = mapped
  }
  return copy ?? list
}

function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value)
}
