// Revisions of a run: what the newest analysis says is all a reader sees, and the next one starts from the
// steps as they came. And the sweep: which runs have something that no analysis has seen.

import t from 'tap'
import type {
  Analysis,
  ClassifiedStep,
  Localization,
  Onset,
  PendingRun,
  RunId,
  RunTree
} from '../../collector/model/index.ts'
import {
  fromUnixMillis,
  STEPS_PER_RUN_MAX,
  toRunId,
  toTraceId,
  toUnixNano
} from '../../collector/model/index.ts'
import { openEmbeddedEngine } from '../../collector/store/engine/embedded-engine.ts'
import { openStore } from '../../collector/store/index.ts'
import { anOnset, aRunTree, aSpanId, aStep, aTraceId } from '../support/builders.ts'
import { aDataDir, openTestStore, storeBasics } from '../support/test-store.ts'

const dataDir = aDataDir(t)
const store = await openTestStore(t, { dataDir })
const EVER = toUnixNano(0n)

const NOTHING_FOUND: Localization = {
  onsets: [],
  abstention: 'no failure',
  incorrectSteps: [],
  unusefulSteps: []
}

/** Steps of one run, written; `count` of them. */
async function aStoredRun(count: number, overrides: Parameters<typeof aStep>[0] = {}) {
  const traceId = aTraceId()
  const runId = toRunId(traceId)
  const root = aSpanId()
  const steps = Array.from({ length: count }, (_, at) =>
    aStep({ runId, traceId, spanId: at === 0 ? root : aSpanId(), ...overrides })
  ).map((step, at) => ({ ...step, parentSpanId: at === 0 ? undefined : root }))
  await store.write({ spans: [], steps })
  return { runId, steps }
}

/** Analyses what the store has of a run, as completion would: all steps numbered in order. */
async function analyze(
  runId: RunId,
  changes: Partial<Analysis> & { readonly folded?: RunTree['folded'] } = {}
): Promise<number> {
  const { steps, ingestedThrough } = await store.readRunSteps(runId)
  const { folded = [], ...analysis } = changes
  const hidden = new Set(folded.map((step) => step.stepId))
  const tree = aRunTree(
    steps.filter((step) => !hidden.has(step.stepId)),
    { runId, traceIds: [toTraceId(runId)] }
  )
  return store.saveAnalysis({
    tree: { ...tree, folded },
    localization: NOTHING_FOUND,
    state: 'complete',
    partial: false,
    ingestedThrough,
    ...analysis
  })
}

function found(onsets: readonly Onset[], verdicts: Partial<Localization> = {}): Localization {
  return { ...NOTHING_FOUND, abstention: undefined, onsets, ...verdicts }
}

async function findPending(runId: RunId): Promise<PendingRun | undefined> {
  const pending = await store.findPendingRuns(EVER, 1_000)
  return pending.find((run) => run.runId === runId)
}

t.test('a later revision hides the onsets and stages that it no longer has', async (t) => {
  const { runId, steps } = await aStoredRun(4, { effects: { stage: 'inspection' } })
  const onsets = [1, 2, 3].map((rank) => anOnset({ runId, rank, stepIndex: rank }))
  const stages = ['inspection', 'implementation', 'verification', 'delivery'] as const
  const tree = aRunTree(
    steps.map((step, at) => ({ ...step, effects: { stage: stages[at] ?? 'delivery' } })),
    { runId }
  )
  const analysis: Analysis = {
    tree,
    localization: found(onsets),
    state: 'complete',
    partial: false,
    ingestedThrough: EVER
  }
  t.equal(await store.saveAnalysis(analysis), 1)
  t.equal((await store.readOnsets(runId)).length, 3)
  t.equal((await store.readStages(runId)).length, 4)

  t.equal(await analyze(runId, { localization: found(onsets.slice(0, 1)) }), 2)
  t.strictSame(await store.readOnsets(runId), onsets.slice(0, 1))
  t.equal((await store.readStages(runId)).length, 1)

  t.equal(await analyze(runId), 3)
  t.strictSame(await store.readOnsets(runId), [])
  t.match(await store.findRun(runId), {
    revision: 3,
    topOnset: undefined,
    abstention: 'no failure'
  })
  t.notOk(
    (await store.listOnsets({ limit: 1_000 })).items.some(({ onset }) => onset.runId === runId)
  )
})

