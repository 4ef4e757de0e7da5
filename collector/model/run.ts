// A run as a tree: what the assembler makes of all steps that carry one run id. Pure values; the store
// keeps them as rows (agent_runs, agent_stages, agent_steps) and the localizer reads nothing else.

import type { RunId, SpanId, StepId, TraceId, UnixNano } from './quantities.ts'
import type { Check, ClassifiedStep, Outcome, StageName, Tokens } from './step.ts'

export const RUN_STATES = ['open', 'settling', 'complete'] as const
export type RunState = (typeof RUN_STATES)[number]

/** Where the outcome of a run was read, most trusted first. */
export const OUTCOME_SOURCES = [
  'reported',
  'declared',
  'evaluation',
  'verification',
  'root_span',
  'none'
] as const
export type OutcomeSource = (typeof OUTCOME_SOURCES)[number]

/** Step verdicts of the paper: a wrong state change, exploration without new evidence, or neither. */
export const VERDICTS = ['incorrect', 'unuseful', 'correct'] as const
export type Verdict = (typeof VERDICTS)[number]

/** What a verifier or CI found about a run, from `POST /api/runs/{runId}/outcome`. */
export interface OutcomeReport {
  readonly outcome: Outcome
  /** Who reports, `ci` or `harbor`; a second report of the same source replaces the first. */
  readonly source: string
  readonly checks: readonly Check[]
  /** The verifier's own output, cut to VERIFIER_OUTPUT_CHARS_MAX. */
  readonly output: string
  readonly reportedAt: UnixNano
}

/** A numbered step of an assembled run. */
export interface RunStep extends ClassifiedStep {
  /** 1-based, in order of start; contiguous. */
  readonly index: number
  /** Index of the step this one happened inside of (a sub-agent's tool call), if any. */
  readonly parentIndex: number | undefined
  /** Final stage, which may differ from `effects.stage`, the provisional one. */
  readonly stage: StageName
  readonly stageIndex: number
  /** Node of the state tree this step looked at (explore) or created (change). */
  readonly stateIndex: number
  readonly verdict: Verdict | undefined
  /** Spans folded into this step: the LLM call that asked for it, its MCP twin. */
  readonly foldedSpanIds: readonly SpanId[]
  /** The span's parent never arrived. */
  readonly orphan: boolean
}

/** Consecutive steps with one purpose. */
export interface Stage {
  /** 1-based. */
  readonly index: number
  readonly name: StageName
  readonly firstStepIndex: number
  readonly lastStepIndex: number
  readonly startTime: UnixNano
  readonly endTime: UnixNano
  readonly tokens: Tokens
  readonly costUsd: number | undefined
  readonly errorCount: number
}

/** A state of the agent's workspace. State 0 is the one the run started in. */
export interface StateNode {
  readonly index: number
  readonly parentIndex: number | undefined
  /** The change step that made it; absent for state 0. */
  readonly stepIndex: number | undefined
  /** Set when the change restored an earlier state: the index of that state (a back edge). */
  readonly revertsTo: number | undefined
}

/** Everything about a run but its steps. */
export interface Run {
  readonly runId: RunId
  readonly traceIds: readonly TraceId[]
  readonly sessionId: string | undefined
  readonly service: string
  readonly agent: string | undefined
  readonly agentVersion: string | undefined
  readonly models: readonly string[]
  readonly task: string
  readonly finalMessage: string
  readonly outcome: Outcome
  readonly outcomeSource: OutcomeSource
  /** Of the outcome reports, else of the last verification found in the run. */
  readonly checks: readonly Check[]
  readonly verifierOutput: string
  readonly startTime: UnixNano
  readonly endTime: UnixNano
  readonly stepCount: number
  readonly spanCount: number
  readonly errorCount: number
  readonly tokens: Tokens
  readonly costUsd: number | undefined
  /** 0..1: lowered by orphans, a missing root, truncation, drops, and by the cap on steps. */
  readonly completeness: number
  /** Why completeness is below 1, for a person; empty when it is 1. */
  readonly incompleteReasons: readonly string[]
}

export interface RunTree {
  readonly run: Run
  readonly stages: readonly Stage[]
  readonly steps: readonly RunStep[]
  readonly states: readonly StateNode[]
  /** Steps that are not numbered (agent frames, LLM calls folded into what they asked for) and why. */
  readonly folded: readonly { readonly stepId: StepId; readonly intoIndex: number | undefined }[]
  /** The error that ended the program, in one line; absent when it ended in order or only left an exit code. Not stored. */
  readonly error?: string
}

/** 20× the longest run of the labelled data; a tree of this size must localize in about two seconds. */
export const STEPS_PER_RUN_MAX = 20_000

/** 64 Ki characters of a verifier's output: the assertion messages are in the last part. */
export const VERIFIER_OUTPUT_CHARS_MAX = 65_536

/** Checks of one report; a test suite with more failures than this says nothing new. */
export const CHECKS_PER_RUN_MAX = 1_000
