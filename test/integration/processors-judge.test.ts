// Processors with a judge on a real socket: what is saved and told first, what the judge changes of it
// later, and that nothing it does or fails to do holds up or doubles anything.

import type { Meter } from '@opentelemetry/api'
import { createNoopMeter, trace as tracing } from '@opentelemetry/api'
import t from 'tap'
import { createMetrics } from '../../collector/metrics.ts'
import type { Analysis, Localization, RunId, RunTree } from '../../collector/model/index.ts'
import { JUDGE_DEFAULTS } from '../../processors/judge/index.ts'
import type { JudgeLimits } from '../../processors/judge/index.ts'
import { createOpenAiClient } from '../../processors/judge/openai-client.ts'
import { startProcessors } from '../../processors/processors.ts'
import type { Processors } from '../../processors/processors.ts'
import { startAlerter } from '../support/alerter.ts'
import { anOnset } from '../support/builders.ts'
import { verdict, startEndpoint, type Reply } from '../support/judge-endpoint.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { silentLogger } from '../support/test-store.ts'
import { aTrace } from '../support/traces.ts'
import { waitFor } from '../support/wait-for.ts'

/** Suspects steps 1 and 2 of a run that failed, and is sure of neither. */
function suspectBoth({ run, steps }: RunTree): Localization {
  const suspect = (rank: number, confidence: number) => {
    const step = steps[rank - 1]!
    const { runId } = run
    return anOnset({
      runId,
      rank,
      confidence,
      stepIndex: step.index,
      stepId: step.stepId,
      spanId: step.spanId,
      stage: step.stage
    })
  }
  const onsets =
    run.outcome === 'error' && steps.length > 1 ? [suspect(1, 0.5), suspect(2, 0.3)] : []
  return { onsets, abstention: undefined, incorrectSteps: [], unusefulSteps: [] }
}

const SECOND = verdict({ ranking: [2], claims: [[2, 'the guess is here']] })
const FIRST = verdict({
  ranking: [1],
  category: 'mislocalized_edit',
  claims: [[1, 'the look is here']]
})

interface StartOptions {
  readonly reply: (nth: number) => Reply | Promise<Reply>
  readonly limits?: Partial<JudgeLimits>
  readonly meter?: Meter
}

async function start(
  t: { teardown(gone: () => unknown): void },
  { reply, limits, meter }: StartOptions
) {
  const endpoint = await startEndpoint(t, (_, nth) => reply(nth))
  const all = { ...JUDGE_DEFAULTS, samples: 1, requestTimeoutMs: 2_000, ...limits }
  const store = new MemoryStore(Date.now)
  const told = await startAlerter()
  const processors = await startProcessors({
    store,
    localize: suspectBoth,
    alerter: told.alerter,
    judge: {
      client: createOpenAiClient({
        baseUrl: endpoint.url,
        apiKey: undefined,
        model: 'judge-model',
        requestTimeoutMs: all.requestTimeoutMs,
        retryMinMs: 1
      }),
      limits: all,
      prices: undefined,
      tracer: tracing.getTracer('test')
    },
    now: Date.now,
    meter: meter ?? createNoopMeter(),
    logger: silentLogger,
    limits: { structureSettleMs: 10, endSettleMs: 10, reopenDebounceMs: 10 }
  })
  t.teardown(() => processors.close())
  return { endpoint, store, processors, told }
}

function aFailedTrace(agent = 'coder') {
  const trace = aTrace()
  trace.agent({ agent, declaredRunOutcome: 'error' })
  trace.tool({ agent, action: 'cat a.ts', thought: 'the look is here' })
  trace.tool({ agent, action: 'edit a.ts', thought: 'the guess is here' })
  return trace
}

function ingest(
  store: MemoryStore,
  processors: Processors,
  trace: ReturnType<typeof aTrace>
): RunId {
  store.write(trace.steps)
  processors.stepsWritten(trace.steps)
  return trace.steps[0]!.runId
}

