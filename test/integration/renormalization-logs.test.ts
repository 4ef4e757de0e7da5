// Re-normalization of steps that were made of log records, and ingest meanwhile, on the real store. An older
// dialect is played by writing what it would have: other words, another run, a step of a record that gives none.

import { createNoopMeter } from '@opentelemetry/api'
import t from 'tap'
import type {
  ClassifiedStep,
  DecodedLogRecord,
  RawSpanStore,
  Renormalization,
  RunId,
  TraceId
} from '../../collector/model/index.ts'
import { toRunId, toStepId, toUnixNano } from '../../collector/model/index.ts'
import { loadPrices } from '../../collector/normalizer/index.ts'
import { toLogSteps } from '../../collector/log-steps.ts'
import { createPipeline, toClassifiedSteps } from '../../collector/pipeline.ts'
import { createRenormalizer } from '../../collector/renormalizer.ts'
import { aSpan, aTraceId, someAttributes } from '../support/builders.ts'
import { decodeLogs, readLogFixture } from '../support/log-fixtures.ts'
import { openTestStore, storeBasics } from '../support/test-store.ts'

t.setTimeout(120_000)

const store = await openTestStore(t)
const { now, logger } = storeBasics()
const prices = loadPrices()
const { raw } = store
if (raw === undefined) throw new Error('this store has no raw rows')

interface Asked {
  readonly runId?: RunId
  readonly from?: Partial<Renormalization>
  readonly raw?: RawSpanStore
  readonly sharePercent?: number
}

/** Runs it to its end and says what it came to. */
async function renormalize({ runId, from, ...given }: Asked = {}) {
  const analyzed: RunId[] = []
  const renormalizer = createRenormalizer({
    raw: given.raw ?? (raw as RawSpanStore),
    prices,
    analyzeNow: async (id) => analyzed.push(id),
    sharePercent: given.sharePercent ?? 100,
    logger,
    now
  })
  if (from !== undefined) await raw?.saveRenormalization({ ...LEFT, ...from })
  const { id } =
    from === undefined
      ? await renormalizer.start(runId === undefined ? {} : { runId })
      : { id: LEFT.id }
  if (from !== undefined) await renormalizer.resume()
  let state: Renormalization | undefined
  do {
    await new Promise((resolve) => setTimeout(resolve, 10))
    state = (await renormalizer.list()).find((each) => each.id === id)
  } while (state?.state === 'running')
  await renormalizer.close()
  return { ...state, analyzed }
}

const LEFT: Renormalization = {
  id: 'left-by-another-process',
  state: 'running',
  since: toUnixNano(0n),
  until: toUnixNano(9_000_000_000_000_000_000n),
  runId: undefined,
  day: toUnixNano(0n),
  traceId: '',
  daysDone: 0,
  daysTotal: 0,
  spans: 0,
  stepsRewritten: 0,
  stepsHidden: 0,
  runsAnalyzed: 0,
  startedAt: toUnixNano(9_000_000_000_000_000_000n),
  updatedAt: toUnixNano(1n),
  problem: undefined
}

/** Claude Code's records of one prompt without its traces, in a session of their own. */
function recordsOf(session: string): readonly DecodedLogRecord[] {
  const fixture = readLogFixture('claude-code-2.1.197-logs')
  return decodeLogs({
    ...fixture,
    records: fixture.records.map(({ traceId: _trace, spanId: _span, ...record }) => ({
      ...record,
      attributes: { ...record.attributes, 'session.id': session }
    }))
  })
}

async function stepsOf(runId: RunId): Promise<readonly ClassifiedStep[]> {
  return (await store.readRunSteps(runId)).steps
}

const asBefore = (step: ClassifiedStep): ClassifiedStep => ({
  ...step,
  dialect: 'claude_code_logs@0',
  observation: 'before'
})

t.test('steps of log records become those of this dialect, in one run and in all', async (t) => {
  const records = recordsOf('one')
  const steps = toLogSteps(records, prices, [])
  const runId = steps[0]?.runId ?? toRunId('')
  await store.writeLogs(records)
  await store.write({ spans: [], steps: steps.map(asBefore) })
  t.ok((await stepsOf(runId)).every((step) => step.observation === 'before'))
  const done = await renormalize({ runId })
  t.match(done, { state: 'done', stepsRewritten: steps.length, stepsHidden: 0 })
  t.strictSame(done.analyzed, [runId])
  const byId = (all: readonly ClassifiedStep[]) =>
    all.toSorted((a, b) => (a.stepId < b.stepId ? -1 : 1))
  t.strictSame(byId(await stepsOf(runId)), byId(steps), 'as they are made when they come')
  t.match(await renormalize({ runId }), { stepsRewritten: 0, runsAnalyzed: 0 }, 'and then no more')
  t.match(await renormalize(), { state: 'done', stepsRewritten: 0, stepsHidden: 0 })
})

