// The runs that have a labelled onset, as the metrics see them, and every method's scores on them.

import type { RunTree, Localization } from '@onset/collector/model'
import type { AnalyzedRun } from './analyzed-run.ts'
import { fitAgentPrior } from './baselines/agent-prior.ts'
import { applyRule, RULES } from './baselines/rules.ts'
import { POSITION_PRIORS } from './baselines/position-prior.ts'
import { assignFolds, crossValidate } from './folds.ts'
import type { OnsetLabel } from './labelled-run.ts'
import type { OnsetScores, Prediction, ScoredRun } from './metrics/onset-scores.ts'
import { meanScores, scoreChance, scorePrediction } from './metrics/onset-scores.ts'
import type { Localize, TrainingExample } from './production.ts'
import { toLabelledSteps } from './production.ts'

/** A failed run with a labelled onset. */
export interface Case {
  readonly analyzed: AnalyzedRun
  readonly label: OnsetLabel
  readonly scored: ScoredRun
}

export interface Method {
  readonly name: string
  /** `shipped` is a localizer whose weights may have been fitted on these very runs. */
  readonly kind: 'baseline' | 'localizer' | 'shipped'
  /** By case. */
  readonly scores: readonly OnsetScores[]
}

/** A localizer's answers: of each repeat, by case. */
export interface LocalizerMethod extends Method {
  readonly kind: 'localizer' | 'shipped'
  readonly localizations: readonly (readonly Localization[])[]
}

/**
 * Assignments of tasks to folds that cross-validated figures are averaged over. One alone is about ±2
 * points; three cost half a minute where 69 runs are fitted 27 times.
 */
export const FOLD_REPEATS = 3

export interface CrossValidation {
  readonly seed: number
  readonly repeats: number
}

export function toCases(runs: readonly AnalyzedRun[]): readonly Case[] {
  const cases: Case[] = []
  for (const analyzed of runs) {
    const label = analyzed.run.label.onset
    if (label === undefined) continue
    const steps = labelledSteps(analyzed)
    const scored = { label, stepCount: steps.length, agents: steps.map((step) => step.agent) }
    cases.push({ analyzed, label, scored })
  }
  return cases
}

export function runBaselines(cases: readonly Case[], folds: CrossValidation): readonly Method[] {
  return [
    chanceMethod(cases),
    ...ruleMethods(cases),
    // Of a single task nothing is left to learn from.
    ...(new Set(tasksOf(cases)).size < 2
      ? []
      : [...priorMethods(cases, folds), ...agentMethods(cases, folds)])
  ]
}

/** The localizer as shipped, from the answers it gave when the runs were analyzed. */
export function shippedMethod(
  cases: readonly Case[],
  naming: Pick<LocalizerMethod, 'name' | 'kind'>
): LocalizerMethod {
  const localizations = cases.map(({ analyzed }) => analyzed.localization ?? NOTHING_SAID)
  return localizerMethod(naming, cases, [localizations])
}

/** The localizer fitted on the runs of other tasks only, once for every assignment to folds. */
export async function crossValidatedMethod(
  cases: readonly Case[],
  fit: (examples: readonly TrainingExample[]) => Localize,
  folds: CrossValidation & {
    readonly name: string
    /** Told before each fit. */
    readonly onFit?: (fitted: number) => void
  }
): Promise<LocalizerMethod> {
  const repeats: Localization[][] = []
  let fitted = 0
  for (let repeat = 0; repeat < folds.repeats; repeat += 1) {
    const localizers = crossValidate(
      cases,
      assignFolds(tasksOf(cases), folds.seed + repeat),
      (others) => {
        folds.onFit?.(fitted)
        fitted += 1
        return fit(others.map(toExample))
      },
      (localize) => localize
    )
    // One after the other: a localizer may ask a model, which bears no burst of all runs at once.
    const answers: Localization[] = []
    for (const [position, { analyzed }] of cases.entries()) {
      answers.push((await localizers[position]?.(analyzed.tree)) ?? NOTHING_SAID)
    }
    repeats.push(answers)
  }
  return localizerMethod({ name: folds.name, kind: 'localizer' }, cases, repeats)
}

export function tasksOf(cases: readonly Case[]): readonly string[] {
  return cases.map(({ analyzed }) => analyzed.run.task)
}

