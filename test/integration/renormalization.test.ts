// Re-normalization, explanations and coverage on a started collector with the real store and processors. Stored
// steps are made old by writing them as an older dialect would have: that is all that an improvement is.

import { createNoopMeter } from '@opentelemetry/api'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { ClassifiedStep, DecodedSpan } from '../../collector/model/index.ts'
import { toRunId } from '../../collector/model/index.ts'
import { sanitizeSpans } from '../../collector/normalizer/index.ts'
import { toClassifiedSteps } from '../../collector/pipeline.ts'
import { localizeOnset } from '../../processors/localizer/index.ts'
import { startProcessors } from '../../processors/processors.ts'
import { aResource, aScope, aSpan, aSpanId, aTraceId, someAttributes } from '../support/builders.ts'
import { startTestCollector, type StartedCollector } from '../support/started-collector.ts'
import { runOnsetCommand } from '../support/run-onset-command.ts'
import { openTestStore, storeBasics } from '../support/test-store.ts'

/** Five commands are started at the end. */
t.setTimeout(120_000)

const store = await openTestStore(t)
const { now, logger } = storeBasics()
const processors = await startProcessors({
  store,
  localize: localizeOnset,
  now,
  meter: createNoopMeter(),
  logger
})
t.teardown(() => processors.close())
const { analyzeNow } = processors
const env = { ONSET_RENORMALIZE_SHARE_PERCENT: '100' }
const collector = await startTestCollector(t, { store, listener: processors, analyzeNow, env })

/** An agent with a model call, a tool call, and an attribute that nobody knows. */
function aRunOfSpans(): readonly DecodedSpan[] {
  const traceId = aTraceId()
  const root = aSpanId()
  const attributes = (values: Parameters<typeof someAttributes>[0]) => someAttributes(values)
  return sanitizeSpans([
    aSpan({
      traceId,
      spanId: root,
      name: 'invoke_agent fixer',
      attributes: attributes({
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': 'fixer'
      })
    }),
    aSpan({
      traceId,
      parentSpanId: root,
      name: 'chat',
      attributes: attributes({
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'claude-sonnet-4-5',
        'gen_ai.usage.input_tokens': 1_000_000,
        'gen_ai.usage.output_tokens': 0,
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.output.messages': JSON.stringify([
          { role: 'assistant', parts: [{ type: 'text', content: 'Reading the cart.' }] }
        ])
      })
    }),
    aSpan({
      traceId,
      parentSpanId: root,
      name: 'execute_tool bash',
      attributes: attributes({
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'bash',
        'gen_ai.tool.call.arguments': { command: 'cat src/cart.ts' },
        'gen_ai.tool.call.result': 'export const cart = []',
        'acme.region': 'north'
      })
    })
  ])
}

const asBefore = (step: ClassifiedStep): ClassifiedStep => ({
  ...step,
  dialect: 'gen_ai@0',
  action: `before: ${step.action}`,
  costUsd: undefined,
  costSource: undefined
})

async function stored(
  spans: readonly DecodedSpan[],
  change: (step: ClassifiedStep) => ClassifiedStep
) {
  const steps = toClassifiedSteps(spans, undefined).map(change)
  await store.write({ spans, steps })
  const runId = toRunId(spans[0]?.traceId ?? '')
  await analyzeNow(runId)
  return runId
}

interface Progress {
  readonly id: string
  readonly state: string
  readonly spans: number
  readonly stepsRewritten: number
  readonly stepsHidden: number
  readonly runsAnalyzed: number
}

async function renormalize(from: StartedCollector, body: object): Promise<Progress> {
  const started = await from.post('/api/renormalizations', body)
  if (started.status !== 202) throw new Error(started.text)
  let progress = started.json as Progress
  while (progress.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 20))
    progress = (await from.get(`/api/renormalizations/${progress.id}`)).json as Progress
  }
  return progress
}

