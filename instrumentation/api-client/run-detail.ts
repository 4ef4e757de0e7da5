// What the REST API answers about a run, as far as people and commands read it. The full description is
// the server's OpenAPI document, /api/openapi.json.

export interface TokensJson {
  readonly input?: number
  readonly output?: number
  readonly cacheRead?: number
  readonly cacheWrite?: number
  readonly reasoning?: number
}

export interface RunJson {
  readonly id: string
  readonly service: string
  readonly sessionId?: string
  readonly agent?: string
  readonly agentVersion?: string
  readonly models: readonly string[]
  readonly task: string
  readonly outcome: string
  readonly outcomeSource: string
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly endedAt: string
  readonly stepCount: number
  readonly tokens: TokensJson
  /** US dollars. */
  readonly cost?: number
  /** 0..1. */
  readonly completeness: number
  readonly incompleteReasons: readonly string[]
  readonly state: string
  readonly revision: number
  readonly abstention?: string
}

export interface CheckJson {
  readonly name: string
  readonly status: string
  readonly message: string
}

export interface RequirementJson {
  readonly kind: string
  readonly text: string
  readonly status: string
  readonly stepIndexes: readonly number[]
}

/** A run by itself has more than one in a list. */
export interface WholeRunJson extends RunJson {
  readonly checks?: readonly CheckJson[]
  /** Absent from collectors that do not say. */
  readonly requirements?: readonly RequirementJson[]
}

export interface StageJson {
  readonly index: number
  readonly name: string
  readonly firstStepIndex: number
  readonly lastStepIndex: number
}

export interface StepJson {
  readonly index: number
  /** 32 hex digits; of a run that is no trace, what its producer sent beside its records. */
  readonly traceId?: string
  readonly parentIndex?: number
  readonly kind: string
  readonly effect: string
  readonly stage: string
  readonly tool?: string
  readonly action: string
  readonly outcome: string
  readonly error?: string
  readonly exitCode?: number
  readonly durationMs: number
  readonly verdict?: string
}

export interface EvidenceJson {
  readonly stepIndex: number
  readonly detector: string
  /** What the detector means; absent from collectors that do not say. */
  readonly label?: string
  readonly quote: string
  /** Step of another run that this one is compared with. */
  readonly link?: { readonly runId: string; readonly stepIndex: number }
}

export interface OnsetJson {
  readonly rank: number
  readonly stepIndex: number
  readonly stage: string
  readonly category: string
  /** 0..1. */
  readonly confidence: number
  readonly summary: string
  readonly chain: readonly number[]
  readonly symptomStepIndex: number
  readonly evidence: readonly EvidenceJson[]
  readonly caveats: readonly string[]
  readonly waste: {
    readonly steps: number
    readonly tokens: TokensJson
    readonly cost?: number
    readonly ms: number
  }
  readonly provisional: boolean
}

/** `GET /api/runs/{runId}`, all pages of steps joined. */
export interface RunDetail {
  readonly run: WholeRunJson
  readonly stages: readonly StageJson[]
  readonly steps: readonly StepJson[]
  readonly onsets: readonly OnsetJson[]
}

export interface RunListItemJson extends RunJson {
  readonly topOnset?: OnsetJson
}

export interface RunListJson {
  readonly items: readonly RunListItemJson[]
  readonly nextCursor?: string
}
