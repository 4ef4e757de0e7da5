// A span while it is being read, from either encoding: what the sender wrote, not yet judged.

import { type SpanEvent, type SpanLink, toUnixNano } from '../../model/index.ts'
import { AttributeBag } from './attribute-bag.ts'
import { EVENTS_PER_SPAN_MAX, LINKS_PER_SPAN_MAX } from '../limits.ts'
import type { RequestBudget } from './request-budget.ts'

export class SpanDraft {
  readonly budget: RequestBudget
  readonly attributes: AttributeBag
  readonly events: SpanEvent[] = []
  readonly links: SpanLink[] = []
  traceId = ''
  spanId = ''
  parentSpanId = ''
  traceState = ''
  flags = 0
  name = ''
  /** Number of the SpanKind enum. */
  kind = 0
  startTime = 0n
  endTime = 0n
  droppedAttributesCount = 0
  droppedEventsCount = 0
  droppedLinksCount = 0
  /** Number of the StatusCode enum. */
  statusCode = 0
  statusMessage = ''
  /** Events and links left out here, beyond those the sender already dropped. */
  truncatedEvents = 0
  truncatedLinks = 0

  constructor(budget: RequestBudget) {
    this.budget = budget
    this.attributes = new AttributeBag(budget)
  }

  /** False when the next event must be passed over; that is then counted. */
  admitEvent(): boolean {
    if (this.events.length < EVENTS_PER_SPAN_MAX) return this.budget.admitValue()
    this.truncatedEvents += 1
    this.budget.warn('events_truncated')
    return false
  }

  /** False when the next link must be passed over; that is then counted. */
  admitLink(): boolean {
    if (this.links.length < LINKS_PER_SPAN_MAX) return this.budget.admitValue()
    this.truncatedLinks += 1
    this.budget.warn('links_truncated')
    return false
  }

  addLink(link: SpanLink): void {
    if (isId(link.traceId, TRACE_ID_DIGITS) && isId(link.spanId, SPAN_ID_DIGITS)) {
      this.links.push(link)
      return
    }
    this.truncatedLinks += 1
    this.budget.warn('links_invalid')
  }
}

export const TRACE_ID_DIGITS = 32
export const SPAN_ID_DIGITS = 16
const HEX = /^[0-9a-f]*$/
const ZEROS = /^0*$/

/** Lower-case hex of the right length, not all zero: https://www.w3.org/TR/trace-context/#trace-id */
export function isId(text: string, digits: number): boolean {
  return text.length === digits && HEX.test(text) && !ZEROS.test(text)
}

/** An event while it is being read. */
export class EventDraft {
  readonly attributes: AttributeBag
  time = 0n
  name = ''
  droppedAttributesCount = 0

  constructor(budget: RequestBudget) {
    this.attributes = new AttributeBag(budget)
  }

  finish(): SpanEvent {
    return {
      time: toUnixNano(this.time),
      name: this.name,
      attributes: this.attributes.finish(),
      droppedAttributesCount: this.droppedAttributesCount + this.attributes.droppedCount
    }
  }
}

/** A link while it is being read. */
export class LinkDraft {
  readonly attributes: AttributeBag
  traceId = ''
  spanId = ''
  traceState = ''
  droppedAttributesCount = 0
  flags = 0

  constructor(budget: RequestBudget) {
    this.attributes = new AttributeBag(budget)
  }

  finish(): SpanLink {
    return {
      traceId: this.traceId,
      spanId: this.spanId,
      traceState: this.traceState,
      attributes: this.attributes.finish(),
      droppedAttributesCount: this.droppedAttributesCount + this.attributes.droppedCount,
      flags: this.flags
    }
  }
}
