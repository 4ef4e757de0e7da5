// Judges the spans of one request: which become DecodedSpans, which are rejected and why, and what was
// repaired. Both encodings end here, so a span is judged the same whichever way it came.

import { type DecodedSpan, fromUnixMillis } from '../../model/index.ts'
import { findOffence, type Offence } from './find-offence.ts'
import {
  FUTURE_SKEW_MS_MAX,
  REJECTIONS_LISTED_MAX,
  REPLICATED_CHARS_PER_REQUEST_MAX,
  SPANS_PER_REQUEST_MAX,
  VALUES_PER_REQUEST_MAX
} from '../limits.ts'
import type { RejectedSpan, RejectReason } from './rejection.ts'
import { RequestBudget, type Warning, WARNINGS } from './request-budget.ts'
import type { SpanDraft, SpanOwner } from './span-draft.ts'
import { toDecodedSpan } from './to-decoded-span.ts'

interface WarningCount {
  spans: number
  /** Span id of the first one. */
  readonly example: string
}

const TOO_MANY_SPANS: Offence = {
  reason: 'too_many_spans',
  message: `the request has more than ${SPANS_PER_REQUEST_MAX} spans; send smaller batches`
}
const TOO_MANY_VALUES: Offence = {
  reason: 'too_many_values',
  message: `the request has more than ${VALUES_PER_REQUEST_MAX} attribute values, events and links; send smaller batches`
}
const RESOURCE_TOO_LARGE: Offence = {
  reason: 'resource_too_large',
  message: `resource and scope, which are stored with every span, add up to more than ${REPLICATED_CHARS_PER_REQUEST_MAX} characters; send smaller batches or shorter resource attributes`
}

export class SpanIntake {
  readonly budget = new RequestBudget()
  readonly spans: DecodedSpan[] = []
  readonly rejected: RejectedSpan[] = []
  readonly #latestTime: bigint
  readonly #rejectedCounts = new Map<RejectReason, number>()
  readonly #warningCounts = new Map<Warning, WarningCount>()
  #readCount = 0
  /** Spans beyond SPANS_PER_REQUEST_MAX: two bytes each, so there may be thirty million. */
  #surplusCount = 0
  #charsLeft = REPLICATED_CHARS_PER_REQUEST_MAX

  constructor(now: number) {
    this.#latestTime = fromUnixMillis(now + FUTURE_SKEW_MS_MAX)
  }

  get spanCount(): number {
    return this.#readCount + this.#surplusCount
  }

  get rejectedCounts(): ReadonlyMap<RejectReason, number> {
    const counts = new Map(this.#rejectedCounts)
    if (this.#surplusCount > 0) counts.set(TOO_MANY_SPANS.reason, this.#surplusCount)
    return counts
  }

  /** False when the next span must be passed over unread; it is then rejected. */
  admitSpan(): boolean {
    if (this.#readCount < SPANS_PER_REQUEST_MAX) return true
    if (this.rejected.length < REJECTIONS_LISTED_MAX) this.#list('', '', TOO_MANY_SPANS)
    this.#surplusCount += 1
    return false
  }

  add(draft: SpanDraft, owner: SpanOwner): void {
    const offence = this.#findCostOffence(owner) ?? findOffence(draft, this.#latestTime)
    if (offence === undefined) {
      this.spans.push(toDecodedSpan(draft, owner, this.#latestTime))
      for (const warning of this.budget.takeWarnings()) this.#countWarning(warning, draft.spanId)
    } else {
      this.budget.takeWarnings()
      this.#reject(draft, offence)
    }
    this.#readCount += 1
  }

  describeWarnings(): readonly string[] {
    return [...this.#warningCounts].map(([warning, { spans, example }]) => {
      const count = spans === 1 ? '1 span' : `${spans} spans`
      return `${WARNINGS[warning]}: ${count} (first ${example}).`
    })
  }

  #findCostOffence(owner: SpanOwner): Offence | undefined {
    if (this.budget.exhausted) return TOO_MANY_VALUES
    if (owner.chars > this.#charsLeft) return RESOURCE_TOO_LARGE
    this.#charsLeft -= owner.chars
    return undefined
  }

  #reject({ traceId, spanId }: SpanDraft, offence: Offence): void {
    this.#rejectedCounts.set(offence.reason, (this.#rejectedCounts.get(offence.reason) ?? 0) + 1)
    if (this.rejected.length < REJECTIONS_LISTED_MAX) this.#list(traceId, spanId, offence)
  }

  #list(traceId: string, spanId: string, { reason, message }: Offence): void {
    this.rejected.push({ index: this.spanCount, traceId, spanId, reason, message })
  }

  #countWarning(warning: Warning, spanId: string): void {
    const count = this.#warningCounts.get(warning)
    if (count === undefined) this.#warningCounts.set(warning, { spans: 1, example: spanId })
    else count.spans += 1
  }
}
