// Processors on the real store, with the real localizer: what was written becomes an analyzed run,
// whatever order it came in and whatever happened to the process meanwhile.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { createNoopMeter } from '@opentelemetry/api'
import t from 'tap'

import type { ClassifiedStep, RunId, RunRecord, Store } from '../../collector/model/index.ts'
import { toRunId } from '../../collector/model/index.ts'
import type { CompletionLimits } from '../../processors/completion/index.ts'
import { localizeOnset } from '../../processors/localizer/index.ts'
import type { Processors } from '../../processors/processors.ts'
import { startProcessors } from '../../processors/processors.ts'
import { aDataDir, openTestStore, storeBasics } from '../support/test-store.ts'
import { aRequest, aTrace, secondsIn } from '../support/traces.ts'
import { waitFor } from '../support/wait-for.ts'

/** So short that a test need not wait, so long that the order of things stays what it is. */
const QUICK: Partial<CompletionLimits> = {
  structureSettleMs: 50,
  endSettleMs: 100,
  quietMs: 60_000,
  reopenDebounceMs: 50,
  provisionalIntervalMs: 60_000,
  sweepIntervalMs: 60_000
}

const dataDir = aDataDir(t)
const store = await openTestStore(t, { dataDir })

async function started(
  t: { teardown(gone: () => unknown): void },
  limits: Partial<CompletionLimits> = {}
): Promise<Processors> {
  const { now, logger } = storeBasics()
  const processors = await startProcessors({
    store,
    localize: localizeOnset,
    now,
    meter: createNoopMeter(),
    logger,
    limits: { ...QUICK, ...limits }
  })
  t.teardown(() => processors.close())
  return processors
}

async function ingest(processors: Processors, steps: readonly ClassifiedStep[]): Promise<void> {
  await store.write({ spans: [], steps })
  processors.stepsWritten(steps)
}

async function completeRun(
  runId: RunId,
  isRight: (record: RunRecord) => boolean = () => true,
  from: Pick<Store, 'findRun'> = store
): Promise<RunRecord> {
  return waitFor(`the analysis of ${runId}`, async () => {
    const record = await from.findRun(runId)
    return record?.state === 'complete' && isRight(record) ? record : undefined
  })
}

/** A run that fails: a test run after the last change says so. */
function aFailingRun() {
  const trace = aTrace()
  const root = trace.agent({ input: 'Make the sum right.' })
  trace.llm({ thought: 'I add one.', requestedToolCalls: [aRequest('edit', 'c1')] })
  trace.tool({
    tool: 'edit',
    toolCallId: 'c1',
    action: 'edit sum.py',
    arguments: '{"path":"sum.py","old_string":"a+b","new_string":"a+b+1"}',
    effects: {
      effect: 'change',
      stage: 'implementation',
      filesWritten: ['sum.py'],
      writtenText: 'a+b+1'
    }
  })
  trace.llm({ thought: 'I test.', requestedToolCalls: [aRequest('bash', 'c2')] })
  trace.tool({
    toolCallId: 'c2',
    action: 'pytest',
    arguments: '{"command":"pytest"}',
    observation: 'FAILED test_sum.py::test_sum - assert 4 == 3\n==== 1 failed in 0.12s ====',
    exitCode: 1,
    effects: { verifies: true, stage: 'verification' }
  })
  trace.llm({ action: 'Done!' })
  return { trace, root, runId: root.runId }
}

t.test('a failed run becomes a localized run, once it is whole', async (t) => {
  const processors = await started(t)
  const { trace, runId } = aFailingRun()
  await ingest(processors, trace.steps)
  const record = await completeRun(runId)
  t.match(record, {
    revision: 1,
    partial: false,
    run: {
      outcome: 'error',
      outcomeSource: 'verification',
      task: 'Make the sum right.',
      finalMessage: 'Done!',
      stepCount: 3,
      spanCount: 6,
      completeness: 1
    }
  })
  const steps = await store.readSteps(runId, 0, 10)
  t.same(
    steps.map((step) => [step.index, step.thought, step.foldedSpanIds.length]),
    [
      [1, 'I add one.', 1],
      [2, 'I test.', 1],
      [3, '', 0]
    ]
  )
})

