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
import { CROSS_VALIDATED_TASKS_MIN } from './folds.ts'
import type { EvalJudge, JudgedCases } from './judged.ts'
import { judgeCases } from './judged.ts'
import { buildJudgeSections } from './report/judge-sections.ts'
import type { RememberedCases } from './remembered.ts'
import { rememberCases } from './remembered.ts'
import { buildComparison, buildOnsetSections } from './report/onset-sections.ts'
import { buildMemorySections } from './report/memory-sections.ts'
import { buildOutcomeSection } from './report/outcome-section.ts'
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
  /** Asked about the headline's answers. */
  readonly judge?: EvalJudge | undefined
  /** Also measure what memory would be worth as a weight. */
  readonly memory?: boolean
  /** Told often of what takes long. */
  readonly progress?: (text: string) => void
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
  const judged = await judgeHeadline(cases, headline, options)
  const remembered =
    options.memory === true && headline !== undefined && cases.length > 0
      ? rememberCases(cases, headline, analysis.runs)
      : undefined
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
    sections: buildSections(
      analysis,
      cases,
      { localizers, judged, remembered, note: noteOf(dataset, path, cases) },
      options
    ),
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
  { seed, repeats, progress }: EvaluateOptions
): Promise<readonly LocalizerMethod[]> {
  if (fit === undefined || !hasTasksToFit(cases)) {
    return [shippedMethod(cases, { name: SHIPPED, kind: 'localizer' })]
  }
  const name = 'localizer, cross-validated'
  const fits = repeats * CROSS_VALIDATED_TASKS_MIN
  const onFit = (fitted: number) =>
    progress?.(`fitting the localizer on other tasks, ${fitted} of ${fits} times done`)
  return [
    await crossValidatedMethod(cases, fit, { name, seed, repeats, onFit }),
    shippedMethod(cases, { name: SHIPPED, kind: 'shipped' })
  ]
}

const SHIPPED = 'localizer, as shipped'

function hasTasksToFit(cases: readonly Case[]): boolean {
  return new Set(tasksOf(cases)).size >= CROSS_VALIDATED_TASKS_MIN
}

/** Why there is no cross-validated row where one would be expected. */
function noteOf(
  dataset: Dataset,
  path: ProductionPath,
  cases: readonly Case[]
): string | undefined {
  const tasks = new Set(tasksOf(cases)).size
  if (fitOf(dataset, path) === undefined || tasks === 0 || hasTasksToFit(cases)) return undefined
  return (
    `Too few tasks to cross-validate (${tasks}; ${CROSS_VALIDATED_TASKS_MIN} at least): the localizer is measured ` +
    'as shipped, and what the priors learn from the other tasks is next to nothing.'
  )
}

async function judgeHeadline(
  cases: readonly Case[],
  headline: LocalizerMethod | undefined,
  { judge, progress }: EvaluateOptions
): Promise<JudgedCases | undefined> {
  if (judge === undefined || headline === undefined || cases.length === 0) return undefined
  return judgeCases(cases, headline, { judge, progress: progress ?? (() => {}) })
}

interface Measured {
  readonly localizers: readonly LocalizerMethod[]
  readonly judged: JudgedCases | undefined
  readonly remembered: RememberedCases | undefined
  readonly note: string | undefined
}

function buildSections(
  { runs }: Analysis,
  cases: readonly Case[],
  measured: Measured,
  options: EvaluateOptions
): readonly Section[] {
  const { seed } = options
  const sections = [
    ...(cases.length === 0 ? [] : buildCaseSections(cases, measured, options)),
    buildSilenceSection(runs),
    buildOutcomeSection(runs),
    buildUnusefulSection(runs, seed),
    buildEffectSection(runs, seed),
    buildWrongChangeSection(runs, seed),
    buildStageSection(runs, seed)
  ]
  return sections.filter((section) => section !== undefined)
}

function buildCaseSections(
  cases: readonly Case[],
  { localizers: unjudged, judged, remembered, note }: Measured,
  { seed, repeats }: EvaluateOptions
): readonly (Section | undefined)[] {
  const localizers = [...unjudged, ...(judged === undefined ? [] : [judged.after])]
  const methods = [...runBaselines(cases, { seed, repeats }), ...localizers]
  return [
    ...addNote(buildOnsetSections(cases, methods, seed), note),
    ...(judged === undefined ? [] : buildJudgeSections(cases, judged, seed)),
    ...(remembered === undefined ? [] : buildMemorySections(cases, remembered, seed)),
    ...localizers.map((localizer) => buildComparison(cases, methods, { localizer, seed })),
    ...localizers.map((localizer) => buildReliabilitySection(cases, localizer, seed)),
    ...localizers.map((localizer) => buildStepSetReliability(cases, localizer, seed)),
    localizers.length === 0 ? undefined : buildCategorySection(cases, localizers, seed)
  ]
}

/** Under the first section, where its row is missing. */
function addNote(sections: readonly Section[], note: string | undefined): readonly Section[] {
  return sections.map((section, at) =>
    at === 0 && note !== undefined ? { ...section, notes: [...section.notes, note] } : section
  )
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
