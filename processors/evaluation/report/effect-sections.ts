// Sections about explore and change: against labelled effects, and, where only wrong state changes are
// labelled, how many of those are seen as changes at all.

import type { Effect } from '@onset/collector/model'
import type { AnalyzedRun } from '../analyzed-run.ts'
import type { Tally } from '../intervals.ts'
import type { Column, Figure, FigureMaker, Row, Section } from './report.ts'
import { createFigureMaker, figuresOf } from './report.ts'

const COLUMNS: readonly Column[] = [
  { key: 'accuracy', label: 'accuracy', unit: 'share' },
  { key: 'precision', label: 'change P', unit: 'share' },
  { key: 'recall', label: 'change R', unit: 'share' },
  { key: 'f1', label: 'change F1', unit: 'share' }
]

interface Confusion {
  readonly subset: string | undefined
  readonly bothChange: number
  readonly saidChange: number
  readonly isChange: number
  readonly right: number
  readonly steps: number
}

export function buildEffectSection(
  runs: readonly AnalyzedRun[],
  seed: number
): Section | undefined {
  const labelled = runs.filter(({ run }) => run.label.effects !== undefined)
  if (labelled.length === 0) return undefined
  const maker = createFigureMaker(
    labelled.map(({ run }) => run.task),
    seed
  )
  const said = labelled.map((analyzed) =>
    confuse(analyzed, (position) => effectAt(analyzed, position))
  )
  const majority = majorityOf(said)
  const always = labelled.map((analyzed) => confuse(analyzed, () => majority))
  const subsets = [...new Set(said.flatMap(({ subset }) => subset ?? []))]
  const steps = said.reduce((sum, confusion) => sum + confusion.steps, 0)
  return {
    title: `Explore or change, ${steps} steps of ${labelled.length} runs`,
    columns: COLUMNS,
    rows: [
      { name: `always ${majority}`, kind: 'baseline', figures: figures(always, maker) },
      ...ofSubsets(subsets, (subset): Row => {
        const own = (confusion: Confusion) => (confusion.subset === subset ? confusion : NOTHING)
        const commonest = majorityOf(said.map(own))
        const confusions = labelled.map((analyzed) => own(confuse(analyzed, () => commonest)))
        const name = `${subset}: always ${commonest}`
        return { name, kind: 'baseline', figures: figures(confusions, maker) }
      }),
      { name: 'classifier', kind: 'localizer', figures: figures(said, maker) },
      ...ofSubsets(subsets, (subset): Row => {
        const own = said.map((confusion) => (confusion.subset === subset ? confusion : NOTHING))
        return { name: `${subset}: classifier`, kind: 'localizer', figures: figures(own, maker) }
      })
    ],
    notes: ['Counted over steps. P, R and F1 are of change; the majority is that of this dataset.']
  }
}

/** Recall only: steps that are not labelled wrong may change state too. */
export function buildWrongChangeSection(
  runs: readonly AnalyzedRun[],
  seed: number
): Section | undefined {
  const labelled = runs.filter(({ run }) => run.label.onset?.incorrect !== undefined)
  if (labelled.length === 0) return undefined
  const maker = createFigureMaker(
    labelled.map(({ run }) => run.task),
    seed
  )
  const wrong = labelled.map((analyzed): Tally => {
    const incorrect = [...new Set(analyzed.run.label.onset?.incorrect)]
    const changes = incorrect.filter((index) => effectAt(analyzed, index - 1) === 'change')
    return { hits: changes.length, of: incorrect.length }
  })
  const all = labelled.map((analyzed): Tally => {
    const indexes = analyzed.run.numbered.map((_, position) => position)
    const changes = indexes.filter((position) => effectAt(analyzed, position) === 'change')
    return { hits: changes.length, of: indexes.length }
  })
  const steps = wrong.reduce((sum, { of }) => sum + of, 0)
  return {
    title: `Classified as change, ${labelled.length} failed runs`,
    columns: [{ key: 'share', label: 'change', unit: 'share' }],
    rows: [
      { name: 'all steps', kind: 'baseline', figures: figuresOf({ share: maker.figure(all) }) },
      {
        name: `${steps} incorrect steps`,
        kind: 'localizer',
        figures: figuresOf({ share: maker.figure(wrong) })
      }
    ],
    notes: ['A wrong state change that is classified as explore cannot be in the state tree.']
  }
}

const NOTHING: Confusion = {
  subset: undefined,
  bothChange: 0,
  saidChange: 0,
  isChange: 0,
  right: 0,
  steps: 0
}

function ofSubsets(subsets: readonly string[], build: (subset: string) => Row): readonly Row[] {
  return subsets.length < 2 ? [] : subsets.toSorted(byName).map(build)
}

function byName(a: string, b: string): number {
  return a < b ? -1 : 1
}

function confuse({ run }: AnalyzedRun, said: (position: number) => Effect | undefined): Confusion {
  const labels = run.label.effects ?? []
  const counts = { bothChange: 0, saidChange: 0, isChange: 0, right: 0 }
  for (const [position, label] of labels.entries()) {
    const effect = said(position)
    if (effect === label) counts.right += 1
    if (effect === 'change') counts.saidChange += 1
    if (label === 'change') counts.isChange += 1
    if (effect === 'change' && label === 'change') counts.bothChange += 1
  }
  return { subset: run.subset, ...counts, steps: labels.length }
}

function effectAt({ tree }: AnalyzedRun, position: number): Effect | undefined {
  return tree.steps[position]?.effects.effect
}

function majorityOf(confusions: readonly Confusion[]): Effect {
  let changes = 0
  let steps = 0
  for (const confusion of confusions) {
    changes += confusion.isChange
    steps += confusion.steps
  }
  return changes * 2 > steps ? 'change' : 'explore'
}

function figures(confusions: readonly Confusion[], maker: FigureMaker): Row['figures'] {
  const of = (tally: (confusion: Confusion) => Tally): Figure | undefined =>
    maker.figure(confusions.map(tally))
  return figuresOf({
    accuracy: of(({ right, steps }) => ({ hits: right, of: steps })),
    precision: of(({ bothChange, saidChange }) => ({ hits: bothChange, of: saidChange })),
    recall: of(({ bothChange, isChange }) => ({ hits: bothChange, of: isChange })),
    f1: of(({ bothChange, saidChange, isChange }) => ({
      hits: 2 * bothChange,
      of: saidChange + isChange
    }))
  })
}
