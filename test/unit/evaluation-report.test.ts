import t from 'tap'
import {
  countFigure,
  createFigureMaker,
  figuresOf
} from '../../processors/evaluation/report/report.ts'
import type { Column, Figure, Report } from '../../processors/evaluation/report/report.ts'
import { renderReport } from '../../processors/evaluation/report/table.ts'

function aReport(overrides: Partial<Report> = {}): Report {
  return {
    dataset: 'sets/dev',
    path: 'sets/dev.jsonl',
    format: 'onsets',
    localizerVersion: undefined,
    runs: 2,
    tasks: 2,
    steps: 9,
    seed: 1,
    sections: [],
    flaws: [],
    speed: undefined,
    ...overrides
  }
}

function printed(figure: Figure | undefined, unit: Column['unit'] = 'share'): string | undefined {
  const columns: Column[] = [{ key: 'value', label: 'value', unit }]
  const rows = [{ name: 'row', kind: 'detail' as const, figures: figuresOf({ value: figure }) }]
  const table = renderReport(aReport({ sections: [{ title: 'T', columns, rows, notes: [] }] }))
  return /^ {2}row +(.*)$/m.exec(table)?.[1]
}

t.test('a share is printed in percent with its interval', async (t) => {
  t.equal(printed({ value: 0.2753, n: 69, interval: { low: 0.171, high: 0.379 } }), '27.5 [17,38]')
  t.equal(printed({ value: 1, n: 69, interval: { low: 0.95, high: 1 } }), '100 [95,100]')
  t.equal(printed({ value: 0.5, n: 69 }), '50.0')
})

t.test('a difference has a sign, and nothing has none', async (t) => {
  const interval = { low: -0.021, high: 0.221 }
  t.equal(printed({ value: 0.104, n: 9, interval }, 'difference'), '+10.4 [-2,+22]')
  t.equal(printed({ value: -0.0001, n: 9 }, 'difference'), '0.0')
  t.equal(
    printed({ value: 0, n: 9, interval: { low: -0.001, high: 0 } }, 'difference'),
    '0.0 [0,0]'
  )
})

t.test('what does not apply is a dash, a count is whole', async (t) => {
  t.equal(printed(undefined), '–')
  t.equal(printed({ value: 12, n: 12 }, 'count'), '12')
})

t.test('notes are wrapped and a long name of a dataset keeps its end', async (t) => {
  const note = Array.from({ length: 60 }, () => 'word').join(' ')
  const section = { title: 'T', columns: [], rows: [], notes: [note] }
  const table = renderReport(aReport({ dataset: `${'x'.repeat(200)}/dev`, sections: [section] }))
  t.ok(table.split('\n').every((line) => line.length <= 100))
  t.match(table, /^…x+\/dev: 2 runs/)
})

t.test('labels that were left out are counted, the first ones shown', async (t) => {
  const flaws = Array.from({ length: 7 }, (_, line) => `line ${line}: a gap`)
  t.match(renderReport(aReport({ flaws })), /Labels left out: 7\n {2}line 0: a gap\n[^]*and 2 more/)
})

t.test('misses say what was said, what is true and where it stands', async (t) => {
  const miss = { onset: 4, acceptable: [5, 6], rank: 2, abstention: undefined }
  const silent = { onset: 4, acceptable: [], rank: undefined, predicted: undefined }
  const table = renderReport(
    aReport({
      misses: [
        { runId: 'a', predicted: 1, ...miss },
        { runId: 'b', abstention: 'nothing failed', ...silent }
      ]
    })
  )
  t.match(table, '  a: said 1, is 4, acceptable 5 6, ranked 2\n')
  t.match(table, '  b: said none (nothing failed), is 4, not among the suspects\n')
})

t.test('a figure counts only the runs that have a part in it', async (t) => {
  const maker = createFigureMaker(['a', 'b', 'c'], 1)
  const tallies = [
    { hits: 1, of: 1 },
    { hits: 0, of: 0 },
    { hits: 0, of: 1 }
  ]
  t.match(maker.figure(tallies), { value: 0.5, n: 2 })
  t.equal(maker.figure([{ hits: 0, of: 0 }]), undefined)
})

t.test('intervals over runs are added only where tasks repeat', async (t) => {
  const tallies = [
    { hits: 1, of: 1 },
    { hits: 0, of: 1 },
    { hits: 1, of: 1 }
  ]
  t.equal(createFigureMaker(['a', 'b', 'c'], 1).figure(tallies)?.intervalOverRuns, undefined)
  t.type(createFigureMaker(['a', 'b', 'b'], 1).figure(tallies)?.intervalOverRuns, 'object')
})

t.test('a share of nothing is no figure', async (t) => {
  t.equal(countFigure(0, 0), undefined)
  t.match(countFigure(0, 20), { value: 0, n: 20, interval: { low: 0 } })
})
