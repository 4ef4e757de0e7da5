// What a judge has said and spent, kept so that a new process neither asks again nor forgets what it may spend.

import type { RunId, UnixNano } from './quantities.ts'

export interface StoredJudgement {
  readonly runId: RunId
  /** With the run its key. */
  readonly begunAt: UnixNano
  /** Of all that was asked about: a run with the same one has the same verdict. */
  readonly fingerprint: string
  /** Model and version of the judge. */
  readonly judge: string
  readonly localizerVersion: string
  /** Until it has ended, all that it may cost counts as spent. */
  readonly state: 'begun' | 'spoken' | 'failed'
  readonly inputTokens: number
  readonly outputTokens: number
  /** Undefined where no prices are set. */
  readonly costUsd: number | undefined
  /** JSON of the localization that is to be saved; empty until the judge has ended. */
  readonly localization: string
}

export interface JudgeSpending {
  readonly tokens: number
  readonly costUsd: number
}

export interface JudgementStore {
  /** Durable when resolved. One that has ended replaces the one that had begun. */
  saveJudgement(judgement: StoredJudgement): Promise<void>
  /** Of one run by this judge, newest first, at most JUDGEMENTS_READ_MAX. */
  readJudgements(runId: RunId, judge: string): Promise<readonly StoredJudgement[]>
  /** Of all judgements by any judge that were begun since. */
  sumJudgeSpending(since: UnixNano): Promise<JudgeSpending>
}

/** A run is judged a few times at most by one judge. */
export const JUDGEMENTS_READ_MAX = 16
