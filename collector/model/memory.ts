// What is remembered across runs: how an agent fails, and where a failed run left the way of one that succeeded.

import type { OnsetCategory } from './onset.ts'
import type { RunId, UnixNano } from './quantities.ts'
import type { RunStep } from './run.ts'
import type { StageName } from './step.ts'

/** The same agent and model going wrong in the same way with the same tool. */
export interface FailurePattern {
  /** 32 hex digits, made from all else here. */
  readonly patternId: string
  /** Name of the agent, of the service where it has none. */
  readonly agent: string
  /** Empty when no span says. */
  readonly model: string
  readonly tool: string
  readonly category: OnsetCategory
  readonly stage: StageName
  /** Program of a command, kind of a file: what the tool was used for. */
  readonly family: string
  /** Error line without what differs from run to run, or the detector that found the onset. */
  readonly sign: string
}

/** Where a failed run left the way of a successful one of the same task. */
export interface Divergence {
  readonly stepIndex: number
  /** Verbatim from that step. */
  readonly quote: string
  readonly successRunId: RunId
  /** The step of the other run that stands where this one diverged; its last one when none does. */
  readonly successStepIndex: number
}

/** What one complete run adds: one hit, and how it differs from a success. */
export interface RunMemory {
  readonly runId: RunId
  readonly service: string
  /** The best suspect. */
  readonly onsetStepIndex: number
  readonly pattern: FailurePattern
  readonly divergence: Divergence | undefined
  /** When the run ended, by its own clock. */
  readonly seenAt: UnixNano
}

export interface PatternRecord {
  readonly pattern: FailurePattern
  /** Runs whose best suspect it is. */
  readonly hits: number
  /** Hits, each halved for every half-life since. */
  readonly weight: number
  /** Runs of which the newest word of people names the same step, and another step or none. */
  readonly confirmed: number
  readonly refuted: number
  /** 0..1: (confirmed + 1) / (confirmed + refuted + 2). */
  readonly helpfulness: number
  readonly firstSeenAt: UnixNano
  readonly lastSeenAt: UnixNano
  /** The latest example. */
  readonly lastRunId: RunId
}

export interface PatternFilter {
  /** Seen at this time or later. */
  readonly since?: UnixNano
  readonly service?: string
  readonly agent?: string
  readonly model?: string
  readonly tool?: string
  readonly category?: OnsetCategory
  /** 1..LIST_LIMIT_MAX. */
  readonly limit: number
}

export interface MemoryReader {
  /** Weight times helpfulness first. */
  listPatterns(filter: PatternFilter): Promise<readonly PatternRecord[]>
  readRunMemory(runId: RunId): Promise<RunMemory | undefined>
}

export interface SuccessQuery {
  readonly service: string
  readonly agent: string | undefined
  readonly since: UnixNano
  readonly limit: number
}

export interface SuccessfulRun {
  readonly runId: RunId
  /** Its first TASK_CHARS_COMPARED characters. */
  readonly task: string
}

export interface MemoryStore {
  /**
   * Replaces what the run added before; `undefined` takes it back. Writes nothing when it is the same.
   * Durable when resolved.
   */
  remember(runId: RunId, memory: RunMemory | undefined): Promise<void>
  /** How many patterns the agent has, and whether this is one of them. */
  countPatterns(
    agent: string,
    patternId: string
  ): Promise<{ readonly patterns: number; readonly known: boolean }>
  /** Newest first. */
  findSuccesses(query: SuccessQuery): Promise<readonly SuccessfulRun[]>
  readSteps(runId: RunId, after: number, limit: number): Promise<readonly RunStep[]>
}

/** Tasks that differ only after so much text count as the same. */
export const TASK_CHARS_COMPARED = 4_096

/** Days after which a hit counts half: an agent is released anew about as often. */
export const PATTERN_HALF_LIFE_DAYS_DEFAULT = 30
