// When the localizer speaks, when it holds its tongue, and what lowers its confidence.

import t from 'tap'
import { localizeOnset } from '@onset/processors/localizer'
import type { RunTree } from '../../collector/model/index.ts'
import { agentRun, failing, passing, ran, said, wrote } from '../support/agent-runs.ts'

const LOOP = Array.from({ length: 4 }, () => ran('make', 'Error: no rule', { exit: 2 }))
const WORK = [wrote('src/a.py', 'total = 1'), ran('ls', 'src')]

function withOutcome(tree: RunTree, outcome: RunTree['run']['outcome']): RunTree {
  return { ...tree, run: { ...tree.run, outcome, outcomeSource: 'none' } }
}

t.test('a run that succeeded has no onset, whatever it looks like', async (t) => {
  const { onsets, abstention } = localizeOnset(agentRun(LOOP, { outcome: 'ok' }))
  t.same(onsets, [])
  t.equal(abstention, 'The run succeeded.')
})

t.test('a run nobody judged: a failing loop is suspected, with low confidence', async (t) => {
  const { onsets } = localizeOnset(withOutcome(agentRun([...WORK, ...LOOP]), 'unknown'))
  t.same(
    onsets.map(({ stepIndex }) => stepIndex),
    [3]
  )
  t.ok((onsets[0]?.confidence ?? 1) <= 0.33)
  t.match(onsets[0]?.caveats.join(), /Nothing says whether this run failed/)
})

t.test('a run nobody judged: success over a failing check is suspected', async (t) => {
  const deeds = [...WORK, ran('npm test', '1 failing', { exit: 1 }), said('All tests pass, done.')]
  const { onsets } = localizeOnset(withOutcome(agentRun(deeds), 'unknown'))
  t.same(
    onsets.map(({ stepIndex }) => stepIndex),
    [3]
  )
})

t.test('a run nobody judged and that only worked is left alone', async (t) => {
  const { onsets, abstention } = localizeOnset(withOutcome(agentRun(WORK), 'unknown'))
  t.same(onsets, [])
  t.match(abstention, /outcome is unknown/)
})

t.test('a run that was cancelled is treated like one nobody judged', async (t) => {
  t.match(localizeOnset(withOutcome(agentRun(WORK), 'cancelled')).abstention, /cancelled/)
})

t.test('a run without steps is abstained from', async (t) => {
  const tree = agentRun(WORK, { outcome: 'error' })
  const { onsets, abstention } = localizeOnset({ ...tree, steps: [], stages: [] })
  t.same(onsets, [])
  t.equal(abstention, 'The run has no steps.')
})

t.test('while a run is open, a loop is said provisionally', async (t) => {
  const { onsets } = localizeOnset(agentRun([...WORK, ...LOOP]), { provisional: true })
  t.equal(onsets[0]?.stepIndex, 3)
  t.equal(onsets[0]?.provisional, true)
  t.ok((onsets[0]?.confidence ?? 1) <= 0.5)
})

t.test('while a run is open, work in progress is not suspected', async (t) => {
  const { onsets, abstention } = localizeOnset(agentRun(WORK), { provisional: true })
  t.same(onsets, [])
  t.equal(abstention, 'Nothing suspicious so far.')
})

t.test('a finished run is never provisional', async (t) => {
  const { onsets } = localizeOnset(agentRun([...WORK, ...LOOP], { outcome: 'error' }))
  t.same(
    onsets.map(({ provisional }) => provisional),
    onsets.map(() => false)
  )
})

t.test('a verifier that could not run is a caveat that lowers the confidence', async (t) => {
  const broken = { outcome: 'error' as const, output: 'uvx: command not found' }
  const sound = { outcome: 'error' as const, output: 'AssertionError: total is wrong' }
  const [doubted] = localizeOnset(agentRun(WORK, broken)).onsets
  const [sure] = localizeOnset(agentRun(WORK, sound)).onsets
  t.match(doubted?.caveats.join(), /verifier itself could not run/)
  t.ok((doubted?.confidence ?? 1) < (sure?.confidence ?? 0))
})

t.test('calls with leaked markup are a caveat', async (t) => {
  const leaked = { ...ran('ls'), arguments: '<|tool_call_begin|>functions.Bash:1' }
  const { onsets } = localizeOnset(
    agentRun([...WORK, leaked, leaked, leaked], { outcome: 'error' })
  )
  t.match(onsets[0]?.caveats.join(), /3 calls have malformed arguments/)
})

const CHANGED_ELSEWHERE = 'E   ValueError: File data/raw/index_2048.json has been changed'

t.test('a changed file that no step wrote is a caveat', async (t) => {
  const checks = [failing('test_files'), failing('test_total'), passing('test_b')]
  const verdict = { outcome: 'error' as const, checks, output: CHANGED_ELSEWHERE }
  const [onset] = localizeOnset(agentRun(WORK, verdict)).onsets
  t.match(onset?.caveats.join(), /index_2048\.json changed, a file that no step wrote/)
})

t.test(
  'when nothing else failed, a changed file that no step wrote clears the agent',
  async (t) => {
    const checks = [failing('test_files'), passing('test_b')]
    const verdict = { outcome: 'error' as const, checks, output: CHANGED_ELSEWHERE }
    const { onsets, abstention } = localizeOnset(agentRun(WORK, verdict))
    t.same(onsets, [])
    t.match(abstention, /only failing check says that index_2048\.json changed/)
    // A command that changes files without naming them may have changed this one.
    const bulk = ran("grep -rl a data | xargs sed -i 's/a/b/'", '')
    t.not(localizeOnset(agentRun([...WORK, bulk], verdict)).onsets.length, 0)
  }
)

t.test('an incomplete run is a caveat that names the reasons', async (t) => {
  const tree = agentRun(WORK, { outcome: 'error' })
  const run = { ...tree.run, completeness: 0.5, incompleteReasons: ['2 of 9 spans are orphans'] }
  const [onset] = localizeOnset({ ...tree, run }).onsets
  t.match(onset?.caveats.join(), /incomplete: 2 of 9 spans are orphans/)
})