t.test('saving the same analysis again is no new revision', async (t) => {
  const { runId } = await aStoredRun(3)
  t.equal(await analyze(runId), 1)
  const first = await store.findRun(runId)
  t.equal(await analyze(runId), 1)
  t.strictSame(await store.findRun(runId), first, 'not even a new time of analysis')
  t.equal(await analyze(runId, { partial: true }), 2)
  t.equal(await analyze(runId), 3, 'what was said before the last one is news again')
})

t.test('two analyses of one run at once become two revisions', async (t) => {
  const { runId } = await aStoredRun(2)
  const revisions = await Promise.all([
    analyze(runId, { state: 'open' }),
    analyze(runId, { state: 'settling' })
  ])
  t.strictSame(
    revisions.toSorted((a, b) => a - b),
    [1, 2]
  )
})

t.test('steps are read for analysis as they came, whatever analyses made of them', async (t) => {
  const { runId, steps } = await aStoredRun(3, {
    thought: 'as it came',
    tokens: { input: 10, output: 1 },
    costUsd: 0.5
  })
  const [first, second, third] = steps
  if (first === undefined || second === undefined || third === undefined) throw new Error('three')
  const tree = aRunTree(
    [
      {
        ...first,
        thought: 'moved here',
        tokens: { input: 20, output: 2, reasoning: 7 },
        costUsd: 1,
        startTime: toUnixNano(first.startTime - 5n),
        effects: { ...first.effects, filesRead: ['a.ts'] }
      },
      third
    ],
    { runId }
  )
  for (const verdict of ['incorrect', 'unuseful', undefined] as const) {
    await store.saveAnalysis({
      tree: {
        ...tree,
        steps: tree.steps.map((step) => ({ ...step, verdict })),
        folded: [{ stepId: second.stepId, intoIndex: 1 }]
      },
      localization: NOTHING_FOUND,
      state: 'complete',
      partial: false,
      ingestedThrough: EVER
    })
    const read = await store.readRunSteps(runId)
    t.strictSame(
      read.steps,
      steps.toSorted((a, b) => (a.stepId < b.stepId ? -1 : 1))
    )
    const [numbered] = await store.readSteps(runId, 0, 1)
    t.match(numbered, {
      thought: 'moved here',
      tokens: { input: 20, output: 2, reasoning: 7 },
      effects: { filesRead: ['a.ts'] },
      verdict
    })
  }
})

t.test('a step that is folded loses its number, and its spending is counted once', async (t) => {
  const { runId, steps } = await aStoredRun(3, { tokens: { input: 100 }, costUsd: 1 })
  t.equal(await analyze(runId), 1)
  t.equal((await store.readSteps(runId, 0, 10)).length, 3)
  const folded = [{ stepId: steps[1]?.stepId ?? steps[0]!.stepId, intoIndex: 2 }]
  t.equal(await analyze(runId, { folded }), 2)
  t.strictSame(
    (await store.readSteps(runId, 0, 10)).map((step) => step.index),
    [1, 2]
  )
  const engine = await openEmbeddedEngine({ dataDir, database: 'otel', writerId: 'test' })
  const [sum] = await engine.read<object>(
    'read',
    `SELECT sum(InputTokens) AS tokens, sum(CostUsd) AS cost, groupArrayIf(FoldedInto, StepIndex = 0) AS into
    FROM otel.agent_steps FINAL WHERE RunId = '${runId}'`
  )
  await engine.close()
  t.strictSame(sum, { tokens: '200', cost: 2, into: [2] })
})

