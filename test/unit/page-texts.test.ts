// What the page draws of a run, without a browser: folding, marked quotes, the texts of a step.

import { array, assert, constantFrom, integer, property, string } from 'fast-check'
import t from 'tap'
import type {
  OnsetWire,
  RunDetailWire,
  RunListItemWire,
  StageWire,
  StepWire
} from '../../collector/api/index.ts'
import { foldSteps } from '../../collector/page/client/fold-steps.ts'
import { groupEvidence } from '../../collector/page/client/group-evidence.ts'
import { splitByQuotes } from '../../collector/page/client/split-by-quotes.ts'
import { sumRuns } from '../../collector/page/client/sum-runs.ts'
import { toQuery } from '../../collector/page/client/to-query.ts'
import { toTexts } from '../../collector/page/client/step-texts.ts'

const NOTHING_CHOSEN = { chosen: undefined, isUnfolded: false }

function aStep(index: number, with_: Partial<StepWire> = {}): StepWire {
  const step: Partial<StepWire> = {
    index,
    stageIndex: 1,
    stage: 'implementation',
    action: `act ${index}`,
    arguments: '',
    thought: '',
    observation: '',
    ...with_
  }
  return step as StepWire
}

function aRun(stepCount: number, onset?: number): RunDetailWire {
  const detail: Partial<RunDetailWire> = {
    stages: [{ index: 1, name: 'implementation' } as StageWire],
    steps: Array.from({ length: stepCount }, (_, at) => aStep(at + 1)),
    onsets:
      onset === undefined
        ? []
        : [
            {
              stepIndex: onset,
              symptomStepIndex: stepCount,
              chain: [onset, stepCount],
              evidence: []
            } as unknown as OnsetWire
          ]
  }
  return detail as RunDetailWire
}

function shownSteps(parts: ReturnType<typeof foldSteps>): readonly number[] {
  return parts.flatMap((part) => (part.kind === 'step' ? [part.step.index] : []))
}

t.test('a run that a person can read is shown whole', async (t) => {
  const parts = foldSteps(aRun(150), NOTHING_CHOSEN)
  t.equal(shownSteps(parts).length, 150)
  t.same(
    parts.filter(({ kind }) => kind === 'gap'),
    []
  )
})

t.test('a long run is folded to its ends and what surrounds the onset', async (t) => {
  const parts = foldSteps(aRun(5_000, 2_500), NOTHING_CHOSEN)
  const shown = shownSteps(parts)
  t.ok([1, 2_497, 2_500, 2_503, 5_000].every((index) => shown.includes(index)))
  t.ok(shown.length < 30)
  t.ok(shownSteps(foldSteps(aRun(5_000), { chosen: 700, isUnfolded: false })).includes(700))
  t.equal(shownSteps(foldSteps(aRun(5_000), { chosen: undefined, isUnfolded: true })).length, 5_000)
})

t.test('no step is lost: what is not shown is in a gap', async () => {
  assert(
    property(integer({ min: 1, max: 700 }), integer({ min: 1, max: 700 }), (count, at) => {
      const parts = foldSteps(aRun(count, Math.min(at, count)), NOTHING_CHOSEN)
      const hidden = parts.reduce((sum, part) => sum + (part.kind === 'gap' ? part.count : 0), 0)
      return shownSteps(parts).length + hidden === count
    })
  )
})

t.test('a text cut by quotes is the text, and each part called a quote is one', async (t) => {
  const words = string({ unit: constantFrom('a', 'b', ' ', '\n'), maxLength: 60 })
  assert(
    property(words, array(words, { maxLength: 5 }), (text, quotes) => {
      const parts = splitByQuotes(text, quotes)
      return (
        parts.map((part) => part.text).join('') === text &&
        parts.every((part) => !part.isQuote || quotes.includes(part.text))
      )
    })
  )
  t.same(splitByQuotes('one two three', ['two']), [
    { text: 'one ', isQuote: false },
    { text: 'two', isQuote: true },
    { text: ' three', isQuote: false }
  ])
})

t.test('arguments are shown one by one, as the tool got them', async (t) => {
  const texts = toTexts(
    aStep(1, {
      action: 'write_file: a.js',
      arguments: JSON.stringify({ path: 'a.js', content: 'one\ntwo', mode: { force: true } })
    })
  )
  t.same(
    texts.filter(([, text]) => text !== ''),
    [
      ['action', 'write_file: a.js'],
      ['content', 'one\ntwo'],
      ['mode', '{\n  "force": true\n}']
    ]
  )
})

t.test('arguments that are no object, or cut, are shown as they are', async (t) => {
  for (const text of ['{"path":"a', 'ls -l', '[1]', 'null', '{"__proto__":1}']) {
    const shown = toTexts(aStep(1, { arguments: text }))
    t.ok(
      shown.some(([name, value]) => value === text || (name === '__proto__' && value === '1')),
      text
    )
  }
})

t.test('a session costs what its runs cost, as far as that is known', async (t) => {
  const aTurn = (id: string, with_: object): RunListItemWire =>
    ({ id, outcome: 'ok', tokens: {}, ...with_ }) as RunListItemWire
  const waste = { steps: 4, tokens: { output: 5 }, cost: 0.5, ms: 1 }
  const second = aTurn('2', {
    outcome: 'error',
    tokens: { input: 3 },
    cost: 1,
    topOnset: { waste }
  })
  const runs = [aTurn('1', { tokens: { input: 1, output: 2 } }), second, aTurn('3', { cost: 2 })]
  t.same(sumRuns([...runs, aTurn('4', { outcome: 'error' })]), {
    failed: 2,
    tokens: { input: 4, output: 2 },
    cost: 3,
    wastedSteps: 4,
    wastedCost: 0.5,
    wastedTokens: { output: 5 },
    firstWrong: second
  })
  t.match(sumRuns([aTurn('1', {})]), { cost: undefined, firstWrong: undefined, tokens: {} })
})

t.test(
  'what several detectors found in the same words is one line, and no label is lost',
  async (t) => {
    const found = (stepIndex: number, label: string, quote: string, link?: object) =>
      ({ stepIndex, label, quote, detector: label, link }) as OnsetWire['evidence'][number]
    const link = { runId: 'r', stepIndex: 1 }
    const groups = groupEvidence([
      found(2, 'a', 'same'),
      found(3, 'a', 'same'),
      found(2, 'b', 'same'),
      found(2, 'b', 'other'),
      found(2, 'c', 'same', link)
    ])
    t.same(
      groups.map(({ evidence, labels }) => [evidence.stepIndex, evidence.quote, labels]),
      [
        [2, 'same', ['a', 'b']],
        [3, 'same', ['a']],
        [2, 'other', ['b']],
        [2, 'same', ['c']]
      ]
    )
  }
)

t.test('an address is asked of the API by the names that it knows', async (t) => {
  const now = Date.parse('2026-11-03T09:00:00Z')
  const ask = (address: string): string => toQuery(new URLSearchParams(address), now).toString()
  t.equal(ask('agent=a%26b&utm_source=x&model=&limit=9'), 'agent=a%26b')
  t.equal(ask('started=24h'), 'since=2026-11-02T09%3A00%3A00.000Z')
  t.equal(ask('started=never&until=2026-11-02'), 'until=2026-11-02')
})
