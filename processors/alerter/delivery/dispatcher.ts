// Sends what the outbox holds. Each destination has a lane of its own: one request at a time, and after a
// failure a pause for all that waits for it, so that a receiver that is down neither delays the others nor
// uses up the attempts of every alert.

import type { AlertDelivery, AlertStore } from '@onset/collector/model'
import { fromUnixMillis } from '@onset/collector/model'
import type { Logger } from 'pino'

import type { AlerterMetrics } from '../alerter-metrics.ts'
import { ADAPTERS } from '../destinations/adapters.ts'
import type { Alert } from '../destinations/notification.ts'
import type { AlerterLimits } from '../limits.ts'
import type { AlertRules, Destination } from '../rules/alert-rules.ts'
import type { OpenDeliveries } from './open-deliveries.ts'
import type { SendResult } from './send-request.ts'
import { beginAttempt, delayOf, noteLateAnswer, settleDelivery } from './settle-delivery.ts'
import { summarizeHeld } from './summarize-held.ts'
import { toAlert } from './to-alert.ts'
import type { Turnstile } from './turnstile.ts'

export interface DispatcherOptions {
  readonly store: AlertStore
  readonly rules: AlertRules
  readonly open: OpenDeliveries
  /** Shared with whoever else changes deliveries. */
  readonly turnstile: Turnstile
  readonly send: (destination: Destination, alerts: Sending) => Promise<SendResult>
  readonly now: () => number
  readonly setTimer: (callback: () => void, delayMs: number) => () => void
  readonly random: () => number
  readonly metrics: AlerterMetrics
  readonly logger: Logger
  readonly limits: AlerterLimits
}

export interface Sending {
  readonly id: string
  readonly alerts: readonly Alert[]
}

interface Lane {
  readonly destination: Destination
  busy: Promise<void> | undefined
  failures: number
  pausedUntil: number
  /** When an Alertmanager is to be reminded; Infinity where nobody forgets. */
  refreshAt: number
}

/** Timers may not be longer than 2^31 ms. */
const TIMER_MS_MAX = 3_600_000

