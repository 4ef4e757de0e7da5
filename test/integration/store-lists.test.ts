// Lists of runs and onsets: order, filters, pages that stay whole while runs arrive. Each test asks for the
// runs of its own service, because all share one store.

import t from 'tap'
import type {
  Localization,
  OnsetFilter,
  Run,
  RunFilter,
  RunId
} from '../../collector/model/index.ts'
import { toRunId, toUnixNano } from '../../collector/model/index.ts'
import { anOnset, aRunTree, aTraceId, BUILT_START } from '../support/builders.ts'
import { openTestStore } from '../support/test-store.ts'

const store = await openTestStore(t)
const NANOS_PER_SECOND = 1_000_000_000n

function at(second: number) {
  return toUnixNano(BUILT_START + BigInt(second) * NANOS_PER_SECOND)
}

async function aSavedRun(
  run: Partial<Run>,
  localization: Partial<Localization> = {}
): Promise<RunId> {
  const runId = run.runId ?? toRunId(aTraceId())
  await store.saveAnalysis({
    tree: aRunTree([{}], { ...run, runId }),
    localization: {
      onsets: [],
      abstention: undefined,
      incorrectSteps: [],
      unusefulSteps: [],
      ...localization
    },
    state: 'complete',
    partial: false,
    ingestedThrough: toUnixNano(1n)
  })
  return runId
}

async function listIds(filter: Partial<RunFilter>): Promise<readonly RunId[]> {
  const { items } = await store.listRuns({ limit: 100, ...filter })
  return items.map((record) => record.run.runId)
}

t.test('runs come newest start first, equal starts by id', async (t) => {
  const service = 'order'
  const older = await aSavedRun({ service, startTime: at(1) })
  const newest = await aSavedRun({ service, startTime: at(9) })
  const twins = [
    await aSavedRun({ service, startTime: at(5), runId: toRunId('aa') }),
    await aSavedRun({ service, startTime: at(5), runId: toRunId('bb') })
  ]
  t.strictSame(await listIds({ service }), [newest, ...twins.toReversed(), older])
})

t.test('each filter keeps what it names', async (t) => {
  const service = 'filters'
  const plain = await aSavedRun({ service, startTime: at(0), outcome: 'ok' })
  const full = await aSavedRun(
    {
      service,
      startTime: at(10),
      agent: "it's",
      models: ['m-1', 'm-2'],
      outcome: 'error',
      sessionId: 's\\1'
    },
    { onsets: [anOnset({ category: 'unproductive_loop' })] }
  )
  const keeps = async (filter: Partial<RunFilter>, kept: readonly RunId[]) =>
    t.strictSame(await listIds({ service, ...filter }), kept, Object.keys(filter).join())
  await keeps({}, [full, plain])
  await keeps({ agent: "it's" }, [full])
  await keeps({ agent: "its' OR 1 = 1 --" }, [])
  await keeps({ model: 'm-2' }, [full])
  await keeps({ outcome: 'ok' }, [plain])
  await keeps({ category: 'unproductive_loop' }, [full])
  await keeps({ category: 'other' }, [])
  await keeps({ sessionId: 's\\1' }, [full])
  await keeps({ since: at(10) }, [full])
  await keeps({ until: at(10) }, [plain])
  await keeps({ since: at(0), until: at(0) }, [])
  await keeps({ agent: "it's", outcome: 'ok' }, [])
  t.strictSame(await listIds({ service: 'nobody' }), [])
})

t.test('a filter looks at the newest revision only', async (t) => {
  const service = 'revisions'
  const runId = await aSavedRun({ service, startTime: at(1), outcome: 'error' })
  await aSavedRun({ runId, service, startTime: at(1), outcome: 'ok' })
  t.strictSame(await listIds({ service, outcome: 'error' }), [])
  t.strictSame(await listIds({ service, outcome: 'ok' }), [runId])
  t.strictSame(await listIds({ service }), [runId])
})

t.test('a list says of a run what the run says, and again after each analysis', async (t) => {
  const service = 'same'
  const said = { service, startTime: at(1), task: 'Sum it.', finalMessage: 'Done!', models: ['m'] }
  const runId = await aSavedRun(
    { ...said, outcome: 'error', costUsd: 0.5 },
    { onsets: [anOnset()] }
  )
  const isSame = async () => {
    const record = await store.findRun(runId)
    const { items } = await store.listRuns({ service, limit: 5 })
    const whole = await store.listWholeRuns({ service, limit: 5 })
    t.strictSame(whole.items, [record])
    t.equal(items.length, 1)
    for (const [name, value] of Object.entries(items[0] ?? {})) {
      if (name !== 'run') t.strictSame(value, Object(record)[name], name)
    }
    for (const [name, value] of Object.entries(items[0]?.run ?? {})) {
      t.strictSame(value, Object(record?.run)[name], name)
    }
    return items[0]
  }
  t.equal((await isSame())?.topOnset?.rank, 1)
  await isSame()
  await aSavedRun({ ...said, runId, outcome: 'ok' })
  const after = await isSame()
  t.equal(after?.run.outcome, 'ok')
  t.equal(after?.topOnset, undefined)
  await aSavedRun({ ...said, runId, outcome: 'error' }, { onsets: [anOnset({ confidence: 0.3 })] })
  t.equal((await isSame())?.topOnset?.confidence, 0.3)
})

