import t from 'tap'
import type { RunStep } from '../../collector/model/index.ts'
import { fitAgentPrior } from '../../processors/evaluation/baselines/agent-prior.ts'
import { POSITION_PRIORS } from '../../processors/evaluation/baselines/position-prior.ts'
import { applyRule, RULES } from '../../processors/evaluation/baselines/rules.ts'
import { STAGE_RULES } from '../../processors/evaluation/baselines/stage-divisions.ts'
import { assignFolds, crossValidate } from '../../processors/evaluation/folds.ts'
import { aRunStep, someEffects } from '../support/builders.ts'

const READ = { tool: 'Read', effects: someEffects() }
const WRITE = { tool: 'Write', effects: someEffects({ effect: 'change', filesWritten: ['a'] }) }
const SHELL_WRITE = {
  tool: 'Bash',
  effects: someEffects({ effect: 'change', filesWritten: ['b'] })
}
const INSTALL = { tool: 'Bash', effects: someEffects({ effect: 'change' }) }
const FAILED = { tool: 'Bash', outcome: 'error' as const, effects: someEffects() }

function steps(...kinds: readonly Partial<RunStep>[]): RunStep[] {
  return kinds.map((kind, position) => aRunStep({ index: position + 1, ...kind }))
}

function rule(name: string, run: readonly RunStep[]) {
  const found = RULES.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`no rule ${name}`)
  return applyRule(found, run)
}

t.test('each rule names its step, and the last where it finds none', async (t) => {
  const run = steps(READ, SHELL_WRITE, WRITE, FAILED, WRITE, INSTALL, FAILED, READ)
  const first = (name: string) => rule(name, run).ranking[0]
  t.same(
    ['first step', 'last step', 'first write', 'last write', 'first file change'].map(first),
    [1, 8, 3, 5, 2]
  )
  t.same(['last file change', 'first error', 'last error'].map(first), [5, 4, 7])
  const idle = steps(READ, READ)
  for (const name of ['first write', 'last write', 'first file change', 'last error']) {
    t.equal(rule(name, idle).ranking[0], 2, name)
  }
})

t.test('a failed write is a write', async (t) => {
  t.equal(rule('first write', steps(READ, { ...WRITE, outcome: 'error' }, WRITE)).ranking[0], 2)
})

t.test('an exit code or an error line is an error, though no span says so', async (t) => {
  const byCode = { effects: someEffects({ exitCode: 2 }) }
  const byLine = { effects: someEffects({ error: 'not found' }) }
  t.equal(rule('first error', steps(READ, byCode, READ)).ranking[0], 2)
  t.equal(rule('first error', steps(READ, byLine, READ)).ranking[0], 2)
})

t.test('a ranking goes on from the end of the run and names no step twice', async (t) => {
  t.same(
    rule('first write', steps(READ, WRITE, READ, READ, READ, READ, READ)).ranking,
    [2, 7, 6, 5, 4]
  )
  t.same(rule('last step', steps(READ, READ)).ranking, [2, 1])
})

t.test('every write is a set, with or without something to fall back on', async (t) => {
  const run = steps(WRITE, READ, WRITE)
  t.same(rule('every write or none', run).stepSet, [1, 3])
  t.same(rule('every write or last', run).stepSet, [1, 3])
  t.same(rule('every write or none', steps(READ, READ)).stepSet, [])
  t.same(rule('every write or last', steps(READ, READ)).stepSet, [2])
  t.same(rule('first write', run).stepSet, [1])
})

t.test('the prior on step numbers names the commonest number that the run has', async (t) => {
  const prior = POSITION_PRIORS.find(({ name }) => name.includes('number'))
  const onsets = [3, 3, 3, 9, 9, 1]
  const predict = prior?.fit(onsets.map((onset) => ({ stepCount: 10, onset })))
  t.same(predict?.(10).ranking.slice(0, 3), [3, 9, 1])
  t.same(predict?.(8).ranking.slice(0, 3), [3, 1, 2])
})

t.test('the prior on the share of a run scales with its length', async (t) => {
  const prior = POSITION_PRIORS.find(({ name }) => name.includes('share'))
  const predict = prior?.fit(Array.from({ length: 5 }, () => ({ stepCount: 10, onset: 10 })))
  t.equal(predict?.(10).ranking[0], 10)
  t.equal(predict?.(100).ranking[0], 91)
  t.equal(predict?.(1).ranking[0], 1)
})

t.test('the most blamed agent is that of other runs, by rate and not by number', async (t) => {
  const quiet = { agents: ['boss', 'boss', 'boss'], blamed: undefined }
  const bad = { agents: ['boss', 'hand'], blamed: 'hand' }
  const predict = fitAgentPrior([quiet, quiet, bad, bad, { agents: ['boss'], blamed: 'boss' }])
  t.same(predict({ agents: ['boss', 'hand', 'boss', 'hand'], blamed: undefined }).ranking, [2, 4])
  t.same(predict({ agents: [undefined], blamed: undefined }).ranking, [])
})

t.test('even stages have the length that they are given', async (t) => {
  const even = STAGE_RULES.find(({ name }) => name === 'even stages')
  const run = steps(READ, READ, READ, READ, READ)
  t.same(even?.divide(run, 2), [0, 0, 1, 1, 2])
  t.same(even?.divide(run, 0.5), [0, 1, 2, 3, 4])
})

t.test(
  'a task is in one fold, folds are of like size, and a seed gives the same again',
  async (t) => {
    const tasks = Array.from({ length: 60 }, (_, run) => `task-${run % 23}`)
    const folds = assignFolds(tasks, 5)
    const foldOfTask = new Map<string, number>()
    for (const [run, task] of tasks.entries()) {
      t.equal(folds[run], foldOfTask.get(task) ?? folds[run])
      foldOfTask.set(task, folds[run] ?? -1)
    }
    const sizes = Array.from(
      { length: 9 },
      (_, fold) => folds.filter((other) => other === fold).length
    )
    t.ok(Math.min(...sizes) >= 4 && Math.max(...sizes) <= 10, sizes.join())
    t.same(assignFolds(tasks, 5), folds)
    t.notSame(assignFolds(tasks, 6), folds)
  }
)

t.test('a model is fitted on the runs of other folds only', async (t) => {
  const items = ['a1', 'a2', 'b1', 'c1']
  const seen = crossValidate(
    items,
    [0, 0, 1, 2],
    (others) => others,
    (model) => model
  )
  t.same(seen, [
    ['b1', 'c1'],
    ['b1', 'c1'],
    ['a1', 'a2', 'c1'],
    ['a1', 'a2', 'b1']
  ])
})

t.test('with a single task there is nothing to learn from', async (t) => {
  const folds = assignFolds(['only', 'only'], 1)
  t.same(
    crossValidate(
      [1, 2],
      folds,
      (others) => others.length,
      (model) => model
    ),
    [0, 0]
  )
})