export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #lanes: readonly Lane[]
  #cancelWake: (() => void) | undefined
  #storeFailures = 0
  #storePausedUntil = 0
  #closed = false

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#lanes = [...options.rules.destinations.values()].map((destination) => ({
      destination,
      busy: undefined,
      failures: 0,
      pausedUntil: 0,
      refreshAt: ADAPTERS[destination.kind].forgets ? options.now() : Infinity
    }))
  }

  /** Looks at what is due. To be called whenever something was put into the open deliveries. */
  wake(): void {
    if (this.#closed) return
    const now = this.#options.now()
    if (now >= this.#storePausedUntil) {
      for (const lane of this.#lanes) this.#startLane(lane, now)
      this.#startUpkeep(now)
    }
    this.#setWake(now)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancelWake?.()
    await Promise.all([this.#upkeep, ...this.#lanes.map(({ busy }) => busy)])
  }

  #upkeep: Promise<void> | undefined

  /** Summaries that are due, and what memory had no room for. */
  #startUpkeep(now: number): void {
    const { open, store, limits, turnstile } = this.#options
    if (this.#upkeep !== undefined) return
    const needsRefill = open.overflowed && open.hasRoom
    if (!needsRefill && open.takeDueHeld(now).length === 0) return
    this.#upkeep = this.#whenDone(
      turnstile.pass(async () => {
        for (const held of open.takeDueHeld(now)) {
          const rule = this.#options.rules.rules.find(({ name }) => name === held[0]?.rule)
          // oxlint-disable-next-line no-await-in-loop -- few, and all of them one after another
          await this.#save(summarizeHeld(held, rule, now))
        }
        if (!needsRefill) return
        const found = await store.findUnsentAlerts(limits.openMax)
        open.refill(found, found.length < limits.openMax)
      }),
      () => (this.#upkeep = undefined)
    )
  }

  #startLane(lane: Lane, now: number): void {
    if (lane.busy !== undefined || now < lane.pausedUntil) return
    const adapter = ADAPTERS[lane.destination.kind]
    const batch = this.#options.open.nextBatch(lane.destination.name, adapter, now)
    const isToRefresh = batch.length === 0 && now >= lane.refreshAt
    if (batch.length === 0 && !isToRefresh) return
    const work = isToRefresh ? this.#refresh(lane) : this.#deliver(lane, batch)
    lane.busy = this.#whenDone(work, () => (lane.busy = undefined))
  }

  /** The store is the only one that may throw here. */
  async #whenDone(work: Promise<void>, done: () => void): Promise<void> {
    const { logger, metrics, now, limits, random } = this.#options
    try {
      await work
      this.#storeFailures = 0
    } catch (error) {
      this.#storeFailures += 1
      const failed: SendResult = { kind: 'failed', reason: '', retryAfterMs: undefined }
      const delayMs = delayOf(this.#storeFailures, failed, { limits, random: random() })
      this.#storePausedUntil = now() + delayMs
      metrics.countFailure('store')
      logger.warn({ err: error }, 'outbox of alerts failed')
    }
    done()
    this.wake()
  }

  async #deliver(lane: Lane, batch: readonly AlertDelivery[]): Promise<void> {
    const { turnstile, open, now } = this.#options
    const begun = await turnstile.pass(async () => {
      // What waited here for its turn may have changed meanwhile.
      const current = batch.filter((one) => open.find(one)?.revision === one.revision)
      const attempt = beginAttempt(current, now())
      await this.#save(attempt)
      return attempt
    })
    const [first] = begun
    if (first === undefined) return
    const alerts = begun.flatMap((one) => toAlert(one) ?? [])
    const result: SendResult =
      alerts.length === 0
        ? { kind: 'refused', reason: 'written by another version of Onset' }
        : await this.#send(lane, { id: first.notificationId, alerts }, first.event)
    await turnstile.pass(() => this.#settle(begun, result))
  }

  async #send(
    lane: Lane,
    sending: Sending,
    event: AlertDelivery['event'] | 'refresh'
  ): Promise<SendResult> {
    const { now, random, metrics, logger, limits } = this.#options
    const destination = lane.destination.name
    const startedAt = now()
    const result = await this.#options.send(lane.destination, sending)
    const seconds = Math.max(0, now() - startedAt) / 1_000
    metrics.countAttempt({ destination, event, result: result.kind, seconds })
    if (result.kind === 'failed') {
      lane.failures += 1
      lane.pausedUntil = now() + delayOf(lane.failures, result, { limits, random: random() })
      const { failures } = lane
      logger.warn({ destination, reason: result.reason, failures }, 'alert not delivered')
    } else {
      lane.failures = 0
    }
    return result
  }

  async #settle(begun: readonly AlertDelivery[], result: SendResult): Promise<void> {
    const { open, now, random, limits, metrics, logger } = this.#options
    const context = { now: now(), random: random(), limits, batchSize: begun.length }
    const settled = begun.flatMap((sent) => {
      const current = open.find(sent)
      if (current === undefined || current.sequence === sent.sequence) {
        return [settleDelivery(current ?? sent, result, context)]
      }
      return noteLateAnswer(current, sent, result) ?? []
    })
    await this.#save(settled)
    for (const { status, destination, runId, rule, error } of settled) {
      if (status !== 'dead') continue
      metrics.countDead(destination, 1)
      logger.error({ destination, rule, runId, reason: error }, 'alert given up')
    }
  }

  /** Tells an Alertmanager again what still fires: it may have been restarted. */
  async #refresh(lane: Lane): Promise<void> {
    const { store, now, limits } = this.#options
    const destination = lane.destination.name
    const { alertsMax } = ADAPTERS[lane.destination.kind]
    lane.refreshAt = now() + limits.refreshMs
    const firing = await store.findFiringAlerts({
      destination,
      endsAfter: fromUnixMillis(now()),
      limit: limits.refreshedMax
    })
    for (let at = 0; at < firing.length && !this.#closed; at += alertsMax) {
      const alerts = firing.slice(at, at + alertsMax).flatMap((one) => toAlert(one) ?? [])
      // oxlint-disable-next-line no-await-in-loop -- one request at a time to a destination
      const result = await this.#send(lane, { id: `refresh-${now()}-${at}`, alerts }, 'refresh')
      if (result.kind === 'failed') return
    }
  }

  async #save(deliveries: readonly AlertDelivery[]): Promise<void> {
    await this.#options.store.saveAlerts(deliveries)
    for (const delivery of deliveries) this.#options.open.put(delivery)
  }

  #setWake(now: number): void {
    const { open, setTimer } = this.#options
    this.#cancelWake?.()
    this.#cancelWake = undefined
    const lanes = new Map(this.#lanes.map((lane) => [lane.destination.name, lane]))
    const readyAt = (delivery: AlertDelivery): number => {
      if (delivery.status === 'held') return this.#upkeep === undefined ? 0 : Infinity
      const lane = lanes.get(delivery.destination)
      // What nobody can deliver any more waits until the destination is back in the rules.
      if (lane === undefined || lane.busy !== undefined) return Infinity
      return lane.pausedUntil
    }
    const refreshAt = this.#lanes
      .filter(({ busy }) => busy === undefined)
      .map((lane) => Math.max(lane.refreshAt, lane.pausedUntil))
    const at = Math.max(this.#storePausedUntil, Math.min(open.nextAt(readyAt), ...refreshAt))
    if (at === Infinity || this.#closed) return
    const delayMs = Math.min(TIMER_MS_MAX, Math.max(0, at - now))
    this.#cancelWake = setTimer(() => this.wake(), delayMs)
  }
}
