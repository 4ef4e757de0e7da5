// What was exported is measured as it was analysed: the same onset, category and confidence, and the same quotes.

import t from 'tap'
import { localizeOnset } from '@onset/processors/localizer'
import type { RunTree } from '../../collector/model/index.ts'
import { readOnsetsRun } from '../../processors/evaluation/datasets/onsets.ts'
import {
  agentRun,
  edited,
  failing,
  passing,
  planned,
  ran,
  said,
  viewed,
  wrote
} from '../support/agent-runs.ts'
import { exportedLine, readAgain, toAnswer } from '../support/exported-run.ts'

const WORK = [
  viewed('/app/cart.js', 'export const keep = () => {}'),
  ran('npm test', 'Error: Cannot find module ./cart', { exit: 1 }),
  planned({ 'Read the cart': 'completed', 'Keep its items': 'in_progress' }, 'It is the storage.'),
  wrote('/app/cart.js', 'export const keep = () => localStorage.setItem("cart", "[]")'),
  edited('/app/cart.js', '"[]"', 'JSON.stringify(items)', 'a placeholder for now'),
  ran('npm test', 'not ok 1 - keeps items\n  expected: 2\n  actual: 0', { exit: 1 }),
  said('The cart keeps its items now.')
]
const CHECKS = [failing('keeps items', 'expected 2 items, got 0'), passing('adds items')]

const RUNS: Readonly<Record<string, RunTree>> = {
  'a reported failure': agentRun(WORK, {
    outcome: 'error',
    checks: CHECKS,
    output: 'E   AssertionError: assert 0 == 2\nFAILED cart.test.js::keeps items'
  }),
  'a report without checks': agentRun(WORK, { outcome: 'error' }),
  'a failure that only the run shows': agentRun(WORK),
  'a success': agentRun(WORK, { outcome: 'ok', checks: [passing('keeps items')] }),
  'a run that was cancelled': agentRun(WORK, { outcome: 'cancelled' }),
  'a run of which nobody knows how it ended': agentRun([viewed('/app/cart.js', 'x'), said('Hm.')]),
  'a loop': agentRun(
    Array.from({ length: 8 }, () =>
      ran('npm run build', 'Error: heap out of memory', { exit: 134 })
    ),
    { outcome: 'error' }
  ),
  'a talk of several agents': agentRun(
    [
      said('How many moons has Mars?', 'human'),
      said('I shall ask the expert.', 'orchestrator'),
      said('It has 3 moons, Phobos, Deimos and Rhea.', 'expert'),
      said('Mars has 3 moons.', 'orchestrator')
    ],
    { outcome: 'error' }
  ),
  'a model call that fails': agentRun(
    [
      ...WORK.slice(0, 2),
      { ...said(''), outcome: 'error', error: '529 overloaded_error', action: '(no answer)' }
    ],
    { outcome: 'error' }
  )
}

for (const [name, tree] of Object.entries(RUNS)) {
  t.test(`${name} has the same onset after an export`, async (t) => {
    const again = readAgain(exportedLine(tree))
    t.equal(again.steps.length, tree.steps.length)
    t.equal(again.run.outcome, tree.run.outcome)
    t.equal(again.run.task, tree.run.task)
    const live = localizeOnset(tree)
    const measured = localizeOnset(again)
    t.strictSame(toAnswer(measured.onsets), toAnswer(live.onsets))
    t.equal(measured.abstention, live.abstention)
    t.strictSame(measured.incorrectSteps, live.incorrectSteps)
  })
}

t.test('only a run whose outcome is known is measured as failed or solved', async (t) => {
  const verdictOf = (name: string) => {
    const tree = RUNS[name]
    if (tree === undefined) throw new Error(`there is no ${name}`)
    return readOnsetsRun(JSON.parse(exportedLine(tree)) as Record<string, unknown>).label.verdict
  }
  t.equal(verdictOf('a reported failure'), 'failed')
  t.equal(verdictOf('a success'), 'solved')
  t.equal(verdictOf('a run that was cancelled'), 'unknown')
  t.equal(verdictOf('a run of which nobody knows how it ended'), 'unknown')
})