async function readRun(runId: string) {
  const { run } = (await store.findRun(toRunId(runId))) ?? {}
  return { run, steps: await store.readSteps(toRunId(runId), 0, 100) }
}

t.test(
  'steps of an older dialect become those of this one, and their run is analyzed',
  async (t) => {
    const runId = await stored(aRunOfSpans(), asBefore)
    const before = await readRun(runId)
    t.ok(before.steps.every((step) => step.dialect === 'gen_ai@0'))
    t.equal(before.run?.costUsd, undefined)
    const done = await renormalize(collector, { runId })
    t.match(done, { state: 'done', spans: 3, stepsRewritten: 3, stepsHidden: 0, runsAnalyzed: 1 })
    const after = await readRun(runId)
    t.equal(after.steps.length, before.steps.length)
    t.ok(
      after.steps.every((step) => step.dialect === 'gen_ai@1' && !step.action.startsWith('before'))
    )
    t.equal(after.run?.costUsd, 3)
    t.match(after.steps.find((step) => step.costUsd !== undefined)?.costSource, /^computed@/)
    const again = await renormalize(collector, { runId })
    t.match(
      again,
      { state: 'done', stepsRewritten: 0, runsAnalyzed: 0 },
      'and a second time changes nothing'
    )
  }
)

t.test('a step that is no longer made of its span is in no run', async (t) => {
  const spans = aRunOfSpans()
  const runId = await stored(spans, (step) => step)
  const tool = (await readRun(runId)).steps.find((step) => step.kind === 'tool')
  const steps = toClassifiedSteps(spans, undefined)
  const { rewritten, hidden } = (await store.raw?.rewriteSteps({
    steps: steps.filter((step) => step.stepId !== tool?.stepId),
    keys: steps
  })) ?? { rewritten: -1, hidden: -1 }
  t.strictSame([rewritten, hidden], [0, 1])
  await analyzeNow(runId)
  const after = await readRun(runId)
  t.equal(after.run?.spanCount, 2)
  t.notOk(after.steps.some((step) => step.stepId === tool?.stepId))
})

t.test('all of a time is made anew, and goes on after a stop where it was', async (t) => {
  const runs: string[] = []
  for (let at = 0; at < 3; at += 1) runs.push(await stored(aRunOfSpans(), asBefore))
  const startedAt = BigInt(Date.now()) * 1_000_000n
  // What a process leaves that was killed after it had said that it runs.
  const left = {
    id: 'left-by-another-process',
    state: 'running',
    since: 0n,
    until: 9_000_000_000_000_000_000n,
    runId: undefined,
    day: 0n,
    traceId: '',
    daysDone: 0,
    daysTotal: 0,
    spans: 0,
    stepsRewritten: 0,
    stepsHidden: 0,
    runsAnalyzed: 0,
    startedAt,
    updatedAt: startedAt,
    problem: undefined
  }
  await store.raw?.saveRenormalization(left as never)
  const next = await startTestCollector(t, { store, listener: processors, analyzeNow, env })
  let progress: Progress
  do {
    await new Promise((resolve) => setTimeout(resolve, 20))
    progress = (await next.get(`/api/renormalizations/${left.id}`)).json as Progress
  } while (progress.state === 'running')
  t.equal(progress.state, 'done')
  t.ok(progress.stepsRewritten >= 9)
  for (const runId of runs) {
    t.ok((await readRun(runId)).steps.every((step) => step.dialect === 'gen_ai@1'))
  }
})

t.test('it is asked for by admins, recorded, and refused where nobody analyzes', async (t) => {
  const { items } = (await collector.get('/api/audit?action=renormalization_started')).json as {
    items: readonly { result: string }[]
  }
  t.equal(items[0]?.result, 'succeeded')
  const alone = await startTestCollector(t, { store })
  t.match(await alone.post('/api/renormalizations', {}), {
    status: 503,
    json: { error: { code: 'NO_PROCESSOR' } }
  })
  t.equal((await collector.post('/api/renormalizations', { since: 'soon' })).status, 400)
  t.equal((await collector.get('/api/renormalizations/none')).status, 404)
})

