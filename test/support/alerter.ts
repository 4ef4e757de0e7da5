// An alerter without engine, network or waiting: the outbox in memory, a clock that a test moves, and
// receivers that answer what a test says and keep what they were sent.

import { createNoopMeter, type Meter } from '@opentelemetry/api'

import type {
  AlertDelivery,
  AlertStore,
  Analysis,
  Feedback,
  FiringAlertFilter,
  Onset,
  Outcome,
  RunId,
  UnixNano
} from '../../collector/model/index.ts'
import { toRunId, toStepId } from '../../collector/model/index.ts'
import type { Alerter, AlerterLimits, AlertRules } from '../../processors/alerter/index.ts'
import { createAlerter, parseAlertRules } from '../../processors/alerter/index.ts'
import { anOnset, aRunTree, aTraceId } from './builders.ts'
import { FakeClock } from './fake-clock.ts'
import { silentLogger } from './test-store.ts'

export class MemoryAlertStore implements AlertStore {
  readonly #rows = new Map<string, AlertDelivery>()
  /** Throws on the next so many writes. */
  failures = 0

  async saveAlerts(deliveries: readonly AlertDelivery[]): Promise<void> {
    if (this.failures > 0) {
      this.failures -= 1
      throw new Error('the store is away')
    }
    for (const delivery of deliveries) {
      const id = `${delivery.runId}/${delivery.deliveryId}`
      const before = this.#rows.get(id)
      if (before === undefined || before.revision < delivery.revision) this.#rows.set(id, delivery)
    }
  }

  async readRunAlerts(runId: RunId | ''): Promise<readonly AlertDelivery[]> {
    return this.all().filter((row) => row.runId === runId)
  }

  async findUnsentAlerts(limit: number): Promise<readonly AlertDelivery[]> {
    return this.all()
      .filter(({ status }) => status === 'waiting' || status === 'held')
      .toSorted((a, b) => Number(a.nextAttemptAt - b.nextAttemptAt))
      .slice(0, limit)
  }

  async findFiringAlerts(filter: FiringAlertFilter): Promise<readonly AlertDelivery[]> {
    return this.all().filter(
      ({ event, status, destination, endsAt }) =>
        event === 'firing' &&
        status === 'delivered' &&
        destination === filter.destination &&
        endsAt > filter.endsAfter
    )
  }

  async findAlertsSince(since: UnixNano, limit: number): Promise<readonly AlertDelivery[]> {
    return this.all()
      .filter(({ startsAt, status, runId }) => {
        return startsAt >= since && status !== 'held' && status !== 'grouped' && runId !== ''
      })
      .slice(0, limit)
  }

  /** What people said, newest first. */
  readonly feedback: Feedback[] = []

  async findCorrectedRuns(_since: UnixNano, limit: number): Promise<readonly RunId[]> {
    return [...new Set(this.feedback.map(({ runId }) => runId))].slice(0, limit)
  }

  async readFeedback(runId: RunId): Promise<readonly Feedback[]> {
    return this.feedback.filter((one) => one.runId === runId)
  }

