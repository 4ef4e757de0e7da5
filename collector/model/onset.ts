// The product: where a run went wrong, why we think so, and what it cost.

import type { RunId, SpanId, StepId, UnixNano } from './quantities.ts'
import type { StageName, Tokens } from './step.ts'

export const ONSET_CATEGORIES = [
  'environment_setup',
  'dependency_resolution',
  'mislocalized_edit',
  'incorrect_hypothesis',
  'requirement_missed',
  'verification_misread',
  'premature_completion',
  'unproductive_loop',
  'invalid_tool_use',
  'budget_exhausted',
  'other'
] as const
export type OnsetCategory = (typeof ONSET_CATEGORIES)[number]

/** A sign that a step matters to the failure. `quote` occurs verbatim in the step's texts. */
export interface Evidence {
  readonly stepIndex: number
  /** Detector or slice rule that found it, `non_zero_exit`. */
  readonly detector: string
  readonly quote: string
  /** Share in the ranking score, on the scale of docs/localization.md. */
  readonly weight: number
}

/** Spent after the onset: what stopping there would have saved. */
export interface Waste {
  readonly steps: number
  readonly tokens: Tokens
  readonly costUsd: number | undefined
  readonly ms: number
}

/** The earliest step from which the failure follows and from which the agent never recovered. */
export interface Onset {
  readonly runId: RunId
  /** 1 is the best suspect. */
  readonly rank: number
  readonly stepIndex: number
  readonly stepId: StepId
  readonly spanId: SpanId
  readonly stage: StageName
  readonly category: OnsetCategory
  /** 0..1. */
  readonly confidence: number
  /** One sentence an on-call engineer can act on. */
  readonly summary: string
  /** Step indexes from onset to symptom, ascending, both included. */
  readonly chain: readonly number[]
  readonly symptomStepIndex: number
  readonly evidence: readonly Evidence[]
  /** Facts that speak against the agent's guilt (the verifier never ran); lower the confidence. */
  readonly caveats: readonly string[]
  readonly waste: Waste
  /** `deterministic` or `judge`. */
  readonly method: 'deterministic' | 'judge'
  /** Changes whenever the same run could get another answer. */
  readonly localizerVersion: string
  /** True while the run is open: a suspicion that the next step may withdraw. */
  readonly provisional: boolean
}

export const REQUIREMENT_KINDS = [
  'file',
  'command',
  'port',
  'name',
  'format',
  'number',
  'constraint'
] as const
export type RequirementKind = (typeof REQUIREMENT_KINDS)[number]

export const REQUIREMENT_STATUSES = ['addressed', 'seen', 'untouched'] as const
export type RequirementStatus = (typeof REQUIREMENT_STATUSES)[number]

/** Something the task asks for, and what became of it. */
export interface Requirement {
  readonly kind: RequirementKind
  /** Verbatim from the task; a constraint may be cut. */
  readonly text: string
  /** `seen`: looked at, planned or spoken of, but nothing was done; `untouched`: in no step at all. */
  readonly status: RequirementStatus
  /** Of the first steps that addressed it, or else saw it, ascending. */
  readonly stepIndexes: readonly number[]
}

/** What the localizer says of one run: ranked onsets, or none with the reason. */
export interface Localization {
  readonly onsets: readonly Onset[]
  /** Why there are no onsets; absent when there are. */
  readonly abstention: string | undefined
  /** Step indexes judged `incorrect` and `unuseful`: the paper's failure-relevant step set. */
  readonly incorrectSteps: readonly number[]
  readonly unusefulSteps: readonly number[]
  /** How likely each of `incorrectSteps` is one, in their order. */
  readonly incorrectProbabilities?: readonly number[]
  /** In the order of the task; absent when the run was not looked at for it. */
  readonly requirements?: readonly Requirement[]
  /** Also of one that names no onset; absent where nobody localized. */
  readonly localizerVersion?: string
}

/** What was there to be judged when somebody corrected a run: the next analysis may say otherwise. */
export interface JudgedLocalization {
  readonly localizerVersion: string
  readonly revision: number
  /** Best suspect first; empty when no onset was named. */
  readonly suspectStepIndexes: readonly number[]
  /** Of the best suspect. */
  readonly category: OnsetCategory | undefined
}

/** A person's correction, from `POST /api/runs/{runId}/feedback`. */
export interface Feedback {
  readonly runId: RunId
  /** The true onset; `undefined` says that no step of this run is to blame. */
  readonly onsetStepIndex: number | undefined
  /**
   * Of that step, which the next analysis may number otherwise: what is read has the number of the current
   * revision. Absent where nobody knew it.
   */
  readonly onsetStepId?: StepId
  /** The run has no such step any more; the number is the one that was given. */
  readonly isGone?: boolean
  readonly category: OnsetCategory | undefined
  readonly comment: string
  readonly author: string
  readonly createdAt: UnixNano
  /** Absent when the run had not been analyzed to its end: a suspicion about an open run is no answer. */
  readonly judged?: JudgedLocalization
}

/**
 * What people found of the answers of one localizer version. The newest word of each author on a run counts;
 * a run on which authors contradict each other is a disagreement and in no other figure.
 */
export interface LocalizerPrecision {
  readonly localizerVersion: string
  /** With feedback, disagreements among them. */
  readonly runs: number
  readonly disagreements: number
  /** A step is to blame, say people. */
  readonly withOnset: number
  /** Of these, the best suspect is that step. */
  readonly exact: number
  /** Of these, one of the first three suspects is. */
  readonly top3: number
  /** Of these, no suspect is, or none was named. */
  readonly missed: number
  /** No step is to blame, say people. */
  readonly withoutOnset: number
  /** Of these, a step was named. */
  readonly falseAccusations: number
  /** Newest feedback. */
  readonly lastFeedbackAt: UnixNano
}

/** A reader looks at three; five is where a judge would stop. */
export const ONSETS_PER_RUN_MAX = 5
export const EVIDENCE_PER_ONSET_MAX = 12
export const QUOTE_CHARS_MAX = 240
