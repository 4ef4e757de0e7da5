// Measures the production path on one dataset, beside trivial baselines. Which sections a report has
// follows from which labels the dataset has.

import type { Analysis } from './analyzed-run.ts'
import { analyzeRuns } from './analyzed-run.ts'
import type { Case, LocalizerMethod } from './cases.ts'
import {
  crossValidatedMethod,
  runBaselines,
  shippedMethod,
  tasksOf,
  toCases,
  toPrediction
} from './cases.ts'
import type { Dataset } from './datasets/dataset.ts'
import type { DatasetFormat } from './labelled-run.ts'
import type { ProductionPath } from './production.ts'
import {
  buildCategorySection,
  buildReliabilitySection,
  buildSilenceSection
} from './report/answer-sections.ts'
import { buildEffectSection, buildWrongChangeSection } from './report/effect-sections.ts'
import { buildComparison, buildOnsetSections } from './report/onset-sections.ts'
import type { Miss, Report, Section } from './report/report.ts'
import { buildStepSetReliability } from './report/step-set-reliability.ts'
import { buildStageSection } from './report/stage-section.ts'
import { buildUnusefulSection } from './report/unuseful-section.ts'

export interface EvaluateOptions {
  /** Of folds and intervals; the same seed gives the same figures. */
  readonly seed: number
  /** Assignments to folds that cross-validated figures are averaged over. */
  readonly repeats: number
  readonly baselinesOnly: boolean
  /** Also list the runs whose best suspect is not the labelled onset. */
  readonly misses: boolean
  /** Milliseconds, for speed only. */
  readonly now: () => number
}

export async function evaluateDataset(
  dataset: Dataset,
  path: ProductionPath,
  options: EvaluateOptions
): Promise<Report> {
  const localize = options.baselinesOnly ? undefined : path.localize
  const analysis = await analyzeRuns(dataset.runs, path, { localize, now: options.now })
  const cases = toCases(analysis.runs)
  const localizers =
    localize === undefined ? [] : await runLocalizers(cases, fitOf(dataset, path), options)
  const headline = localizers[0]
  const tasks = new Set(dataset.runs.map((run) => run.task))
  return {
    dataset: dataset.name,
    path: dataset.path,
    format: dataset.format,
    localizerVersion: versionOf(analysis),
    runs: dataset.runs.length,
    tasks: tasks.size,
    steps: analysis.speed.steps,
    seed: options.seed,
    sections: buildSections(analysis, cases, localizers, options),
    flaws: dataset.flaws,
    ...(options.misses && headline !== undefined ? { misses: listMisses(cases, headline) } : {}),
    speed: analysis.speed
  }
}

/**
 * The format of the runs that the shipped weights were fitted on. Runs of every other format they have
 * not seen, and fitting anew there would measure another product.
 */
const FITTED_FORMAT: DatasetFormat = 'onsets'

function fitOf(dataset: Dataset, path: ProductionPath): ProductionPath['fitLocalizer'] {
  return dataset.format === FITTED_FORMAT ? path.fitLocalizer : undefined
}

/** The first one is the headline: fitted on other tasks, where the shipped weights may know these. */
async function runLocalizers(
  cases: readonly Case[],
  fit: ProductionPath['fitLocalizer'],
  { seed, repeats }: EvaluateOptions
): Promise<readonly LocalizerMethod[]> {
  // With a single task there is nothing left to fit on.
  const fittable = new Set(tasksOf(cases)).size > 1
  if (fit === undefined || !fittable) {
    return [shippedMethod(cases, { name: SHIPPED, kind: 'localizer' })]
  }
  const name = 'localizer, cross-validated'
  return [
    await crossValidatedMethod(cases, fit, { name, seed, repeats }),
    shippedMethod(cases, { name: SHIPPED, kind: 'shipped' })
  ]
}

const SHIPPED = 'localizer, as shipped'

function buildSections(
  { runs }: Analysis,
  cases: readonly Case[],
  localizers: readonly LocalizerMethod[],
  options: EvaluateOptions
): readonly Section[] {
  const { seed } = options
  const sections = [
    ...(cases.length === 0 ? [] : buildCaseSections(cases, localizers, options)),
    buildSilenceSection(runs),
    buildUnusefulSection(runs, seed),
    buildEffectSection(runs, seed),
    buildWrongChangeSection(runs, seed),
    buildStageSection(runs, seed)
  ]
  return sections.filter((section) => section !== undefined)
}

function buildCaseSections(
  cases: readonly Case[],
  localizers: readonly LocalizerMethod[],
  { seed, repeats }: EvaluateOptions
): readonly (Section | undefined)[] {
  const methods = [...runBaselines(cases, { seed, repeats }), ...localizers]
  return [
    ...buildOnsetSections(cases, methods, seed),
    ...localizers.map((localizer) => buildComparison(cases, methods, { localizer, seed })),
    ...localizers.map((localizer) => buildReliabilitySection(cases, localizer, seed)),
    ...localizers.map((localizer) => buildStepSetReliability(cases, localizer, seed)),
    localizers.length === 0 ? undefined : buildCategorySection(cases, localizers, seed)
  ]
}

function listMisses(cases: readonly Case[], method: LocalizerMethod): readonly Miss[] {
  const misses: Miss[] = []
  for (const [position, one] of cases.entries()) {
    const localization = method.localizations[0]?.[position]
    if (localization === undefined) continue
    const { ranking } = toPrediction(localization, one)
    if (ranking[0] === one.label.stepIndex) continue
    const place = ranking.indexOf(one.label.stepIndex)
    misses.push({
      runId: one.analyzed.run.id,
      predicted: ranking[0],
      onset: one.label.stepIndex,
      acceptable: one.label.acceptable,
      rank: place === -1 ? undefined : place + 1,
      abstention: localization.abstention
    })
  }
  return misses
}

function versionOf(analysis: Analysis): string | undefined {
  for (const { localization } of analysis.runs) {
    const version = localization?.onsets[0]?.localizerVersion
    if (version !== undefined) return version
  }
  return undefined
}
