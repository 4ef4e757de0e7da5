// Agreement of divisions worked out by hand.
import t from 'tap'
import { compareStages } from '../../processors/evaluation/metrics/stage-agreement.ts'

t.test('a division agrees with itself, whatever its stages are numbered', async (t) => {
  t.same(compareStages([0, 0, 1, 1, 2], [7, 7, 3, 3, 9]), {
    boundaryF1: 1,
    windowDiff: 0,
    bCubedF1: 1
  })
})

t.test('a boundary one step off counts, two steps off does not', async (t) => {
  const labelled = [0, 0, 0, 0, 1, 1, 1, 1]
  t.equal(compareStages([0, 0, 0, 1, 1, 1, 1, 1], labelled).boundaryF1, 1)
  t.equal(compareStages([0, 0, 1, 1, 1, 1, 1, 1], labelled).boundaryF1, 0)
})

t.test('a boundary is used once', async (t) => {
  // Boundaries at 3 and 5 against one at 4: one match of three boundaries.
  const { boundaryF1 } = compareStages([0, 0, 0, 1, 1, 2, 2, 2], [0, 0, 0, 0, 1, 1, 1, 1])
  t.equal(boundaryF1, 2 / 3)
})

t.test('two undivided runs agree and an undivided one misses every boundary', async (t) => {
  t.match(compareStages([0, 0, 0], [0, 0, 0]), { boundaryF1: 1, windowDiff: 0, bCubedF1: 1 })
  t.equal(compareStages([0, 0, 0], [0, 1, 2]).boundaryF1, 0)
})

t.test('WindowDiff is the share of windows with another number of boundaries', async (t) => {
  // Labelled stages of 4: window 2, so 6 windows; a boundary at 2 instead of 4 differs in 4 of them.
  const { windowDiff } = compareStages([0, 0, 1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 1, 1, 1, 1])
  t.equal(windowDiff, 4 / 6)
})

t.test('a run shorter than its window has no WindowDiff', async (t) => {
  t.equal(compareStages([0], [0]).windowDiff, undefined)
})

t.test('B-cubed weighs each step by what it shares with its stage', async (t) => {
  // One stage of 4 against two of 2: precision 1/2, recall 1, F1 2/3.
  t.ok(Math.abs(compareStages([0, 0, 0, 0], [0, 0, 1, 1]).bCubedF1 - 2 / 3) < 1e-12)
  // Four stages of 1 against two of 2: precision 1, recall 1/2.
  t.ok(Math.abs(compareStages([0, 1, 2, 3], [0, 0, 1, 1]).bCubedF1 - 2 / 3) < 1e-12)
})

t.test('a stage that comes back is another stage', async (t) => {
  t.equal(compareStages([0, 1, 0], [0, 1, 2]).bCubedF1, 1)
})
