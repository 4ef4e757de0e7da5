// What goes into the store comes out of it, whatever it holds: values made by fast-check go through rows,
// the real engine and back. Batches of values, because a write costs the same for one.

import * as fc from 'fast-check'
import t from 'tap'
import type { Analysis, ClassifiedStep, RunStep, RunTree } from '../../collector/model/index.ts'
import { toRunId, toUnixNano } from '../../collector/model/index.ts'
import { openEmbeddedEngine } from '../../collector/store/engine/embedded-engine.ts'
import { sqlText } from '../../collector/store/sql/sql-text.ts'
import {
  record,
  someChecks,
  someOnset,
  someRun,
  someRunStep,
  someSpan,
  someStage,
  someStep,
  someText,
  someTime
} from '../support/arbitraries.ts'
import { aRun, aSpan, aStep, aTraceId, someAttributes } from '../support/builders.ts'
import { aDataDir, openTestStore } from '../support/test-store.ts'

const dataDir = aDataDir(t)
const store = await openTestStore(t, { dataDir })
const engine = await openEmbeddedEngine({ dataDir, database: 'otel', writerId: 'test' })
t.teardown(() => engine.close())

const RUNS = { numRuns: 15, endOnFailure: true }

function uniqueBy<T>(values: readonly T[], key: (value: T) => unknown): T[] {
  return [...new Map(values.map((value) => [key(value), value])).values()]
}

t.test('a step comes back as it was written, every field of it', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(someStep, { minLength: 1, maxLength: 20 }), async (given) => {
      const runId = toRunId(aTraceId())
      const steps = uniqueBy(given, (step) => step.stepId).map((step) => ({ ...step, runId }))
      await store.write({ spans: [], steps })
      const read = await store.readRunSteps(runId)
      const byStart = steps.toSorted((a, b) => {
        if (a.startTime !== b.startTime) return a.startTime < b.startTime ? -1 : 1
        return a.stepId < b.stepId ? -1 : 1
      })
      t.strictSame(read.steps, byStart)
    }),
    RUNS
  )
})

t.test('a run with stages, steps and onsets comes back as it was saved', async (t) => {
  const someAnalysis = record({
    run: someRun,
    steps: fc.array(someRunStep, { minLength: 1, maxLength: 8 }),
    stages: fc.array(someStage, { maxLength: 4 }),
    onsets: fc.array(someOnset, { maxLength: 5 }),
    abstention: fc.option(
      someText.filter((text) => text !== ''),
      { nil: undefined }
    ),
    partial: fc.boolean(),
    state: fc.constantFrom('open', 'settling', 'complete')
  })
  await fc.assert(
    fc.asyncProperty(someAnalysis, async (given) => {
      const runId = toRunId(aTraceId())
      const steps = uniqueBy(given.steps, (step) => step.stepId).map((step, at): RunStep => ({
        ...step,
        runId,
        index: at + 1
      }))
      const onsets = given.onsets.map((onset, at) => ({ ...onset, runId, rank: at + 1 }))
      const stages = given.stages.map((stage, at) => ({ ...stage, index: at + 1 }))
      const tree: RunTree = {
        run: { ...given.run, runId },
        steps,
        stages,
        states: [],
        folded: []
      }
      const { abstention, partial, state } = given
      const revision = await store.saveAnalysis({
        tree,
        localization: { onsets, abstention, incorrectSteps: [], unusefulSteps: [] },
        state,
        partial,
        ingestedThrough: toUnixNano(1n)
      })
      t.equal(revision, 1)
      const record = await store.findRun(runId)
      t.strictSame(record?.run, tree.run)
      t.strictSame(
        [record?.revision, record?.state, record?.partial, record?.abstention, record?.topOnset],
        [1, state, partial, abstention, onsets[0]]
      )
      t.strictSame(await store.readSteps(runId, 0, 100), steps)
      t.strictSame(await store.readStages(runId), stages)
      t.strictSame(await store.readOnsets(runId), onsets)
    }),
    RUNS
  )
})

t.test('outcome reports and feedback come back as they were saved', async (t) => {
  const someReport = record({
    outcome: fc.constantFrom('ok', 'error', 'cancelled', 'unknown'),
    source: someText,
    checks: someChecks,
    output: someText,
    reportedAt: someTime
  })
  const someFeedback = record({
    onsetStepIndex: fc.option(fc.integer({ min: 1, max: 4_000_000_000 }), { nil: undefined }),
    category: fc.option(fc.constantFrom('other', 'unproductive_loop'), { nil: undefined }),
    comment: someText,
    author: someText,
    createdAt: someTime
  })
  await fc.assert(
    fc.asyncProperty(someReport, someFeedback, async (report, said) => {
      const runId = toRunId(aTraceId())
      const feedback = { ...said, runId }
      await store.saveOutcomeReport(runId, report)
      await store.saveFeedback(feedback)
      t.strictSame(await store.readOutcomeReports(runId), [report])
      t.strictSame(await store.readFeedback(runId), [feedback])
    }),
    RUNS
  )
})

