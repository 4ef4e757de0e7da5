// Stages that a program gives its steps: they hold for all inside, before what is read from the actions.

import t from 'tap'

import type { ClassifiedStep, RunTree, StageName } from '../../collector/model/index.ts'
import { assembleRun } from '../../processors/assembler/index.ts'
import { aTrace } from '../support/traces.ts'

function assemble(steps: readonly ClassifiedStep[]): RunTree {
  const tree = assembleRun(steps)
  if (tree === undefined) throw new Error('a run with steps has a tree')
  return tree
}

const looks = { action: 'ls', effects: { stage: 'inspection' } } as const
const writes = { action: 'edit', effects: { stage: 'implementation', effect: 'change' } } as const

type Trace = ReturnType<typeof aTrace>

/** The span of a stage: a name and nothing else. */
function aStageSpan(trace: Trace, declaredStage: StageName, under?: ClassifiedStep) {
  const name = `stage ${declaredStage}`
  return trace.unknown({ name, action: name, declaredStage, under })
}

function stagesOf(tree: RunTree): string[] {
  return tree.stages.map(({ name, firstStepIndex, lastStepIndex }) =>
    [name, firstStepIndex, lastStepIndex].join(' ')
  )
}

t.test('a given stage holds for what is in it, and its span is no step', async (t) => {
  const trace = aTrace()
  trace.agent()
  const looking = aStageSpan(trace, 'inspection')
  trace.tool({ ...writes, under: looking })
  const delivering = aStageSpan(trace, 'delivery')
  trace.tool({ ...looks, under: delivering })
  trace.tool({ ...writes, under: delivering })
  const tree = assemble(trace.steps)
  t.same(stagesOf(tree), ['inspection 1 1', 'delivery 2 3'])
  t.same(
    tree.steps.map(({ parentIndex }) => parentIndex),
    [undefined, undefined, undefined]
  )
  t.same(
    tree.folded.map(({ intoIndex }) => intoIndex),
    [undefined, undefined, undefined],
    'the agent and both stages are structure'
  )
})

t.test('a single step in a stage of its own is not smoothed into what is around it', async (t) => {
  const trace = aTrace()
  trace.agent()
  for (const stage of ['implementation', 'research', 'implementation'] as const) {
    const span = aStageSpan(trace, stage)
    trace.tool({ ...writes, under: span })
  }
  t.same(stagesOf(assemble(trace.steps)), [
    'implementation 1 1',
    'research 2 2',
    'implementation 3 3'
  ])
})

t.test('the inner stage counts, and one of the same name goes on', async (t) => {
  const trace = aTrace()
  trace.agent()
  const outer = aStageSpan(trace, 'implementation')
  trace.tool({ ...looks, under: outer })
  const inner = aStageSpan(trace, 'verification', outer)
  trace.tool({ ...looks, under: inner })
  const next = aStageSpan(trace, 'verification')
  trace.tool({ ...writes, under: next })
  t.same(stagesOf(assemble(trace.steps)), ['implementation 1 1', 'verification 2 3'])
})

t.test('it reaches through steps, and a step may give its own', async (t) => {
  const trace = aTrace()
  trace.agent()
  const planning = aStageSpan(trace, 'planning')
  const call = trace.tool({ ...writes, tool: 'task', under: planning })
  trace.tool({ ...writes, tool: 'edit', under: call })
  trace.tool({ ...writes, declaredStage: 'environment' })
  const tree = assemble(trace.steps)
  t.same(stagesOf(tree), ['planning 1 2', 'environment 3 3'], 'a tool with a stage is a step')
  t.same(
    tree.steps.map(({ effects }) => effects.stage),
    ['implementation', 'implementation', 'implementation'],
    'what is read from the action stays what it was'
  )
})

t.test('steps outside of every given stage keep what is read from them', async (t) => {
  const trace = aTrace()
  trace.agent()
  trace.tool(looks)
  trace.tool(looks)
  const span = aStageSpan(trace, 'delivery')
  trace.tool({ ...looks, under: span })
  trace.tool(writes)
  trace.tool(writes)
  t.same(stagesOf(assemble(trace.steps)), ['inspection 1 2', 'delivery 3 3', 'implementation 4 5'])
})

t.test('in a run of spans that nothing is known of, stages are structure too', async (t) => {
  const trace = aTrace()
  const top = aStageSpan(trace, 'research')
  trace.unknown({ name: 'GET a', action: 'GET a', under: top })
  trace.unknown({ name: 'GET b', action: 'GET b', under: top })
  const tree = assemble(trace.steps)
  t.same(
    tree.steps.map(({ action }) => action),
    ['GET a', 'GET b']
  )
  t.same(stagesOf(tree), ['research 1 2'])
})

t.test('a stage that failed with nothing in it is the step that tells of it', async (t) => {
  const trace = aTrace()
  trace.agent()
  trace.tool(looks)
  const name = 'stage delivery'
  trace.unknown({ name, action: name, declaredStage: 'delivery', outcome: 'error', error: 'E: no' })
  aStageSpan(trace, 'planning')
  const tree = assemble(trace.steps)
  t.same(stagesOf(tree), ['inspection 1 1', 'delivery 2 2'], 'and one that is fine is none')
  t.equal(tree.steps[1]?.error, 'E: no')
})
