import t from 'tap'

import type { ClassifiedStep, RunTree } from '../../collector/model/index.ts'
import { toStepId } from '../../collector/model/index.ts'
import { assembleRun } from '../../processors/assembler/index.ts'
import { aRequest, aTrace, secondsIn } from '../support/traces.ts'

function assemble(steps: readonly ClassifiedStep[]): RunTree {
  const tree = assembleRun(steps)
  if (tree === undefined) throw new Error('a run with steps has a tree')
  return tree
}

/** Names of the numbered steps, in order. */
function numbered(tree: RunTree): string[] {
  return tree.steps.map((step) => `${step.index} ${step.kind} ${step.action}`)
}

t.test('no steps make no run', async (t) => {
  t.equal(assembleRun([]), undefined)
})

t.test(
  'a model call that asks for a tool by id becomes the thought of the tool step',
  async (t) => {
    const trace = aTrace()
    trace.agent()
    const call = trace.llm({
      thought: 'The tests tell.',
      requestedToolCalls: [aRequest('bash', 'c1')],
      tokens: { input: 100, output: 20 },
      costUsd: 0.25
    })
    trace.tool({ toolCallId: 'c1', action: 'npm test' })
    const tree = assemble(trace.steps)
    t.same(numbered(tree), ['1 tool npm test'])
    const [step] = tree.steps
    t.equal(step?.thought, 'The tests tell.')
    t.same(step?.tokens, { input: 100, output: 20 })
    t.equal(step?.costUsd, 0.25)
    t.same(step?.foldedSpanIds, [call.spanId])
    t.same(tree.folded.at(-1), { stepId: call.stepId, intoIndex: 1 })
  }
)

t.test('a model call that arrives as two spans with one id is one step', async (t) => {
  const trace = aTrace()
  trace.agent()
  const times = { startTime: secondsIn(1), endTime: secondsIn(9) }
  trace.llm({ ...times, toolCallId: 'm1', input: 'Go.' })
  trace.llm({ ...times, toolCallId: 'm1', action: 'Done.', tokens: { output: 3 } })
  trace.llm({ startTime: secondsIn(10), toolCallId: 'm1', input: 'Go on.', action: 'Again.' })
  const tree = assemble(trace.steps)
  t.same(numbered(tree), ['1 llm Done.', '2 llm Again.'])
  t.match(tree.steps[0], { input: 'Go.', tokens: { output: 3 } })
})

t.test(
  'what a model is asked and what it answers may be two spans, one after the other',
  async (t) => {
    const trace = aTrace()
    trace.agent()
    trace.llm({ startTime: secondsIn(1), endTime: secondsIn(1), toolCallId: 'm1', input: 'Go.' })
    trace.llm({ startTime: secondsIn(5), toolCallId: 'm1', action: 'Done.', input: '' })
    trace.llm({ startTime: secondsIn(9), toolCallId: 'm1', action: 'Again.', input: 'Again?' })
    t.same(numbered(assemble(trace.steps)), ['1 llm Done.', '2 llm Again.'])
  }
)

t.test('text that came with a tool call is part of the thought', async (t) => {
  const trace = aTrace()
  trace.agent()
  trace.llm({ action: 'I look first.', requestedToolCalls: [aRequest('bash', 'c1')] })
  trace.tool({ toolCallId: 'c1' })
  t.equal(assemble(trace.steps).steps[0]?.thought, 'I look first.')
})

t.test('of several calls in one answer the first step carries thought and tokens', async (t) => {
  const trace = aTrace()
  trace.agent()
  trace.llm({
    thought: 'Both.',
    requestedToolCalls: [aRequest('bash', 'c1'), aRequest('bash', 'c2')],
    tokens: { output: 7 }
  })
  trace.tool({ toolCallId: 'c1' })
  trace.tool({ toolCallId: 'c2' })
  const { steps } = assemble(trace.steps)
  t.same(
    steps.map((step) => [step.thought, step.tokens.output]),
    [
      ['Both.', 7],
      ['', undefined]
    ]
  )
})