t.test(
  'what an older dialect put into another run, or made of nothing, is hidden there',
  async (t) => {
    const records = recordsOf('two')
    const steps = toLogSteps(records, prices, [])
    const runId = steps[0]?.runId ?? toRunId('')
    const other = toRunId('0123456789abcdef0123456789abcdef')
    const [first] = steps
    if (first === undefined) throw new Error('no steps')
    const moved = steps.map((step) => ({ ...step, runId: other }))
    const gone = { ...first, runId: other, stepId: toStepId('f'.repeat(32)) }
    await store.writeLogs(records)
    await store.write({ spans: [], steps: [...moved, gone] })
    const done = await renormalize()
    t.match(done, {
      state: 'done',
      stepsRewritten: steps.length,
      stepsHidden: steps.length + 1
    })
    t.strictSame(new Set(done.analyzed), new Set([runId, other]))
    t.strictSame(await stepsOf(other), [])
    t.equal((await stepsOf(runId)).length, steps.length, 'and made where they belong')
    t.match(await renormalize(), { stepsRewritten: 0, stepsHidden: 0, runsAnalyzed: 0 })
  }
)

t.test('after a stop it goes on with the records that were not done', async (t) => {
  const records = recordsOf('three')
  const steps = toLogSteps(records, prices, [])
  const runId = steps[0]?.runId ?? toRunId('')
  await store.writeLogs(records)
  await store.write({ spans: [], steps: steps.map(asBefore) })
  const times = records.map((record) => record.time).toSorted((a, b) => (a < b ? -1 : 1))
  const middle = times[Math.floor(times.length / 2)] ?? times[0]
  if (middle === undefined) throw new Error('no records')
  const done = await renormalize({ from: { day: middle, traceId: 'logs' } })
  t.equal(done.state, 'done')
  const after = await stepsOf(runId)
  for (const { endTime, observation } of after) {
    if (endTime < middle) t.equal(observation, 'before')
    else t.not(observation, 'before')
  }
  t.ok(after.some((step) => step.observation === 'before'))
})

t.test('export goes on meanwhile, and no page is larger than its bound', async (t) => {
  const tool = (traceId: TraceId) =>
    aSpan({
      traceId,
      attributes: someAttributes({
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'bash',
        'gen_ai.tool.call.result': 'ok '.repeat(300)
      })
    })
  for (let at = 0; at < 30; at += 1) {
    const traceId = aTraceId()
    const spans = Array.from({ length: 40 }, () => tool(traceId))
    const steps = toClassifiedSteps(spans, prices).map((step) => ({ ...step, dialect: 'gen_ai@0' }))
    await store.write({ spans, steps })
  }
  const pages: number[] = []
  const watched: RawSpanStore = new Proxy(raw, {
    get: (target, name) => {
      if (name !== 'readTraces') {
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      }
      return async function* (traces: Parameters<RawSpanStore['readTraces']>[0]) {
        for await (const page of target.readTraces(traces)) {
          pages.push(page.length)
          yield page
        }
      }
    }
  })
  const progress = { isDone: false }
  const running = renormalize({ raw: watched, sharePercent: 25 }).finally(() => {
    progress.isDone = true
  })
  const accept = createPipeline({ store, prices, meter: createNoopMeter(), logger, now })
  const acknowledged: string[] = []
  while (!progress.isDone) {
    const span = tool(aTraceId())
    await accept([span])
    if (!progress.isDone) acknowledged.push(span.traceId)
  }
  const done = await running
  t.equal(done.state, 'done')
  t.ok((done.stepsRewritten ?? 0) >= 1_200)
  t.ok(pages.every((spans) => spans <= 500) && pages.length > 2)
  t.ok(acknowledged.length > 1, 'exports are acknowledged before it is done')
  for (const traceId of acknowledged) t.equal((await stepsOf(toRunId(traceId))).length, 1)
})
