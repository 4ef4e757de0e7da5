import t from 'tap'
import type { ListedRun } from '../../collector/model/index.ts'
import { HeldRuns } from '../../collector/store/read/held-runs.ts'
import { aRun, BUILT_START } from '../support/builders.ts'

const version = (RunId: string, Revision = 1, AnalyzedAt = '1.5') => ({
  RunId,
  Revision,
  AnalyzedAt
})

function anItem(task = ''): ListedRun {
  return {
    run: aRun({ task }),
    state: 'complete',
    revision: 1,
    partial: false,
    abstention: undefined,
    topOnset: undefined,
    analyzedAt: BUILT_START
  }
}

t.test('only the version that was held is found', async (t) => {
  const held = new HeldRuns()
  const item = anItem()
  t.equal(held.find(version('a')), undefined)
  held.hold(version('a'), item)
  t.equal(held.find(version('a')), item)
  t.equal(held.find(version('a', 2)), undefined)
  t.equal(held.find(version('a', 1, '1.6')), undefined, 'the same revision, written again')
  t.equal(held.find(version('b')), undefined)
})

t.test('the run that nobody asked for is the first to go', async (t) => {
  const held = new HeldRuns()
  for (let at = 0; at < 1_000; at += 1) held.hold(version(`run ${at}`), anItem())
  t.ok(held.find(version('run 0')))
  held.hold(version('one more'), anItem())
  t.ok(held.find(version('run 0')))
  t.notOk(held.find(version('run 1')))
  t.ok(held.find(version('one more')))
})

t.test('a run with a very long task is not held', async (t) => {
  const held = new HeldRuns()
  held.hold(version('a'), anItem('x'.repeat(8_193)))
  held.hold(version('b'), anItem('x'.repeat(8_192)))
  t.notOk(held.find(version('a')))
  t.ok(held.find(version('b')))
})