const saved = async (
  store: MemoryStore,
  runId: RunId,
  count: number
): Promise<readonly Analysis[]> =>
  waitFor(`${count} analyses`, async () => {
    const analyses = store.analysesOf(runId)
    return analyses.length >= count ? analyses : undefined
  })

const topOf = (analysis: Analysis | undefined) => analysis?.localization.onsets[0]
const quiet = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150))

t.test(
  'the deterministic answer is saved and told first, the verdict changes both once',
  async (t) => {
    const gate = Promise.withResolvers<Reply>()
    const { store, processors, told, endpoint } = await start(t, { reply: () => gate.promise })
    const runId = ingest(store, processors, aFailedTrace())
    const [first] = await saved(store, runId, 1)
    t.match(topOf(first), { stepIndex: 1, method: 'deterministic', caveats: [] })
    await told.clock.advance(60_000)
    t.same(told.told(), [`firing ${runId}`])

    gate.resolve(SECOND)
    const [, second] = await saved(store, runId, 2)
    t.match(topOf(second), { stepIndex: 2, method: 'judge' })
    await told.clock.advance(60_000)
    t.same(told.told().toSorted(), [`firing ${runId}`, `firing ${runId}`, `resolved ${runId}`])

    await processors.analyzeNow(runId)
    const [, , third] = await saved(store, runId, 3)
    t.match(topOf(third), { stepIndex: 2, method: 'judge' }, 'the same case keeps its verdict')
    await quiet()
    await told.clock.advance(60_000)
    t.equal(told.told().length, 3, 'and nobody is told again')
    t.equal(endpoint.asked.length, 1, 'nor asked again')
  }
)

t.test('a verdict that confirms tells nobody twice', async (t) => {
  const { store, processors, told } = await start(t, { reply: () => FIRST })
  const runId = ingest(store, processors, aFailedTrace())
  const [, second] = await saved(store, runId, 2)
  t.match(topOf(second), { stepIndex: 1, method: 'judge', category: 'mislocalized_edit' })
  await told.clock.advance(60_000)
  t.same(told.told(), [`firing ${runId}`])
})

t.test(
  'a judge that fails is a caveat of the next revision and is left alone for a while',
  async (t) => {
    const { store, processors, endpoint } = await start(t, { reply: () => ({ status: 401 }) })
    const runId = ingest(store, processors, aFailedTrace())
    const [, second] = await saved(store, runId, 2)
    t.match(topOf(second), {
      stepIndex: 1,
      method: 'deterministic',
      caveats: [/answered with an error/]
    })
    await processors.analyzeNow(runId)
    await quiet()
    t.equal(endpoint.asked.length, 1)
  }
)

t.test(
  'steps that come while the judge thinks make its verdict void, and the run is judged anew',
  async (t) => {
    const gate = Promise.withResolvers<Reply>()
    const { store, processors, endpoint } = await start(t, {
      reply: (nth) => (nth === 1 ? gate.promise : SECOND)
    })
    const trace = aFailedTrace()
    const runId = ingest(store, processors, trace)
    await saved(store, runId, 1)
    await waitFor('the question', async () => endpoint.asked[0])
    const late = trace.tool({ action: 'ls' })
    store.write([late])
    processors.stepsWritten([late])
    await saved(store, runId, 2)
    gate.resolve(FIRST)
    const judged = await waitFor('the second verdict', async () =>
      store.analysesOf(runId).findLast((analysis) => topOf(analysis)?.method === 'judge')
    )
    t.equal(judged.tree.steps.length, 3)
    t.equal(topOf(judged)?.stepIndex, 2)
    t.ok(
      store
        .analysesOf(runId)
        .every((analysis) =>
          topOf(analysis)?.category === 'mislocalized_edit'
            ? topOf(analysis)?.method === 'deterministic'
            : true
        ),
      'the void verdict was never saved'
    )
    t.equal(endpoint.asked.length, 2)
  }
)

