// An open run followed step by step: the same findings as the batch detectors have on what has arrived, and
// suspicions that come and go.

import * as fc from 'fast-check'
import t from 'tap'
import { DETECTORS, localizeOnset, openRun } from '@onset/processors/localizer'
import type { RunStep, RunTree } from '../../collector/model/index.ts'
import { fingerprint } from '../../processors/localizer/fingerprint.ts'
import { readRunFacts } from '../../processors/localizer/run-facts.ts'
import type { Deed } from '../support/agent-runs.ts'
import { agentRun, edited, ran, said, viewed, wrote } from '../support/agent-runs.ts'

const FOLLOWED = [
  'failing_loop',
  'repetition',
  'repeated_error',
  'test_regression',
  'ignored_error'
] as const

const make = ran('make', 'Error: no rule', { exit: 2 })
const checked = (status: 'passed' | 'failed'): Deed => ({
  ...ran('npm test', status, { exit: status === 'passed' ? 0 : 1 }),
  checks: [{ name: 'test_total', status, message: '' }]
})
const deed = fc.constantFrom<Deed>(
  make,
  make,
  ran('make', 'Error: no rule 7', { exit: 2 }),
  ran('make install', 'Error: no rule', { exit: 2 }),
  ran('make', 'built'),
  ran('ls', 'a.py'),
  viewed('a.py', 'total = 1'),
  wrote('src/a.py', 'total = 1'),
  wrote('tests/test_a.py', 'assert total'),
  edited('src/a.py', 'total = 1', 'total = 2'),
  checked('passed'),
  checked('failed'),
  said('Let me look again.')
)

/** The run as far as it has come, as it looks while nobody has judged it. */
function prefixOf(tree: RunTree, count: number): RunTree {
  const steps: readonly RunStep[] = tree.steps.slice(0, count)
  const run = { ...tree.run, checks: [], verifierOutput: '', outcomeSource: 'none' as const }
  return { ...tree, run, steps }
}

function batchFindings(tree: RunTree): readonly string[] {
  const facts = readRunFacts(tree)
  return FOLLOWED.flatMap((name) => {
    const detector = DETECTORS.find((each) => each.name === name)
    return (detector?.find(facts) ?? []).map(({ at }) => `${name} ${at}`)
  })
}

t.test('after every step the findings are those of the batch on the same steps', async (t) => {
  fc.assert(
    fc.property(fc.array(deed, { minLength: 1, maxLength: 24 }), (deeds) => {
      const tree = agentRun(deeds)
      const live = openRun({ task: tree.run.task })
      for (const [at, step] of tree.steps.entries()) {
        live.add(step)
        const found = live.findings.map((each) => `${each.detector} ${each.at}`)
        t.same(found, batchFindings(prefixOf(tree, at + 1)))
      }
    }),
    { numRuns: 60 }
  )
})

function changesOf(deeds: readonly Deed[]): readonly boolean[] {
  const tree = agentRun(deeds)
  const live = openRun({ task: tree.run.task })
  return tree.steps.map((step) => live.add(step))
}

t.test('a suspicion is told when it appears, and when it is taken back', async (t) => {
  const repaired = [checked('passed'), wrote('src/a.py', 'x = 1'), checked('failed')]
  t.same(changesOf([...repaired, ran('ls', 'a'), checked('passed')]), [
    false,
    false,
    true,
    false,
    true
  ])
})

t.test('the onset of an open run is withdrawn when the agent repairs it', async (t) => {
  const broken = [checked('passed'), wrote('src/a.py', 'x = 1'), checked('failed')]
  const [onset] = localizeOnset(agentRun(broken), { provisional: true }).onsets
  t.same([onset?.stepIndex, onset?.provisional], [2, true])
  const repaired = localizeOnset(agentRun([...broken, checked('passed')]), { provisional: true })
  t.same(repaired.onsets, [])
})

t.test('frames of agents and model calls that ask for tools are no actions', async (t) => {
  const tree = agentRun([make, make, make])
  const [first] = tree.steps
  if (first === undefined) throw new Error('the run has steps')
  const live = openRun()
  live.add({ ...first, kind: 'agent' })
  live.add({
    ...first,
    kind: 'llm',
    requestedToolCalls: [{ id: 'c', name: 'Bash', arguments: '' }]
  })
  for (const step of tree.steps) live.add(step)
  t.same(
    live.findings.filter(({ detector }) => detector === 'repetition').map(({ at }) => at),
    [0]
  )
})

t.test('a fingerprint tells texts apart and is the same for the same text', async (t) => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      (a, b) => (fingerprint(a) === fingerprint(b)) === (a === b)
    )
  )
  t.ok(Number.isSafeInteger(fingerprint('x'.repeat(5_000))))
})