t.test(
  'each span of a trace is explained: its dialect, what was read, what was left',
  async (t) => {
    const spans = aRunOfSpans()
    await stored(spans, (step) => step)
    const { json } = await collector.get(`/api/traces/${spans[0]?.traceId}/dialects`)
    const { spans: explained } = json as {
      spans: readonly {
        name: string
        dialect: string
        used: string[]
        left: string[]
        coverage: number
      }[]
    }
    const tool = explained.find(({ name }) => name === 'execute_tool bash')
    t.match(tool, { dialect: 'gen_ai@1', left: ['acme.region'], coverage: 0.8 })
    t.ok(tool?.used.includes('gen_ai.tool.call.result'))
    t.equal((await collector.get(`/api/traces/${'f'.repeat(32)}/dialects`)).status, 404)
  }
)

t.test('a new producer shows in the coverage, by the names nobody reads', async (t) => {
  const traceId = aTraceId()
  const spans = sanitizeSpans(
    Array.from({ length: 4 }, () =>
      aSpan({
        traceId,
        name: 'acme.step',
        resource: aResource({ attributes: someAttributes({ 'service.name': 'acme-agent' }) }),
        scope: aScope({ name: 'acme' }),
        attributes: someAttributes({ 'acme.prompt.0.text': 'secret words', 'acme.model': 'm' })
      })
    )
  )
  await stored(spans, (step) => step)
  const { json, text } = await collector.get('/api/coverage?since=2026-11-01T00:00:00Z')
  const { producers, unknownShare } = json as {
    unknownShare: number
    producers: readonly { service: string; dialect: string; coverage: number; left: unknown }[]
  }
  t.ok(unknownShare > 0 && unknownShare < 1)
  t.match(
    producers.find(({ service }) => service === 'acme-agent'),
    {
      dialect: 'generic@1',
      spans: 4,
      coverage: 0,
      left: [
        { key: 'acme.prompt.*.text', spans: 4 },
        { key: 'acme.model', spans: 4 }
      ]
    }
  )
  t.notMatch(text, /secret words/, 'and never by what they hold')
})

t.test('the commands: renormalize, and explain of a trace and of a file', async (t) => {
  const spans = aRunOfSpans()
  const runId = await stored(spans, asBefore)
  const at = { ONSET_URL: collector.url }
  const file = join(t.testdir(), 'trace.json')
  const span = {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    name: 'acme.step',
    startTimeUnixNano: '1762074000000000000',
    endTimeUnixNano: '1762074001000000000',
    attributes: [{ key: 'acme.model', value: { stringValue: 'm' } }]
  }
  writeFileSync(file, JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }))
  const offline = { ONSET_URL: 'http://127.0.0.1:9' }
  const [done, refused, ofTrace, ofFile, ofNothing] = await Promise.all([
    runOnsetCommand(['renormalize', '--run', runId], at),
    runOnsetCommand(['renormalize', '--since', 'soon'], at),
    runOnsetCommand(['dialects', 'explain', runId], at),
    runOnsetCommand(['dialects', 'explain', file], offline),
    runOnsetCommand(['dialects', 'explain', '/no/such/file'], offline)
  ])
  t.match(done, { code: 0, stdout: /^done .* 3 steps rewritten, 0 hidden, 1 run analyzed\n$/ })
  t.equal(refused.code, 2)
  t.match(ofTrace, {
    code: 0,
    stdout: /gen_ai@1 +80 %  execute_tool bash\n    left: acme\.region\n/
  })
  t.match(ofFile, { code: 0, stdout: /generic@1 +0 %  acme\.step\n    left: acme\.model\n/ })
  t.match(ofNothing, { code: 1, stderr: /no file that can be read/ })
})
