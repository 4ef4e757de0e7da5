// Tells people of localized failures. Decides from an analysis and what was told before, writes the
// decision to the outbox, and only then tells anybody: whoever dies in between finds it there.

import type { AlertDelivery, Analysis } from '@onset/collector/model'
import { fromUnixMillis } from '@onset/collector/model'

import type { AlerterMetrics } from './alerter-metrics.ts'
import { createAlerterMetrics } from './alerter-metrics.ts'
import type { Alerter, AlerterOptions } from './alerter-options.ts'
import { Dispatcher } from './delivery/dispatcher.ts'
import { OpenDeliveries } from './delivery/open-deliveries.ts'
import { sendRequest } from './delivery/send-request.ts'
import { Turnstile } from './delivery/turnstile.ts'
import { ADAPTERS } from './destinations/adapters.ts'
import { toLink } from './destinations/notification.ts'
import type { AlerterLimits } from './limits.ts'
import { ALERTER_LIMITS } from './limits.ts'
import { OutboxWatch } from './outbox-watch.ts'
import type { AlertRule } from './rules/alert-rules.ts'
import { matchesRule } from './rules/match-rule.ts'
import type { Resolution } from './verdict/alert-payload.ts'
import { isDisputed } from './verdict/corrections.ts'
import type { WantedDelivery } from './verdict/next-deliveries.ts'
import { nextDeliveries } from './verdict/next-deliveries.ts'
import { digest, readVerdict, toPayload } from './verdict/read-verdict.ts'
import type { Verdict } from './verdict/read-verdict.ts'
import { StormGuard } from './verdict/storm-guard.ts'

/** Resolves when what an earlier process left untold is known. @throws CollectorError of the store. */
export async function createAlerter(options: AlerterOptions): Promise<Alerter> {
  const alerter = new OutboxAlerter(options)
  try {
    await alerter.start()
  } catch (error) {
    await alerter.close()
    throw error
  }
  return alerter
}

class OutboxAlerter implements Alerter {
  readonly #options: AlerterOptions
  readonly #limits: AlerterLimits
  readonly #metrics: AlerterMetrics
  readonly #open: OpenDeliveries
  readonly #turnstile = new Turnstile()
  readonly #guard = new StormGuard()
  readonly #dispatcher: Dispatcher
  readonly #watch: OutboxWatch
  readonly #stopping = new AbortController()
  #closing: Promise<void> | undefined

