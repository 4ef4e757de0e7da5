// Log records of coding agents as runs: alone, beside their spans, in any order and company.

import * as fc from 'fast-check'
import t from 'tap'
import type { ClassifiedStep, RunTree, Tokens } from '../../collector/model/index.ts'
import { normalizeLogs } from '../../collector/normalizer/index.ts'
import { assembleRun } from '../../processors/assembler/index.ts'
import { someAttributes } from '../support/builders.ts'
import {
  decodeLogs,
  readLogFixture,
  readSpanFixture,
  stepsOfLogs,
  stepsOfSpans
} from '../support/log-fixtures.ts'

const claude = readLogFixture('claude-code-2.1.197-logs')
const claudeSpans = readSpanFixture('claude-code-2.1.197-spans')
const codex = readLogFixture('codex-0.169.0-logs')
const gemini = readLogFixture('gemini-cli-0.61.0-logs')
const geminiSpans = readSpanFixture('gemini-cli-0.61.0-spans')

function assemble(steps: readonly ClassifiedStep[]): RunTree {
  const runs = new Set(steps.map((step) => step.runId))
  if (runs.size !== 1) throw new Error(`${runs.size} runs, not 1`)
  const tree = assembleRun(steps)
  if (tree === undefined) throw new Error('no run')
  return tree
}

/** What a reader sees, without ids. */
function lines(tree: RunTree): readonly string[] {
  return tree.steps.map(({ kind, action, outcome }) => `${kind} ${outcome} ${action}`)
}

const CLAUDE_TOKENS: Tokens = { input: 3_810, output: 170, cacheRead: 3_500, cacheWrite: 200 }
const CLAUDE_COST = 0.024

const untraced = {
  ...claude,
  records: claude.records.map(({ traceId: _trace, spanId: _span, ...record }) => record)
}

t.test('Claude Code, logs alone: a run of its prompt', async (t) => {
  const steps = stepsOfLogs(decodeLogs(untraced))
  const tree = assemble(steps)
  t.strictSame(lines(tree), [
    'tool error Bash: npm test',
    'tool ok Edit: src/cart.ts',
    'llm ok The discount is applied now.'
  ])
  t.equal(tree.run.task, 'Make the cart test pass.')
  t.equal(tree.run.finalMessage, 'The discount is applied now.')
  t.equal(tree.run.agent, 'claude-code')
  t.strictSame(tree.run.tokens, CLAUDE_TOKENS)
  t.equal(tree.run.costUsd?.toFixed(3), CLAUDE_COST.toFixed(3))
  t.not(String(steps[0]?.runId), String(steps[0]?.traceId), 'no root ends the run early')
  t.equal(tree.steps[0]?.thought, 'I run the tests first.')
  t.equal(tree.steps[0]?.startTime, (tree.steps[0]?.endTime ?? 0n) - 2_000_000_000n)
})

t.test('Claude Code, logs and spans: one step an action', async (t) => {
  const logs = stepsOfLogs(decodeLogs(claude))
  const spans = stepsOfSpans(claudeSpans)
  const tree = assemble([...logs, ...spans])
  t.strictSame(lines(tree), lines(assemble([...spans, ...logs])), 'in either order of arrival')
  t.strictSame(
    tree.steps.filter(({ kind }) => kind === 'tool').map(({ action }) => action),
    ['Bash: npm test', 'Edit: src/cart.ts']
  )
  t.match(tree.steps.find(({ tool }) => tool === 'Edit')?.arguments, /sum - discount/)
  t.strictSame(tree.run.tokens, CLAUDE_TOKENS)
  t.equal(tree.run.costUsd?.toFixed(3), CLAUDE_COST.toFixed(3))
  t.equal(tree.run.task, 'Make the cart test pass.')
  t.equal(tree.run.finalMessage, 'The discount is applied now.')
  const ids = new Set(spans.map(({ stepId }) => stepId))
  t.ok(tree.steps.every(({ stepId, kind }) => kind === 'llm' || ids.has(stepId)))
})

t.test('Codex: the run of a conversation, from strings', async (t) => {
  const tree = assemble(stepsOfLogs(decodeLogs(codex)))
  t.strictSame(
    tree.steps
      .filter(({ kind }) => kind === 'tool')
      .map(({ outcome, exitCode }) => [outcome, exitCode]),
    [
      ['ok', 1],
      ['error', undefined]
    ]
  )
  t.equal(tree.run.task, 'Say what is wrong.')
  t.strictSame(tree.run.tokens, {
    input: 2_200,
    output: 350,
    cacheRead: 1_400,
    reasoning: 100
  })
  t.equal(tree.run.agentVersion, '0.169.0')
})

t.test('Gemini CLI, logs alone', async (t) => {
  const tree = assemble(stepsOfLogs(decodeLogs(gemini)))
  t.strictSame(lines(tree), ['tool ok run_shell_command: ls docs', 'llm ok There is one page.'])
  t.equal(tree.steps[0]?.thought, 'I look.')
  t.equal(tree.run.task, 'Which pages are there?')
  t.strictSame(tree.run.tokens, { input: 120, output: 19, cacheRead: 40, reasoning: 4 })
})

t.test('Gemini CLI, logs and spans of three traces: one run, one step an action', async (t) => {
  const logs = stepsOfLogs(decodeLogs(gemini))
  const tree = assemble([...stepsOfSpans(geminiSpans), ...logs])
  t.strictSame(lines(tree), lines(assemble(logs)))
  t.strictSame(tree.run.tokens, { input: 120, output: 19, cacheRead: 40, reasoning: 4 })
})

