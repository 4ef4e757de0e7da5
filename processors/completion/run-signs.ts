// What the steps of one run that passed by say about whether it is over. OpenTelemetry sends a span when
// it ends, so a root that arrived has ended, a parent that is missing has not, and a tool that a model
// asked for and that is missing is still running or was never recorded.

import type { ClassifiedStep, PendingRun } from '@onset/collector/model'

export interface RunSigns {
  readonly stepCount: number
  /** A root span has ended. */
  readonly rootEnded: boolean
  /** Parents that have not arrived; `undefined` when not known. */
  readonly missingParents: number | undefined
  /** Somebody said how the run ended. */
  readonly outcomeTold: boolean
  /** A requested tool call has no step yet, in a run whose earlier calls got theirs. */
  readonly toolPending: boolean
}

/** Answered tool calls remembered of one run: a call is answered soon or not at all. */
const ANSWERED_CALLS_MAX = 1_000

type StoredSigns = Pick<PendingRun, 'stepCount' | 'rootSeen' | 'missingParentCount'>

export class SignReader {
  readonly #spansMax: number
  readonly #spans = new Set<string>()
  readonly #missing = new Set<string>()
  /** Steps at the top of a run that is not a trace, as log records make them, are no roots. */
  #isFlat = false
  #rootEnded = false
  #outcomeTold = false
  /** Of the model call that started last. */
  #openCalls = new Set<string>()
  #lastCallStart = 0n
  readonly #answered = new Set<string>()
  #joinsById = false
  /** What the store knows of steps that passed by another process, or before this one started. */
  #stored: StoredSigns = { stepCount: 0, rootSeen: false, missingParentCount: 0 }

  /** Spans beyond `spansMax` are not read: the run is full then, and ends by that. */
  constructor(spansMax: number) {
    this.#spansMax = spansMax
  }

  /** Returns how many span ids are held more than before. */
  note(step: ClassifiedStep): number {
    this.#outcomeTold ||= step.declaredRunOutcome !== undefined
    this.#noteCalls(step)
    if (this.#spans.has(step.spanId) || this.#spans.size >= this.#spansMax) return 0
    this.#spans.add(step.spanId)
    this.#missing.delete(step.spanId)
    this.#noteParent(step)
    return 1
  }

  noteOutcome(): void {
    this.#outcomeTold = true
  }

  noteStored(pending: StoredSigns): void {
    this.#stored = pending
  }

  get heldSpans(): number {
    return this.#spans.size
  }

  get signs(): RunSigns {
    const { stepCount, rootSeen } = this.#stored
    return {
      stepCount: Math.max(this.#spans.size, stepCount),
      rootEnded: this.#rootEnded || (rootSeen && !this.#isFlat),
      missingParents: this.#missingParents(),
      outcomeTold: this.#outcomeTold,
      toolPending: this.#joinsById && this.#openCalls.size > 0
    }
  }

  #missingParents(): number | undefined {
    const { stepCount, missingParentCount } = this.#stored
    if (stepCount <= this.#spans.size) return this.#missing.size
    // The store counted before the steps seen here, which may be the parents it missed.
    return this.#spans.size === 0 ? missingParentCount : undefined
  }

  #noteParent(step: ClassifiedStep): void {
    if (step.parentSpanId === undefined) {
      const isTrace: boolean = String(step.runId) === String(step.traceId)
      if (isTrace) this.#rootEnded = true
      else this.#isFlat = true
    } else if (!this.#spans.has(step.parentSpanId)) {
      this.#missing.add(step.parentSpanId)
    }
  }

  #noteCalls(step: ClassifiedStep): void {
    if (step.requestedToolCalls.length > 0 && step.startTime >= this.#lastCallStart) {
      this.#lastCallStart = step.startTime
      this.#openCalls = new Set(step.requestedToolCalls.flatMap(({ id }) => id || []))
      for (const id of this.#openCalls) if (this.#answered.has(id)) this.#close(id)
    }
    if (!step.toolCallId) return
    this.#answered.add(step.toolCallId)
    this.#close(step.toolCallId)
    if (this.#answered.size <= ANSWERED_CALLS_MAX) return
    const [oldest] = this.#answered
    if (oldest !== undefined) this.#answered.delete(oldest)
  }

  #close(id: string): void {
    if (this.#openCalls.delete(id)) this.#joinsById = true
  }
}