t.test('pages have every run once, also when runs arrive between them', async (t) => {
  const service = 'pages'
  const runs: RunId[] = []
  for (let second = 0; second < 23; second += 1) {
    runs.push(await aSavedRun({ service, startTime: at(Math.floor(second / 3)) }))
  }
  const seen: RunId[] = []
  let cursor: string | undefined
  do {
    const page = await store.listRuns({
      service,
      limit: 5,
      ...(cursor !== undefined && { cursor })
    })
    seen.push(...page.items.map((record) => record.run.runId))
    t.ok(page.items.length <= 5)
    cursor = page.nextCursor
    await aSavedRun({ service, startTime: at(100 + seen.length) })
  } while (cursor !== undefined)
  t.strictSame(seen.toSorted(), runs.toSorted())
})

t.test('the last page has no cursor, even when it is full', async (t) => {
  const service = 'last page'
  for (let count = 0; count < 4; count += 1) await aSavedRun({ service })
  const first = await store.listRuns({ service, limit: 2 })
  const second = await store.listRuns({ service, limit: 2, cursor: first.nextCursor ?? '' })
  t.equal(second.items.length, 2)
  t.equal(second.nextCursor, undefined)
})

t.test('a cursor of another query and a limit out of bounds are refused', async (t) => {
  const service = 'refused'
  for (let count = 0; count < 2; count += 1) await aSavedRun({ service }, { onsets: [anOnset()] })
  const { nextCursor = '' } = await store.listRuns({ service, limit: 1 })
  t.not(nextCursor, '')
  const refused = { code: 'INVALID_ARGUMENT', retryable: false }
  await t.rejects(store.listRuns({ limit: 1, cursor: nextCursor }), refused)
  await t.rejects(store.listOnsets({ service, limit: 1, cursor: nextCursor }), refused)
  await t.rejects(store.listRuns({ limit: 1, cursor: 'nonsense' }), refused)
  await t.rejects(store.listRuns({ limit: 0 }), refused)
  await t.rejects(store.listRuns({ limit: 1_001 }), refused)
  await t.rejects(store.listOnsets({ limit: -1 }), refused)
  t.equal((await store.listRuns({ service, limit: 7, cursor: nextCursor })).items.length, 1)
})

t.test('onsets come newest detection first, with filters and pages', async (t) => {
  const service = 'onsets'
  const runs: RunId[] = []
  for (const confidence of [0.2, 0.4, 0.9]) {
    const onsets = [
      anOnset({ rank: 1, confidence, category: confidence > 0.5 ? 'other' : 'budget_exhausted' }),
      anOnset({ rank: 2, confidence: 0.99 })
    ]
    runs.push(await aSavedRun({ service, agent: 'a', startTime: at(3) }, { onsets }))
  }
  const listed = async (filter: Partial<OnsetFilter>) => {
    const { items } = await store.listOnsets({ service, limit: 10, ...filter })
    return items.map((item) => item.onset.runId)
  }
  t.strictSame(await listed({}), runs.toReversed(), 'rank 1 only')
  t.strictSame(await listed({ minConfidence: 0.4 }), [runs[2], runs[1]])
  t.strictSame(await listed({ category: 'other' }), [runs[2]])
  t.strictSame(await listed({ stage: 'planning' }), [])
  const { items } = await store.listOnsets({ service, limit: 10 })
  t.match(items[0], { service, agent: 'a', runStartTime: at(3) })
  const detected = items[1]?.detectedAt ?? at(0)
  t.strictSame(await listed({ since: detected }), [runs[2], runs[1]])
  t.strictSame(await listed({ until: detected }), [runs[0]])

  const first = await store.listOnsets({ service, limit: 2 })
  const second = await store.listOnsets({ service, limit: 2, cursor: first.nextCursor ?? '' })
  t.strictSame(
    [...first.items, ...second.items].map((item) => item.onset.runId),
    runs.toReversed()
  )
  t.equal(second.nextCursor, undefined)
})

t.test('a page of runs with large texts is as long as memory allows, and goes on', async (t) => {
  const service = 'large'
  const large = 'x'.repeat(65_536)
  const checks = Array.from({ length: 1_000 }, (_, check) => ({
    name: `check ${check}`,
    status: 'failed' as const,
    message: 'm'.repeat(30_000)
  }))
  for (let count = 0; count < 3; count += 1) {
    await aSavedRun({ service, verifierOutput: large, checks, startTime: at(count) })
  }
  const first = await store.listRuns({ service, limit: 100 })
  t.equal(first.items.length, 1, 'a thousand long messages fill a page')
  const rest = await store.listRuns({ service, limit: 100, cursor: first.nextCursor ?? '' })
  t.equal(rest.items.length, 1)
  t.not(rest.nextCursor, undefined)
})