t.test('what arrives twice, shuffled or in pieces is the same run', async (t) => {
  for (const [fixture, spans] of [
    [claude, stepsOfSpans(claudeSpans)],
    [untraced, []],
    [codex, []],
    [gemini, stepsOfSpans(geminiSpans)]
  ] as const) {
    const records = decodeLogs(fixture)
    const wanted = assemble([...spans, ...stepsOfLogs(records)])
    const repeated = fc.shuffledSubarray([...records, ...records], {
      minLength: records.length * 2
    })
    fc.assert(
      fc.property(repeated, fc.nat(24), (given, cut) => {
        const steps = [
          ...stepsOfLogs(given.slice(0, cut)),
          ...spans,
          ...stepsOfLogs(given.slice(cut))
        ]
        const tree = assemble(steps)
        return (
          t.strictSame(lines(tree), lines(wanted)) &&
          t.strictSame(tree.run.tokens, wanted.run.tokens)
        )
      }),
      { numRuns: 20 }
    )
  }
})

t.test('a run counts what its leaf calls say, whatever pieces are missing', async (t) => {
  const spans = stepsOfSpans(claudeSpans)
  const logs = stepsOfLogs(decodeLogs(claude))
  const calls = ['req_a1', 'req_a3', 'req_a4']
  fc.assert(
    fc.property(fc.subarray([...spans, ...logs], { minLength: 1 }), (given) => {
      const tree = assemble(given)
      const left = calls.filter((_id, at) => {
        const input = [1_240, 1_250, 1_320][at]
        return given.some(({ kind, tokens }) => kind === 'llm' && tokens.input === input)
      })
      const input = left.map((id) => [1_240, 1_250, 1_320][calls.indexOf(id)] ?? 0)
      return (tree.run.tokens.input ?? 0) === input.reduce((sum, count) => sum + count, 0)
    }),
    { numRuns: 200 }
  )
  t.pass('held')
})

t.test('GenAI events enrich the step of their span', async (t) => {
  const [call] = stepsOfSpans({
    ...claudeSpans,
    scope: { name: 'opentelemetry.instrumentation.openai_v2' },
    spans: [
      {
        name: 'chat gpt',
        traceId: '4bf92f3577b34da6a3ce929d0e0e4799',
        spanId: '00f067aa0ba90299',
        parentSpanId: null,
        start: 0,
        end: 900,
        attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 12 }
      }
    ]
  })
  const at = { traceId: '4bf92f3577b34da6a3ce929d0e0e4799', spanId: '00f067aa0ba90299' }
  const record = (eventName: string, ms: number, body: Record<string, string | object>) => ({
    ...at,
    at: ms,
    eventName,
    body: JSON.parse(JSON.stringify(body)),
    attributes: { 'gen_ai.system': 'openai' }
  })
  const events = stepsOfLogs(
    decodeLogs({
      ...claude,
      scope: { name: 'opentelemetry.instrumentation.openai_v2' },
      records: [
        record('gen_ai.system.message', 1, { content: 'Be short.' }),
        record('gen_ai.user.message', 2, { content: 'First' }),
        record('gen_ai.user.message', 3, { content: 'Who wrote it?' }),
        record('gen_ai.choice', 800, {
          index: '0',
          finish_reason: 'stop',
          message: { role: 'assistant', content: 'Nobody knows.' }
        })
      ]
    })
  )
  if (call === undefined) throw new Error('no step')
  for (const steps of [
    [call, ...events],
    [...events, call]
  ]) {
    const tree = assemble(steps)
    t.equal(tree.steps.length, 1)
    t.match(tree.steps[0], {
      action: 'Nobody knows.',
      finishReason: 'stop',
      input: 'Who wrote it?'
    })
    t.strictSame(tree.run.tokens, { input: 12 })
  }
  t.match(assemble(events).steps, [{ action: 'Nobody knows.', input: 'Who wrote it?' }])
  t.equal(assemble(events).steps.length, 1, 'without the span, too, they are one call')
})

t.test('any record gives steps or none, never an error', async (t) => {
  const [sample] = decodeLogs(claude)
  if (sample === undefined) throw new Error('no record')
  const keys = new Set(
    [claude, codex, gemini].flatMap(({ records }) =>
      records.flatMap((record) => Object.keys(record.attributes))
    )
  )
  const names = new Set(
    [claude, codex, gemini].flatMap(({ records }) =>
      records.map((record) => JSON.stringify(record.attributes['event.name']).slice(1, -1))
    )
  )
  const value = fc.oneof(
    fc.string(),
    fc.jsonValue(),
    fc.double(),
    fc.bigInt(),
    fc.constant(undefined),
    fc.constant(new Uint8Array(3))
  )
  const bag = fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), value)
  const event = fc.oneof(
    fc.constantFrom(
      ...names,
      'gen_ai.choice',
      'gen_ai.tool.message',
      'gen_ai.user.message',
      'gen_ai.evaluation.result',
      'gen_ai.client.inference.operation.details'
    ),
    fc.string()
  )
  fc.assert(
    fc.property(
      event,
      bag,
      fc.oneof(value, bag),
      fc.boolean(),
      (name, attributes, body, traced) => {
        const record = {
          ...sample,
          ...(traced ? {} : { traceId: undefined, spanId: undefined }),
          eventName: name,
          body: body as typeof sample.body,
          attributes: someAttributes({ ...attributes, 'event.name': name })
        }
        const { steps, fallbacks } = normalizeLogs([record])
        t.strictSame(fallbacks, [])
        return steps.length <= 1
      }
    ),
    { numRuns: 2_000 }
  )
})