t.test('parallel calls that start in one instant keep the order of the request', async (t) => {
  const trace = aTrace()
  trace.agent()
  trace.llm({ requestedToolCalls: ['c1', 'c2', 'c3'].map((id) => aRequest('bash', id)) })
  const startTime = secondsIn(9)
  trace.tool({ toolCallId: 'c3', action: 'third', startTime })
  trace.tool({ toolCallId: 'c1', action: 'first', startTime })
  trace.tool({ toolCallId: 'c2', action: 'second', startTime })
  t.same(numbered(assemble(trace.steps)), ['1 tool first', '2 tool second', '3 tool third'])
})

t.test('and where their spans have no ids, by tool and arguments', async (t) => {
  const trace = aTrace()
  trace.agent()
  const files = ['a.ts', 'b.ts', 'c.ts', 'd.ts']
  trace.llm({
    requestedToolCalls: files.map((path, at) => ({
      ...aRequest('read', `c${at}`),
      arguments: JSON.stringify({ path })
    }))
  })
  const startTime = secondsIn(9)
  for (const path of ['c.ts', 'a.ts', 'd.ts', 'b.ts']) {
    const given = JSON.stringify({ path }, null, 2)
    trace.tool({ tool: 'read', arguments: given, action: path, startTime })
  }
  const wanted = files.map((path, at) => `${at + 1} tool ${path}`)
  t.same(numbered(assemble(trace.steps)), wanted)
  t.same(numbered(assemble(trace.steps.toReversed())), wanted, 'in whatever order they arrive')
})

t.test('without ids a call is joined to the steps that follow it, by name', async (t) => {
  const trace = aTrace()
  trace.agent()
  trace.llm({ thought: 'one', requestedToolCalls: [aRequest('bash')] })
  trace.tool({ action: 'a' })
  trace.llm({ thought: 'two', requestedToolCalls: [aRequest('bash')] })
  trace.tool({ action: 'b' })
  const { steps } = assemble(trace.steps)
  t.same(
    steps.map((step) => [step.action, step.thought]),
    [
      ['a', 'one'],
      ['b', 'two']
    ]
  )
})

t.test('ids that a producer counts anew each turn join each call to its own step', async (t) => {
  const trace = aTrace()
  trace.agent()
  for (const turn of ['one', 'two', 'three']) {
    trace.llm({ thought: turn, requestedToolCalls: [aRequest('bash', 'call_0')] })
    trace.tool({ toolCallId: 'call_0', action: turn, arguments: turn })
  }
  const { steps } = assemble(trace.steps)
  t.same(
    steps.map((step) => [step.action, step.thought]),
    [
      ['one', 'one'],
      ['two', 'two'],
      ['three', 'three']
    ]
  )
})

t.test('calls and tools under different frames of one loop are joined', async (t) => {
  // As graph frameworks emit them: each node is a frame of its own.
  const trace = aTrace()
  const root = trace.agent()
  const thinking = trace.agent({ under: root, agent: undefined })
  trace.llm({ thought: 'why', requestedToolCalls: [aRequest('bash')], under: thinking })
  const acting = trace.agent({ under: root, agent: undefined })
  trace.tool({ under: acting })
  const tree = assemble(trace.steps)
  t.same(numbered(tree), ['1 tool ls'])
  t.equal(tree.steps[0]?.thought, 'why')
})

t.test('a tool nested in the call that asked for it is joined', async (t) => {
  const trace = aTrace()
  trace.agent()
  const call = trace.llm({ thought: 'why', requestedToolCalls: [aRequest('bash')] })
  trace.tool({ under: call })
  const tree = assemble(trace.steps)
  t.same(numbered(tree), ['1 tool ls'])
  t.equal(tree.steps[0]?.parentIndex, undefined)
})

