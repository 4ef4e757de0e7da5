// What the REST API says of dialects and of steps made anew.

export interface SpanDialectJson {
  readonly spanId: string
  readonly name: string
  readonly dialect: string
  /** Known, and not read because a preferred one says the same. */
  readonly fallbacks: readonly string[]
  readonly used: readonly string[]
  readonly left: readonly string[]
  /** 0..1 */
  readonly coverage: number
}

export interface TraceDialectsJson {
  readonly spans: readonly SpanDialectJson[]
  readonly coverage: number
}

export interface RenormalizationRequestJson {
  /** ISO 8601. */
  readonly since?: string
  readonly until?: string
  readonly runId?: string
}

export interface RenormalizationJson {
  readonly id: string
  readonly state: 'running' | 'done' | 'failed'
  readonly daysDone: number
  readonly daysTotal: number
  readonly spans: number
  readonly stepsRewritten: number
  readonly stepsHidden: number
  readonly runsAnalyzed: number
  readonly problem?: string
}
