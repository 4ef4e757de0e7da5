// The weights as data: tied to the version, explainable, learned deterministically, and calibrated so that
// a surer ranking never has less confidence.

import { createHash } from 'node:crypto'
import t from 'tap'
import {
  FEATURES,
  fitLocalizer,
  fitWeights,
  LOCALIZER_VERSION,
  WEIGHTS,
  type LabelledOnset
} from '@onset/processors/localizer'
import { binByProbability, readReliability } from '../../processors/localizer/calibrate.ts'
import { minimize } from '../../processors/localizer/minimize.ts'
import { rankWith, softmax } from '../../processors/localizer/rank.ts'
import { chooseIncorrect } from '../../processors/localizer/step-set.ts'
import { agentRun, failing, ran, viewed, wrote } from '../support/agent-runs.ts'

t.test('the version names the weights: whoever changes them must change it', async (t) => {
  const hash = createHash('sha256').update(JSON.stringify(WEIGHTS)).digest('hex').slice(0, 8)
  t.equal(LOCALIZER_VERSION.split('+')[1], hash)
})

t.test('every weight has the sign that its feature means', async (t) => {
  t.equal(WEIGHTS.onset.length, FEATURES.length)
  for (const [at, { name, sign }] of FEATURES.entries()) {
    for (const weight of [WEIGHTS.onset[at] ?? 0, WEIGHTS.incorrect[at] ?? 0]) {
      t.ok(weight * sign >= 0, name)
    }
  }
})

t.test('shipped reliability rises with the probability', async (t) => {
  const shares = WEIGHTS.reliability.map(({ rightShare }) => rightShare)
  t.same(
    shares,
    shares.toSorted((a, b) => a - b)
  )
  t.equal(WEIGHTS.reliability[0]?.probabilityFrom, 0)
})

/** Twenty suspicions of one probability, `right` of them right. */
function few(probability: number, right: number) {
  return Array.from({ length: 20 }, (_, at) => ({ probability, right: at < right }))
}

t.test('calibration pools neighbours that fall', async (t) => {
  const bins = binByProbability([...few(0.1, 4), ...few(0.3, 2), ...few(0.7, 16)])
  t.same(bins, [
    { probabilityFrom: 0, rightShare: 0.15 },
    { probabilityFrom: 0.7, rightShare: 0.8 }
  ])
  t.equal(readReliability(bins, 0.69), 0.15)
  t.equal(readReliability(bins, 0.7), 0.8)
  t.equal(readReliability([], 1), 0)
})

t.test('minimizing finds the bottom, held to the allowed signs', async (t) => {
  const bowl = {
    size: 2,
    evaluate: (point: Float64Array, gradient: Float64Array | undefined) => {
      const [a = 0, b = 0] = point
      gradient?.set([2 * (a - 3), 2 * (b + 5)])
      return (a - 3) ** 2 + (b + 5) ** 2
    }
  }
  const options = { l2: [0, 0], center: [0, 0], iterations: 100 }
  const free = minimize(bowl, { ...options, signs: [0, 0] })
  t.same(
    free.map((weight) => weight.toFixed(3)),
    ['3.000', '-5.000']
  )
  t.same(
    minimize(bowl, { ...options, signs: [1, 1] }).map((weight) => weight.toFixed(3)),
    ['3.000', '0.000']
  )
})

t.test('softmax sums to one, even for scores that overflow', async (t) => {
  const probabilities = softmax([1_000, 0, -1_000])
  t.equal(
    probabilities.reduce((sum, each) => sum + each, 0),
    1
  )
  t.same(softmax([]), [])
})

t.test('of equal steps the earlier one is suspected', async (t) => {
  const weights = { onset: [1], incorrect: [0], incorrectBias: 0 }
  const ranked = rankWith(weights, { rows: [[0], [1], [1]] }, 3)
  t.same(
    ranked.map(({ at }) => at),
    [1, 2, 0]
  )
})

t.test('the step set grows only while it can be expected to be right', async (t) => {
  const ranked = [0.9, 0.8, 0.05, 0.04].map((incorrectProbability, at) => ({
    at,
    probability: 0.25,
    incorrectProbability,
    contributions: []
  }))
  t.same(
    chooseIncorrect(ranked).map(({ at }) => at),
    [0, 1]
  )
  t.same(chooseIncorrect([]), [])
})

t.test('a step before the likely onset is no likely wrong change', async (t) => {
  const ranked = [0.98, 0.02].map((probability, place) => ({
    at: 1 - place,
    probability,
    incorrectProbability: 0.9,
    contributions: []
  }))
  t.same(
    chooseIncorrect(ranked).map(({ at }) => at),
    [1]
  )
})

/** Runs whose onset is the write, or the first read when `blameReads`. */
function labelled(count: number, blameReads: boolean): LabelledOnset[] {
  return Array.from({ length: count }, (_, at) => ({
    tree: agentRun(
      [viewed('in.csv', `${at}`), wrote('a.py', `total_${at} = 1`), ran('ls', 'a.py')],
      { task: `task ${at}`, outcome: 'error', checks: [failing('test_total')] }
    ),
    onsetStepIndex: blameReads ? 1 : 2,
    acceptableStepIndexes: [],
    incorrectStepIndexes: blameReads ? [] : [2]
  }))
}

t.test('learning is deterministic and follows the labels', async (t) => {
  const examples = labelled(12, false)
  const weights = fitWeights(examples)
  t.same(fitWeights(labelled(12, false)), weights)
  const write = FEATURES.findIndex(({ name }) => name === 'write')
  t.ok((weights.onset[write] ?? 0) > 0.3)
  const { onsets } = fitLocalizer(examples)(examples[0]?.tree ?? agentRun([ran('ls')]))
  t.equal(onsets[0]?.stepIndex, 2)
})

t.test('labels against a feature’s meaning leave its weight at zero', async (t) => {
  const write = FEATURES.findIndex(({ name }) => name === 'write')
  t.equal(fitWeights(labelled(12, true)).onset[write], 0)
})

t.test('nothing labelled gives weights that still rank', async (t) => {
  const weights = fitWeights([])
  t.ok(weights.onset.every((weight) => Number.isFinite(weight)))
  const { onsets, abstention } = fitLocalizer([])(agentRun([ran('ls', 'a')], { outcome: 'error' }))
  t.same([onsets.length, abstention === undefined], [0, false])
})