t.test(
  'when content is not captured the finish reason tells that the call was a thought',
  async (t) => {
    const trace = aTrace()
    trace.agent()
    const call = trace.llm({ finishReason: 'tool_calls', tokens: { input: 5 } })
    trace.tool({ arguments: '', observation: '' })
    const tree = assemble(trace.steps)
    t.same(tree.steps[0]?.foldedSpanIds, [call.spanId])
    t.same(tree.steps[0]?.tokens, { input: 5 })
  }
)

t.test('a model call whose tool steps never appear stays numbered', async (t) => {
  const trace = aTrace()
  trace.agent()
  trace.llm({ requestedToolCalls: [aRequest('browse', 'c1')] })
  trace.llm({ action: 'Done.' })
  t.same(numbered(assemble(trace.steps)), ['1 llm ', '2 llm Done.'])
})

t.test('a call joined to nothing does not take the step of another tool', async (t) => {
  const trace = aTrace()
  trace.agent()
  trace.llm({ requestedToolCalls: [aRequest('browse')] })
  trace.tool({ tool: 'bash' })
  t.same(numbered(assemble(trace.steps)), ['1 llm ', '2 tool ls'])
})

t.test('agents, chains and workflows around steps are structure', async (t) => {
  const trace = aTrace()
  const root = trace.agent()
  trace.agent({ under: root })
  trace.tool()
  const tree = assemble(trace.steps)
  t.same(numbered(tree), ['1 tool ls'])
  t.same(
    tree.folded.map((entry) => entry.intoIndex),
    [undefined, undefined]
  )
})

t.test('an agent with nothing below it is the step', async (t) => {
  const trace = aTrace()
  const root = trace.agent()
  trace.agent({ under: root, action: 'ask the reviewer' })
  t.same(numbered(assemble(trace.steps)), ['1 agent ask the reviewer'])
})

t.test('an MCP call inside of the tool execution is the same step', async (t) => {
  const trace = aTrace()
  trace.agent()
  const tool = trace.tool({ tool: 'mcp__files__read', arguments: '', observation: '', action: '' })
  const client = trace.tool({
    under: tool,
    tool: 'read',
    action: 'read a.ts',
    arguments: '{"path":"a.ts"}',
    observation: 'text',
    effects: { filesRead: ['a.ts'] }
  })
  const server = trace.tool({ under: client, tool: 'read', outcome: 'error', error: 'denied' })
  const tree = assemble(trace.steps)
  t.same(numbered(tree), ['1 tool read a.ts'])
  t.match(tree.steps[0], {
    tool: 'mcp__files__read',
    observation: 'text',
    outcome: 'error',
    error: 'denied',
    effects: { filesRead: ['a.ts'] },
    foldedSpanIds: [client.spanId, server.spanId]
  })
})

t.test('the same call as a span and as a log record is one step', async (t) => {
  const trace = aTrace()
  trace.agent()
  trace.tool({ toolCallId: 'c1', startTime: secondsIn(1), observation: '' })
  trace.tool({ toolCallId: 'c1', startTime: secondsIn(1.2), arguments: '', observation: 'seen' })
  const tree = assemble(trace.steps)
  t.equal(tree.steps.length, 1)
  t.equal(tree.steps[0]?.observation, 'seen')
})

t.test('a tool of another name inside of a tool is a step of its own, inside of it', async (t) => {
  const trace = aTrace()
  trace.agent()
  const task = trace.tool({ tool: 'task', action: 'delegate' })
  const helper = trace.agent({ under: task })
  trace.tool({ under: helper, tool: 'bash' })
  const tree = assemble(trace.steps)
  t.same(
    tree.steps.map((step) => [step.action, step.parentIndex]),
    [
      ['delegate', undefined],
      ['ls', 1]
    ]
  )
})

