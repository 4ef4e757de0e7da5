// Whether a run that nobody judged would have been read right: the outcome as its own steps tell it, with what
// the verifier reported left out, beside what the verifier found.

import type { Outcome } from '@onset/collector/model'
import type { AnalyzedRun } from '../analyzed-run.ts'
import type { Column, Row, Section } from './report.ts'
import { countFigure, figuresOf } from './report.ts'

const READ: readonly (Column & { readonly outcomes: readonly Outcome[] })[] = [
  { key: 'ok', label: 'read ok', unit: 'share', outcomes: ['ok'] },
  { key: 'error', label: 'read error', unit: 'share', outcomes: ['error'] },
  { key: 'unknown', label: 'unknown', unit: 'share', outcomes: ['unknown', 'cancelled'] }
]

/** Of runs whose outcome somebody reported and whose verdict is known. */
export function buildOutcomeSection(runs: readonly AnalyzedRun[]): Section | undefined {
  const judged = runs.filter(
    ({ run, outcomeAlone }) => outcomeAlone !== undefined && run.label.verdict !== 'unknown'
  )
  if (judged.length === 0) return undefined
  const of = (verdict: 'solved' | 'failed') =>
    judged.filter(({ run }) => run.label.verdict === verdict)
  return {
    title: `Outcome as the run alone tells it, ${judged.length} runs that were judged`,
    columns: [
      ...READ.map(({ key, label, unit }) => ({ key, label, unit })),
      { key: 'runs', label: 'of runs', unit: 'count' }
    ],
    rows: [...outcomeRow('solved', of('solved')), ...outcomeRow('failed', of('failed'))],
    notes: [
      'Read again without the report. Wilson intervals. Solved runs read as an error would be accused; failed runs ' +
        'read as ok would be missed. Recordings without exit codes leave most checks unreadable.'
    ]
  }
}

function outcomeRow(name: string, runs: readonly AnalyzedRun[]): readonly Row[] {
  if (runs.length === 0) return []
  const figures = READ.map(({ key, outcomes }) => {
    const hits = runs.filter(({ outcomeAlone }) => outcomes.some((one) => one === outcomeAlone))
    return [key, countFigure(hits.length, runs.length)] as const
  })
  return [
    {
      name,
      kind: 'detail',
      figures: figuresOf({
        ...Object.fromEntries(figures),
        runs: { value: runs.length, n: runs.length }
      })
    }
  ]
}
