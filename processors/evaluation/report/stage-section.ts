// Section about stages: where they begin, which steps they hold together, what they are called.

import type { StageName } from '@onset/collector/model'
import type { AnalyzedRun } from '../analyzed-run.ts'
import { STAGE_RULES } from '../baselines/stage-divisions.ts'
import { assignFolds, crossValidate } from '../folds.ts'
import type { StageLabel } from '../labelled-run.ts'
import { compareStages } from '../metrics/stage-agreement.ts'
import type { Division, StageAgreement } from '../metrics/stage-agreement.ts'
import type { Column, FigureMaker, Row, Section } from './report.ts'
import { createFigureMaker, figuresOf } from './report.ts'

interface Staged {
  readonly analyzed: AnalyzedRun
  readonly labels: readonly StageLabel[]
  readonly labelled: Division
  /** Of each step; absent where the dataset does not name stages. */
  readonly names: readonly (StageName | undefined)[]
}

const COLUMNS: readonly Column[] = [
  { key: 'boundaryF1', label: 'boundary F1', unit: 'share' },
  { key: 'bCubedF1', label: 'B-cubed F1', unit: 'share' },
  { key: 'windowDiff', label: 'WindowDiff', unit: 'share' },
  { key: 'name', label: 'stage name', unit: 'share' }
]

export function buildStageSection(runs: readonly AnalyzedRun[], seed: number): Section | undefined {
  const staged = runs.flatMap(toStaged)
  if (staged.length === 0) return undefined
  const tasks = staged.map(({ analyzed }) => analyzed.run.task)
  const maker = createFigureMaker(tasks, seed)
  const lengths = crossValidate(staged, assignFolds(tasks, seed), meanLength, (length) => length)
  const baselines = STAGE_RULES.map(({ name, divide }) => {
    const divisions = staged.map(({ analyzed }, run) =>
      divide(stepsOf(analyzed), lengths[run] ?? DEFAULT_STAGE_LENGTH)
    )
    return { name, kind: 'baseline' as const, figures: agreement(staged, divisions, maker) }
  })
  const ours = staged.map(({ analyzed }) => stepsOf(analyzed).map((step) => step.stageIndex))
  return {
    title: `Stages, ${staged.length} runs of ${new Set(tasks).size} tasks`,
    columns: staged.some(({ names }) => names.some(isNamed)) ? COLUMNS : COLUMNS.slice(0, 3),
    rows: [
      ...baselines,
      ...majorityName(staged, maker),
      {
        name: 'assembler',
        kind: 'localizer',
        figures: { ...agreement(staged, ours, maker), ...figuresOf({ name: named(staged, maker) }) }
      }
    ],
    notes: [
      'Means over runs; boundaries match within one step; WindowDiff is better when lower. Even stages ' +
        'have the mean length of other tasks. Stage names are counted over steps, beside the commonest ' +
        'name of this dataset.'
    ]
  }
}

/** Of a run, where no other task is there to take it from. */
const DEFAULT_STAGE_LENGTH = 5

function toStaged(analyzed: AnalyzedRun): readonly Staged[] {
  const labels = analyzed.run.label.stages
  if (labels === undefined) return []
  const labelled: number[] = []
  const names: (StageName | undefined)[] = []
  for (const [number, { firstStepIndex, lastStepIndex, name }] of labels.entries()) {
    for (let step = firstStepIndex; step <= lastStepIndex; step += 1) {
      labelled.push(number)
      names.push(name)
    }
  }
  return [{ analyzed, labels, labelled, names }]
}

function stepsOf({ run, tree }: AnalyzedRun) {
  return tree.steps.slice(0, run.numbered.length)
}

function meanLength(others: readonly Staged[]): number {
  let steps = 0
  let stages = 0
  for (const { labelled, labels } of others) {
    steps += labelled.length
    stages += labels.length
  }
  return stages === 0 ? DEFAULT_STAGE_LENGTH : steps / stages
}

function agreement(
  staged: readonly Staged[],
  divisions: readonly Division[],
  maker: FigureMaker
): Row['figures'] {
  const agreements = staged.map(({ labelled }, run) =>
    compareStages(divisions[run] ?? [], labelled)
  )
  const figure = (measure: keyof StageAgreement) =>
    maker.figure(
      agreements.map(({ [measure]: value }) =>
        value === undefined ? { hits: 0, of: 0 } : { hits: value, of: 1 }
      )
    )
  return figuresOf({
    boundaryF1: figure('boundaryF1'),
    bCubedF1: figure('bCubedF1'),
    windowDiff: figure('windowDiff')
  })
}

function named(staged: readonly Staged[], maker: FigureMaker) {
  return maker.figure(
    staged.map(({ analyzed, names }) => {
      const steps = stepsOf(analyzed)
      const hits = names.filter((name, at) => isNamed(name) && steps[at]?.stage === name).length
      return { hits, of: names.filter(isNamed).length }
    })
  )
}

function majorityName(staged: readonly Staged[], maker: FigureMaker): readonly Row[] {
  const counts = new Map<StageName, number>()
  for (const name of staged.flatMap(({ names }) => names)) {
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const [commonest] = [...counts].toSorted((a, b) => b[1] - a[1])
  if (commonest === undefined) return []
  const [name] = commonest
  const figure = maker.figure(
    staged.map(({ names }) => ({
      hits: names.filter((other) => other === name).length,
      of: names.filter(isNamed).length
    }))
  )
  return [{ name: `always ${name}`, kind: 'baseline', figures: figuresOf({ name: figure }) }]
}

function isNamed(name: StageName | undefined): name is StageName {
  return name !== undefined
}