  all(): readonly AlertDelivery[] {
    return [...this.#rows.values()]
  }
}

export interface Received {
  readonly url: string
  readonly headers: Headers
  readonly text: string
  readonly at: number
}

/** The fields of a webhook's body that tests look at. */
export interface ReceivedAlert {
  readonly id: string
  readonly status: string
  readonly kind: string
  readonly runId?: string
  readonly count?: number
  readonly resolution?: string
}

/** What answers: a status, or a function of how many requests came before. */
export type Answers = (before: number, url: string) => Response | Error | Promise<Response>

export interface StartAlerterOptions {
  readonly rules?: string
  readonly env?: Record<string, string>
  readonly store?: MemoryAlertStore
  readonly clock?: FakeClock
  readonly answers?: Answers
  readonly limits?: Partial<AlerterLimits>
  readonly meter?: Meter
}

export const HOOK_RULES = `
destinations:
  hook: { kind: webhook, url: 'http://hook.test/' }
rules:
  - { name: all, destinations: [hook] }
`

export interface StartedAlerter {
  readonly alerter: Alerter
  readonly store: MemoryAlertStore
  readonly clock: FakeClock
  readonly received: readonly Received[]
  /** All alerts of all webhook requests, in order. */
  readonly alerts: () => readonly ReceivedAlert[]
  /** `fired run`, `resolved run`, in order. */
  readonly told: () => readonly string[]
}

export function someRules(text: string, env: Record<string, string> = {}): AlertRules {
  return parseAlertRules(text, { source: 'rules.yaml', env })
}

/** 2026-11-02T09:00:00Z, at which intervals of minutes and hours begin. */
export const ALERTS_START = Date.UTC(2026, 10, 2, 9)

export async function startAlerter(options: StartAlerterOptions = {}): Promise<StartedAlerter> {
  const clock = options.clock ?? new FakeClock(ALERTS_START)
  const store = options.store ?? new MemoryAlertStore()
  const received: Received[] = []
  const answers = options.answers ?? (() => new Response('ok'))
  const alerter = await createAlerter({
    store,
    rules: someRules(options.rules ?? HOOK_RULES, options.env),
    now: clock.now,
    setTimer: clock.setTimer,
    random: () => 0.5,
    logger: silentLogger,
    meter: options.meter ?? createNoopMeter(),
    publicUrl: 'https://onset.example/',
    limits: options.limits ?? {},
    fetch: async (url, init) => {
      const before = received.length
      received.push({
        url,
        headers: new Headers(init.headers),
        text: typeof init.body === 'string' ? init.body : '',
        at: clock.now()
      })
      const answer = await answers(before, url)
      if (answer instanceof Error) throw answer
      return answer
    }
  })
  const alerts = (): readonly ReceivedAlert[] =>
    received.flatMap(({ text }) => (JSON.parse(text) as { alerts: ReceivedAlert[] }).alerts)
  return {
    alerter,
    store,
    clock,
    received,
    alerts,
    told: () =>
      alerts().map(({ status, runId, count }) => `${status} ${runId ?? `summary ${count}`}`)
  }
}

export interface VerdictOptions extends Partial<Onset> {
  readonly outcome?: Outcome
  readonly state?: Analysis['state']
  readonly service?: string
  readonly agent?: string
}

/** A run that failed, with one suspect. */
export function aFailedAnalysis(options: VerdictOptions = {}): Analysis {
  const { outcome = 'error', state = 'complete', service = 'shop', agent, ...given } = options
  const runId = given.runId ?? toRunId(aTraceId())
  const tree = aRunTree([{ tool: 'edit', effects: { filesWritten: ['src/cart.ts'] } }], {
    runId,
    outcome,
    service,
    agent,
    models: ['m-1'],
    checks: [
      { name: 'cart keeps items', status: 'failed', message: 'secret words of the user' },
      { name: 'cart is empty', status: 'passed', message: '' }
    ]
  })
  const onset = anOnset({
    stepId: toStepId('step-1'),
    waste: { steps: 3, tokens: { input: 1_000, output: 234 }, costUsd: 0.01, ms: 5_000 },
    ...given,
    runId
  })
  return {
    tree,
    localization: { onsets: [onset], abstention: undefined, incorrectSteps: [], unusefulSteps: [] },
    state,
    partial: false,
    ingestedThrough: tree.run.endTime
  }
}

/** The same run, of which nothing is to be said any more. */
export function withoutOnset(analysis: Analysis, outcome: Outcome = 'ok'): Analysis {
  return {
    ...analysis,
    tree: { ...analysis.tree, run: { ...analysis.tree.run, outcome } },
    localization: { onsets: [], abstention: 'did not fail', incorrectSteps: [], unusefulSteps: [] }
  }
}