t.test('whatever a span holds can be stored, and its neighbours with it', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(someSpan, { minLength: 1, maxLength: 30 }), async (given) => {
      const traceId = aTraceId()
      const spans = given.map((span) => ({ ...span, traceId }))
      await store.write({ spans, steps: [] })
      const ids = [...new Set(spans.map((span) => span.spanId))].toSorted()
      t.strictSame(await store.readSpanIds(traceId), ids)
    }),
    RUNS
  )
})

t.test(
  'text that UTF-8 cannot write is repaired, and numbers beyond a column are cut',
  async (t) => {
    const step = aStep({
      thought: 'half \ud83d of a pair',
      exitCode: Number.NaN,
      costUsd: Number.POSITIVE_INFINITY,
      tokens: { input: 1e300, output: -5, reasoning: 1.9 },
      droppedCount: Number.NaN,
      requestedToolCalls: [{ id: undefined, name: '\udc00', arguments: '\\ud800' }]
    })
    await store.write({ spans: [], steps: [step] })
    const [read] = (await store.readRunSteps(step.runId)).steps
    t.match(read, {
      thought: 'half \ufffd of a pair',
      exitCode: undefined,
      costUsd: undefined,
      tokens: { input: Number.MAX_SAFE_INTEGER, output: 0, reasoning: 1 },
      droppedCount: 0,
      requestedToolCalls: [{ id: undefined, name: '\ufffd', arguments: '\\ud800' }]
    })
  }
)

t.test('attributes a thousand levels deep, and of a megabyte, are stored', async (t) => {
  let deep: unknown = 'bottom'
  for (let level = 0; level < 5_000; level += 1) deep = level % 2 === 0 ? [deep] : { deep }
  const attributes = someAttributes({ deep: deep as never, long: 'x'.repeat(1_048_576) })
  const span = aSpan({ attributes })
  await store.write({ spans: [span], steps: [] })
  t.strictSame(await store.readSpanIds(span.traceId), [span.spanId])
})

t.test('a step outside of any calendar is stored and read', async (t) => {
  const runId = toRunId(aTraceId())
  const steps = [0n, 1n, 999_999_999n, 2n ** 62n, 2n ** 63n - 1n].map((nanos): ClassifiedStep =>
    aStep({ runId, startTime: toUnixNano(nanos), endTime: toUnixNano(nanos) })
  )
  await store.write({ spans: [], steps })
  const read = await store.readRunSteps(runId)
  t.strictSame(read.steps, steps)
})

t.test('a text in a query is the text the engine sees', async (t) => {
  await fc.assert(
    fc.asyncProperty(someText, fc.array(someText, { maxLength: 3 }), async (text, list) => {
      const template = 'SELECT {text: String} AS text, {list: Array(String)} AS list'
      const [row] = await engine.read('read', sqlText(template, { text, list }))
      t.strictSame(row, { text, list })
    }),
    { numRuns: 100, endOnFailure: true }
  )
})

t.test('a run nobody knows reads as nothing', async (t) => {
  const runId = toRunId('no such run')
  t.equal(await store.findRun(runId), undefined)
  t.strictSame(await store.readSteps(runId, 0, 10), [])
  t.strictSame(await store.readStages(runId), [])
  t.strictSame(await store.readOnsets(runId), [])
  t.strictSame(await store.readOutcomeReports(runId), [])
  t.strictSame(await store.readFeedback(runId), [])
  t.strictSame(await store.readSpanIds('no such trace'), [])
  const { steps, capped, ingestedThrough } = await store.readRunSteps(runId)
  t.strictSame([steps, capped, ingestedThrough], [[], false, 0n])
})

t.test('an analysis of a run whose steps are gone is saved all the same', async (t) => {
  const run = aRun()
  const analysis: Analysis = {
    tree: { run, steps: [], stages: [], states: [], folded: [] },
    localization: { onsets: [], abstention: 'no steps', incorrectSteps: [], unusefulSteps: [] },
    state: 'complete',
    partial: true,
    ingestedThrough: toUnixNano(0n)
  }
  t.equal(await store.saveAnalysis(analysis), 1)
  t.match(await store.findRun(run.runId), { abstention: 'no steps', partial: true, revision: 1 })
})