t.test('a run that goes on after each of its ends is judged a few times only', async (t) => {
  const { store, processors, endpoint } = await start(t, { reply: () => SECOND })
  const trace = aFailedTrace()
  const runId = ingest(store, processors, trace)
  const judgedWith = async (steps: number): Promise<Analysis> =>
    waitFor(`an answer for ${steps} steps`, async () =>
      store.analysesOf(runId).findLast((analysis) => {
        const top = topOf(analysis)
        const isFinal = top?.method === 'judge' || (top?.caveats.length ?? 0) > 0
        return analysis.tree.steps.length === steps && isFinal
      })
    )
  for (const steps of [2, 3, 4]) {
    t.equal(topOf(await judgedWith(steps))?.method, 'judge')
    const late = trace.tool({ action: `ls ${steps}` })
    store.write([late])
    processors.stepsWritten([late])
  }
  t.match(topOf(await judgedWith(5))?.caveats, [/changed too often/])
  t.equal(endpoint.asked.length, 3)
})

t.test('a judge that hangs holds up neither other runs nor the end of the process', async (t) => {
  const { store, processors, endpoint } = await start(t, {
    reply: () => ({ raw: () => {} }),
    limits: { requestTimeoutMs: 600_000 }
  })
  const hanging = ingest(store, processors, aFailedTrace())
  await saved(store, hanging, 1)
  await waitFor('the question', async () => endpoint.asked[0])
  const other = ingest(store, processors, aFailedTrace())
  await saved(store, other, 1)
  const startedAt = Date.now()
  await processors.close()
  t.ok(Date.now() - startedAt < 5_000)
  t.equal(store.analysesOf(hanging).length, 1)
})

t.test('an endpoint that is away is left alone, and the runs say so', async (t) => {
  const { store, processors, endpoint } = await start(t, { reply: () => ({ status: 401 }) })
  for (let times = 0; times < 3; times += 1) {
    await saved(store, ingest(store, processors, aFailedTrace()), 2)
  }
  const runId = ingest(store, processors, aFailedTrace())
  const [only] = await saved(store, runId, 1)
  t.match(topOf(only)?.caveats, [/failed several times in a row/])
  await quiet()
  t.equal(endpoint.asked.length, 3)
  t.equal(store.analysesOf(runId).length, 1)
})

t.test('who is over the budget of the hour is not asked', async (t) => {
  const { store, processors, endpoint } = await start(t, {
    reply: () => SECOND,
    limits: { tokensPerHour: 31_000 }
  })
  await saved(store, ingest(store, processors, aFailedTrace()), 2)
  const [only] = await saved(store, ingest(store, processors, aFailedTrace()), 1)
  t.match(topOf(only)?.caveats, [/budget of this hour/])
  await quiet()
  t.equal(endpoint.asked.length, 1)
})

t.test('the judge does not judge its own traces, nor runs that did not fail', async (t) => {
  const { store, processors, endpoint } = await start(t, { reply: () => SECOND })
  await saved(store, ingest(store, processors, aFailedTrace('onset-judge')), 1)
  const fine = aTrace()
  fine.agent({ declaredRunOutcome: 'ok' })
  fine.tool()
  fine.tool()
  await saved(store, ingest(store, processors, fine), 1)
  await quiet()
  t.equal(endpoint.asked.length, 0)
})

t.test('calls, tokens, failures and refused quotes are metrics', async (t) => {
  const metrics = createMetrics()
  t.teardown(() => metrics.close())
  const replies = [SECOND, verdict({ ranking: [1], claims: [[1, 'never said by anyone']] })]
  const { store, processors } = await start(t, {
    reply: (nth) => replies[nth - 1] ?? FIRST,
    meter: metrics.meter('processors')
  })
  for (const _ of replies) await saved(store, ingest(store, processors, aFailedTrace()), 2)
  const text = await metrics.expose()
  for (const line of [
    'onset_judge_runs_total{result="changed"} 1',
    'onset_judge_runs_total{result="failed"} 1',
    'onset_judge_failures_total{reason="no_verified_claim"} 1',
    'onset_judge_calls_total{result="answered"} 2',
    'onset_judge_tokens_total{type="input"} 4000',
    'onset_judge_quotes_rejected_total 1',
    'onset_judge_duration_seconds_count 2'
  ]) {
    t.ok(text.split('\n').includes(line), line)
  }
})
