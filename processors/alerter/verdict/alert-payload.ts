// What a notification can say, kept with each delivery so that it can be said again after a restart. Holds
// no text that an agent, a tool or a person wrote in a run: ids, closed words and numbers, names that
// operators gave, and, where a destination asks for it, names of tool, file and checks.

import type { OnsetCategory, OutcomeSource, StageName } from '@onset/collector/model'

/** Names out of the run, which are somebody's text although short. */
export interface OnsetNames {
  readonly tool: string
  readonly file: string
  readonly failedChecks: readonly string[]
}

export interface OnsetPayload {
  readonly kind: 'onset'
  readonly rule: string
  /** Of the rule when it fired: an alert keeps its identity when the rule is edited. */
  readonly labels: Readonly<Record<string, string>>
  readonly runId: string
  readonly traceId: string
  readonly spanId: string
  /** Short form of the verdict. */
  readonly onset: string
  readonly stage: StageName
  readonly category: OnsetCategory
  readonly confidence: number
  readonly stepIndex: number
  readonly stepCount: number
  readonly symptomStepIndex: number
  readonly service: string
  readonly agent: string
  readonly agentVersion: string
  readonly models: readonly string[]
  readonly outcomeSource: OutcomeSource
  /** Milliseconds since 1970. */
  readonly runStartedAt: number
  readonly runEndedAt: number
  readonly failedCheckCount: number
  readonly waste: {
    readonly steps: number
    readonly tokens: number
    readonly costUsd: number | null
    readonly ms: number
  }
  readonly names: OnsetNames | null
  /** Why it was resolved. */
  readonly resolution: Resolution | null
}

/** The run did not fail after all or a person said so, no step is to blame, another one is, or the rule is about others. */
export type Resolution = 'corrected' | 'withdrawn' | 'changed' | 'unmatched'

/** What came beyond a rule's limit. */
export interface SummaryPayload {
  readonly kind: 'summary'
  readonly rule: string
  readonly labels: Readonly<Record<string, string>>
  readonly count: number
  readonly limitMs: number
  /** Category → runs, most first. */
  readonly categories: readonly (readonly [string, number])[]
  /** The first of them. */
  readonly runIds: readonly string[]
}

export type AlertPayload = OnsetPayload | SummaryPayload

export function encodePayload(payload: AlertPayload): string {
  return JSON.stringify(payload)
}

/** Undefined when a newer version wrote something else. */
export function decodePayload(text: string): AlertPayload | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isPayload(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Only what this room wrote is in the outbox; the kind tells which of both it is. */
function isPayload(value: unknown): value is AlertPayload {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false
  return value.kind === 'onset' || value.kind === 'summary'
}
