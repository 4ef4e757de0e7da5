// Method: single events of each producer, as records of a request, read to steps and where it matters to a run.

import t from 'tap'
import type { AttributeValue } from '../../collector/model/index.ts'
import { normalizeLogs } from '../../collector/normalizer/index.ts'
import { assembleRun } from '../../processors/assembler/index.ts'
import {
  decodeLogs,
  readLogFixture,
  readSpanFixture,
  stepsOfLogs,
  stepsOfSpans,
  type RecordedLog
} from '../support/log-fixtures.ts'

type Fields = Readonly<Record<string, AttributeValue>>

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4788'
const SPAN = '00f067aa0ba90288'

const SCOPES = {
  claude: { name: 'com.anthropic.claude_code.events' },
  codex: { name: 'codex_otel' },
  gemini: { name: 'gemini-cli' },
  genAi: { name: 'opentelemetry.instrumentation.openai_v2' }
}

function decode(producer: keyof typeof SCOPES, records: readonly RecordedLog[]) {
  return decodeLogs({ resource: { 'service.name': producer }, scope: SCOPES[producer], records })
}

function claudeEvent(name: string, attributes: Fields, at = 5) {
  const prompt = { 'session.id': 's1', 'prompt.id': 'p1' }
  return {
    at,
    body: `claude_code.${name}`,
    attributes: { 'event.name': name, ...prompt, ...attributes }
  }
}

function geminiEvent(name: string, attributes: Fields) {
  const prompt = { 'session.id': 's1', prompt_id: 'p1' }
  return { at: 5, attributes: { 'event.name': `gemini_cli.${name}`, ...prompt, ...attributes } }
}

t.test('events of one millisecond stand in the order in which they were counted', async (t) => {
  const result = (sequence: number) =>
    claudeEvent('tool_result', {
      'event.sequence': sequence,
      tool_name: 'Read',
      tool_use_id: `toolu_${9 - sequence}`,
      tool_parameters: JSON.stringify({ file_path: `${sequence}.ts` }),
      success: 'true'
    })
  const records = decode('claude', [4, 2, 5, 1, 3].map(result))
  const tree = assembleRun(stepsOfLogs(records))
  t.strictSame(
    tree?.steps.map((step) => step.action),
    [1, 2, 3, 4, 5].map((sequence) => `Read: ${sequence}.ts`)
  )
  const steps = stepsOfLogs(records)
  for (const [at, { endTime }] of steps.entries()) {
    const time = records[at]?.time ?? 0n
    t.ok(endTime - time > 0n && endTime - time < 1_000_000n, 'within their millisecond')
  }
})

t.test('a clock that knows more than milliseconds is believed', async (t) => {
  const [record] = decode('claude', [claudeEvent('user_prompt', { 'event.sequence': 7 })])
  if (record === undefined) throw new Error('no record')
  const fine = { ...record, time: (record.time + 1_234n) as typeof record.time }
  t.equal(stepsOfLogs([fine])[0]?.endTime, fine.time)
})

t.test('Claude Code: hooks that blocked an action say so', async (t) => {
  const [step] = stepsOfLogs(
    decode('claude', [
      claudeEvent('hook_execution_complete', {
        hook_event: 'PreToolUse',
        hook_name: 'PreToolUse:Bash',
        num_hooks: '2',
        num_success: '1',
        num_blocking: '1',
        num_non_blocking_error: '0'
      })
    ])
  )
  t.match(step, {
    kind: 'unknown',
    action: 'hooks PreToolUse:Bash',
    observation: '1 blocking',
    dialect: 'claude_code_logs@2'
  })
})

t.test('Claude Code: retries that are used up are the errors of their attempts', async (t) => {
  const error = (attempt: string, at: number) =>
    claudeEvent(
      'api_error',
      { error: 'Overloaded', status_code: '529', attempt, 'event.sequence': at },
      at
    )
  const steps = stepsOfLogs(
    decode('claude', [
      error('1', 10),
      error('2', 20),
      claudeEvent('api_retries_exhausted', { error: 'Overloaded', total_attempts: '2' }, 30)
    ])
  )
  t.strictSame(
    steps.map((step) => [step.kind, step.outcome]),
    [
      ['llm', 'error'],
      ['llm', 'error']
    ]
  )
})

t.test('Gemini CLI: a hook, what it said and how it ended', async (t) => {
  const [step] = stepsOfLogs(
    decode('gemini', [
      geminiEvent('hook_call', {
        hook_event_name: 'BeforeTool',
        hook_name: 'check-secrets',
        exit_code: 2,
        stderr: 'a key is in the file',
        success: false,
        duration_ms: 120
      })
    ])
  )
  t.match(step, {
    kind: 'unknown',
    action: 'hook BeforeTool check-secrets',
    observation: 'a key is in the file',
    exitCode: 2,
    outcome: 'error'
  })
})

