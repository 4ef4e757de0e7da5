// Runs that mostly talk: which messages are suspected, and changes that nobody agreed to.

import t from 'tap'
import { localizeOnset } from '@onset/processors/localizer'
import { unconfirmedChange } from '../../processors/localizer/detectors/unconfirmed-change.ts'
import { readRunFacts } from '../../processors/localizer/run-facts.ts'
import { readTalk } from '../../processors/localizer/talk.ts'
import type { Deed } from '../support/agent-runs.ts'
import { agentRun, ran, said } from '../support/agent-runs.ts'

const TASK = 'How many parcels left the depot on 14 May?'

function talkOf(deeds: readonly Deed[]) {
  const { steps, tree } = readRunFacts(agentRun(deeds, { task: TASK, outcome: 'error' }))
  return readTalk(steps, tree.run.task)
}

t.test('a number is fresh when nobody said it and no tool showed it', async (t) => {
  const { freshNumbers } = talkOf([
    said('I will look for 14 May.', 'planner'),
    ran('parcels --day 14', '377 parcels'),
    said('There were 377, of which 58 came back.', 'analyst'),
    said('So 58 came back.', 'writer')
  ])
  t.same(freshNumbers, [0, 0, 1, 0])
})

t.test('a message is told by the code that the next step runs', async (t) => {
  const code = 'print(sum(parcels))'
  const deeds = [
    said('We should count them.', 'planner'),
    said(`Run this:\n\`\`\`python\n${code}\n\`\`\``, 'coder'),
    { ...ran(code, 'NameError: parcels', { exit: 1 }), tool: 'terminal' },
    said('That failed.', 'coder')
  ]
  t.same(talkOf(deeds).codeRun, [1])
  const tree = agentRun(deeds, { task: TASK, outcome: 'error' })
  t.equal(localizeOnset(tree).onsets[0]?.stepIndex, 2)
})

const CANCEL: Deed = {
  tool: 'cancel_order',
  action: 'cancel_order {"order":"A7"}',
  arguments: '{"order":"A7"}',
  observation: '{"order":"A7","status":"cancelled"}',
  agent: 'clerk'
}

function unconfirmed(deeds: readonly Deed[]) {
  return unconfirmedChange.find(readRunFacts(agentRun(deeds))).map(({ at }) => at + 1)
}

t.test('a change that the other side asked about, and did not agree to, is found', async (t) => {
  const deeds = [said('Shall I cancel A7?', 'clerk'), said('What would that cost?', 'buyer')]
  t.same(unconfirmed([...deeds, CANCEL, said('Cancelled.', 'clerk')]), [3])
})

t.test('a change that was agreed to is left alone', async (t) => {
  const deeds = [said('Shall I cancel A7?', 'clerk'), said('Yes, please do.', 'buyer')]
  t.same(unconfirmed([...deeds, CANCEL, said('Cancelled.', 'clerk')]), [])
})

t.test('a coding agent needs nobody’s consent', async (t) => {
  t.same(unconfirmed([ran('ls'), ran('ls -l'), { ...CANCEL, agent: 'coder' }]), [])
})