t.test('verdicts of the localizer are on the steps, those of assembly before them', async (t) => {
  const { runId, steps } = await aStoredRun(3)
  const tree = aRunTree(
    steps.map((step, at) => ({ ...step, verdict: at === 0 ? ('correct' as const) : undefined })),
    { runId }
  )
  const localization = found([], { incorrectSteps: [1, 2], unusefulSteps: [3, 9] })
  await store.saveAnalysis({
    tree,
    localization,
    state: 'complete',
    partial: false,
    ingestedThrough: EVER
  })
  t.strictSame(
    (await store.readSteps(runId, 0, 10)).map((step) => step.verdict),
    ['correct', 'incorrect', 'unuseful']
  )
})

t.test('a suspect keeps the time it was first named, until it is another or certain', async (t) => {
  const { runId, steps } = await aStoredRun(2)
  const onset = anOnset({ runId, stepId: steps[0]!.stepId, provisional: true })
  const detectedAt = async () => {
    const { items } = await store.listOnsets({ limit: 1_000 })
    return items.find((item) => item.onset.runId === runId)?.detectedAt
  }
  await analyze(runId, { localization: found([onset]), state: 'open' })
  const first = await detectedAt()
  await analyze(runId, { localization: found([{ ...onset, confidence: 0.9 }]), state: 'open' })
  t.equal(await detectedAt(), first)
  await analyze(runId, { localization: found([{ ...onset, provisional: false }]) })
  const certain = await detectedAt()
  t.ok(certain !== undefined && first !== undefined && certain > first)
  await analyze(runId, {
    localization: found([{ ...onset, provisional: false, category: 'other' }])
  })
  t.ok((await detectedAt())! > certain!)
})

t.test('a run is pending until an analysis has seen all of it and was final', async (t) => {
  const before = fromUnixMillis(Date.now())
  const { runId, steps } = await aStoredRun(3)
  t.match(await findPending(runId), {
    stepCount: 3,
    rootSeen: true,
    missingParentCount: 0
  })
  const pending = await findPending(runId)
  t.ok(pending !== undefined && pending.firstIngestedAt >= before)
  t.ok(pending !== undefined && pending.lastIngestedAt >= pending.firstIngestedAt)

  await analyze(runId, { state: 'open' })
  t.ok(await findPending(runId), 'an open run is pending')
  await analyze(runId, { state: 'settling' })
  t.ok(await findPending(runId), 'a settling run is pending')
  await analyze(runId)
  t.equal(await findPending(runId), undefined)

  await store.write({ spans: [], steps: [aStep({ ...steps[0], ...newIds(runId) })] })
  t.match(await findPending(runId), { stepCount: 4 }, 'a late step makes it pending again')
  await analyze(runId)
  t.equal(await findPending(runId), undefined)
})

t.test('a step that was analysed and is delivered again is no news', async (t) => {
  const { runId, steps } = await aStoredRun(3)
  await analyze(runId)
  const numbered = await store.readSteps(runId, 0, 10)
  await store.write({ spans: [], steps })
  t.equal(await findPending(runId), undefined)
  t.strictSame(await store.readSteps(runId, 0, 10), numbered, 'and keeps its number')
  const changed = steps.map((step) => ({ ...step, thought: 'another' }))
  await store.write({ spans: [], steps: changed })
  t.equal(await findPending(runId), undefined)
  t.strictSame((await store.readRunSteps(runId)).steps.length, 3)
  t.strictSame(
    (await store.readRunSteps(runId)).steps.map((step) => step.thought),
    ['', '', ''],
    'what was analysed stands: one step id is one step'
  )
})

