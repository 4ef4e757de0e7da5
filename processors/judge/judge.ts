// The judge beside the analysis: runs wait for it, one is asked about at a time, and what it says is kept
// (verdicts.ts) until the run is analysed again, which then takes it over. It never holds up an analysis; while it thinks,
// the deterministic answer is what is stored and told.

import type { JudgementStore, Localization, RunId, RunTree } from '@onset/collector/model'
import type { Meter, Tracer } from '@opentelemetry/api'
import type { Logger } from 'pino'
import { Allowance } from './allowance.ts'
import { Breaker } from './breaker.ts'
import type { FailureReason, JudgeClient } from './chat.ts'
import { ENDPOINT_FAILURES } from './chat.ts'
import type { JudgeMetrics } from './judge-metrics.ts'
import { createJudgeMetrics } from './judge-metrics.ts'
import type { JudgedLocalization } from './judge-run.ts'
import { judgeRun, nameJudge, withCaveat } from './judge-run.ts'
import type { JudgeLimits, TokenPrices } from './limits.ts'
import { JUDGED_PER_RUN_MAX, QUEUE_MAX, RUN_TIMEOUT_REQUESTS } from './limits.ts'
import type { Remembered } from './verdicts.ts'
import { Verdicts } from './verdicts.ts'
import { fingerprint, isWanted } from './wanted.ts'

/** What is configured. */
export interface JudgeConfig {
  readonly client: JudgeClient
  readonly limits: JudgeLimits
  /** Undefined: tokens are counted, dollars are not. */
  readonly prices: TokenPrices | undefined
  readonly tracer: Tracer
}

export interface LocalizedRun {
  readonly tree: RunTree
  readonly localization: Localization
}

export interface JudgeOptions extends JudgeConfig {
  /** The run as it is now, localized deterministically. */
  readonly load: (runId: RunId) => Promise<LocalizedRun | undefined>
  /** Analyses the run again, so that `settle` is asked. */
  readonly analyzeAgain: (runId: RunId) => Promise<unknown>
  /** Where verdicts and spending outlive the process; without it they do not. */
  readonly judgements?: JudgementStore | undefined
  readonly now: () => number
  readonly meter: Meter
  readonly logger: Logger
}

export interface Judge {
  /** What is to be saved of a complete run: the verdict when there is one, else what is given. */
  settle(run: LocalizedRun): Promise<Localization>
  /** Told after that was saved; has the run judged later when it is one for the judge. */
  consider(run: LocalizedRun): void
  /** Ends what is under way; what waits is not judged. Idempotent. */
  close(): Promise<void>
}

export function createJudge(options: JudgeOptions): Judge {
  return new QueuedJudge(options)
}

class QueuedJudge implements Judge {
  readonly #options: JudgeOptions
  readonly #metrics: JudgeMetrics
  readonly #allowance: Allowance
  readonly #breaker = new Breaker()
  readonly #waiting = new Set<RunId>()
  readonly #verdicts: Verdicts
  readonly #stopping = new AbortController()
  #working: Promise<void> | undefined

  constructor(options: JudgeOptions) {
    this.#options = options
    const { limits, prices, meter, now, judgements: store } = options
    const judge = nameJudge(options.client.model)
    this.#verdicts = new Verdicts({ store, judge, limits, prices, now })
    this.#allowance = new Allowance(limits, prices)
    this.#metrics = createJudgeMetrics(meter, { prices, waiting: () => this.#waiting.size })
  }

  async settle(run: LocalizedRun): Promise<Localization> {
    const { tree, localization } = run
    const { limits, logger } = this.#options
    if (!isWanted(tree, localization, limits)) return localization
    try {
      await this.#verdicts.restore(this.#allowance)
      await this.#verdicts.read(tree.run.runId)
    } catch (error) {
      // The deterministic answer stands until the run is analysed again; nothing is asked without a record.
      logger.warn({ runId: tree.run.runId, err: error }, 'what was judged before is not known')
      return localization
    }
    const known = this.#recall(run)
    if (known?.localization !== undefined) return known.localization
    const refusal = this.#refusal(tree.run.runId)
    return refusal === undefined ? localization : withCaveat(localization, refusal)
  }

