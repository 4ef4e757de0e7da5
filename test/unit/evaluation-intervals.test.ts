// Intervals against distributions whose true spread is known in closed form.
import t from 'tap'
import { wilsonInterval } from '../../collector/model/index.ts'
import { createBootstrap, ratio } from '../../processors/evaluation/intervals.ts'
import type { Tally } from '../../processors/evaluation/intervals.ts'
import { createRandom, shuffle } from '../../processors/evaluation/random.ts'

const SEED = 7

function coins(heads: number, of: number): Tally[] {
  return Array.from({ length: of }, (_, run) => ({ hits: run < heads ? 1 : 0, of: 1 }))
}

function eachAlone(count: number): string[] {
  return Array.from({ length: count }, (_, run) => `task-${run}`)
}

function rampInterval(seed: number) {
  const ramp = Array.from({ length: 30 }, (_, run) => ({ hits: run / 30, of: 1 }))
  return createBootstrap(eachAlone(30), { seed }).interval(ramp)
}

function width(interval = { low: 0, high: 0 }): number {
  return interval.high - interval.low
}

t.test('the interval of a share is that of the binomial distribution', async (t) => {
  const interval = createBootstrap(eachAlone(400), { seed: SEED }).interval(coins(120, 400))
  const halfWidth = 1.96 * Math.sqrt((0.3 * 0.7) / 400)
  t.ok(Math.abs((interval?.low ?? 0) - (0.3 - halfWidth)) < 0.006, `${interval?.low}`)
  t.ok(Math.abs((interval?.high ?? 0) - (0.3 + halfWidth)) < 0.006, `${interval?.high}`)
})

t.test('95 of 100 intervals cover the true share', async (t) => {
  const random = createRandom(11)
  let covered = 0
  const trials = 400
  for (let trial = 0; trial < trials; trial += 1) {
    const tallies = Array.from({ length: 80 }, () => ({ hits: random() < 0.4 ? 1 : 0, of: 1 }))
    const bootstrap = createBootstrap(eachAlone(80), { seed: trial, resamples: 400 })
    const interval = bootstrap.interval(tallies)
    if (interval && interval.low <= 0.4 && interval.high >= 0.4) covered += 1
  }
  t.ok(covered / trials > 0.9 && covered / trials < 0.98, `covered ${covered} of ${trials}`)
})

t.test(
  'runs of one task that all agree widen the interval as if there were one run a task',
  async (t) => {
    const tallies = coins(60, 200).flatMap((tally) => [tally, tally, tally, tally])
    const tasks = eachAlone(200).flatMap((task) => [task, task, task, task])
    const clustered = createBootstrap(tasks, { seed: SEED }).interval(tallies)
    const alone = createBootstrap(eachAlone(200), { seed: SEED }).interval(coins(60, 200))
    const naive = createBootstrap(eachAlone(800), { seed: SEED }).interval(tallies)
    t.same(clustered, alone)
    t.ok(width(clustered) > 1.7 * width(naive), 'drawing runs pretends to twice the precision')
  }
)

t.test('a method compared with itself differs by exactly nothing', async (t) => {
  const tallies = coins(3, 10)
  const bootstrap = createBootstrap(eachAlone(10), { seed: SEED })
  t.same(bootstrap.pairedInterval(tallies, tallies), { low: 0, high: 0 })
})

t.test('pairing finds a small difference that unpaired intervals hide', async (t) => {
  const better = coins(110, 200)
  const worse = coins(100, 200)
  const bootstrap = createBootstrap(eachAlone(200), { seed: SEED })
  const paired = bootstrap.pairedInterval(better, worse)
  t.ok((paired?.low ?? 0) > 0, `${paired?.low}`)
  t.ok((bootstrap.interval(worse)?.high ?? 0) > (bootstrap.interval(better)?.low ?? 1))
})

t.test('a ratio of sums weighs runs by their chances', async (t) => {
  t.equal(
    ratio([
      { hits: 9, of: 10 },
      { hits: 0, of: 2 }
    ]),
    0.75
  )
  t.equal(ratio([{ hits: 0, of: 0 }]), undefined)
})

t.test('the same seed gives the same interval and another seed another', async (t) => {
  t.same(rampInterval(1), rampInterval(1))
  t.notSame(rampInterval(1), rampInterval(2))
})

t.test('nothing to divide by has no interval', async (t) => {
  const bootstrap = createBootstrap(['a', 'b'], { seed: SEED })
  t.equal(
    bootstrap.interval([
      { hits: 0, of: 0 },
      { hits: 0, of: 0 }
    ]),
    undefined
  )
  t.equal(createBootstrap([], { seed: SEED }).interval([]), undefined)
  t.equal(wilsonInterval(0, 0), undefined)
})

t.test('none of 20 leaves up to 16 percent open', async (t) => {
  const interval = wilsonInterval(0, 20)
  t.equal(interval?.low, 0)
  t.ok(Math.abs((interval?.high ?? 0) - 0.161) < 0.001, `${interval?.high}`)
})

t.test('every order of three items is shuffled to equally often', async (t) => {
  const random = createRandom(3)
  const counts = new Map<string, number>()
  for (let round = 0; round < 6_000; round += 1) {
    const order = shuffle(['a', 'b', 'c'], random).join('')
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  t.equal(counts.size, 6)
  for (const [order, count] of counts) t.ok(Math.abs(count - 1_000) < 120, `${order} ${count}`)
})