t.test(
  'a step that came between the reading and the saving of an analysis is not lost',
  async (t) => {
    const { runId, steps } = await aStoredRun(2)
    const read = await store.readRunSteps(runId)
    await store.write({ spans: [], steps: [aStep({ ...steps[0], ...newIds(runId) })] })
    await store.saveAnalysis({
      tree: aRunTree(read.steps, { runId }),
      localization: NOTHING_FOUND,
      state: 'complete',
      partial: false,
      // Later than the step's arrival, as another process' clock could say.
      ingestedThrough: fromUnixMillis(Date.now() + 60_000)
    })
    t.match(await findPending(runId), { stepCount: 3 })
  }
)

t.test('an outcome report makes an analysed run pending, however clocks differ', async (t) => {
  const { runId } = await aStoredRun(1)
  const report = {
    outcome: 'error',
    source: 'ci',
    checks: [],
    output: '',
    reportedAt: toUnixNano(5n)
  } as const
  await analyze(runId)
  await store.saveOutcomeReport(runId, report)
  t.ok(await findPending(runId))
  const { ingestedThrough } = await store.readRunSteps(runId)
  t.equal(await analyze(runId), 1, 'the same answer is no new revision')
  t.equal(await findPending(runId), undefined, 'but has been seen')

  const behind = await openStore({ ...storeBasics(), dataDir, now: () => Date.now() - 3_600_000 })
  t.teardown(() => behind.close())
  await behind.saveOutcomeReport(runId, { ...report, source: 'an hour behind' })
  t.ok(await findPending(runId))
  t.ok((await store.readRunSteps(runId)).ingestedThrough > ingestedThrough)
  await analyze(runId)
  t.equal(await findPending(runId), undefined)
  await behind.saveOutcomeReport(runId, { ...report, outcome: 'ok' })
  t.match(
    (await store.readOutcomeReports(runId)).find(({ source }) => source === 'ci'),
    { outcome: 'ok' },
    'and replaces what the same source said before'
  )
  t.ok(await findPending(runId))
})

t.test('a report about a run that has not arrived waits for it', async (t) => {
  const runId = toRunId(aTraceId())
  await store.saveOutcomeReport(runId, {
    outcome: 'ok',
    source: 'ci',
    checks: [],
    output: '',
    reportedAt: toUnixNano(5n)
  })
  t.equal(await findPending(runId), undefined)
  await store.write({ spans: [], steps: [aStep({ runId })] })
  t.ok(await findPending(runId))
  t.equal((await store.readOutcomeReports(runId)).length, 1)
})

t.test('missing parents and a missing root are told', async (t) => {
  const runId = toRunId(aTraceId())
  const parents = [aSpanId(), aSpanId()]
  const inside = aStep({ runId, parentSpanId: parents[0] })
  await store.write({
    spans: [],
    steps: [
      inside,
      aStep({ runId, parentSpanId: parents[0] }),
      aStep({ runId, parentSpanId: parents[1] }),
      aStep({ runId, parentSpanId: inside.spanId })
    ]
  })
  t.match(await findPending(runId), { rootSeen: false, missingParentCount: 2, stepCount: 4 })
})

t.test(
  'pending runs come oldest first, from the time asked for, at most as many as asked',
  async (t) => {
    const runs: RunId[] = []
    for (let count = 0; count < 5; count += 1) runs.push((await aStoredRun(1)).runId)
    const all = await store.findPendingRuns(EVER, 1_000)
    const times = all.map((run) => run.lastIngestedAt)
    t.strictSame(
      times,
      times.toSorted((a, b) => (a < b ? -1 : 1))
    )
    t.strictSame(
      all.filter((run) => runs.includes(run.runId)).map((run) => run.runId),
      runs
    )
    const third = all.find((run) => run.runId === runs[2])
    const since = await store.findPendingRuns(third!.lastIngestedAt, 1_000)
    t.strictSame(
      since.map((run) => run.runId),
      runs.slice(2)
    )
    t.strictSame(await store.findPendingRuns(EVER, 2), all.slice(0, 2))
    t.strictSame(await store.findPendingRuns(fromUnixMillis(Date.now() + 60_000), 10), [])
  }
)