t.test(
  'one model call seen by two instrumentations is one step, its tokens counted once',
  async (t) => {
    const trace = aTrace()
    trace.agent()
    const outer = trace.llm({ action: 'Done.', tokens: { input: 10, output: 2 } })
    trace.llm({ under: outer, tokens: { input: 10, output: 2 }, finishReason: 'stop' })
    const tree = assemble(trace.steps)
    t.same(numbered(tree), ['1 llm Done.'])
    t.same(tree.run.tokens, { input: 10, output: 2 })
  }
)

t.test('what only the wrapper knows of tool calls joins the call inside of it', async (t) => {
  const trace = aTrace()
  trace.agent()
  const outer = trace.llm({ thought: 'why', requestedToolCalls: [aRequest('bash', 'c1')] })
  trace.llm({ under: outer, tokens: { input: 3 } })
  trace.tool({ toolCallId: 'c1' })
  const tree = assemble(trace.steps)
  t.same(numbered(tree), ['1 tool ls'])
  t.equal(tree.steps[0]?.thought, 'why')
  t.same(tree.steps[0]?.tokens, { input: 3 })
})

t.test('failed attempts fold into the call that repeated them, each counted once', async (t) => {
  const trace = aTrace()
  trace.agent()
  trace.llm({ outcome: 'error', error: '429', tokens: { input: 1 } })
  trace.llm({ outcome: 'error', error: '429', tokens: { input: 1 } })
  trace.llm({ action: 'Done.', tokens: { input: 1, output: 1 } })
  const tree = assemble(trace.steps)
  t.same(numbered(tree), ['1 llm Done.'])
  t.same(tree.run.tokens, { input: 3, output: 1 })
  t.same(tree.steps[0]?.tokens, { input: 3, output: 1 })
})

t.test('a failed call that nothing repeats is a step', async (t) => {
  const trace = aTrace()
  trace.agent()
  trace.tool()
  trace.llm({ outcome: 'error', error: 'context length exceeded' })
  t.same(numbered(assemble(trace.steps)), ['1 tool ls', '2 llm '])
})

t.test('what an agent span sums up is not counted again', async (t) => {
  const trace = aTrace()
  trace.agent({ tokens: { input: 12 }, costUsd: 9 })
  trace.llm({ action: 'a', tokens: { input: 5 }, costUsd: 1 })
  trace.llm({ action: 'b', tokens: { input: 7 }, costUsd: 2 })
  const { run } = assemble(trace.steps)
  t.same(run.tokens, { input: 12 })
  t.equal(run.costUsd, 3)
})

t.test('what only the agent span knows of tokens and cost counts', async (t) => {
  const trace = aTrace()
  trace.agent({ tokens: { input: 12 }, costUsd: 9 })
  trace.llm({ action: 'a' })
  const { run } = assemble(trace.steps)
  t.same(run.tokens, { input: 12 })
  t.equal(run.costUsd, 9)
})

t.test('a model call around a tool that calls a model spends tokens of its own', async (t) => {
  const trace = aTrace()
  trace.agent()
  const call = trace.llm({ requestedToolCalls: [aRequest('ask', 'c1')], tokens: { input: 10 } })
  const tool = trace.tool({ under: call, tool: 'ask', toolCallId: 'c1' })
  trace.llm({ under: tool, action: 'yes', tokens: { input: 1 } })
  t.same(assemble(trace.steps).run.tokens, { input: 11 })
})

t.test('HTTP spans inside of an action are parts of it', async (t) => {
  const trace = aTrace()
  trace.agent()
  const call = trace.llm({ action: 'Done.' })
  const http = trace.unknown({ under: call })
  const dns = trace.unknown({ under: http })
  const tree = assemble(trace.steps)
  t.same(numbered(tree), ['1 llm Done.'])
  t.same(tree.steps[0]?.foldedSpanIds, [http.spanId, dns.spanId])
})

t.test(
  'an unknown span around the agent is structure, one beside its steps is a step',
  async (t) => {
    const trace = aTrace()
    const server = trace.unknown({ action: 'POST /chat' })
    const agent = trace.agent({ under: server })
    trace.tool()
    const custom = trace.unknown({ under: agent, action: 'parse_answer' })
    trace.unknown({ under: custom, action: 'inner' })
    t.same(numbered(assemble(trace.steps)), ['1 tool ls', '2 unknown parse_answer'])
  }
)

