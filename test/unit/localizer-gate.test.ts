// When the localizer speaks, when it holds its tongue, and what lowers its confidence.

import t from 'tap'
import { localizeOnset } from '@onset/processors/localizer'
import type { RunTree } from '../../collector/model/index.ts'
import { agentRun, failing, passing, ran, said, viewed, wrote } from '../support/agent-runs.ts'

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

t.test('a run that broke off before it wrote anything clears the agent', async (t) => {
  const looks = [ran('ls', 'data.csv'), viewed('data.csv', '5')]
  const { onsets, abstention } = localizeOnset(agentRun(looks, { outcome: 'error' }))
  t.same(onsets, [])
  t.match(abstention, /broke off without a closing word/)
  // One that says it stops, one that wrote, and one that was stopped in a loop are accused.
  const stopped = [...looks, said('I cannot read this. Would you like to send another file?')]
  t.not(localizeOnset(agentRun(stopped, { outcome: 'error' })).onsets.length, 0)
  t.not(localizeOnset(agentRun([...looks, ...WORK], { outcome: 'error' })).onsets.length, 0)
  t.not(localizeOnset(agentRun([...looks, ...LOOP], { outcome: 'error' })).onsets.length, 0)
})

t.test('a run of which only the frame was recorded accuses nobody', async (t) => {
  const frame = { ...ran('sh', 'exit code 3', { exit: 3 }), tool: undefined }
  for (const kind of ['agent', 'unknown'] as const) {
    const { onsets, abstention } = localizeOnset(
      agentRun([{ ...frame, kind }], { outcome: 'error' })
    )
    t.same(onsets, [])
    t.match(abstention, /Nothing of what the agent did was recorded/)
  }
  // One action is enough to have something to look at.
  const acted = agentRun([{ ...frame, kind: 'agent' as const }, ...WORK], { outcome: 'error' })
  t.not(localizeOnset(acted).onsets.length, 0)
})

function modelCall(error: string) {
  return { ...said(''), outcome: 'error' as const, error }
}

t.test('a run that ended in a failed model call clears the agent', async (t) => {
  const deeds = [...WORK, modelCall('503 service overloaded')]
  const { onsets, abstention } = localizeOnset(agentRun(deeds, { outcome: 'error' }))
  t.same(onsets, [])
  t.equal(abstention, 'The run ended in an error of its model call: 503 service overloaded.')
  // A conversation that outgrew the model is the agent's.
  const outgrown = [...WORK, modelCall('prompt exceeds the context window')]
  t.not(localizeOnset(agentRun(outgrown, { outcome: 'error' })).onsets.length, 0)
})

t.test('a run in which no call went through clears the agent', async (t) => {
  const dead = ['ls', 'pwd', 'cat a'].map((command) =>
    ran(command, 'OCI runtime exec failed: container is not running', { exit: 126 })
  )
  const closing = said('I could not do it. Should I try again?')
  const { abstention } = localizeOnset(agentRun([...dead, closing], { outcome: 'error' }))
  t.match(abstention, /Not one call of the agent went through/)
  const wrong = ['a', 'b', 'c'].map((name) =>
    ran(name, `${name}: command not found`, { exit: 127 })
  )
  t.not(localizeOnset(agentRun([...wrong, closing], { outcome: 'error' })).onsets.length, 0)
})

t.test('an address of the task that never answered is a caveat', async (t) => {
  const task = 'Fetch http://shelf.example/books and write books.csv.'
  const asks = ran('curl http://shelf.example/books', '502 Bad Gateway', { exit: 22 })
  const verdict = { task, outcome: 'error' as const }
  const [onset] = localizeOnset(agentRun([asks, ...WORK], verdict)).onsets
  t.match(onset?.caveats.join(), /shelf\.example, which the task names, never answered/)
  const answered = ran('curl http://shelf.example/books', '<p>book</p>')
  const [other] = localizeOnset(agentRun([asks, answered, ...WORK], verdict)).onsets
  t.notMatch(other?.caveats.join(), /never answered/)
})