export function toPrediction(localization: Localization, { analyzed }: Case): Prediction {
  const ranked = localization.onsets.toSorted((a, b) => a.rank - b.rank)
  const suspects = ranked.map(({ stepIndex }) => stepIndex)
  return {
    ranking: toLabelledSteps(suspects, analyzed.run),
    stepSet: toLabelledSteps(localization.incorrectSteps, analyzed.run)
  }
}

const NOTHING_SAID: Localization = {
  onsets: [],
  abstention: 'not asked',
  incorrectSteps: [],
  unusefulSteps: []
}

/** A localizer's answers of each repeat, scored. */
export function localizerMethod(
  { name, kind }: Pick<LocalizerMethod, 'name' | 'kind'>,
  cases: readonly Case[],
  localizations: readonly (readonly Localization[])[]
): LocalizerMethod {
  const scores = cases.map((one, position) =>
    meanScores(
      localizations.map((repeat) =>
        scorePrediction(toPrediction(repeat[position] ?? NOTHING_SAID, one), one.scored)
      )
    )
  )
  return { name, kind, scores, localizations }
}

function chanceMethod(cases: readonly Case[]): Method {
  const scores = cases.map(({ scored }) => scoreChance(scored))
  return { name: 'random step, expected', kind: 'baseline', scores }
}

/** A rule that finds nothing in any run would only repeat "last step" under another name. */
function ruleMethods(cases: readonly Case[]): readonly Method[] {
  const runs = cases.map((one) => ({ scored: one.scored, steps: labelledSteps(one.analyzed) }))
  return RULES.filter((rule) => runs.some(({ steps }) => rule.find(steps).length > 0)).map(
    (rule) => ({
      name: rule.name,
      kind: 'baseline',
      scores: runs.map(({ scored, steps }) => {
        const scores = scorePrediction(applyRule(rule, steps), scored)
        return rule.setOnly === true ? onlySetScores(scores) : scores
      })
    })
  )
}

function onlySetScores(scores: OnsetScores): OnsetScores {
  const { setPrecision, setRecall, setF1 } = scores
  return { ...NO_SCORES, setPrecision, setRecall, setF1 }
}

const NO_SCORES = meanScores([])

function priorMethods(cases: readonly Case[], folds: CrossValidation): readonly Method[] {
  return POSITION_PRIORS.map(({ name, fit }) =>
    crossValidatedBaseline(cases, { ...folds, name }, (others) => {
      const predict = fit(
        others.map(({ scored, label }) => ({ stepCount: scored.stepCount, onset: label.stepIndex }))
      )
      return ({ scored }) => predict(scored.stepCount)
    })
  )
}

function agentMethods(cases: readonly Case[], folds: CrossValidation): readonly Method[] {
  if (cases.every(({ label }) => label.agent === undefined)) return []
  const toSpoken = ({ scored, label }: Case) => ({ agents: scored.agents, blamed: label.agent })
  return [
    crossValidatedBaseline(cases, { ...folds, name: 'most blamed agent' }, (others) => {
      const predict = fitAgentPrior(others.map(toSpoken))
      return (one) => predict(toSpoken(one))
    })
  ]
}

function crossValidatedBaseline(
  cases: readonly Case[],
  { name, seed, repeats: count }: CrossValidation & { readonly name: string },
  fit: (others: readonly Case[]) => (one: Case) => Prediction
): Method {
  const repeats = Array.from({ length: count }, (_, repeat) =>
    crossValidate(cases, assignFolds(tasksOf(cases), seed + repeat), fit, (predict, one) =>
      scorePrediction(predict(one), one.scored)
    )
  )
  const scores = cases.map((_, position) =>
    meanScores(repeats.flatMap((repeat) => repeat[position] ?? []))
  )
  return { name, kind: 'baseline', scores }
}

function labelledSteps({ run, tree }: { run: AnalyzedRun['run']; tree: RunTree }) {
  return tree.steps.slice(0, run.numbered.length)
}

export function toExample({ analyzed, label }: Case): TrainingExample {
  return {
    tree: analyzed.tree,
    onsetStepIndex: label.stepIndex,
    acceptableStepIndexes: label.acceptable,
    incorrectStepIndexes: label.incorrect ?? []
  }
}
