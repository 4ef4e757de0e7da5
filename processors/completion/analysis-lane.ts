// Runs analyses one after the other: first those a person waits for, then runs that are complete, then,
// within their share of the time, runs that are still open. One that fails or hangs holds up no other.

import type { RunId, RunState } from '@onset/collector/model'
import { CollectorError } from '@onset/collector/model'

import type { AnalysisOrder, AnalyzedRun, AnalyzeRun, SetTimer } from './completion-options.ts'
import type { CompletionLimits } from './limits.ts'

export type WorkKind = 'requested' | 'final' | 'provisional'

export interface Work {
  readonly kind: WorkKind
  readonly runId: RunId
}

export type Order = Omit<AnalysisOrder, 'signal'>

type Ending =
  | { readonly analyzed: AnalyzedRun | undefined; readonly error?: undefined }
  | { readonly error: Error }

/** How an analysis ended, told to whoever put it in the lane. */
export type WorkResult = Ending & {
  readonly work: Work
  readonly state: RunState
  readonly startedAt: number
  readonly endedAt: number
}

export interface LaneOptions {
  readonly analyze: AnalyzeRun
  readonly now: () => number
  readonly setTimer: SetTimer
  readonly limits: CompletionLimits
  /** Asked when the work's turn comes; `undefined` when it is no longer wanted. */
  readonly orderOf: (work: Work) => Order | undefined
  /** Must not throw. */
  readonly onResult: (result: WorkResult) => void
}

interface Waiter {
  readonly resolve: (analyzed: AnalyzedRun | undefined) => void
  readonly reject: (error: Error) => void
}

const KINDS = ['requested', 'final', 'provisional'] as const

export class AnalysisLane {
  readonly #options: LaneOptions
  /** By kind, in order of arrival, each run once. */
  readonly #waiting: Record<WorkKind, Set<RunId>> = {
    requested: new Set(),
    final: new Set(),
    provisional: new Set()
  }
  readonly #waiters = new Map<RunId, Waiter[]>()
  readonly #running = new Map<RunId, Promise<void>>()
  /** Before this, provisional work would take more than its share of all time. */
  #provisionalFrom = 0
  #cancelWake: (() => void) | undefined
  #closed = false

  constructor(options: LaneOptions) {
    this.#options = options
  }

  get waitingCount(): number {
    return KINDS.reduce((sum, kind) => sum + this.#waiting[kind].size, 0)
  }

  /** True while the run waits to be analyzed as complete, or is being analyzed. */
  isBusyWith(runId: RunId): boolean {
    return this.#running.has(runId) || this.#waiting.final.has(runId)
  }

  add(kind: Exclude<WorkKind, 'requested'>, runId: RunId): void {
    if (this.#closed) return
    if (kind === 'final') this.#waiting.provisional.delete(runId)
    this.#waiting[kind].add(runId)
    this.#pump()
  }

  /** Forgets what waits for a run that is no longer followed; a person's request stays. */
  remove(runId: RunId): void {
    this.#waiting.final.delete(runId)
    this.#waiting.provisional.delete(runId)
  }

  async request(runId: RunId): Promise<AnalyzedRun | undefined> {
    if (this.#closed) throw stopping()
    const { requestsMax } = this.#options.limits
    if (this.#waiting.requested.size >= requestsMax && !this.#waiting.requested.has(runId)) {
      throw new CollectorError(
        'OVERLOADED',
        `${requestsMax} analyses wait already; try again later`,
        {
          retryable: true
        }
      )
    }
    const { promise, resolve, reject } = Promise.withResolvers<AnalyzedRun | undefined>()
    this.#waiters.set(runId, [...(this.#waiters.get(runId) ?? []), { resolve, reject }])
    this.#waiting.requested.add(runId)
    this.#pump()
    return promise
  }

  /** Refuses what waits and resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancelWake?.()
    for (const kind of KINDS) this.#waiting[kind].clear()
    for (const waiters of this.#waiters.values()) {
      for (const waiter of waiters) waiter.reject(stopping())
    }
    this.#waiters.clear()
    await Promise.all(this.#running.values())
  }

  #pump(): void {
    while (!this.#closed && this.#running.size < this.#options.limits.concurrency) {
      const work = this.#take()
      if (work === undefined) return
      const order = this.#options.orderOf(work)
      if (order !== undefined) this.#running.set(work.runId, this.#run(work, order))
    }
  }

  #take(): Work | undefined {
    for (const kind of KINDS) {
      if (kind === 'provisional' && !this.#mayBeProvisional()) return undefined
      for (const runId of this.#waiting[kind]) {
        if (this.#running.has(runId)) continue
        this.#waiting[kind].delete(runId)
        return { kind, runId }
      }
    }
    return undefined
  }

  #mayBeProvisional(): boolean {
    const { now, setTimer } = this.#options
    const waitMs = this.#provisionalFrom - now()
    if (waitMs <= 0 || this.#waiting.provisional.size === 0) return true
    this.#cancelWake?.()
    this.#cancelWake = setTimer(() => this.#pump(), waitMs)
    return false
  }

  /** Never rejects: errors go to whoever waits and to `onResult`. */
  async #run(work: Work, order: Order): Promise<void> {
    const { now, onResult } = this.#options
    const waiters = work.kind === 'requested' ? (this.#waiters.get(work.runId) ?? []) : []
    if (work.kind === 'requested') this.#waiters.delete(work.runId)
    const startedAt = now()
    let ending: Ending
    try {
      ending = { analyzed: await this.#analyze(work.runId, order) }
      for (const waiter of waiters) waiter.resolve(ending.analyzed)
    } catch (thrown) {
      ending = { error: thrown instanceof Error ? thrown : new Error(String(thrown)) }
      for (const waiter of waiters) waiter.reject(ending.error)
    }
    const endedAt = now()
    this.#running.delete(work.runId)
    if (work.kind === 'provisional') this.#rest(startedAt, endedAt)
    onResult({ ...ending, work, state: order.state, startedAt, endedAt })
    this.#pump()
  }

  #rest(startedAt: number, endedAt: number): void {
    const costMs = endedAt - startedAt
    const share = this.#options.limits.provisionalTimeShareOfAll
    this.#provisionalFrom = endedAt + costMs / share - costMs
  }

  async #analyze(runId: RunId, order: Order): Promise<AnalyzedRun | undefined> {
    const { analyze, setTimer, limits } = this.#options
    const abort = new AbortController()
    const late = Promise.withResolvers<never>()
    const cancel = setTimer(() => {
      const error = timedOut(limits.analysisTimeoutMs)
      abort.abort(error)
      late.reject(error)
    }, limits.analysisTimeoutMs)
    try {
      return await Promise.race([analyze(runId, { ...order, signal: abort.signal }), late.promise])
    } finally {
      cancel()
    }
  }
}

function timedOut(limitMs: number): CollectorError {
  return new CollectorError('INTERNAL', `the analysis took longer than ${limitMs} ms`, {
    retryable: false
  })
}

function stopping(): CollectorError {
  return new CollectorError(
    'NO_PROCESSOR',
    'this process is stopping; ask it again when it is back',
    {
      retryable: true
    }
  )
}
