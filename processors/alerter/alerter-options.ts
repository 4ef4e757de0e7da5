// What the alerter needs from outside and what it offers.

import type { AlertStore, Analysis } from '@onset/collector/model'
import type { Meter } from '@opentelemetry/api'
import type { Logger } from 'pino'

import type { Fetch } from './delivery/send-request.ts'
import type { AlerterLimits } from './limits.ts'
import type { AlertRules } from './rules/alert-rules.ts'

export interface AlerterOptions {
  readonly store: AlertStore
  readonly rules: AlertRules
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly meter: Meter
  readonly logger: Logger
  /** Where people reach this Onset, for links; none without. */
  readonly publicUrl?: string | undefined
  readonly fetch?: Fetch
  /** Calls back once after `delayMs`; returns what cancels it. */
  readonly setTimer?: (callback: () => void, delayMs: number) => () => void
  /** From 0 until 1. */
  readonly random?: () => number
  readonly limits?: Partial<AlerterLimits>
}

export interface Alerter {
  /**
   * Resolves when what is to be told of this analysis is durable; telling goes on by itself. Only an
   * analysis in state `complete` can change anything, and the same verdict again does not. Nobody is told before
   * `saved` is settled: whoever follows an alert's link is to find the run as the alert says it is.
   *
   * @throws CollectorError of the store; the same analysis can be given again.
   */
  onsetLocalized(analysis: Analysis, saved?: Promise<unknown>): Promise<void>
  /** Waits a moment for what is under way; the rest is sent after the next start. Idempotent. */
  close(): Promise<void>
}
