// What the page draws of a run, without a browser: folding, marked quotes, the texts of a step.

import { array, assert, constantFrom, integer, property, string } from 'fast-check'
import t from 'tap'
import type { OnsetWire, RunDetailWire, StageWire, StepWire } from '../../collector/api/index.ts'
import { foldSteps } from '../../collector/page/client/fold-steps.ts'
import { splitByQuotes } from '../../collector/page/client/split-by-quotes.ts'
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
