// What was sent and what was acknowledged, by id: the only record that the collector has no hand in.

export type Signal = 'spans' | 'logs' | 'metrics'

export const SIGNALS: readonly Signal[] = ['spans', 'logs', 'metrics']

export interface Batch {
  readonly signal: Signal
  /** Of spans, log records or points. */
  readonly ids: readonly string[]
  /** Undefined for what belongs to no run. */
  readonly runId?: string
  /** The request, as it is sent each time. */
  readonly body: Uint8Array<ArrayBuffer>
  /** Sent long after the rest of its run, or about a time long ago. */
  readonly isLate: boolean
}

export interface LedgerCounts {
  readonly acknowledged: Readonly<Record<Signal, number>>
  readonly late: number
  /** Requests whose answer did not come, so that they were sent again. */
  readonly unanswered: number
  /** Requests that were told to come again: 429, 503. */
  readonly deferred: number
  /** Requests sent again although they had been acknowledged. */
  readonly repeated: number
}

export class Ledger {
  readonly #acknowledged: Readonly<Record<Signal, Set<string>>> = {
    spans: new Set(),
    logs: new Set(),
    metrics: new Set()
  }
  readonly #spansOfRun = new Map<string, number>()
  readonly #problems: string[] = []
  #late = 0
  #inFlight = 0
  unanswered = 0
  deferred = 0
  repeated = 0

  began(): void {
    this.#inFlight += 1
  }

  ended(): void {
    this.#inFlight -= 1
  }

  /** Requests that are out and not answered. */
  get inFlight(): number {
    return this.#inFlight
  }

  acknowledge({ signal, ids, runId, isLate }: Batch): void {
    const known = this.#acknowledged[signal]
    const before = known.size
    for (const id of ids) known.add(id)
    const added = known.size - before
    if (isLate) this.#late += added
    if (runId !== undefined) {
      this.#spansOfRun.set(runId, (this.#spansOfRun.get(runId) ?? 0) + added)
    }
  }

  /** An answer or an exit that nothing here gives a reason for. */
  note(problem: string): void {
    this.#problems.push(problem)
  }

  get problems(): readonly string[] {
    return this.#problems
  }

  ids(signal: Signal): ReadonlySet<string> {
    return this.#acknowledged[signal]
  }

  /** Acknowledged spans of each run. */
  get spansOfRun(): ReadonlyMap<string, number> {
    return this.#spansOfRun
  }

  counts(): LedgerCounts {
    const { spans, logs, metrics } = this.#acknowledged
    return {
      acknowledged: { spans: spans.size, logs: logs.size, metrics: metrics.size },
      late: this.#late,
      unanswered: this.unanswered,
      deferred: this.deferred,
      repeated: this.repeated
    }
  }
}
