// Looks from time to time at what others have written: alerts that a person wants to be sent again, and
// people's corrections. They come through the store, because whoever took them may be another process.

import type { AlertDelivery, AlertStore } from '@onset/collector/model'
import { fromUnixMillis } from '@onset/collector/model'
import type { Logger } from 'pino'

import type { AlerterMetrics } from './alerter-metrics.ts'
import type { Turnstile } from './delivery/turnstile.ts'
import type { AlerterLimits } from './limits.ts'
import { takeBackDisputed } from './verdict/corrections.ts'

export interface OutboxWatchOptions {
  readonly store: AlertStore
  /** Shared with whoever else changes deliveries: what is read here must not be older than what they hold. */
  readonly turnstile: Turnstile
  /** Takes in what waits in the store. */
  readonly refill: (unsent: readonly AlertDelivery[]) => Promise<void>
  readonly save: (changed: readonly AlertDelivery[]) => Promise<void>
  readonly wake: () => void
  readonly now: () => number
  readonly setTimer: (callback: () => void, delayMs: number) => () => void
  readonly metrics: AlerterMetrics
  readonly logger: Logger
  readonly limits: AlerterLimits
}

export class OutboxWatch {
  readonly #options: OutboxWatchOptions
  #cancel: (() => void) | undefined
  #looking: Promise<void> | undefined
  /** The first look goes back as far as alerts are worth sending. */
  #lookBackMs: number
  #isClosed = false

  constructor(options: OutboxWatchOptions) {
    this.#options = options
    this.#lookBackMs = options.limits.ageMsMax
  }

  start(): void {
    const { setTimer, limits } = this.#options
    if (this.#isClosed) return
    this.#cancel = setTimer(() => {
      this.#looking = this.#look().finally(() => this.start())
    }, limits.lookMs)
  }

  /** Waits for the look that is under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel?.()
    await this.#looking
  }

  async #look(): Promise<void> {
    const { store, turnstile, refill, limits, wake, metrics, logger } = this.#options
    try {
      await turnstile.pass(async () => refill(await store.findUnsentAlerts(limits.openMax)))
      await this.#takeBackCorrected()
    } catch (error) {
      metrics.countFailure('store')
      logger.warn({ err: error }, 'outbox of alerts could not be looked at')
    }
    wake()
  }

  async #takeBackCorrected(): Promise<void> {
    const { store, turnstile, save, now, limits } = this.#options
    const since = fromUnixMillis(now() - this.#lookBackMs)
    const runIds = await store.findCorrectedRuns(since, limits.correctedMax)
    for (const runId of runIds) {
      if (this.#isClosed) return
      // oxlint-disable-next-line no-await-in-loop -- few, and verdicts have their turn in between
      await turnstile.pass(async () => {
        const existing = await store.readRunAlerts(runId)
        if (existing.length === 0) return
        await save(takeBackDisputed(existing, await store.readFeedback(runId), now()))
      })
    }
    this.#lookBackMs = limits.lookBackMs
  }
}