  consider(run: LocalizedRun): void {
    const { tree, localization } = run
    if (this.#stopping.signal.aborted) return
    if (!isWanted(tree, localization, this.#options.limits)) return
    if (this.#recall(run) !== undefined) return
    const refusal = this.#refusal(tree.run.runId)
    if (refusal !== undefined) {
      this.#metrics.skipped(refusal)
      return
    }
    this.#waiting.add(tree.run.runId)
    this.#working ??= this.#work()
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    this.#waiting.clear()
    await this.#working
    this.#metrics.close()
  }

  #refusal(runId: RunId): FailureReason | undefined {
    const now = this.#options.now()
    if ((this.#verdicts.known(runId)?.times ?? 0) >= JUDGED_PER_RUN_MAX) return 'run_budget'
    if (this.#breaker.isOpen(now)) return 'circuit_open'
    if (this.#waiting.size >= QUEUE_MAX) return 'queue_full'
    return this.#allowance.refusal(now)
  }

  #recall({ tree, localization }: LocalizedRun): Remembered | undefined {
    const known = this.#verdicts.known(tree.run.runId)
    if (known === undefined || known.until <= this.#options.now()) return undefined
    return known.fingerprint === fingerprint(tree, localization) ? known : undefined
  }

  /** Never rejects. */
  async #work(): Promise<void> {
    for (const runId of this.#waiting) {
      this.#waiting.delete(runId)
      try {
        // oxlint-disable-next-line no-await-in-loop -- one run at a time: its budget is known before the next
        await this.#judge(runId)
      } catch (error) {
        if (this.#stopping.signal.aborted) break
        this.#options.logger.warn({ runId, err: error }, 'judging a run failed')
      }
    }
    this.#working = undefined
  }

  async #judge(runId: RunId): Promise<void> {
    const { load, analyzeAgain, limits } = this.#options
    const run = await load(runId)
    // It may have changed while it waited.
    if (run === undefined || !isWanted(run.tree, run.localization, limits)) return
    await this.#verdicts.restore(this.#allowance)
    await this.#verdicts.read(runId)
    if (this.#recall(run) !== undefined) return
    const refusal = this.#refusal(runId)
    if (refusal !== undefined) {
      this.#metrics.skipped(refusal)
      return
    }
    const begun = await this.#verdicts.begin({
      runId,
      fingerprint: fingerprint(run.tree, run.localization),
      localizerVersion: run.localization.onsets[0]?.localizerVersion ?? ''
    })
    const judged = await this.#ask(run)
    const { aborted } = this.#stopping.signal
    await this.#verdicts.end(begun, judged, { isStopped: aborted })
    if (aborted) return
    await analyzeAgain(runId)
  }

  async #ask({ tree, localization }: LocalizedRun): Promise<JudgedLocalization> {
    const { client, limits, tracer, now, logger } = this.#options
    const startedAt = now()
    const runTime = AbortSignal.timeout(RUN_TIMEOUT_REQUESTS * limits.requestTimeoutMs)
    const signal = AbortSignal.any([this.#stopping.signal, runTime])
    const judged = await judgeRun({ tree, localization, client, limits, tracer, signal })
    const { judgement } = judged
    const endedAt = now()
    this.#allowance.spend(judgement.tokens, endedAt)
    if (judgement.failure === undefined) this.#breaker.succeeded()
    else if (ENDPOINT_FAILURES.has(judgement.failure)) this.#breaker.failed(endedAt)
    this.#metrics.judged(judgement, (endedAt - startedAt) / MILLIS_PER_SECOND)
    const { runId } = tree.run
    logger.info({ runId, ...judgement }, 'a run was judged')
    return judged
  }
}

const MILLIS_PER_SECOND = 1_000