t.test('a trace of unknown spans alone loses none of them', async (t) => {
  const trace = aTrace()
  const root = trace.unknown({ action: 'a' })
  trace.unknown({ under: root, action: 'b' })
  const tree = assemble(trace.steps)
  t.same(numbered(tree), ['1 unknown a', '2 unknown b'])
  t.equal(tree.steps[1]?.parentIndex, 1)
})

t.test('an evaluation after the last action is a verdict, one before it a step', async (t) => {
  const trace = aTrace()
  trace.agent()
  const checks = [{ name: 'faithful', status: 'passed', message: '' }] as const
  trace.evaluation({ checks, action: 'first' })
  trace.llm({ action: 'Done.' })
  trace.evaluation({ checks, action: 'last' })
  t.same(numbered(assemble(trace.steps)), ['1 evaluation first', '2 llm Done.'])
})

t.test('a span delivered twice is one step, the fuller version kept', async (t) => {
  const trace = aTrace()
  trace.agent()
  const early = trace.tool({ observation: '' })
  const late = { ...early, observation: 'the whole output' }
  for (const steps of [
    [...trace.steps, late],
    [late, ...trace.steps]
  ]) {
    const tree = assemble(steps)
    t.equal(tree.run.spanCount, 2)
    t.equal(tree.steps[0]?.observation, 'the whole output')
  }
})

t.test('a span whose parent never arrived is a step marked orphan', async (t) => {
  const trace = aTrace()
  const [agent] = [trace.agent()]
  trace.tool()
  const tree = assemble(trace.steps.filter((step) => step !== agent))
  t.equal(tree.steps[0]?.orphan, true)
  t.equal(tree.steps[0]?.parentIndex, undefined)
})

t.test('circles of parents are cut at their earliest step', async (t) => {
  const trace = aTrace()
  const a = trace.tool({ tool: 'a', action: 'a' })
  const b = trace.tool({ tool: 'b', action: 'b', parentSpanId: a.spanId })
  const c = trace.tool({ tool: 'c', action: 'c', parentSpanId: b.spanId })
  const below = trace.tool({ tool: 'd', action: 'd', parentSpanId: c.spanId })
  const self = trace.tool({ tool: 'e', action: 'e' })
  const tree = assemble([
    { ...a, parentSpanId: c.spanId },
    b,
    c,
    below,
    { ...self, parentSpanId: self.spanId }
  ])
  t.same(
    tree.steps.map((step) => [step.action, step.parentIndex, step.orphan]),
    [
      ['a', undefined, true],
      ['b', 1, false],
      ['c', 2, false],
      ['d', 3, false],
      ['e', undefined, true]
    ]
  )
})

t.test('a step whose clock runs behind its parent follows the parent', async (t) => {
  const trace = aTrace()
  trace.agent()
  const outer = trace.tool({ tool: 'task', action: 'outer', startTime: secondsIn(100) })
  trace.tool({ under: outer, action: 'b', startTime: secondsIn(60) })
  trace.tool({ under: outer, action: 'a', startTime: secondsIn(50) })
  trace.tool({ action: 'before', startTime: secondsIn(90) })
  t.same(numbered(assemble(trace.steps)), ['1 tool before', '2 tool outer', '3 tool a', '4 tool b'])
})

t.test('steps of one span share it as a parent without being each other', async (t) => {
  const trace = aTrace()
  const span = trace.tool({ tool: 'a', action: 'a' })
  trace.tool({ tool: 'b', action: 'b', spanId: span.spanId, stepId: toStepId('second') })
  trace.tool({ tool: 'c', action: 'c', under: span })
  const tree = assemble(trace.steps)
  t.same(
    tree.steps.map((step) => step.parentIndex),
    [undefined, undefined, 1]
  )
})
