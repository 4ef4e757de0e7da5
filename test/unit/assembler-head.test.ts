import t from 'tap'

import type { Run, StageName } from '../../collector/model/index.ts'
import { toSpanId, toTraceId } from '../../collector/model/index.ts'
import { assembleRun } from '../../processors/assembler/index.ts'
import { aRequest, aTrace, secondsIn } from '../support/traces.ts'

type Trace = ReturnType<typeof aTrace>

function runOf(trace: Trace, capped = false): Run {
  const tree = assembleRun(trace.steps, { capped })
  if (tree === undefined) throw new Error('a run with steps has a tree')
  return tree.run
}

t.test('the head of a run is read from its root agent', async (t) => {
  const trace = aTrace()
  trace.agent({ input: 'Fix it.', agentVersion: '2', sessionId: 's-1', observation: 'Fixed.' })
  trace.llm({ model: 'm-1', requestedToolCalls: [aRequest('bash', 'c')], input: 'Fix it.' })
  trace.tool({ toolCallId: 'c' })
  trace.llm({ model: 'm-2', action: 'It is fixed.' })
  t.match(runOf(trace), {
    traceIds: [trace.traceId],
    agent: 'coder',
    agentVersion: '2',
    sessionId: 's-1',
    service: 'checkout-agent',
    models: ['m-1', 'm-2'],
    task: 'Fix it.',
    finalMessage: 'It is fixed.',
    startTime: secondsIn(0),
    endTime: secondsIn(3.5),
    stepCount: 2,
    spanCount: 4
  })
})

t.test('without input on an agent the task is the first thing a model was asked', async (t) => {
  const trace = aTrace()
  trace.agent()
  trace.llm({ input: 'Fix it.', action: 'a' })
  trace.llm({ input: 'And this.', action: 'b' })
  t.equal(runOf(trace).task, 'Fix it.')
})

t.test('an answer of a called agent is not the final message', async (t) => {
  const trace = aTrace()
  const root = trace.agent()
  trace.llm({ action: 'The answer.', agent: 'coder' })
  const helper = trace.agent({ under: root, agent: 'reviewer' })
  trace.llm({ under: helper, action: 'Looks good.', agent: 'reviewer' })
  t.equal(runOf(trace).finalMessage, 'The answer.')
})

t.test('what the root span returned is the final message when no answer is recorded', async (t) => {
  const trace = aTrace()
  trace.agent({ observation: 'Fixed.' })
  trace.tool()
  t.equal(runOf(trace).finalMessage, 'Fixed.')
})

t.test('errors are counted on numbered steps, by span or by what came back', async (t) => {
  const trace = aTrace()
  trace.agent({ outcome: 'error' })
  trace.tool({ outcome: 'error' })
  trace.tool({ effects: { error: 'command not found' } })
  trace.tool()
  t.equal(runOf(trace).errorCount, 2)
})

t.test('a whole run is complete', async (t) => {
  const trace = aTrace()
  trace.agent()
  trace.tool()
  t.match(runOf(trace), { completeness: 1, incompleteReasons: [] })
})

const LOSSES: readonly (readonly [string, (trace: Trace) => void, RegExp])[] = [
  [
    'spans whose parents never arrived',
    (trace) => {
      trace.agent()
      trace.tool({ parentSpanId: toSpanId('f'.repeat(16)) })
    },
    /1 of 2 spans name a parent/
  ],
  [
    'a missing root',
    (trace) => {
      trace.tool({ parentSpanId: toSpanId('f'.repeat(16)) })
      trace.tool({ parentSpanId: toSpanId('f'.repeat(16)) })
    },
    /root span never arrived/
  ],
  [
    'a root below another service',
    (trace) => {
      trace.agent({ parentSpanId: toSpanId('f'.repeat(16)) })
      trace.tool()
    },
    /another service/
  ],
  ['cut texts', (trace) => trace.tool({ truncated: true }), /1 of 1 spans were cut/],
  ['drops in the SDK', (trace) => trace.tool({ droppedCount: 3 }), /dropped 3 attributes/],
  [
    'content that is not captured',
    (trace) => trace.tool({ arguments: '', observation: '' }),
    /content capture/
  ]
]

for (const [name, act, reason] of LOSSES) {
  t.test(`completeness is lowered, with the reason, by ${name}`, async (t) => {
    const trace = aTrace()
    act(trace)
    const run = runOf(trace)
    t.ok(run.completeness < 1)
    t.match(run.incompleteReasons, [reason])
    t.equal(run.incompleteReasons.length, 1)
  })
}

