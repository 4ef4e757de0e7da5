// What memory would add as a weight in the ranking, beside the localizer without it.

import type { Case, LocalizerMethod } from '../cases.ts'
import { tasksOf } from '../cases.ts'
import type { Tally } from '../intervals.ts'
import type { OnsetScore } from '../metrics/onset-scores.ts'
import type { RememberedCases } from '../remembered.ts'
import type { Column, FigureMaker, Row, Section } from './report.ts'
import { createFigureMaker, figuresOf } from './report.ts'

export function buildMemorySections(
  cases: readonly Case[],
  remembered: RememberedCases,
  seed: number
): readonly Section[] {
  const maker = createFigureMaker(tasksOf(cases), seed)
  return [buildWeights(cases, remembered, maker), buildAlone(remembered, maker)]
}

const COLUMNS: readonly Column[] = [
  { key: 'exact', label: 'exact', unit: 'share' },
  { key: 'acceptable', label: 'acceptable', unit: 'share' },
  { key: 'exactGain', label: 'gain, exact', unit: 'difference' },
  { key: 'acceptableGain', label: 'gain, accept.', unit: 'difference' }
]

function buildWeights(
  cases: readonly Case[],
  { before, patterns, divergences, knownCount, compared }: RememberedCases,
  maker: FigureMaker
): Section {
  const comparedCount = compared.filter(Boolean).length
  return {
    title: `Memory as a weight, ${cases.length} failed runs`,
    columns: COLUMNS,
    rows: [
      { name: before.name, kind: 'detail', figures: toShares(before, maker) },
      ...[...patterns, ...divergences].map((method): Row => ({
        name: method.name,
        kind: 'detail',
        figures: {
          ...toShares(method, maker),
          ...figuresOf({
            exactGain: maker.difference(tally(method, 'exact1'), tally(before, 'exact1')),
            acceptableGain: maker.difference(tally(method, 'accept1'), tally(before, 'accept1'))
          })
        }
      }))
    ],
    notes: [
      `Of these runs ${knownCount} have a suspect whose pattern was met before, in another task, and ` +
        `${comparedCount} a success of the same task. Runs in order of time; what a run adds is said after it was ranked.`,
      'Paired bootstrap: a gain whose interval contains 0 is not shown. In production memory weighs nothing.'
    ]
  }
}

/** Runs without a success have no part in it. */
function buildAlone(
  { before, firstDivergentChange, firstChange, compared }: RememberedCases,
  maker: FigureMaker
): Section {
  const comparedCount = compared.filter(Boolean).length
  const row = (method: LocalizerMethod, name: string): Row => ({
    name,
    kind: 'detail',
    figures: toShares(method, maker, compared)
  })
  return {
    title: `Where a run left the way of a success, ${comparedCount} failed runs that have one`,
    columns: COLUMNS.slice(0, 2),
    rows: [
      row(firstDivergentChange, firstDivergentChange.name),
      row(firstChange, firstChange.name),
      row(before, 'localizer without memory')
    ],
    notes: []
  }
}

function toShares(method: LocalizerMethod, maker: FigureMaker, among?: readonly boolean[]) {
  return figuresOf({
    exact: maker.figure(tally(method, 'exact1', among)),
    acceptable: maker.figure(tally(method, 'accept1', among))
  })
}

function tally(
  method: LocalizerMethod,
  score: OnsetScore,
  among?: readonly boolean[]
): readonly Tally[] {
  return method.scores.map((scores, at) => {
    const value = among?.[at] === false ? undefined : scores[score]
    return value === undefined ? { hits: 0, of: 0 } : { hits: value, of: 1 }
  })
}
