// What an operator wrote: which failures are to be told to whom.

import type { OnsetCategory, StageName } from '@onset/collector/model'

export const DESTINATION_KINDS = ['alertmanager', 'webhook', 'slack', 'pagerduty'] as const
export type DestinationKind = (typeof DESTINATION_KINDS)[number]

/** How much leaves this machine: closed words and numbers, or also names of tool, file and checks. */
export const DETAILS = ['minimal', 'names'] as const
export type Detail = (typeof DETAILS)[number]

export interface Destination {
  readonly name: string
  readonly kind: DestinationKind
  readonly url: string
  readonly headers: ReadonlyMap<string, string>
  /** Signs the body of a webhook, routes an event of PagerDuty. */
  readonly key: string | undefined
  readonly detail: Detail
  /** Values that came from the environment: never in a log, a metric or the store. */
  readonly secrets: readonly string[]
}

export const GROUP_WORDS = ['category', 'stage', 'service', 'agent'] as const
export type GroupWord = (typeof GROUP_WORDS)[number]

/** An empty list matches everything. Services and agents may end in `*`. */
export interface RuleMatch {
  readonly categories: readonly OnsetCategory[]
  readonly stages: readonly StageName[]
  readonly services: readonly string[]
  readonly agents: readonly string[]
  /** 0..1. */
  readonly minConfidence: number
}

export interface AlertRule {
  readonly name: string
  readonly match: RuleMatch
  readonly destinations: readonly string[]
  readonly labels: ReadonlyMap<string, string>
  /** Alerts that agree in these words and come within `groupWaitMs` share a notification. */
  readonly groupBy: readonly GroupWord[]
  readonly groupWaitMs: number
  /** More than `notifications` within `limitMs` are told in one summary at its end. */
  readonly notifications: number
  readonly limitMs: number
  /** How long an alert stands at an Alertmanager unless it is resolved. */
  readonly firesForMs: number
}

export interface AlertRules {
  readonly destinations: ReadonlyMap<string, Destination>
  readonly rules: readonly AlertRule[]
}

/** Where `${NAME}` of the file is looked up. */
export type Environment = Readonly<Record<string, string | undefined>>
