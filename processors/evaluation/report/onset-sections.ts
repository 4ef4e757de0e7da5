// Sections about the onset: how often each method names it, and whether the localizer beats the best of
// the trivial ones.

import type { Case, Method } from '../cases.ts'
import { tasksOf } from '../cases.ts'
import type { Tally } from '../intervals.ts'
import { ratio } from '../intervals.ts'
import type { OnsetScore } from '../metrics/onset-scores.ts'
import type { Column, FigureMaker, Row, Section } from './report.ts'
import { createFigureMaker, figuresOf } from './report.ts'

type ScoreColumn = Column & { readonly key: OnsetScore }

const EXACT: readonly ScoreColumn[] = [
  share('exact1', 'top-1'),
  share('exact3', 'top-3'),
  share('exact5', 'top-5'),
  share('within1', 'within 1'),
  share('within3', 'within 3')
]
const ACCEPTED: readonly ScoreColumn[] = [
  share('accept1', 'top-1'),
  share('accept3', 'top-3'),
  share('accept5', 'top-5')
]
const AGENT: readonly ScoreColumn[] = [share('agent', 'agent'), share('exact1', 'step')]
const STEP_SET: readonly ScoreColumn[] = [
  share('setPrecision', 'precision'),
  share('setRecall', 'recall'),
  share('setF1', 'F1')
]

export function buildOnsetSections(
  cases: readonly Case[],
  methods: readonly Method[],
  seed: number
): readonly Section[] {
  const tasks = tasksOf(cases)
  const maker = createFigureMaker(tasks, seed)
  const about = `${cases.length} failed runs of ${new Set(tasks).size} tasks`
  const build = (
    title: string,
    columns: readonly ScoreColumn[],
    notes: readonly string[] = []
  ) => ({
    title: `${title}, ${about}`,
    columns,
    rows: methods.flatMap((method) => buildRow(method, columns, maker)),
    notes
  })
  const shipped = methods.some(({ kind }) => kind === 'shipped') ? [SHIPPED_NOTE] : []
  const sections = [build('Onset exact', EXACT, ['Abstentions count as misses.', ...shipped])]
  if (cases.some(({ label }) => label.acceptable.length > 0)) {
    sections.push(build('Onset exact or acceptable', ACCEPTED))
  }
  if (cases.some(({ label }) => label.agent !== undefined)) {
    sections.push(build('Agent of the best suspect', AGENT))
  }
  if (cases.some(({ label }) => label.incorrect !== undefined)) {
    sections.push(build('Set of incorrect steps', STEP_SET, STEP_SET_NOTES))
  }
  return sections
}

const SHIPPED_NOTE =
  'As shipped is in-sample on the runs that the shipped weights were fitted on, and proves nothing there.'

const STEP_SET_NOTES = [
  'Macro-average over runs. Runs without labelled steps are left out; a run for which a method calls ' +
    'no step counts 0. Rankings call their first choice.'
]

const COMPARED: readonly { score: OnsetScore; name: string }[] = [
  { score: 'exact1', name: 'exact, top-1' },
  { score: 'exact3', name: 'exact, top-3' },
  { score: 'accept1', name: 'acceptable, top-1' },
  { score: 'accept3', name: 'acceptable, top-3' },
  { score: 'agent', name: 'agent' },
  { score: 'setF1', name: 'step set, F1' }
]

/** The localizer minus whichever baseline is best on each measure, paired by run. */
export function buildComparison(
  cases: readonly Case[],
  methods: readonly Method[],
  options: { readonly localizer: Method; readonly seed: number }
): Section {
  const maker = createFigureMaker(tasksOf(cases), options.seed)
  const same = cases.every(({ label }) => label.acceptable.length === 0)
  const compared = same ? COMPARED.filter(({ score }) => !score.startsWith('accept')) : COMPARED
  const rows = compared.flatMap(({ score, name }): Row[] => {
    const best = bestBaseline(methods, score)
    if (best === undefined) return []
    const ours = tally(options.localizer, score)
    const figures = figuresOf({
      difference: maker.difference(ours, tally(best, score)),
      localizer: maker.figure(ours),
      baseline: maker.figure(tally(best, score))
    })
    if (figures['difference'] === undefined) return []
    return [{ name, kind: 'detail', figures, remark: best.name }]
  })
  return {
    title: `${options.localizer.name}, minus the best baseline of each measure`,
    columns: [
      { key: 'difference', label: 'difference', unit: 'difference' },
      share('localizer', 'localizer'),
      share('baseline', 'baseline')
    ],
    rows,
    notes: ['Paired bootstrap: an interval that contains 0 says that nothing is shown.']
  }
}

function bestBaseline(methods: readonly Method[], score: OnsetScore): Method | undefined {
  let best: Method | undefined
  let bestValue = -1
  for (const method of methods) {
    const value = method.kind === 'baseline' ? ratio(tally(method, score)) : undefined
    if (value === undefined || value <= bestValue) continue
    best = method
    bestValue = value
  }
  return best
}

function buildRow(
  method: Method,
  columns: readonly ScoreColumn[],
  maker: FigureMaker
): readonly Row[] {
  const figures = figuresOf(
    Object.fromEntries(columns.map(({ key }) => [key, maker.figure(tally(method, key))]))
  )
  return Object.keys(figures).length === 0
    ? []
    : [{ name: method.name, kind: method.kind, figures }]
}

function tally(method: Method, score: OnsetScore): readonly Tally[] {
  return method.scores.map((scores) => toTally(scores[score]))
}

function toTally(score: number | undefined): Tally {
  return score === undefined ? { hits: 0, of: 0 } : { hits: score, of: 1 }
}

function share<Key extends string>(key: Key, label: string): Column & { readonly key: Key } {
  return { key, label, unit: 'share' }
}
