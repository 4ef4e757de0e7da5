// What a dataset says, in two halves that never meet before the metrics: the run as its agent's
// instrumentation would have sent it, and what annotators said about it. Predictions are made from the
// first half alone, so a label cannot leak into them.

import type {
  Effect,
  OnsetCategory,
  OutcomeReport,
  StageName,
  Step,
  StepId
} from '@onset/collector/model'

export type DatasetFormat = 'onsets' | 'who-and-when' | 'agentrx-tau' | 'step-kinds'

export interface LabelledRun {
  /** As the dataset names it. */
  readonly id: string
  /** Task without its difficulty variant: runs of one task fail alike, so they are resampled together. */
  readonly task: string
  /** Kind of agent, where a dataset has several: figures are also given for each alone. */
  readonly subset: string | undefined
  readonly steps: readonly Step[]
  readonly outcomeReports: readonly OutcomeReport[]
  /** Ids of the steps that labels speak about: the first is step 1 of the assembled run, and so on. */
  readonly numbered: readonly StepId[]
  readonly label: RunLabel
  /** Labels that could not be used, each with what is wrong with it; the rest of the run is. */
  readonly flaws: readonly string[]
}

export interface RunLabel {
  readonly verdict: 'failed' | 'solved' | 'unknown'
  /** Failed runs only: false when environment, harness or tests alone made the run fail. */
  readonly attributable: boolean | undefined
  readonly onset: OnsetLabel | undefined
  /** Steps that gave no new evidence and changed nothing useful. */
  readonly unuseful: readonly number[] | undefined
  /** One per numbered step. */
  readonly effects: readonly Effect[] | undefined
  /** In order, without gaps. */
  readonly stages: readonly StageLabel[] | undefined
}

/** Step indexes are those of the assembled run, 1-based. */
export interface OnsetLabel {
  readonly stepIndex: number
  readonly acceptable: readonly number[]
  /** Wrong state changes that belong to the failure; absent when the dataset does not have them. */
  readonly incorrect: readonly number[] | undefined
  readonly category: OnsetCategory | undefined
  /** Who is to blame, where the dataset says so. */
  readonly agent: string | undefined
}

export interface StageLabel {
  readonly name: StageName | undefined
  readonly firstStepIndex: number
  readonly lastStepIndex: number
}

/** The half without labels: all that a prediction may see. */
export type UnlabelledRun = Omit<LabelledRun, 'label' | 'flaws'>

export const NOTHING_LABELLED: RunLabel = {
  verdict: 'unknown',
  attributable: undefined,
  onset: undefined,
  unuseful: undefined,
  effects: undefined,
  stages: undefined
}
