// What a judge adds to the localizer, beside the most any re-ranking could add, and what it costs.

import type { Judgement, TokenPrices } from '../../judge/index.ts'
import { costOf } from '../../judge/index.ts'
import type { Case, LocalizerMethod } from '../cases.ts'
import { tasksOf } from '../cases.ts'
import type { Tally } from '../intervals.ts'
import type { JudgedCases } from '../judged.ts'
import type { OnsetScore } from '../metrics/onset-scores.ts'
import type { Column, FigureMaker, Row, Section } from './report.ts'
import { countFigure, createFigureMaker, figuresOf } from './report.ts'

export function buildJudgeSections(
  cases: readonly Case[],
  judged: JudgedCases,
  seed: number
): readonly Section[] {
  const maker = createFigureMaker(tasksOf(cases), seed)
  return [buildGain(cases, judged, maker), buildCost(judged, maker)]
}

const GAINS: readonly { readonly score: OnsetScore; readonly name: string }[] = [
  { score: 'exact1', name: 'exact, top-1' },
  { score: 'accept1', name: 'acceptable, top-1' },
  { score: 'exact3', name: 'exact, top-3' },
  { score: 'accept3', name: 'acceptable, top-3' }
]

const GAIN_COLUMNS: readonly Column[] = [
  { key: 'gain', label: 'gain', unit: 'difference' },
  { key: 'after', label: 'with judge', unit: 'share' },
  { key: 'before', label: 'without', unit: 'share' },
  { key: 'bound', label: 'at most', unit: 'share' }
]

function buildGain(cases: readonly Case[], judged: JudgedCases, maker: FigureMaker): Section {
  const { before, after, judge } = judged
  const rows = GAINS.map(({ score, name }): Row => {
    const bound = score.startsWith('exact') ? 'exact5' : 'accept5'
    return {
      name,
      kind: 'detail',
      figures: figuresOf({
        gain: maker.difference(tally(after, score), tally(before, score)),
        after: maker.figure(tally(after, score)),
        before: maker.figure(tally(before, score)),
        bound: maker.figure(tally(before, bound))
      })
    }
  })
  return {
    title: `Gain of ${judge.name} over ${before.name}, ${cases.length} failed runs`,
    columns: GAIN_COLUMNS,
    rows,
    notes: [
      'Paired bootstrap: an interval that contains 0 says that nothing is shown. At most: the share of ' +
        'runs that have such a step among their first five suspects, which no re-ranking can pass.',
      ...judge.notes
    ]
  }
}

const COST_COLUMNS: readonly Column[] = [
  { key: 'share', label: 'share', unit: 'share' },
  { key: 'count', label: 'count', unit: 'count' }
]

function buildCost({ judgements, judge }: JudgedCases, maker: FigureMaker): Section {
  const asked = judgements.filter((judgement) => judgement !== undefined)
  const count = (name: string, counts: (judgement: Judgement) => boolean): Row => {
    const hits = asked.filter(counts).length
    const figures = figuresOf({
      share: countFigure(hits, asked.length),
      count: { value: hits, n: asked.length }
    })
    return { name, kind: 'detail', figures }
  }
  const total = (name: string, value: number): Row => ({
    name,
    kind: 'detail',
    figures: { count: { value, n: asked.length } }
  })
  const sum = (of: (judgement: Judgement) => number) => asked.reduce((all, one) => all + of(one), 0)
  return {
    title: `Cost of ${judge.name}, ${asked.length} of ${judgements.length} runs were for the judge`,
    columns: COST_COLUMNS,
    rows: [
      count(
        'confirmed the best suspect',
        ({ failure, changed }) => failure === undefined && !changed
      ),
      count('changed it', ({ changed }) => changed),
      count('failed', ({ failure }) => failure !== undefined),
      count('all samples agree', ({ agreement }) => agreement === 1),
      total(
        'quotes refused',
        sum(({ refused }) => refused.quotes)
      ),
      total(
        'steps refused',
        sum(({ refused }) => refused.steps)
      ),
      total(
        'requests',
        sum(({ calls }) => calls.answered + calls.failed)
      ),
      mean('tokens a judged run', judgements, maker, ({ tokens }) => tokens.input + tokens.output),
      total('tokens, most in a run', Math.max(0, ...asked.map(tokensOf))),
      ...dollars(judgements, maker, judge.prices)
    ],
    notes: [
      `Wilson intervals. Judged were runs below a confidence of ${judge.limits.belowConfidence}, with ` +
        `${judge.limits.samples} samples and at most ${judge.limits.tokensPerRun} tokens each.` +
        (judge.prices === undefined ? ' No prices are set, so dollars are not counted.' : '')
    ]
  }
}

function dollars(
  judgements: readonly (Judgement | undefined)[],
  maker: FigureMaker,
  prices: TokenPrices | undefined
): readonly Row[] {
  if (prices === undefined) return []
  const cost = ({ tokens }: Judgement) => costOf(tokens, prices) ?? 0
  return [mean('dollars a judged run', judgements, maker, cost)]
}

/** With its interval as a remark: these are no shares. */
function mean(
  name: string,
  judgements: readonly (Judgement | undefined)[],
  maker: FigureMaker,
  of: (judgement: Judgement) => number
): Row {
  const tallies: Tally[] = judgements.map((judgement) =>
    judgement === undefined ? { hits: 0, of: 0 } : { hits: of(judgement), of: 1 }
  )
  const figure = maker.figure(tallies)
  if (figure === undefined) return { name, kind: 'detail', figures: {} }
  const { interval } = figure
  return {
    name,
    kind: 'detail',
    figures: { count: { ...figure, value: round(figure.value) } },
    ...(interval && { remark: `[${round(interval.low)},${round(interval.high)}]` })
  }
}

/** Three digits that tell: tokens whole, dollars to a hundredth of a cent. */
function round(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toFixed(4))
}

function tokensOf({ tokens }: Judgement): number {
  return tokens.input + tokens.output
}

function tally(method: LocalizerMethod, score: OnsetScore): readonly Tally[] {
  return method.scores.map((scores) => {
    const value = scores[score]
    return value === undefined ? { hits: 0, of: 0 } : { hits: value, of: 1 }
  })
}