t.test('an analysis that was cut off before its run was written is made again', async (t) => {
  const { runId, steps } = await aStoredRun(2)
  await analyze(runId)
  const engine = await openEmbeddedEngine({ dataDir, database: 'otel', writerId: 'cut-off' })
  t.teardown(() => engine.close())
  for (const [table, key] of [
    ['agent_steps', ''],
    ['agent_stages', '9 AS StageIndex, '],
    ['agent_onsets', '']
  ]) {
    await engine.run(
      'read',
      `INSERT INTO otel.${table} SELECT * REPLACE (${key}toUInt32(2) AS Revision)
      FROM otel.${table} FINAL WHERE RunId = '${runId}'`
    )
  }
  t.ok(await findPending(runId), 'steps of a later revision than the run are a sign')
  t.equal(await analyze(runId), 3, 'the revision that was begun is passed over')
  t.equal(await findPending(runId), undefined)
  t.strictSame(
    (await store.readStages(runId)).map((stage) => stage.index),
    [1],
    'what only the one that was cut off had is hidden'
  )
  t.equal((await store.readSteps(runId, 0, 10)).length, steps.length)
})

t.test('steps are read in pages by number', async (t) => {
  const { runId } = await aStoredRun(25)
  await analyze(runId)
  const page = (after: number, limit: number) =>
    store.readSteps(runId, after, limit).then((steps) => steps.map((step) => step.index))
  t.strictSame(await page(0, 3), [1, 2, 3])
  t.strictSame(await page(23, 10), [24, 25])
  t.strictSame(await page(25, 10), [])
  await t.rejects(store.readSteps(runId, 0, 0), { code: 'INVALID_ARGUMENT' })
  await t.rejects(store.readSteps(runId, 0, 10_001), { code: 'INVALID_ARGUMENT' })
  await t.rejects(store.readSteps(runId, 0, 1.5), { code: 'INVALID_ARGUMENT' })
})

t.test('a run of large texts is read in parts, whole and in order', async (t) => {
  const runId = toRunId(aTraceId())
  const observation = 'é'.repeat(32_768)
  const steps = Array.from({ length: 600 }, (): ClassifiedStep => aStep({ runId, observation }))
  await store.write({ spans: [], steps })
  const read = await store.readRunSteps(runId)
  t.equal(read.steps.length, 600)
  t.equal(read.capped, false)
  t.ok(read.steps.every((step) => step.observation === observation))
  await analyze(runId)
  const numbered = await store.readSteps(runId, 0, 600)
  t.strictSame(
    numbered.map((step) => step.index),
    Array.from({ length: 600 }, (_, at) => at + 1)
  )
})

t.test('a run beyond the cap on steps is read up to it, and is final when analysed', async (t) => {
  const { runId } = await aStoredRun(1)
  const engine = await openEmbeddedEngine({ dataDir, database: 'otel', writerId: 'many' })
  await engine.run(
    'read',
    `INSERT INTO otel.agent_steps
    SELECT r.* REPLACE (concat('later', toString(n.number)) AS StepId, r.StartTime + 1 AS StartTime)
    FROM (SELECT * FROM otel.agent_steps FINAL WHERE RunId = '${runId}') AS r
    CROSS JOIN numbers(${STEPS_PER_RUN_MAX}) AS n`
  )
  await engine.close()
  const read = await store.readRunSteps(runId)
  t.equal(read.steps.length, STEPS_PER_RUN_MAX)
  t.equal(read.capped, true)
  t.match(await findPending(runId), { stepCount: STEPS_PER_RUN_MAX + 1 })
  await analyze(runId, { partial: true })
  t.equal(await findPending(runId), undefined, 'the steps that nobody will read do not count')
})

function newIds(runId: RunId) {
  const { spanId, stepId } = aStep()
  return { runId, spanId, stepId }
}
