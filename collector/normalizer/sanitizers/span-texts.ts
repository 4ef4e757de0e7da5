// Every text of a span, for sanitizers that look at texts wherever they stand: names, status message,
// and attributes of any depth of span, events, links. Copies only what changes, so that a span without
// anything to repair stays the same object all the way down.

import type { Attributes, AttributeValue, DecodedSpan } from '../../model/index.ts'

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
  const attributes = mapAttributes(span.attributes, map)
  const events = mapList(span.events, (event) => {
    const eventName = map(event.name, 'name')
    const eventAttributes = mapAttributes(event.attributes, map)
    return eventName === event.name && eventAttributes === event.attributes
      ? event
      : { ...event, name: eventName, attributes: eventAttributes }
  })
  const links = mapList(span.links, (link) => {
    const linkAttributes = mapAttributes(link.attributes, map)
    return linkAttributes === link.attributes ? link : { ...link, attributes: linkAttributes }
  })
  const isSame =
    name === span.name &&
    statusMessage === span.statusMessage &&
    attributes === span.attributes &&
    events === span.events &&
    links === span.links
  return isSame ? span : { ...span, name, statusMessage, attributes, events, links }
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
  collectFields(span.attributes, into, 0)
  for (const event of span.events) {
    into.texts.push(event.name)
    collectFields(event.attributes, into, 0)
  }
  for (const link of span.links) collectFields(link.attributes, into, 0)
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
  } else if (typeof value !== 'object' || value instanceof Uint8Array) {
    return
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
  if (typeof value !== 'object' || value instanceof Uint8Array) return value
  if (depth >= VALUE_DEPTH_MAX) return TOO_DEEP
  if (isList(value)) return mapList(value, (item) => mapValue(item, key, map, depth + 1))
  return mapFields(value, map, depth + 1)
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
