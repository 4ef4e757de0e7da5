// The Claude Code dialect as a table: spans as version 2.1 names them, with and without contents, and how a
// run's assembly joins what is inside of a tool.

import t from 'tap'
import { classifyStep } from '../../collector/effects/index.ts'
import type { AttributeValue, DecodedSpan } from '../../collector/model/index.ts'
import { toUnixNano } from '../../collector/model/index.ts'
import { normalizeSpans } from '../../collector/normalizer/index.ts'
import { assembleRun } from '../../processors/assembler/index.ts'
import { aSpan, aTraceId, BUILT_START, someAttributes } from '../support/builders.ts'
import { checkDialect } from '../support/dialect-cases.ts'

checkDialect(t, [
  {
    claim: 'a model call: input is what was sent, with the cached part that the count leaves out',
    attributes: {
      'span.type': 'llm_request',
      'session.id': 's-4',
      model: 'm-1',
      'gen_ai.system': 'anthropic',
      'gen_ai.request.model': 'm-1',
      input_tokens: 9_000,
      output_tokens: 40,
      cache_read_tokens: 3_000,
      cache_creation_tokens: 500,
      success: true,
      stop_reason: 'tool_use',
      'response.has_tool_call': true
    },
    span: { name: 'claude_code.llm_request' },
    step: {
      kind: 'llm',
      dialect: 'claude_code@2',
      provider: 'anthropic',
      model: 'm-1',
      tokens: { input: 12_500, output: 40, cacheRead: 3_000, cacheWrite: 500 },
      finishReason: 'tool_use',
      outcome: 'ok',
      sessionId: 's-4'
    }
  },
  {
    claim: 'a model call that missed the cache, from an exporter that makes text of everything',
    attributes: { model: 'm-1', input_tokens: '12', output_tokens: '3', cache_read_tokens: '0' },
    span: { name: 'claude_code.llm_request' },
    step: { tokens: { input: 12, output: 3, cacheRead: 0 } }
  },
  {
    claim: 'a model call that failed',
    attributes: { model: 'm-1', success: false, error: 'Overloaded', attempt: 3 },
    span: { name: 'claude_code.llm_request' },
    step: { kind: 'llm', outcome: 'error', error: 'Overloaded', tokens: {} }
  },
  {
    claim: 'a model call of a subagent is its',
    attributes: { model: 'm-1', agent_id: 'explore-1', parent_agent_id: 'main' },
    span: { name: 'claude_code.llm_request' },
    step: { agent: 'explore-1' }
  },
  {
    claim: 'a shell command with its output',
    attributes: {
      tool_name: 'Bash',
      tool_use_id: 'toolu_1',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'Bash',
      full_command: 'npm test'
    },
    events: [['tool.output', { bash_command: 'npm test', output: '1 failing' }]],
    span: { name: 'claude_code.tool' },
    step: {
      kind: 'tool',
      dialect: 'claude_code@2',
      tool: 'Bash',
      toolCallId: 'toolu_1',
      action: 'Bash: npm test',
      arguments: '{"command":"npm test"}',
      observation: '1 failing',
      outcome: 'ok'
    }
  },
  {
    claim: 'a file that was read: content on the event, path on the span',
    attributes: { tool_name: 'Read', file_path: 'src/a.ts' },
    events: [['tool.output', { content: 'export {}' }]],
    span: { name: 'claude_code.tool' },
    step: {
      arguments: '{"file_path":"src/a.ts"}',
      action: 'Read: src/a.ts',
      observation: 'export {}'
    }
  },
  {
    claim: 'whole arguments are better than single ones',
    attributes: {
      tool_name: 'Edit',
      file_path: 'src/a.ts',
      tool_input: '{"file_path":"src/a.ts","old_string":"a","new_string":"b"}'
    },
    span: { name: 'claude_code.tool' },
    step: { arguments: '{"file_path":"src/a.ts","old_string":"a","new_string":"b"}' }
  },
  {
    claim: 'contents that the user did not want to be sent are absent',
    attributes: { tool_name: 'Bash', full_command: '<REDACTED>', tool_input: '<REDACTED>' },
    events: [['tool.output', { output: '<REDACTED>' }]],
    span: { name: 'claude_code.tool' },
    step: { kind: 'tool', tool: 'Bash', arguments: '', observation: '', action: 'Bash()' }
  },
  {
    claim: 'an interaction is the frame',
    attributes: { user_prompt: 'Fix the build', 'session.id': 's-4', 'interaction.sequence': 1 },
    span: { name: 'claude_code.interaction' },
    step: {
      kind: 'agent',
      agent: 'claude-code',
      input: 'Fix the build',
      sessionId: 's-4',
      outcome: 'unknown'
    }
  },
  {
    claim: 'an interaction whose prompt was not sent',
    attributes: { user_prompt: '<REDACTED>' },
    span: { name: 'claude_code.interaction' },
    step: { kind: 'agent', input: '' }
  },
  {
    claim: 'a hook is nothing that the agent does',
    attributes: { hook_event: 'PreToolUse', hook_name: 'lint' },
    span: { name: 'claude_code.hook' },
    step: { kind: 'unknown', action: 'claude_code.hook' }
  },
  {
    claim: 'waiting for a permission that came is nothing either',
    attributes: { decision: 'accept', source: 'config' },
    span: { name: 'claude_code.tool.blocked_on_user' },
    step: { kind: 'unknown' }
  },
  {
    claim: 'a permission that was refused is how the call ended',
    attributes: { decision: 'reject', source: 'user_reject' },
    span: { name: 'claude_code.tool.blocked_on_user' },
    step: { kind: 'tool', tool: undefined, outcome: 'error', observation: 'reject: user_reject' }
  },
  {
    claim: 'the execution of a tool that failed',
    attributes: { success: 'false', error: 'File does not exist' },
    span: { name: 'claude_code.tool.execution' },
    step: { kind: 'tool', tool: undefined, outcome: 'error', error: 'File does not exist' }
  },
  {
    claim: 'a span of a later version',
    attributes: { 'gen_ai.operation.name': 'chat' },
    span: { name: 'claude_code.dreaming' },
    step: { kind: 'unknown', dialect: 'claude_code@2' }
  }
])

