// Scores on cases small enough to work out by hand.
import t from 'tap'
import type { OnsetLabel } from '../../processors/evaluation/labelled-run.ts'
import type { ScoredRun } from '../../processors/evaluation/metrics/onset-scores.ts'
import {
  meanScores,
  scoreChance,
  scorePrediction
} from '../../processors/evaluation/metrics/onset-scores.ts'

function aRun(label: Partial<OnsetLabel> = {}, agents = Array(10).fill(undefined)): ScoredRun {
  const whole = { acceptable: [], incorrect: undefined, category: undefined, agent: undefined }
  return { label: { stepIndex: 4, ...whole, ...label }, stepCount: agents.length, agents }
}

function near(step: number) {
  return scorePrediction({ ranking: [step], stepSet: [] }, aRun({ acceptable: [9] }))
}

t.test('a first suspect on the onset is a hit at every depth', async (t) => {
  const scores = scorePrediction({ ranking: [4, 1], stepSet: [] }, aRun())
  t.match(scores, { exact1: 1, exact3: 1, exact5: 1, accept1: 1, within1: 1, within3: 1 })
})

t.test('an onset at the third place is a hit from top-3 on only', async (t) => {
  const scores = scorePrediction({ ranking: [9, 8, 4], stepSet: [] }, aRun())
  t.match(scores, { exact1: 0, exact3: 1, exact5: 1, accept1: 0, accept3: 1 })
})

t.test('an acceptable step is a hit for acceptable and not for exact', async (t) => {
  const scores = scorePrediction({ ranking: [7], stepSet: [] }, aRun({ acceptable: [7] }))
  t.match(scores, { exact1: 0, exact5: 0, accept1: 1, within1: 0, within3: 1 })
})

t.test(
  'nearness counts steps on both sides of the onset and leaves acceptable ones out',
  async (t) => {
    t.same(
      [1, 3, 5, 7, 8, 9].map((step) => [near(step).within1, near(step).within3]),
      [
        [0, 1],
        [1, 1],
        [1, 1],
        [0, 1],
        [0, 0],
        [0, 0]
      ]
    )
  }
)

t.test('an abstention is a miss on every measure', async (t) => {
  const run = aRun({ incorrect: [4], agent: 'clerk' }, Array(10).fill('clerk'))
  const scores = scorePrediction({ ranking: [], stepSet: [] }, run)
  t.same(new Set(Object.values(scores)), new Set([0]))
})

t.test(
  'a step set of three with two of the four gold steps has P 2/3, R 1/2, F1 4/7',
  async (t) => {
    const run = aRun({ incorrect: [4, 5, 6, 7] })
    const scores = scorePrediction({ ranking: [4], stepSet: [4, 5, 9, 9] }, run)
    t.match(scores, { setPrecision: 2 / 3, setRecall: 1 / 2, setF1: 4 / 7 })
  }
)

t.test('a run without gold steps has no step-set score', async (t) => {
  for (const incorrect of [[], undefined]) {
    const scores = scorePrediction({ ranking: [4], stepSet: [4] }, aRun({ incorrect }))
    t.match(scores, { setPrecision: undefined, setRecall: undefined, setF1: undefined })
  }
})

t.test('the agent is that of the best suspect', async (t) => {
  const run = aRun({ agent: 'clerk' }, ['clerk', 'human', 'human', 'human', 'clerk'])
  t.equal(scorePrediction({ ranking: [5], stepSet: [] }, run).agent, 1)
  t.equal(scorePrediction({ ranking: [2], stepSet: [] }, run).agent, 0)
})

t.test('chance agrees with the mean over all orders of the steps', async (t) => {
  const run = aRun({ stepIndex: 2, acceptable: [4], incorrect: [2, 3], agent: 'a' }, [
    'a',
    'b',
    'a',
    'b'
  ])
  const orders = permutations([1, 2, 3, 4])
  const scores = orders.map((ranking) =>
    scorePrediction({ ranking, stepSet: ranking.slice(0, 1) }, run)
  )
  const mean = meanScores(scores)
  for (const [score, chance] of Object.entries(scoreChance(run))) {
    const expected = mean[score as keyof typeof mean] ?? Number.NaN
    t.ok(Math.abs((chance ?? Number.NaN) - expected) < 1e-9, `${score}: ${chance} is ${expected}`)
  }
})

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest])
  )
}