t.test('spans out of order, late and twice give the same run', async (t) => {
  const processors = await started(t)
  const straight = aFailingRun()
  const crooked = aFailingRun()
  await ingest(processors, straight.trace.steps)
  const backwards = crooked.trace.steps.toReversed()
  for (const step of backwards) await ingest(processors, [step])
  await ingest(processors, backwards)
  const [one, other] = [
    await completeRun(straight.runId),
    await completeRun(crooked.runId, ({ run }) => run.spanCount === 6)
  ]
  const ids = { runId: '', traceIds: [] }
  t.strictSame({ ...other.run, ...ids }, { ...one.run, ...ids })
})

t.test('a late span makes a new revision, and an outcome report another', async (t) => {
  const processors = await started(t)
  const { trace, runId } = aFailingRun()
  await ingest(processors, trace.steps)
  const first = await completeRun(runId)
  await ingest(processors, [trace.tool({ action: 'ls' })])
  const second = await completeRun(runId, ({ run }) => run.stepCount === 4)
  await store.saveOutcomeReport(runId, {
    outcome: 'ok',
    source: 'ci',
    checks: [],
    output: '',
    reportedAt: secondsIn(100)
  })
  processors.outcomeReported(runId)
  const third = await completeRun(runId, ({ run }) => run.outcomeSource === 'reported')
  t.same(
    [first, second, third].map(({ revision }) => revision),
    [1, 2, 3]
  )
  t.equal(third.run.outcome, 'ok')
})

t.test('a run that is still going is visible, as open', async (t) => {
  const processors = await started(t, { provisionalIntervalMs: 50 })
  const { trace, root, runId } = aFailingRun()
  await ingest(
    processors,
    trace.steps.filter((step) => step !== root)
  )
  const record = await waitFor('the run to be visible', async () => store.findRun(runId))
  t.equal(record.state, 'open')
  t.ok(record.run.completeness < 1)
  await ingest(processors, [root])
  t.equal((await completeRun(runId)).run.completeness, 1)
})

t.test('a restart in the middle of a run goes on where it was', async (t) => {
  const before = await started(t)
  const { trace, root, runId } = aFailingRun()
  await ingest(
    before,
    trace.steps.filter((step) => step !== root)
  )
  await before.close()
  const after = await started(t)
  await ingest(after, [root])
  t.equal((await completeRun(runId)).run.spanCount, 6)
})

t.test('what an earlier process wrote and did not analyze is analyzed by the next', async (t) => {
  const { trace, runId } = aFailingRun()
  await store.write({ spans: [], steps: trace.steps })
  await started(t)
  t.equal((await completeRun(runId)).run.spanCount, 6)
})

t.test('what other processes write is found by the sweep', async (t) => {
  await started(t, { sweepIntervalMs: 100 })
  const { trace, runId } = aFailingRun()
  await store.write({ spans: [], steps: trace.steps })
  t.equal((await completeRun(runId)).run.spanCount, 6)
})

t.test('a run asked for is analyzed at once', async (t) => {
  const processors = await started(t)
  const { trace, runId } = aFailingRun()
  await store.write({ spans: [], steps: trace.steps })
  t.same(await processors.analyzeNow(runId), { revision: 1 })
  t.equal((await store.findRun(runId))?.run.spanCount, 6)
  t.equal(await processors.analyzeNow(toRunId('no-such-run')), undefined)
})

t.test('a process killed between write and analysis loses nothing', async (t) => {
  const killedDir = aDataDir(t)
  const script = fileURLToPath(new URL('../support/write-and-wait.ts', import.meta.url))
  const child = spawn(process.execPath, [script, killedDir], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  t.teardown(() => child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  const [line] = await once(child.stdout, 'data')
  const runId = toRunId(String(line).trim().replace('written ', ''))
  child.kill('SIGKILL')
  await exited

  // The engine has one folder per process: the killed one's is opened in another process again.
  const reader = spawn(
    process.execPath,
    [script.replace('write-and-wait', 'analyze-and-tell'), killedDir, runId],
    {
      stdio: ['ignore', 'pipe', 'inherit']
    }
  )
  t.teardown(() => reader.kill('SIGKILL'))
  const [answer] = await once(reader.stdout, 'data')
  t.match(JSON.parse(String(answer)), { state: 'complete', revision: 1, stepCount: 10 })
})
