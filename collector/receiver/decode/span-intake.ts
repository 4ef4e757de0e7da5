// Judges the spans of one request: which become DecodedSpans, which are rejected and why. Both encodings
// end here, so a span is judged the same whichever way it came.

import type { DecodedSpan } from '../../model/index.ts'
import { findOffence } from './find-offence.ts'
import type { ItemOwner } from './owner-drafts.ts'
import { SPANS } from './rejection.ts'
import { RequestIntake } from './request-intake.ts'
import type { SpanDraft } from './span-draft.ts'
import { toDecodedSpan } from './to-decoded-span.ts'

export type SpanIntake = RequestIntake<DecodedSpan>

export function openSpanIntake(now: number): SpanIntake {
  return new RequestIntake<DecodedSpan>(SPANS, now)
}

export function addSpan(intake: SpanIntake, draft: SpanDraft, owner: ItemOwner): void {
  const offence = intake.findCostOffence(owner) ?? findOffence(draft, intake.latestTime)
  if (offence === undefined) {
    intake.keep(toDecodedSpan(draft, owner, intake.latestTime), draft.spanId)
  } else {
    intake.reject(draft, offence)
  }
}
