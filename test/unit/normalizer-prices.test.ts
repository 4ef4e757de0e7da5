// Costs out of tokens, and runs whose costs are those of their model calls and nothing twice.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import t, { type Test } from 'tap'
import type { AttributeValue, DecodedSpan, Step } from '../../collector/model/index.ts'
import { fromUnixMillis } from '../../collector/model/index.ts'
import { loadPrices } from '../../collector/normalizer/index.ts'
import { toClassifiedSteps } from '../../collector/pipeline.ts'
import { assembleRun } from '../../processors/assembler/index.ts'
import {
  aPlainStep,
  aScope,
  aSpan,
  aSpanId,
  aTraceId,
  someAttributes
} from '../support/builders.ts'

const prices = loadPrices()

function aCall(step: Partial<Step>): Step {
  return aPlainStep({ kind: 'llm', tokens: { input: 1_000, output: 100 }, ...step })
}

function aPricesFile(t: Test, content: unknown): string {
  const path = join(t.testdir(), 'prices.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const ENTRY = {
  models: ['our-model'],
  input: 1,
  output: 2,
  source: 'https://a.example/p',
  read: '2026-11-01'
}

t.test('a call without a cost gets that of its tokens, each kind at its price', async (t) => {
  const tokens = {
    input: 1_000_000,
    cacheRead: 500_000,
    cacheWrite: 100_000,
    output: 200_000,
    reasoning: 50_000
  }
  const { costUsd, costSource } = prices.price(
    aCall({ model: 'claude-sonnet-4-5-20250929', tokens })
  )
  t.equal(costUsd?.toFixed(6), (0.4 * 3 + 0.5 * 0.3 + 0.1 * 3.75 + 0.2 * 15).toFixed(6))
  t.match(costSource, /^computed@\d{4}-\d{2}-\d{2}$/)
})

t.test('a cost that the span gives stays, and the step says so', async (t) => {
  const step = prices.price(aCall({ model: 'claude-sonnet-4-5', costUsd: 7 }))
  t.match(step, { costUsd: 7, costSource: 'given' })
})

t.test('what is not known has no cost, and that is not zero', async (t) => {
  const unknown: Partial<Step>[] = [
    { model: 'a-model-of-nobody' },
    { model: undefined },
    { model: 'claude-sonnet-4-5', tokens: {} },
    { model: 'claude-sonnet-4-5', tokens: { output: 10 } },
    { model: 'gpt-5-mini', tokens: { input: 10, cacheRead: 5, output: 1 } },
    { model: 'claude-sonnet-4', tokens: { input: 300_000, output: 1 } },
    { model: 'claude-sonnet-4-5', kind: 'agent' }
  ]
  for (const step of unknown) {
    const priced = prices.price(aCall(step))
    t.strictSame([priced.costUsd, priced.costSource], [undefined, undefined], JSON.stringify(step))
  }
})

t.test('the price is that of the day of the call', async (t) => {
  const at = (day: string) =>
    prices.price(
      aCall({
        model: 'claude-sonnet-5-5',
        tokens: { input: 1_000_000, cacheRead: 1_000_000, output: 0 },
        startTime: fromUnixMillis(Date.parse(day))
      })
    ).costUsd
  t.strictSame([at('2026-10-06'), at('2026-10-07')], [0.2, 0.1])
})

t.test('prices of one\u2019s own come first, longest name before others', async (t) => {
  const path = aPricesFile(t, {
    date: '2026-11-02',
    prices: [
      { ...ENTRY, models: ['claude-*'], input: 9 },
      { ...ENTRY, models: ['claude-sonnet-*'], input: 8 }
    ]
  })
  const step = loadPrices(path).price(
    aCall({ model: 'claude-sonnet-4-5', tokens: { input: 1_000_000, output: 0 } })
  )
  t.match(step, { costUsd: 8, costSource: 'computed@2026-11-02' })
})

t.test('a file of prices that is not understood is refused, by what is wrong', async (t) => {
  const refused: [unknown, RegExp][] = [
    ['{', /is no JSON/],
    [{ prices: [] }, /date is not a day/],
    [
      { date: '2026-11-02', prices: [{ ...ENTRY, input: -1 }] },
      /prices\[0\]\.input is not a number/
    ],
    [{ date: '2026-11-02', prices: [{ ...ENTRY, inptu: 1 }] }, /prices\[0\] has inptu/],
    [{ date: '2026-11-02', prices: [{ ...ENTRY, models: ['*a'] }] }, /prices\[0\]\.models/],
    [{ date: '2026-11-02', prices: [{ ...ENTRY, source: 'hearsay' }] }, /prices\[0\]\.source/]
  ]
  for (const [content, message] of refused) {
    t.throws(() => loadPrices(aPricesFile(t, content)), { code: 'SETTINGS_INVALID', message })
  }
  t.throws(() => loadPrices('/nowhere/prices.json'), {
    code: 'SETTINGS_INVALID',
    message: /cannot be read/
  })
})

interface Fixture {
  readonly dialect: string
  readonly scope?: string
  readonly agent: readonly [string, (sum: Usage) => Record<string, AttributeValue>]
  readonly call: readonly [string, (usage: Usage) => Record<string, AttributeValue>]
}

interface Usage {
  readonly input: number
  readonly output: number
}

const MODEL = 'claude-sonnet-4-5'
const usageOf = ({ input, output }: Usage) => ({
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output
})
const chatOf = (usage: Usage) => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': MODEL,
  ...usageOf(usage)
})
const agentOf = (sum: Usage) => ({
  'gen_ai.operation.name': 'invoke_agent',
  'gen_ai.agent.name': 'fixer',
  ...usageOf(sum)
})

