// Spans to steps: each span goes to the first dialect that recognizes it, and gives one step. Total and
// pure: dialects do not fail, and should one have a defect, its span is read by the generic dialect
// rather than lost together with the batch around it.

import type { DecodedSpan, Step } from '../model/index.ts'
import type { Dialect } from './dialect.ts'
import { generic } from './dialects/generic.ts'
import { DIALECTS } from './dialects/index.ts'

export interface Normalized {
  /** In the order of the spans. */
  readonly steps: readonly Step[]
  /** Spans that no dialect could make a step of; none is known. */
  readonly rejected: readonly Rejection[]
  /** Spans whose own dialect failed; their steps are of kind `unknown`. A defect to report, not an input's fault. */
  readonly fallbacks: readonly Rejection[]
}

interface Rejection {
  readonly spanId: string
  readonly reason: string
}

export function normalizeSpans(spans: readonly DecodedSpan[]): Normalized {
  const steps: Step[] = []
  const rejected: Rejection[] = []
  const fallbacks: Rejection[] = []
  for (const span of spans) {
    const attempt = attemptStep(span, DIALECTS)
    if (attempt.step !== undefined) {
      steps.push(attempt.step)
      continue
    }
    fallbacks.push({ spanId: span.spanId, reason: attempt.reason })
    const second = attemptStep(span, [generic])
    if (second.step === undefined) rejected.push({ spanId: span.spanId, reason: second.reason })
    else steps.push(second.step)
  }
  return { steps, rejected, fallbacks }
}

type Attempt = { readonly step: Step } | { readonly step: undefined; readonly reason: string }

function attemptStep(span: DecodedSpan, dialects: readonly Dialect[]): Attempt {
  let asked = ''
  try {
    for (const dialect of dialects) {
      asked = dialect.name
      if (dialect.recognizes(span)) return { step: dialect.toStep(span) }
    }
    return { step: undefined, reason: 'no dialect recognizes the span' }
  } catch (error) {
    return { step: undefined, reason: `dialect ${asked} failed: ${String(error)}` }
  }
}
