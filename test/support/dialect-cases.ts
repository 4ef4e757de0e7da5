// Tables for dialects: attributes in, the fields of the step that matter out. Adding a dialect adds one
// such table.

import type { Test } from 'tap'
import type { AttributeValue, DecodedSpan, SpanEvent, Step } from '../../collector/model/index.ts'
import { normalizeSpans, sanitizeSpans } from '../../collector/normalizer/index.ts'
import { aSpan, BUILT_START, someAttributes } from './builders.ts'

export interface DialectCase {
  /** A claim: what the span is and what becomes of it. */
  readonly claim: string
  readonly attributes: Readonly<Record<string, AttributeValue>>
  /** Name and attributes of span events, in order. */
  readonly events?: readonly (readonly [string, Readonly<Record<string, AttributeValue>>])[]
  readonly span?: Partial<DecodedSpan>
  /** Compared strictly, field by field; fields that are not named may be anything. */
  readonly step: Partial<Step>
}

export function checkDialect(t: Test, cases: readonly DialectCase[]): void {
  for (const { claim, attributes, events, span, step } of cases) {
    t.test(claim, async (t) => {
      const found = toOneStep({
        ...span,
        attributes: someAttributes(attributes),
        events: (events ?? []).map(([name, fields]) => anEvent(name, fields))
      })
      for (const [field, wanted] of Object.entries(step)) {
        t.strictSame(found[field as keyof Step], wanted, field)
      }
    })
  }
}

/** The one step of one span, sanitized first as in the pipeline. */
export function toOneStep(span: Partial<DecodedSpan>): Step {
  const { steps } = normalizeSpans(sanitizeSpans([aSpan(span)]))
  const [step] = steps
  if (step === undefined || steps.length !== 1) throw new Error(`${steps.length} steps, not 1`)
  return step
}

export function anEvent(
  name: string,
  attributes: Readonly<Record<string, AttributeValue>> = {}
): SpanEvent {
  return {
    time: BUILT_START,
    name,
    attributes: someAttributes(attributes),
    droppedAttributesCount: 0
  }
}
