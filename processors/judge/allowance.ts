// What judging may cost in an hour and in a day, by the clock of UTC. A run is begun only when all that it
// may cost is there, so that the bound holds whatever the run then costs.

import type { JudgeSpending } from '@onset/collector/model'
import type { FailureReason, Usage } from './chat.ts'
import type { JudgeLimits, TokenPrices } from './limits.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const PRICED_TOKENS = 1_000_000

export class Allowance {
  readonly #limits: JudgeLimits
  readonly #prices: TokenPrices | undefined
  #hour = -1
  #day = -1
  #hourTokens = 0
  #dayTokens = 0
  #dayUsd = 0

  constructor(limits: JudgeLimits, prices: TokenPrices | undefined) {
    this.#limits = limits
    this.#prices = prices
  }

  /** Why no run may be begun now; undefined when one may. */
  refusal(now: number): FailureReason | undefined {
    this.#turn(now)
    const { tokensPerRun, tokensPerHour, tokensPerDay, usdPerDay } = this.#limits
    // At worst all of it is output, which costs more.
    const runUsd = worstCostOf(tokensPerRun, this.#prices) ?? 0
    if (this.#dayTokens + tokensPerRun > tokensPerDay) return 'daily_budget'
    if (usdPerDay !== undefined && this.#dayUsd + runUsd > usdPerDay) return 'daily_budget'
    return this.#hourTokens + tokensPerRun > tokensPerHour ? 'hourly_budget' : undefined
  }

  /** What earlier processes have spent since the hour and the day began. */
  restore(hour: JudgeSpending, day: JudgeSpending, now: number): void {
    this.#turn(now)
    this.#hourTokens += hour.tokens
    this.#dayTokens += day.tokens
    this.#dayUsd += day.costUsd
  }

  spend({ input, output }: Usage, now: number): void {
    this.#turn(now)
    this.#hourTokens += input + output
    this.#dayTokens += input + output
    this.#dayUsd += costOf({ input, output }, this.#prices) ?? 0
  }

  #turn(now: number): void {
    const hour = Math.floor(now / HOUR_MS)
    const day = Math.floor(now / DAY_MS)
    if (hour !== this.#hour) this.#hourTokens = 0
    if (day !== this.#day) {
      this.#dayTokens = 0
      this.#dayUsd = 0
    }
    this.#hour = hour
    this.#day = day
  }
}

/** Milliseconds since 1970 at which the hour and the day of `now` began. */
export function startsOf(now: number): { readonly hour: number; readonly day: number } {
  return { hour: now - (now % HOUR_MS), day: now - (now % DAY_MS) }
}

/** Of so many tokens, whichever they are. */
export function worstCostOf(tokens: number, prices: TokenPrices | undefined): number | undefined {
  if (prices === undefined) return undefined
  return (tokens * Math.max(prices.input, prices.output)) / PRICED_TOKENS
}

/** US dollars; undefined without prices. */
export function costOf(usage: Usage, prices: TokenPrices | undefined): number | undefined {
  if (prices === undefined) return undefined
  return (usage.input * prices.input + usage.output * prices.output) / PRICED_TOKENS
}
