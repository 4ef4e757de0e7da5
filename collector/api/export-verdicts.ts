// Runs as the two shapes in which CodeTracer (https://arxiv.org/abs/2604.11641) publishes diagnoses: a row for
// every step with its verdict and reward, and a run's stages with their incorrect and unuseful steps. Where
// people agree on the onset, their word replaces the localizer's.

import type { Onset, OnsetCategory, RunStep, Stage, Verdict } from '../model/index.ts'
import type { AgreedTruth } from './export-truth.ts'
import type { ExportedRun } from './export-run.ts'

/** What both shapes need of a step. */
export interface StepVerdict {
  readonly index: number
  readonly verdict: Verdict | undefined
  readonly stageIndex: number
}

export function takeVerdict({ index, verdict, stageIndex }: RunStep): StepVerdict {
  return { index, verdict, stageIndex }
}

/** Costs the run time and tokens and nothing else. */
const UNUSEFUL_REWARD = -0.25

const DEVIATION_OF_CATEGORY: Readonly<Record<OnsetCategory, string>> = {
  environment_setup: 'none',
  dependency_resolution: 'none',
  mislocalized_edit: 'wrong_target',
  incorrect_hypothesis: 'missing_exploration',
  requirement_missed: 'missing_exploration',
  verification_misread: 'premature_conclusion',
  premature_completion: 'premature_conclusion',
  unproductive_loop: 'redundant',
  invalid_tool_use: 'wrong_tool',
  budget_exhausted: 'none',
  other: 'none'
}

/** A line for every step. */
export function* encodeRewards(exported: ExportedRun<StepVerdict>): Generator<string> {
  const { record, onsets, truth } = exported
  const suspects = new Map(onsets.map((onset) => [onset.stepIndex, onset]))
  const probabilities = new Map(
    (record.incorrectSteps ?? []).map(({ stepIndex, probability }) => [stepIndex, probability])
  )
  const onsetStepIndex = onsetOf(onsets, truth)
  for (const step of exported.steps) {
    const isOnset = step.index === onsetStepIndex
    const suspect = suspects.get(step.index)
    const guessed = probabilities.get(step.index) ?? suspect?.confidence
    const row = toRewardRow(exported, step, {
      isOnset,
      suspect,
      probability: isOnset && truth !== undefined ? 1 : (guessed ?? 1)
    })
    yield `${JSON.stringify(row)}\n`
  }
}

interface StepFacts {
  readonly isOnset: boolean
  readonly suspect: Onset | undefined
  /** That it is wrong, if it is called so. */
  readonly probability: number
}

function toRewardRow(
  { record, truth }: ExportedRun<StepVerdict>,
  step: StepVerdict,
  { isOnset, suspect, probability }: StepFacts
) {
  const verdict = judge(step, truth)
  const category = (isOnset ? truth?.category : undefined) ?? suspect?.category
  return {
    traj_id: record.run.runId,
    step_id: step.index,
    verdict,
    deviation_type: toDeviation(verdict, category),
    correct_alternative: null,
    impact_severity: toSeverity(verdict, isOnset),
    reasoning: verdict === 'incorrect' ? (suspect?.summary ?? '') : '',
    reward_signal: toReward(verdict, probability, record.run.outcome === 'ok'),
    source: truth === undefined ? 'localizer' : 'feedback'
  }
}

/** A line for the run. */
export function encodeTraceBench(exported: ExportedRun<StepVerdict>): string {
  const { record, stages } = exported
  const { run } = record
  const incorrectStages = stages
    .map((stage) => toStageLabel(stage, exported))
    .filter((label) => label.incorrect_step_ids.length + label.unuseful_step_ids.length > 0)
  return `${JSON.stringify({
    traj_id: run.runId,
    agent: run.agent ?? run.service,
    model: run.models[0] ?? '',
    task_name: run.task,
    solved: run.outcome === 'unknown' ? null : run.outcome === 'ok',
    step_count: run.stepCount,
    stages: stages.map((stage) => ({
      stage_id: stage.index,
      stage: stage.name,
      start_step_id: stage.firstStepIndex,
      end_step_id: stage.lastStepIndex
    })),
    stage_count: stages.length,
    incorrect_error_stage_count: incorrectStages.filter(
      (label) => label.incorrect_step_ids.length > 0
    ).length,
    incorrect_stages: incorrectStages,
    source: exported.truth === undefined ? 'localizer' : 'feedback'
  })}\n`
}

function toStageLabel(stage: Stage, { onsets, truth, steps }: ExportedRun<StepVerdict>) {
  const inside = steps.slice(stage.firstStepIndex - 1, stage.lastStepIndex)
  const idsOf = (verdict: Verdict): number[] =>
    inside.filter((step) => judge(step, truth) === verdict).map(({ index }) => index)
  const incorrect = idsOf('incorrect')
  const reason = onsets.find(({ stepIndex }) => incorrect.includes(stepIndex))
  return {
    stage_id: stage.index,
    incorrect_step_ids: incorrect,
    unuseful_step_ids: idsOf('unuseful'),
    reasoning: reason?.summary ?? ''
  }
}

function onsetOf(onsets: readonly Onset[], truth: AgreedTruth | undefined): number | undefined {
  return truth === undefined ? onsets[0]?.stepIndex : truth.onsetStepIndex
}

/** Nothing before the true onset is wrong, and nothing at all where no step is to blame. */
function judge(
  { index, verdict = 'correct' }: StepVerdict,
  truth: AgreedTruth | undefined
): Verdict {
  if (truth === undefined) return verdict
  const { onsetStepIndex } = truth
  if (index === onsetStepIndex) return 'incorrect'
  const isCleared = onsetStepIndex === undefined || index < onsetStepIndex
  return isCleared && verdict === 'incorrect' ? 'correct' : verdict
}

function toDeviation(verdict: Verdict, category: OnsetCategory | undefined): string {
  if (verdict === 'unuseful') return 'redundant'
  return verdict === 'correct' || category === undefined ? 'none' : DEVIATION_OF_CATEGORY[category]
}

function toSeverity(verdict: Verdict, isOnset: boolean): string {
  if (verdict === 'incorrect') return isOnset ? 'critical' : 'moderate'
  return verdict === 'unuseful' ? 'minor' : 'none'
}

/** A step of a failed run that nobody calls wrong earned nothing: that it helped is not known. */
function toReward(verdict: Verdict, probability: number, isSolved: boolean): number {
  if (verdict === 'incorrect') return -probability
  return verdict === 'unuseful' ? UNUSEFUL_REWARD : isSolved ? 1 : 0
}