/** For each dialect an agent that repeats the sum of its calls, as producers do. */
const FIXTURES: readonly Fixture[] = [
  { dialect: 'gen_ai', agent: ['invoke_agent fixer', agentOf], call: ['chat', chatOf] },
  {
    dialect: 'openinference',
    agent: [
      'fixer',
      ({ input, output }) => ({
        'openinference.span.kind': 'AGENT',
        'llm.token_count.prompt': input,
        'llm.token_count.completion': output
      })
    ],
    call: [
      'ChatCompletion',
      ({ input, output }) => ({
        'openinference.span.kind': 'LLM',
        'llm.model_name': MODEL,
        'llm.token_count.prompt': input,
        'llm.token_count.completion': output
      })
    ]
  },
  {
    dialect: 'ai_sdk',
    agent: [
      'ai.generateText',
      ({ input, output }) => ({
        'ai.operationId': 'ai.generateText',
        'ai.model.id': MODEL,
        'ai.usage.inputTokens': input,
        'ai.usage.outputTokens': output
      })
    ],
    call: [
      'ai.generateText.doGenerate',
      ({ input, output }) => ({
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.model.id': MODEL,
        'ai.usage.inputTokens': input,
        'ai.usage.outputTokens': output
      })
    ]
  },
  {
    dialect: 'langfuse',
    agent: ['fixer', () => ({ 'langfuse.observation.type': 'agent' })],
    call: [
      'generation',
      ({ input, output }) => ({
        'langfuse.observation.type': 'generation',
        'langfuse.observation.model.name': MODEL,
        'langfuse.observation.usage_details': JSON.stringify({ input, output })
      })
    ]
  },
  {
    dialect: 'traceloop',
    agent: ['fixer.agent', (sum) => ({ 'traceloop.span.kind': 'agent', ...usageOf(sum) })],
    call: [
      'anthropic.chat',
      (usage) => ({ 'llm.request.type': 'chat', 'gen_ai.request.model': MODEL, ...usageOf(usage) })
    ]
  },
  {
    dialect: 'mastra',
    agent: ['agent', (sum) => ({ 'mastra.span.type': 'agent_run', ...agentOf(sum) })],
    call: ['chat', (usage) => ({ 'mastra.span.type': 'model_generation', ...chatOf(usage) })]
  },
  {
    dialect: 'pydantic_ai',
    scope: 'pydantic-ai',
    agent: ['agent run', agentOf],
    call: ['chat', chatOf]
  },
  {
    dialect: 'google_adk',
    scope: 'gcp.vertex.agent',
    agent: ['invoke_agent fixer', agentOf],
    call: [
      'call_llm',
      (usage) => ({ ...chatOf(usage), 'gen_ai.operation.name': 'generate_content' })
    ]
  },
  {
    dialect: 'laminar',
    agent: ['conversation', () => ({ 'lmnr.span.type': 'DEFAULT' })],
    call: ['litellm.completion', (usage) => ({ 'lmnr.span.type': 'LLM', ...chatOf(usage) })]
  },
  {
    dialect: 'gemini_cli',
    scope: 'gemini-cli',
    agent: ['user_prompt', (sum) => agentOf(sum)],
    call: ['llm_call', (usage) => ({ ...chatOf(usage), 'gen_ai.operation.name': 'llm_call' })]
  },
  {
    dialect: 'claude_code',
    agent: ['claude_code.interaction', () => ({})],
    call: [
      'claude_code.llm_request',
      ({ input, output }) => ({ model: MODEL, input_tokens: input, output_tokens: output })
    ]
  }
]

function aRunOf({ scope, agent, call }: Fixture, usages: readonly Usage[]): readonly DecodedSpan[] {
  const traceId = aTraceId()
  const root = aSpanId()
  const sum = usages.reduce(
    (all, one) => ({ input: all.input + one.input, output: all.output + one.output }),
    { input: 0, output: 0 }
  )
  const common = { traceId, ...(scope === undefined ? {} : { scope: aScope({ name: scope }) }) }
  return [
    aSpan({ ...common, spanId: root, name: agent[0], attributes: someAttributes(agent[1](sum)) }),
    ...usages.map((usage) =>
      aSpan({
        ...common,
        parentSpanId: root,
        name: call[0],
        attributes: someAttributes(call[1](usage))
      })
    )
  ]
}

t.test('a run costs what its model calls cost, whoever repeats their sum', async (t) => {
  for (const fixture of FIXTURES) {
    const anyUsage = fc.record({
      input: fc.integer({ min: 1, max: 90_000 }),
      output: fc.integer({ min: 1, max: 9_000 })
    })
    fc.assert(
      fc.property(fc.array(anyUsage, { minLength: 1, maxLength: 6 }), (usages) => {
        const steps = toClassifiedSteps(aRunOf(fixture, usages), prices)
        const run = assembleRun(steps)?.run
        const sum = usages.reduce((all, { input, output }) => all + input * 3 + output * 15, 0)
        const total = usages.reduce((all, { input }) => all + input, 0)
        return (
          steps.every((step) => step.dialect.startsWith(`${fixture.dialect}@`)) &&
          run?.tokens.input === total &&
          Math.abs((run.costUsd ?? 0) - sum / 1_000_000) < 1e-9
        )
      }),
      { numRuns: 25 }
    )
    t.pass(fixture.dialect)
  }
})