t.test('completeness is lowered by the cap on steps', async (t) => {
  const trace = aTrace()
  trace.agent()
  const run = runOf(trace, true)
  t.equal(run.completeness, 0.5)
  t.match(run.incompleteReasons, [/only the first 1 spans/])
})

t.test('steps of several traces make one run that names them all', async (t) => {
  const [one, other] = [aTrace(), aTrace()]
  const { runId } = one.tool()
  other.tool({ startTime: secondsIn(5), runId })
  const tree = assembleRun([...one.steps, ...other.steps])
  t.same(tree?.run.traceIds, [one.traceId, other.traceId])
})

t.test(
  'equal span ids in two traces of a run are two spans, each the parent in its own',
  async (t) => {
    const spanId = toSpanId('a'.repeat(16))
    const [one, other] = [aTrace(), aTrace(toTraceId('b'.repeat(32)))]
    one.tool({ tool: 'p', spanId })
    const second = other.tool({ tool: 'q', spanId, startTime: secondsIn(1) })
    other.tool({ tool: 'r', under: second, startTime: secondsIn(2) })
    const steps = [...one.steps, ...other.steps].map((step, at) => ({ ...step, stepId: `${at}` }))
    const tree = assembleRun(steps as typeof one.steps)
    t.same(
      tree?.steps.map((step) => step.parentIndex),
      [undefined, undefined, 2]
    )
  }
)

const LETTERS: Readonly<Record<string, StageName>> = {
  e: 'environment',
  d: 'dependencies',
  i: 'inspection',
  w: 'implementation',
  v: 'verification',
  f: 'delivery',
  p: 'planning',
  r: 'research'
}

/** Final stages of steps whose provisional stages are given, a letter a step. */
function stagesOf(provisional: string): string {
  const trace = aTrace()
  for (const letter of provisional) {
    const stage = LETTERS[letter] ?? 'research'
    trace.tool({ effects: { stage, effect: letter === 'w' ? 'change' : 'explore' } })
  }
  const letterOf = new Map(Object.entries(LETTERS).map(([letter, name]) => [name, letter]))
  const steps = assembleRun(trace.steps)?.steps ?? []
  return steps.map((step) => letterOf.get(step.stage)).join('')
}

const SMOOTHED: readonly (readonly [string, string, string])[] = [
  ['stretches stay as they are', 'iiiwwwvv', 'iiiwwwvv'],
  ['a single step inside of another stage joins it', 'wwwdww', 'wwwwww'],
  ['two steps in a row are a stage', 'wwwddwww', 'wwwddwww'],
  ['a last single step stays', 'iiiwwwv', 'iiiwwwv'],
  ['notes taken on the way belong to what surrounds them', 'piiipiwwwpwvpvp', 'iiiiiiwwwwwvvvv'],
  ['an agent that only plans is planning', 'pppp', 'pppp'],
  ['an agent that only looks things up does research', 'rrrr', 'rrrr'],
  [
    'looking before the work is inspection, long looking after it verification',
    'iiwwiii',
    'iiwwvvv'
  ],
  ['notes alone are a stage of planning', 'ppppppppwwww', 'ppppppppwwww'],
  ['a search on the web among looks is inspection', 'iirii', 'iiiii'],
  ['a look in the middle of the work is part of it', 'iiwwiww', 'iiwwwww'],
  ['an agent that never changes anything inspects', 'iiii', 'iiii']
]

for (const [name, provisional, final] of SMOOTHED) {
  t.test(`stages: ${name}`, async (t) => {
    t.equal(stagesOf(provisional), final)
  })
}

t.test('a stage sums up its steps', async (t) => {
  const trace = aTrace()
  trace.llm({ action: 'a', tokens: { input: 1 }, costUsd: 1, effects: { stage: 'inspection' } })
  trace.llm({ action: 'b', tokens: { input: 2 }, costUsd: 2, effects: { stage: 'inspection' } })
  trace.tool({ outcome: 'error', effects: { stage: 'inspection' } })
  t.strictSame(assembleRun(trace.steps)?.stages, [
    {
      index: 1,
      name: 'inspection',
      firstStepIndex: 1,
      lastStepIndex: 3,
      startTime: secondsIn(0),
      endTime: secondsIn(2.5),
      tokens: { input: 3 },
      costUsd: 3,
      errorCount: 1
    }
  ])
})
