// Raw spans as they were stored, and steps made of them anew: the contract of whoever re-normalizes with
// whoever keeps them.

import type { DecodedLogRecord } from './log-record.ts'
import type { RunId, StepId, UnixNano } from './quantities.ts'
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

/** A trace by its first span in the time asked for. */
export interface TracePosition {
  readonly start: UnixNano
  readonly traceId: string
}

export interface TraceFilter {
  /** Bounds on the start of spans, since inclusive, until exclusive. */
  readonly since: UnixNano
  readonly until: UnixNano
  /** Later ones than this. */
  readonly after?: TracePosition
  readonly limit: number
}

export interface TracesInTime {
  readonly traceIds: readonly string[]
  /** As of TraceFilter: a trace of two days is read in two pieces. */
  readonly since: UnixNano
  readonly until: UnixNano
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
  /** Where it stands: the last trace that is done and its start; of log records the time up to which they are done. */
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

export interface StepKey {
  readonly runId: RunId
  readonly stepId: StepId
}

/** Steps as they are made now, and which there may be of what they were made of. */
export interface StepsAnew {
  readonly steps: readonly ClassifiedStep[]
  /** Of the steps, and of those that could have been made before; what is stored under these and not made any more is hidden. */
  readonly keys: readonly StepKey[]
  /** Stores also steps that the store has none of, as having come now; else they are left out: on their way, or expired. */
  readonly newAt?: UnixNano
}

export interface Rewritten {
  readonly rewritten: number
  readonly hidden: number
  /** Runs of such steps. Whoever rewrites has them analyzed. */
  readonly runIds: readonly RunId[]
}

export interface RawLogs {
  readonly records: readonly DecodedLogRecord[]
  /** All from the time asked for up to this, exclusive, are in it. A whole millisecond. */
  readonly through: UnixNano
}

export interface RawLogStore {
  /** Starts of the days, UTC, that have log records, in order. */
  listLogDays(since: UnixNano, until: UnixNano): Promise<readonly UnixNano[]>
  /** Records that may be events, from `since` on and before `until`: a page bounded in records and in text. */
  readLogs(since: UnixNano, until: UnixNano): Promise<RawLogs>
  /** Steps made of log records that end in the time. */
  listLogSteps(since: UnixNano, until: UnixNano): Promise<readonly StepKey[]>
  /** First and last end of a run's steps that were made of log records. */
  findLogTimes(
    runId: RunId
  ): Promise<{ readonly first: UnixNano; readonly last: UnixNano } | undefined>
}

export interface RawSpanStore extends RawLogStore {
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
  /** In order of start. */
  listTraces(filter: TraceFilter): Promise<readonly TracePosition[]>
  /** Each span once, in pages that are bounded in spans and in text. */
  readTraces(traces: TracesInTime): AsyncIterable<readonly DecodedSpan[]>
  /** Replaces stored steps that differ in dialect or content. */
  rewriteSteps(anew: StepsAnew): Promise<Rewritten>
  /** Durable when resolved; the one with the newest `updatedAt` of an id counts. */
  saveRenormalization(state: Renormalization): Promise<void>
  /** Started last first. */
  listRenormalizations(limit: number): Promise<readonly Renormalization[]>
}
