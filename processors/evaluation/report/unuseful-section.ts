// Section about unuseful steps: repeats, no-ops, calls that could not work.

import type { RunStep } from '@onset/collector/model'
import type { AnalyzedRun } from '../analyzed-run.ts'
import { isError } from '../baselines/rules.ts'
import { scoreStepSet } from '../metrics/step-set.ts'
import type { StepSetScore } from '../metrics/step-set.ts'
import { toLabelledSteps } from '../production.ts'
import type { Row, Section } from './report.ts'
import { createFigureMaker, figuresOf } from './report.ts'

/** Steps that a method calls unuseful; absent when the localizer was not asked. */
type Call = (analyzed: AnalyzedRun) => readonly number[] | undefined

const RULES: readonly { name: string; call: (steps: readonly RunStep[]) => readonly RunStep[] }[] =
  [
    { name: 'every step', call: (steps) => steps },
    { name: 'every error', call: (steps) => steps.filter(isError) },
    { name: 'every repeated action', call: repeatedActions }
  ]

export function buildUnusefulSection(
  runs: readonly AnalyzedRun[],
  seed: number
): Section | undefined {
  const labelled = runs.filter(({ run }) => (run.label.unuseful ?? []).length > 0)
  if (labelled.length === 0) return undefined
  const maker = createFigureMaker(
    labelled.map(({ run }) => run.task),
    seed
  )
  const buildRow = (name: string, kind: Row['kind'], call: Call): readonly Row[] => {
    const scores = labelled.map((analyzed) => {
      const called = call(analyzed)
      return called && scoreStepSet(called, analyzed.run.label.unuseful)
    })
    const figure = (measure: keyof StepSetScore) =>
      maker.figure(
        scores.map((score) => (score ? { hits: score[measure], of: 1 } : { hits: 0, of: 0 }))
      )
    const figures = figuresOf({
      precision: figure('precision'),
      recall: figure('recall'),
      f1: figure('f1')
    })
    return Object.keys(figures).length === 0 ? [] : [{ name, kind, figures }]
  }
  return {
    title: `Set of unuseful steps, ${labelled.length} failed runs that have some`,
    columns: [
      { key: 'precision', label: 'precision', unit: 'share' },
      { key: 'recall', label: 'recall', unit: 'share' },
      { key: 'f1', label: 'F1', unit: 'share' }
    ],
    rows: [
      ...RULES.flatMap(({ name, call }) =>
        buildRow(name, 'baseline', (analyzed) =>
          call(analyzed.tree.steps.slice(0, analyzed.run.numbered.length)).map(({ index }) => index)
        )
      ),
      ...buildRow('localizer, as shipped', 'localizer', calledByLocalizer)
    ],
    notes: ['Macro-average over runs.']
  }
}

function calledByLocalizer({ run, localization }: AnalyzedRun): readonly number[] | undefined {
  return localization && toLabelledSteps(localization.unusefulSteps, run)
}

function repeatedActions(steps: readonly RunStep[]): readonly RunStep[] {
  const seen = new Set<string>()
  return steps.filter((step) => {
    const action = `${step.tool ?? ''}\n${step.arguments}`
    if (seen.has(action)) return true
    seen.add(action)
    return false
  })
}