type Fields = Readonly<Record<string, AttributeValue>>

/** Spans of one trace, each a second after the one before and under the one that is named. */
function aSession() {
  const traceId = aTraceId()
  const spans: DecodedSpan[] = []
  return {
    spans,
    add(name: string, attributes: Fields, parent?: DecodedSpan): DecodedSpan {
      const startTime = toUnixNano(BUILT_START + BigInt(spans.length) * 1_000_000_000n)
      const span = aSpan({
        name: `claude_code.${name}`,
        traceId,
        parentSpanId: parent?.spanId,
        attributes: someAttributes(attributes),
        startTime,
        endTime: toUnixNano(startTime + 500_000_000n)
      })
      spans.push(span)
      return span
    },
    assemble() {
      const { steps } = normalizeSpans(spans)
      const tree = assembleRun(steps.map((step) => ({ ...step, effects: classifyStep(step) })))
      if (tree === undefined) throw new Error('no run')
      return tree
    }
  }
}

t.test('everything inside of a tool folds into its one step', async (t) => {
  const session = aSession()
  const turn = session.add('interaction', { user_prompt: 'Fix the build' })
  session.add('llm_request', { model: 'm-1', input_tokens: 1, stop_reason: 'tool_use' }, turn)
  const tool = session.add(
    'tool',
    { tool_name: 'Bash', tool_use_id: 'toolu_1', full_command: 'npm test' },
    turn
  )
  session.add('tool.blocked_on_user', { decision: 'accept', source: 'config' }, tool)
  const execution = session.add('tool.execution', { success: false, error: 'exit code 1' }, tool)
  session.add('bash.subprocess', { exit_code: 1, stdout_bytes: 80 }, execution)
  session.add('mcp.rpc', {}, execution)
  session.add('hook', { hook_event: 'PostToolUse' }, tool)
  session.add('llm_request', { model: 'm-1', input_tokens: 2, stop_reason: 'end_turn' }, turn)

  const { run, steps } = session.assemble()
  t.strictSame(
    steps.map((step) => [step.kind, step.tool, step.outcome]),
    [
      ['tool', 'Bash', 'error'],
      ['llm', undefined, 'ok']
    ]
  )
  t.equal(steps[0]?.exitCode, 1)
  t.equal(steps[0]?.error, 'exit code 1')
  t.equal(steps[0]?.foldedSpanIds.length, 6, 'with the model call that asked for it')
  t.equal(run.task, 'Fix the build')
  t.equal(run.tokens.input, 3)
})

t.test('a call that was refused has failed', async (t) => {
  const session = aSession()
  const turn = session.add('interaction', {})
  const tool = session.add('tool', { tool_name: 'Bash', tool_use_id: 'toolu_1' }, turn)
  session.add('tool.blocked_on_user', { decision: 'reject', source: 'user_reject' }, tool)
  const { steps } = session.assemble()
  t.equal(steps.length, 1)
  t.equal(steps[0]?.outcome, 'error')
  t.equal(steps[0]?.observation, 'reject: user_reject')
})

t.test('the tools of a subagent are steps of their own inside of its tool', async (t) => {
  const session = aSession()
  const turn = session.add('interaction', {})
  const outer = session.add(
    'tool',
    { tool_name: 'Agent', tool_use_id: 'toolu_1', subagent_type: 'explore' },
    turn
  )
  const execution = session.add('tool.execution', { success: true }, outer)
  session.add('subagent.spawn', {}, execution)
  session.add('llm_request', { model: 'm-1', agent_id: 'a', stop_reason: 'tool_use' }, execution)
  const nested = session.add('tool', { tool_name: 'Agent', tool_use_id: 'toolu_2' }, execution)
  session.add('tool.execution', { success: false, error: 'too deep' }, nested)
  const inner = session.add('tool', { tool_name: 'Read', tool_use_id: 'toolu_3' }, execution)
  session.add('tool.execution', { success: true }, inner)
  const { steps } = session.assemble()
  t.strictSame(
    steps.map((step) => [step.index, step.tool, step.parentIndex, step.outcome]),
    [
      [1, 'Agent', undefined, 'ok'],
      [2, 'Agent', 1, 'error'],
      [3, 'Read', 1, 'ok']
    ]
  )
})

t.test('what is inside of a tool that never arrived is a step, not nothing', async (t) => {
  const session = aSession()
  const turn = session.add('interaction', {})
  const lost = session.add('tool', { tool_name: 'Bash' }, turn)
  session.add('tool.execution', { success: false, error: 'killed' }, lost)
  session.add('llm_request', { model: 'm-1', stop_reason: 'end_turn' }, turn)
  session.spans.splice(session.spans.indexOf(lost), 1)
  const { steps } = session.assemble()
  t.strictSame(
    steps.map((step) => [step.kind, step.error]),
    [
      ['tool', 'killed'],
      ['llm', undefined]
    ]
  )
})
