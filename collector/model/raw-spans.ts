// Raw spans as they were stored, and steps made of them anew: the contract of whoever re-normalizes with
// whoever keeps them.

import type { RunId, SpanId, UnixNano } from './quantities.ts'
import type { DecodedSpan } from './span.ts'
import type { ClassifiedStep } from './step.ts'

export interface RawSpanPosition {
  readonly time: UnixNano
  readonly spanId: string
}

export interface RawSpanPage {
  readonly after?: RawSpanPosition
  readonly limit: number
}

export interface TraceIdFilter {
  /** Bounds on the start of its spans, since inclusive, until exclusive. */
  readonly since: UnixNano
  readonly until: UnixNano
  /** Trace ids above this one. */
  readonly after: string
  readonly limit: number
}

/** How many steps a dialect made of a service's spans. */
export interface DialectShare {
  readonly service: string
  /** `gen_ai@1` */
  readonly dialect: string
  readonly steps: number
}

export const RENORMALIZATION_STATES = ['running', 'done', 'failed'] as const

/** What is asked for, how far it has come, and what came of it. */
export interface Renormalization {
  /** UUID. */
  readonly id: string
  readonly state: (typeof RENORMALIZATION_STATES)[number]
  readonly since: UnixNano
  readonly until: UnixNano
  /** Only this one. */
  readonly runId: RunId | undefined
  /** Start of the day that is being done, and the last trace of it that is done. */
  readonly day: UnixNano
  readonly traceId: string
  readonly daysDone: number
  readonly daysTotal: number
  readonly spans: number
  readonly stepsRewritten: number
  readonly stepsHidden: number
  readonly runsAnalyzed: number
  readonly startedAt: UnixNano
  readonly updatedAt: UnixNano
  readonly problem: string | undefined
}

export interface Rewritten {
  readonly rewritten: number
  readonly hidden: number
}

export interface RawSpanStore {
  /**
   * Each span once, in order of start. Attributes are the text that the table holds, which dialects read as they
   * read producers that make text of everything; what the table does not hold (dropped counts) is zero.
   */
  readSpans(traceId: string, page: RawSpanPage): Promise<readonly DecodedSpan[]>
  /** Spread over the time since. */
  sampleSpans(since: UnixNano, limit: number): Promise<readonly DecodedSpan[]>
  countDialects(since: UnixNano, limit: number): Promise<readonly DialectShare[]>
  /** Starts of the days, UTC, that have spans, in order. */
  listDays(since: UnixNano, until: UnixNano): Promise<readonly UnixNano[]>
  /** In order. */
  listTraceIds(filter: TraceIdFilter): Promise<readonly string[]>
  /**
   * Replaces the steps of a run that differ in dialect or content; hides those that were made of `spanIds` and are
   * not among `steps`. What the store has no step of is left out. Whoever calls this has the run analyzed.
   */
  rewriteSteps(
    runId: RunId,
    steps: readonly ClassifiedStep[],
    spanIds: ReadonlySet<SpanId>
  ): Promise<Rewritten>
  /** Durable when resolved; the one with the newest `updatedAt` of an id counts. */
  saveRenormalization(state: Renormalization): Promise<void>
  /** Started last first. */
  listRenormalizations(limit: number): Promise<readonly Renormalization[]>
}
