// What the pieces of a re-normalization have in common: for which share of the time they are at work, and that
// whatever they changed is analyzed.

import { setTimeout as sleep } from 'node:timers/promises'
import {
  CollectorError,
  type RawSpanStore,
  type Renormalization,
  type RunId
} from './model/index.ts'
import type { Prices } from './normalizer/index.ts'

export interface RenormalizationWorker {
  readonly raw: RawSpanStore
  readonly prices: Prices
  /** Resolves when the run is analyzed and stored; throws OVERLOADED when too many wait. */
  readonly analyzeNow: (runId: RunId) => Promise<unknown>
  /** Of the time, 1..100, that it may be at work. */
  readonly sharePercent: number
  readonly signal: AbortSignal
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export interface PieceCounts {
  /** Spans or log records. */
  readonly read: number
  readonly rewritten: number
  readonly hidden: number
  readonly analyzed: number
}

/** What is done between two positions that are stored. */
export interface Piece {
  readonly position: Pick<Renormalization, 'day' | 'traceId' | 'daysDone' | 'daysTotal'>
  /** `mustAnalyze`: also runs in which nothing differs, because they may have been rewritten before a stop. */
  act(mustAnalyze: boolean): Promise<PieceCounts>
}

/** Days of one kind of rows among all that there are. */
export interface DaysToDo {
  readonly days: readonly Renormalization['day'][]
  readonly daysBefore: number
  readonly daysTotal: number
}

const ANALYSIS_ATTEMPTS_MAX = 20
const ANALYSIS_RETRY_MS = 500

/** Waits after the work for as long as its share of the time asks. */
export async function inShare<T>(
  { sharePercent, signal }: RenormalizationWorker,
  act: () => Promise<T>
): Promise<T> {
  signal.throwIfAborted()
  const startedAt = performance.now()
  const done = await act()
  const idleMs = (performance.now() - startedAt) * (100 / sharePercent - 1)
  if (idleMs > 0) await sleep(idleMs, undefined, { signal })
  return done
}

export async function analyzeAll(
  worker: RenormalizationWorker,
  runIds: Iterable<RunId>
): Promise<number> {
  let analyzed = 0
  for (const runId of runIds) {
    await inShare(worker, () => analyze(worker, runId))
    analyzed += 1
  }
  return analyzed
}

/** People and open runs come first: a queue that is full is asked again later. */
async function analyze({ analyzeNow, signal }: RenormalizationWorker, runId: RunId): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await analyzeNow(runId)
      return
    } catch (error) {
      const isBusy = error instanceof CollectorError && error.code === 'OVERLOADED'
      if (!isBusy || attempt === ANALYSIS_ATTEMPTS_MAX) throw error
      await sleep(ANALYSIS_RETRY_MS * attempt, undefined, { signal })
    }
  }
}
