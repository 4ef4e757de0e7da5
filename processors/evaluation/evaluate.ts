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
import type { ProductionPath } from './production.ts'
import {
  buildCategorySection,
  buildReliabilitySection,
  buildSilenceSection
} from './report/answer-sections.ts'
import { buildEffectSection, buildWrongChangeSection } from './report/effect-sections.ts'
import { buildComparison, buildOnsetSections } from './report/onset-sections.ts'
import type { Miss, Report, Section } from './report/report.ts'
import { buildStageSection } from './report/stage-section.ts'
import { buildUnusefulSection } from './report/unuseful-section.ts'

export interface EvaluateOptions {
  /** Of folds and intervals; the same seed gives the same figures. */
  readonly seed: number
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
  const localizers = localize === undefined ? [] : await runLocalizers(cases, path, options)
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
    ...(options.misses && headline !== undefined ? { misses: listMisses(cases, headline) } : {}),
    speed: analysis.speed
  }
}

/** The first one is the headline: fitted on other tasks, where there is something to fit. */
async function runLocalizers(
  cases: readonly Case[],
  path: ProductionPath,
  { seed }: EvaluateOptions
): Promise<readonly LocalizerMethod[]> {
  const shipped = shippedMethod(cases, 'localizer, as shipped')
  // With a single task there is nothing left to fit on.
  const fittable = new Set(tasksOf(cases)).size > 1
  if (path.fitLocalizer === undefined || !fittable) return [shipped]
  const name = 'localizer, cross-validated'
  return [await crossValidatedMethod(cases, path.fitLocalizer, { name, seed }), shipped]
}

function buildSections(
  { runs }: Analysis,
  cases: readonly Case[],
  localizers: readonly LocalizerMethod[],
  { seed }: EvaluateOptions
): readonly Section[] {
  const sections = [
    ...(cases.length === 0 ? [] : buildCaseSections(cases, localizers, seed)),
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
  seed: number
): readonly (Section | undefined)[] {
  const methods = [...runBaselines(cases, seed), ...localizers]
  const sections = buildOnsetSections(cases, methods, seed)
  const [headline] = localizers
  if (headline === undefined) return sections
  return [
    ...sections,
    buildComparison(cases, methods, { localizer: headline, seed }),
    buildReliabilitySection(cases, headline, seed),
    buildCategorySection(cases, localizers, seed)
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