  constructor(options: AlerterOptions) {
    const { rules, meter, now } = options
    this.#options = options
    this.#limits = { ...ALERTER_LIMITS, ...options.limits }
    this.#open = new OpenDeliveries(this.#limits.openMax)
    this.#metrics = createAlerterMetrics(meter, {
      sizes: () => this.#open.sizes(),
      now,
      destinations: [...rules.destinations.keys()]
    })
    this.#dispatcher = new Dispatcher({
      ...options,
      setTimer: options.setTimer ?? startTimer,
      random: options.random ?? Math.random,
      open: this.#open,
      turnstile: this.#turnstile,
      metrics: this.#metrics,
      limits: this.#limits,
      send: (destination, { id, alerts }) => {
        const linkOf = (runId: string) => toLink(options.publicUrl, runId)
        const notification = { id, alerts, linkOf, now: now() }
        const request = ADAPTERS[destination.kind].build(destination, notification)
        return sendRequest(destination, request, {
          fetch: options.fetch ?? fetch,
          timeoutMs: this.#limits.requestTimeoutMs,
          answerBytesMax: this.#limits.answerBytesMax,
          signal: this.#stopping.signal
        })
      }
    })
    this.#watch = new OutboxWatch({
      ...options,
      setTimer: options.setTimer ?? startTimer,
      turnstile: this.#turnstile,
      refill: (unsent) => this.#refill(unsent),
      save: (changed) => this.#save(changed),
      wake: () => this.#dispatcher.wake(),
      metrics: this.#metrics,
      limits: this.#limits
    })
  }

  async start(): Promise<void> {
    const { store, rules, now } = this.#options
    const at = now()
    const { openMax } = this.#limits
    await this.#refill(await store.findUnsentAlerts(openMax))
    const longestMs = rules.rules.reduce((most, { limitMs }) => Math.max(most, limitMs), 0)
    const recent = await store.findAlertsSince(fromUnixMillis(at - longestMs), openMax)
    for (const { rule, startedAt } of countOnce(recent)) {
      const known = rules.rules.find(({ name }) => name === rule)
      if (known !== undefined) this.#guard.recall(known, startedAt, at)
    }
    this.#dispatcher.wake()
    this.#watch.start()
  }

  async onsetLocalized(analysis: Analysis, saved?: Promise<unknown>): Promise<void> {
    if (analysis.state !== 'complete') return
    const changed = await this.#turnstile.pass(() => this.#decide(analysis))
    if (changed.length === 0) return
    const wake = (): void => this.#dispatcher.wake()
    if (saved === undefined) wake()
    else void saved.then(wake, wake)
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const setTimer = this.#options.setTimer ?? startTimer
    const cancel = setTimer(() => this.#stopping.abort(), this.#limits.closeMs)
    await Promise.all([this.#watch.close(), this.#dispatcher.close()])
    await this.#turnstile.pass(() => Promise.resolve())
    cancel()
    this.#metrics.close()
  }

  /** Takes in what waits in the store. */
  async #refill(unsent: readonly AlertDelivery[]): Promise<void> {
    const { destinations } = this.#options.rules
    const orphans = unsent.filter(({ destination }) => !destinations.has(destination))
    await this.#giveUp(orphans)
    const kept = unsent.filter((delivery) => !orphans.includes(delivery))
    this.#open.refill(kept, unsent.length < this.#limits.openMax)
  }

  /** Their destination is no longer in the rules: nobody can be told. */
  async #giveUp(orphans: readonly AlertDelivery[]): Promise<void> {
    const { store, now, logger } = this.#options
    if (orphans.length === 0) return
    const dead = orphans.map((delivery) => ({
      ...delivery,
      revision: delivery.revision + 1,
      status: 'dead' as const,
      error: 'the destination is no longer in the rules',
      updatedAt: fromUnixMillis(now())
    }))
    await store.saveAlerts(dead)
    for (const { destination } of dead) this.#metrics.countDead(destination, 1)
    logger.error({ deliveries: dead.length }, 'alerts given up: their destination is gone')
  }

  async #decide(analysis: Analysis): Promise<readonly AlertDelivery[]> {
    const { store, now, rules } = this.#options
    const { destinations } = rules
    const { run } = analysis.tree
    const found = readVerdict(analysis)
    const feedback = found === undefined ? [] : await store.readFeedback(run.runId)
    const isTakenBack = found !== undefined && isDisputed(feedback, found.onset.stepIndex)
    const verdict = isTakenBack ? undefined : found
    const existing = await store.readRunAlerts(run.runId)
    const at = now()
    const next = nextDeliveries({
      runId: run.runId,
      existing,
      wanted: verdict === undefined ? [] : this.#wantedOf(verdict, analysis),
      now: at,
      reasonOf: (delivery) =>
        isTakenBack ? 'corrected' : resolutionOf(delivery, verdict, analysis),
      admit: (rule, groupKey) => this.#guard.admit(rule, groupKey, at)
    })
    // Nobody can be told by a destination that is no longer in the rules.
    const changed = next.map((delivery) =>
      destinations.has(delivery.destination) ? delivery : withdraw(delivery)
    )
    await this.#save(changed)
    return changed
  }

  async #save(changed: readonly AlertDelivery[]): Promise<void> {
    const [first] = changed
    if (first === undefined) return
    const { store, logger } = this.#options
    await store.saveAlerts(changed)
    for (const delivery of changed) this.#open.put(delivery)
    this.#metrics.countChanges(changed)
    logger.info({ runId: first.runId, deliveries: changed.length }, 'alerts changed')
  }

  #wantedOf(verdict: Verdict, { tree }: Analysis): readonly WantedDelivery[] {
    const { rules, destinations } = this.#options.rules
    return rules
      .filter(({ match }) => matchesRule(match, verdict))
      .flatMap((rule) =>
        rule.destinations.flatMap((name) => {
          const destination = destinations.get(name)
          if (destination === undefined) return []
          const { alertKey } = verdict
          return [
            {
              deliveryId: digest([alertKey, rule.name, name]),
              alertKey,
              rule,
              destination: name,
              groupKey: groupKeyOf(rule, verdict),
              payload: toPayload(verdict, tree, { rule, detail: destination.detail })
            }
          ]
        })
      )
  }
}

/** Empty for a rule that does not group. */
function groupKeyOf({ groupBy, groupWaitMs }: AlertRule, verdict: Verdict): string {
  if (groupBy.length === 0 && groupWaitMs === 0) return ''
  return JSON.stringify(groupBy.map((word) => verdict[word]))
}

function resolutionOf(
  delivery: AlertDelivery,
  verdict: Verdict | undefined,
  { tree }: Analysis
): Resolution {
  if (verdict === undefined) return tree.run.outcome === 'ok' ? 'corrected' : 'withdrawn'
  return verdict.alertKey === delivery.alertKey ? 'unmatched' : 'changed'
}

function withdraw(delivery: AlertDelivery): AlertDelivery {
  return { ...delivery, status: 'withdrawn' }
}

/** A rule tells several destinations of one alert, which its limit counts once. */
function countOnce(deliveries: readonly AlertDelivery[]) {
  const once = new Map(
    deliveries.map(({ rule, alertKey, startsAt }) => [
      `${rule} ${alertKey} ${startsAt}`,
      { rule, startedAt: Number(startsAt / 1_000_000n) }
    ])
  )
  return once.values()
}

/** Not a reason to keep the process alive: whoever composed it closes it. */
function startTimer(callback: () => void, delayMs: number): () => void {
  const timer = setTimeout(callback, delayMs)
  timer.unref()
  return () => clearTimeout(timer)
}