t.test('Gemini CLI: a loop that it noticed itself is marked', async (t) => {
  const [step] = stepsOfLogs(
    decode('gemini', [geminiEvent('loop_detected', { loop_type: 'tool' })])
  )
  t.match(step, { kind: 'unknown', action: 'gemini_cli.loop_detected' })
})

t.test('Gemini CLI: an operation on a file is told by the call of its tool alone', async (t) => {
  const steps = stepsOfLogs(
    decode('gemini', [
      geminiEvent('tool_call', {
        function_name: 'write_file',
        function_args: JSON.stringify({ file_path: 'a.ts', content: 'x' }),
        success: true,
        call_id: 'c1'
      }),
      geminiEvent('file_operation', { operation: 'create', tool_name: 'write_file', lines: 1 })
    ])
  )
  t.strictSame(
    steps.map((step) => step.action),
    ['write_file: a.ts']
  )
})

function genAiEvent(name: string, given: Partial<RecordedLog>): RecordedLog {
  return {
    at: 5,
    traceId: TRACE,
    spanId: SPAN,
    eventName: `gen_ai.${name}`,
    attributes: {},
    ...given
  }
}

function aCall() {
  return stepsOfSpans({
    ...readSpanFixture('claude-code-2.1.197-spans'),
    scope: SCOPES.genAi,
    spans: [
      {
        name: 'chat m',
        traceId: TRACE,
        spanId: SPAN,
        parentSpanId: null,
        start: 0,
        end: 900,
        attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 12 }
      }
    ]
  })
}

t.test('GenAI: the result of a tool is that of the call with its id', async (t) => {
  const steps = stepsOfLogs(
    decode('genAi', [
      genAiEvent('tool.message', { body: { id: 'call_1', content: '3 tests failed' } }),
      genAiEvent('tool.message', { at: 9, body: { id: 'call_1', content: '3 tests failed' } })
    ])
  )
  t.equal(new Set(steps.map((step) => step.stepId)).size, 1, 'however often it is repeated')
  t.match(steps[0], { kind: 'tool', toolCallId: 'call_1', observation: '3 tests failed' })
})

t.test('GenAI: details of an operation are the contents of its span', async (t) => {
  const details = stepsOfLogs(
    decode('genAi', [
      genAiEvent('client.inference.operation.details', {
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.input.messages': JSON.stringify([
            { role: 'user', parts: [{ type: 'text', content: 'Who wrote it?' }] }
          ]),
          'gen_ai.output.messages': JSON.stringify([
            { role: 'assistant', parts: [{ type: 'text', content: 'Nobody knows.' }] }
          ])
        }
      })
    ])
  )
  const tree = assembleRun([...aCall(), ...details])
  t.equal(tree?.steps.length, 1)
  t.match(tree?.steps[0], { input: 'Who wrote it?', action: 'Nobody knows.' })
  t.strictSame(tree?.run.tokens, { input: 12 })
})

t.test('GenAI: an evaluation is a check of its run, with a span and without', async (t) => {
  for (const place of [{ spanId: SPAN }, { spanId: '' }]) {
    const judged = stepsOfLogs(
      decode('genAi', [
        genAiEvent('evaluation.result', {
          ...place,
          attributes: {
            'gen_ai.evaluation.name': 'task_done',
            'gen_ai.evaluation.score.label': 'fail',
            'gen_ai.evaluation.explanation': 'The file was never written.'
          }
        })
      ])
    )
    t.match(judged, [{ kind: 'evaluation', checks: [{ name: 'task_done', status: 'failed' }] }])
    const run = assembleRun([...aCall(), ...judged])?.run
    t.equal(run?.outcome, 'error')
  }
})

t.test('what a dialect knows is no gap, an event that is new is', async (t) => {
  for (const [producer, name] of [
    ['claude', 'claude-code-2.1.197-logs'],
    ['codex', 'codex-0.169.0-logs'],
    ['gemini', 'gemini-cli-0.61.0-logs']
  ] as const) {
    t.strictSame([...normalizeLogs(decodeLogs(readLogFixture(name))).unread], [], producer)
  }
  const records = [
    ...decode('claude', [claudeEvent('api_retries_exhausted', {}), claudeEvent('new_event', {})]),
    ...decode('codex', [
      { at: 1, attributes: { 'event.name': 'codex.conversation_starts' } },
      { at: 1, attributes: { 'event.name': 'codex.new_event' } }
    ]),
    ...decode('gemini', [geminiEvent('file_operation', {}), geminiEvent('new_event', {})]),
    ...decode('genAi', [genAiEvent('assistant.message', {}), genAiEvent('new.event', {})])
  ]
  t.strictSame(
    [...normalizeLogs(records).unread],
    [
      ['claude_code_logs', 1],
      ['codex_logs', 1],
      ['gemini_cli_logs', 1],
      ['gen_ai_events', 1]
    ]
  )
})
