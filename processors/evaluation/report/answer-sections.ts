// Sections about the localizer's answers beyond the step: category, silence and false alarms, and whether
// its confidence means what it says.

import type { Localization, OnsetCategory } from '@onset/collector/model'
import type { AnalyzedRun } from '../analyzed-run.ts'
import type { Case, LocalizerMethod } from '../cases.ts'
import { tasksOf, toPrediction } from '../cases.ts'
import type { Tally } from '../intervals.ts'
import type { OnsetScore } from '../metrics/onset-scores.ts'
import { scorePrediction } from '../metrics/onset-scores.ts'
import type { Column, Row, Section } from './report.ts'
import { countFigure, createFigureMaker, figuresOf } from './report.ts'

export function buildCategorySection(
  cases: readonly Case[],
  methods: readonly LocalizerMethod[],
  seed: number
): Section | undefined {
  const categories = cases.map(({ label }) => label.category)
  const commonest = commonestOf(categories)
  if (commonest === undefined) return undefined
  const maker = createFigureMaker(tasksOf(cases), seed)
  const accuracy = (tallies: readonly Tally[]) => figuresOf({ accuracy: maker.figure(tallies) })
  const always = categories.map((category) => tallyOf(category, commonest))
  return {
    title: `Category of the onset, ${categories.filter(isLabelled).length} failed runs`,
    columns: [{ key: 'accuracy', label: 'accuracy', unit: 'share' }],
    rows: [
      { name: `always ${commonest}`, kind: 'baseline', figures: accuracy(always) },
      ...methods.map(({ name, kind, localizations }): Row => {
        const tallies = categories.map((category, position) =>
          meanOf(localizations, position, (answer) =>
            tallyOf(category, bestSuspect(answer)?.category)
          )
        )
        return { name, kind, figures: accuracy(tallies) }
      })
    ],
    notes: ['Of the best suspect, right step or not; the majority is that of this dataset.']
  }
}

/** Runs where nothing should be said, and runs where something should. */
export function buildSilenceSection(runs: readonly AnalyzedRun[]): Section | undefined {
  const asked = runs.filter(({ localization }) => localization !== undefined)
  if (asked.length === 0) return undefined
  const solved = asked.filter(({ run }) => run.label.verdict === 'solved')
  const blameless = asked.filter(({ run }) => run.label.attributable === false)
  const blamed = asked.filter(({ run }) => run.label.onset !== undefined)
  return {
    title: 'Alarms and silence of the localizer as shipped',
    columns: [
      { key: 'share', label: 'share', unit: 'share' },
      { key: 'runs', label: 'of runs', unit: 'count' }
    ],
    rows: [
      ...countRow('solved, onset raised', solved, hasOnset),
      ...countRow('not attributable, raised', blameless, hasOnset),
      ...countRow('attributable, abstained', blamed, (run) => !hasOnset(run)),
      ...countRow('not attributable, caveat', blameless, hasCaveat),
      ...countRow('attributable, caveat', blamed, hasCaveat)
    ],
    notes: [
      'Wilson intervals. Every baseline raises an onset on every run. A caveat says what speaks against ' +
        'the guilt of the agent.'
    ]
  }
}

function countRow(
  name: string,
  runs: readonly AnalyzedRun[],
  counts: (run: AnalyzedRun) => boolean
): readonly Row[] {
  if (runs.length === 0) return []
  const figures = figuresOf({
    share: countFigure(runs.filter(counts).length, runs.length),
    runs: { value: runs.length, n: runs.length }
  })
  return [{ name, kind: 'detail', figures }]
}

const BINS = 5

/** Is a suspect called 60 % sure right six times of ten? */
export function buildReliabilitySection(
  cases: readonly Case[],
  method: LocalizerMethod,
  seed: number
): Section {
  const maker = createFigureMaker(tasksOf(cases), seed)
  const buildRow = (name: string, low: number, high: number): Row => {
    const tallies = (value: (answer: Localization, one: Case) => number) =>
      cases.map((one, position) =>
        meanOf(method.localizations, position, (answer) => {
          const confidence = bestSuspect(answer)?.confidence
          const inside = confidence !== undefined && confidence >= low && confidence < high
          return inside ? { hits: value(answer, one), of: 1 } : { hits: 0, of: 0 }
        })
      )
    const confidences = tallies((answer) => bestSuspect(answer)?.confidence ?? 0)
    const runs = confidences.reduce((sum, { of }) => sum + of, 0)
    const figures = figuresOf({
      runs: { value: Math.round(runs * 10) / 10, n: cases.length },
      predicted: maker.figure(confidences),
      exact: maker.figure(tallies((answer, one) => scoreOf(answer, one, 'exact1'))),
      accepted: maker.figure(tallies((answer, one) => scoreOf(answer, one, 'accept1')))
    })
    return { name, kind: 'detail', figures }
  }
  const bins = Array.from({ length: BINS }, (_, bin) => {
    const high = bin === BINS - 1 ? Infinity : (bin + 1) / BINS
    return buildRow(`${bin / BINS} to ${(bin + 1) / BINS}`, bin / BINS, high)
  })
  return {
    title: `Confidence of the best suspect, ${method.name}`,
    columns: cases.some(({ label }) => label.acceptable.length > 0)
      ? RELIABILITY_COLUMNS
      : RELIABILITY_COLUMNS.slice(0, 3),
    rows: [...bins, buildRow('all', 0, Infinity)],
    notes:
      method.localizations.length > 1
        ? ['Runs are means over the repeats of cross-validation. Abstentions are left out.']
        : ['Abstentions are left out.']
  }
}

const RELIABILITY_COLUMNS: readonly Column[] = [
  { key: 'runs', label: 'runs', unit: 'count' },
  { key: 'predicted', label: 'predicted', unit: 'share' },
  { key: 'exact', label: 'exact', unit: 'share' },
  { key: 'accepted', label: 'acceptable', unit: 'share' }
]

function scoreOf(answer: Localization, one: Case, score: OnsetScore): number {
  return scorePrediction(toPrediction(answer, one), one.scored)[score] ?? 0
}

function bestSuspect(answer: Localization) {
  return answer.onsets.find(({ rank }) => rank === 1)
}

function hasOnset({ localization }: AnalyzedRun): boolean {
  return localization !== undefined && localization.onsets.length > 0
}

function hasCaveat({ localization }: AnalyzedRun): boolean {
  return (localization?.onsets[0]?.caveats.length ?? 0) > 0
}

function meanOf(
  repeats: readonly (readonly Localization[])[],
  position: number,
  tally: (answer: Localization) => Tally
): Tally {
  let hits = 0
  let of = 0
  for (const repeat of repeats) {
    const answer = repeat[position]
    if (answer === undefined) continue
    const one = tally(answer)
    hits += one.hits / repeats.length
    of += one.of / repeats.length
  }
  return { hits, of }
}

function tallyOf(labelled: OnsetCategory | undefined, said: OnsetCategory | undefined): Tally {
  if (labelled === undefined) return { hits: 0, of: 0 }
  return { hits: labelled === said ? 1 : 0, of: 1 }
}

function commonestOf(categories: readonly (OnsetCategory | undefined)[]) {
  const counts = new Map<OnsetCategory, number>()
  for (const category of categories) {
    if (category !== undefined) counts.set(category, (counts.get(category) ?? 0) + 1)
  }
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0]
}

function isLabelled(category: OnsetCategory | undefined): boolean {
  return category !== undefined
}
