// What the REST API takes and answers about people's and verifiers' words on runs.

export interface FeedbackRequestJson {
  /** `null`: no step is to blame. */
  readonly onsetStepIndex: number | null
  readonly category?: string
  readonly comment?: string
  readonly author?: string
  readonly revision?: number
}

export interface FeedbackJson {
  readonly runId: string
  readonly onsetStepIndex: number | null
  /** The run has no such step any more. */
  readonly isGone?: boolean
  readonly category?: string
  readonly comment: string
  readonly author: string
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly judged?: {
    readonly localizerVersion: string
    readonly revision: number
    readonly suspectStepIndexes: readonly number[]
  }
}

export interface OutcomeRequestJson {
  readonly outcome: string
  readonly source: string
  readonly checks?: readonly {
    readonly name: string
    readonly status: string
    readonly message?: string
  }[]
  readonly output?: string
}

export interface OutcomeAcceptedJson {
  readonly runId: string
  readonly outcome: string
  readonly source: string
  readonly checksKept: number
  readonly checksLeftOut: number
}

/** A share of runs with its 95 % interval; no share of nothing. */
export interface ShareJson {
  readonly count: number
  readonly of: number
  readonly share?: number
  readonly low?: number
  readonly high?: number
}

export interface LocalizerPrecisionJson {
  readonly localizerVersion: string
  readonly runs: number
  readonly disagreements: number
  readonly exact: ShareJson
  readonly top3: ShareJson
  readonly missed: ShareJson
  readonly falseAccusations: ShareJson
}

export interface PrecisionListJson {
  readonly items: readonly LocalizerPrecisionJson[]
}
