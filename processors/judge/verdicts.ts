// What the judge has said of runs, and what it has spent: in memory, and in the store where there is one, so that
// a new process neither asks again nor has its budget back. A judgement is noted before the first request, with
// all that it may cost; nothing is asked that could not be noted.

import type { JudgementStore, Localization, RunId, StoredJudgement } from '@onset/collector/model'
import { fromUnixMillis, toUnixNano } from '@onset/collector/model'
import type { Allowance } from './allowance.ts'
import { costOf, startsOf, worstCostOf } from './allowance.ts'
import type { JudgedLocalization } from './judge-run.ts'
import type { JudgeLimits, TokenPrices } from './limits.ts'
import { FAILURE_REMEMBERED_MS, REMEMBERED_MAX } from './limits.ts'

export interface Remembered {
  readonly fingerprint: string
  /** Undefined when the process that asked did not live to hear it. */
  readonly localization: Localization | undefined
  /** Milliseconds since 1970; a verdict does not pass. */
  readonly until: number
  /** So often the run was judged. */
  readonly times: number
}

export interface VerdictsOptions {
  readonly store: JudgementStore | undefined
  /** Model and version: another judge has other verdicts. */
  readonly judge: string
  readonly limits: JudgeLimits
  readonly prices: TokenPrices | undefined
  readonly now: () => number
}

export interface Case {
  readonly runId: RunId
  readonly fingerprint: string
  readonly localizerVersion: string
}

const NANOS_PER_MILLI = 1_000_000n

export class Verdicts {
  readonly #options: VerdictsOptions
  readonly #remembered = new Map<RunId, Remembered>()
  #restored: Promise<void> | undefined
  #lastBegun = 0n

  constructor(options: VerdictsOptions) {
    this.#options = options
  }

  /** Once; again when it failed. */
  restore(allowance: Allowance): Promise<void> {
    this.#restored ??= this.#restore(allowance).catch((error: unknown) => {
      this.#restored = undefined
      throw error
    })
    return this.#restored
  }

  /** What this process knows by itself. */
  known(runId: RunId): Remembered | undefined {
    return this.#remembered.get(runId)
  }

  /** @throws CollectorError when the store does not say. */
  async read(runId: RunId): Promise<Remembered | undefined> {
    const known = this.#remembered.get(runId)
    const { store, judge } = this.#options
    if (known !== undefined || store === undefined) return known
    const stored = await store.readJudgements(runId, judge)
    const [newest] = stored
    if (newest === undefined) return undefined
    const remembered = { ...toRemembered(newest), times: stored.length }
    this.#remember(runId, remembered)
    return remembered
  }

  /** Durable when resolved. Returns what `end` is told. */
  async begin({ runId, fingerprint, localizerVersion }: Case): Promise<StoredJudgement> {
    const { store, judge, limits, prices } = this.#options
    const begun: StoredJudgement = {
      runId,
      begunAt: this.#nextBegin(),
      fingerprint,
      judge,
      localizerVersion,
      state: 'begun',
      inputTokens: limits.tokensPerRun,
      outputTokens: 0,
      costUsd: worstCostOf(limits.tokensPerRun, prices),
      localization: ''
    }
    await store?.saveJudgement(begun)
    return begun
  }

  /** Known at once, durable when resolved. `isStopped`: that it failed is ours, and nothing to tell people. */
  async end(
    begun: StoredJudgement,
    judged: JudgedLocalization,
    { isStopped }: { readonly isStopped: boolean }
  ): Promise<void> {
    const { store, prices, now } = this.#options
    const { judgement } = judged
    const isFailure = judgement.failure !== undefined
    const localization = isFailure && isStopped ? undefined : judged.localization
    this.#remember(begun.runId, {
      fingerprint: begun.fingerprint,
      localization,
      until: isFailure ? now() + FAILURE_REMEMBERED_MS : Infinity,
      times: (this.#remembered.get(begun.runId)?.times ?? 0) + 1
    })
    await store?.saveJudgement({
      ...begun,
      state: isFailure ? 'failed' : 'spoken',
      inputTokens: judgement.tokens.input,
      outputTokens: judgement.tokens.output,
      costUsd: costOf(judgement.tokens, prices),
      localization: localization === undefined ? '' : JSON.stringify(localization)
    })
  }

  async #restore(allowance: Allowance): Promise<void> {
    const { store, now } = this.#options
    if (store === undefined) return
    const at = now()
    const { hour, day } = startsOf(at)
    const [ofHour, ofDay] = await Promise.all([
      store.sumJudgeSpending(fromUnixMillis(hour)),
      store.sumJudgeSpending(fromUnixMillis(day))
    ])
    allowance.restore(ofHour, ofDay, at)
  }

  /** Judgements of one run begin at different times: these are their keys. */
  #nextBegin() {
    const now: bigint = fromUnixMillis(this.#options.now())
    this.#lastBegun = now > this.#lastBegun ? now : this.#lastBegun + 1n
    return toUnixNano(this.#lastBegun)
  }

  #remember(runId: RunId, verdict: Remembered): void {
    this.#remembered.delete(runId)
    this.#remembered.set(runId, verdict)
    const [oldest] = this.#remembered.keys()
    if (this.#remembered.size > REMEMBERED_MAX && oldest !== undefined) {
      this.#remembered.delete(oldest)
    }
  }
}

/** One that was cut off passes as a failure does: it may have failed for what the run is. */
function toRemembered(stored: StoredJudgement): Omit<Remembered, 'times'> {
  const begunAtMs = Number(stored.begunAt / NANOS_PER_MILLI)
  const localization = parseLocalization(stored.localization)
  const isVerdict = stored.state === 'spoken' && localization !== undefined
  return {
    fingerprint: stored.fingerprint,
    localization,
    until: isVerdict ? Infinity : begunAtMs + FAILURE_REMEMBERED_MS
  }
}

/** Of the same judge and, by the fingerprint, of the same localizer: its own words come back. */
function parseLocalization(text: string): Localization | undefined {
  if (text === '') return undefined
  try {
    const parsed: unknown = JSON.parse(text)
    const isOne = typeof parsed === 'object' && parsed !== null && 'onsets' in parsed
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by JSON.stringify of one
    return isOne && Array.isArray(parsed.onsets) ? (parsed as unknown as Localization) : undefined
  } catch {
    return undefined
  }
}
