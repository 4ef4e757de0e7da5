// On a clock of the test's own: every claim about time is exact and waits for nothing.

import { createNoopMeter } from '@opentelemetry/api'
import * as fc from 'fast-check'
import { pino } from 'pino'
import t from 'tap'

import type { ClassifiedStep, OutcomeReport, RunId, RunState } from '../../collector/model/index.ts'
import { CollectorError, toRunId, toUnixNano } from '../../collector/model/index.ts'
import type { AnalyzeRun, CompletionLimits } from '../../processors/completion/index.ts'
import { COMPLETION_LIMITS, createCompletion } from '../../processors/completion/index.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { aRequest, aTrace, secondsIn } from '../support/traces.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** The clock does not begin at 0, so that a time left out cannot pass for one. */
const START = Date.UTC(2026, 10, 2, 9)

interface Done {
  readonly runId: RunId
  /** Seconds after the start at which it began. */
  readonly at: number
  readonly state: RunState
  readonly partial: boolean
}

interface Given {
  readonly limits?: Partial<CompletionLimits>
  readonly clock?: FakeClock
  readonly store?: MemoryStore
  /** What an analysis does before it succeeds. */
  readonly act?: AnalyzeRun
}

function aProcess(given: Given = {}) {
  const clock = given.clock ?? new FakeClock(START)
  const store = given.store ?? new MemoryStore(clock.now)
  const done: Done[] = []
  const analyze: AnalyzeRun = async (runId, order) => {
    const { state, partial } = order
    done.push({ runId, at: (clock.now() - START) / SECOND, state, partial })
    await given.act?.(runId, order)
    const { steps, ingestedThrough } = await store.readRunSteps(runId)
    if (steps.length === 0) return undefined
    const tree = { run: { runId } } as Parameters<typeof store.saveAnalysis>[0]['tree']
    const localization = {} as Parameters<typeof store.saveAnalysis>[0]['localization']
    const saved = { tree, localization, state, partial, ingestedThrough }
    return { revision: await store.saveAnalysis(saved) }
  }
  const completion = createCompletion({
    store,
    analyze,
    now: clock.now,
    setTimer: clock.setTimer,
    logger: pino({ level: 'silent' }),
    meter: createNoopMeter(),
    ...(given.limits === undefined ? {} : { limits: given.limits })
  })
  return {
    clock,
    store,
    done,
    completion,
    /** As ingest does: durable first, then told. */
    ingest: (...steps: ClassifiedStep[]) => {
      store.write(steps)
      completion.stepsWritten(steps)
    },
    report: (runId: RunId, overrides: Partial<OutcomeReport> = {}) => {
      const reportedAt = secondsIn(0)
      store.report(runId, {
        outcome: 'error',
        source: 'ci',
        checks: [],
        output: '',
        reportedAt,
        ...overrides
      })
      completion.outcomeReported(runId)
    },
    finals: () => done.filter(({ state }) => state === 'complete')
  }
}

/** The steps of a small run: the root, and a tool below it. */
function aSmallRun() {
  const trace = aTrace()
  const root = trace.agent()
  const tool = trace.tool()
  return { trace, root, tool, runId: root.runId }
}

t.test('a run whose root has ended and whose parents are all there settles for 2 s', async (t) => {
  const { ingest, clock, done } = aProcess()
  const { root, tool, runId } = aSmallRun()
  ingest(tool)
  await clock.advance(SECOND)
  ingest(root)
  await clock.advance(1.9 * SECOND)
  t.same(done, [])
  await clock.advance(10 * MINUTE)
  t.same(done, [{ runId, at: 3, state: 'complete', partial: false }])
})

t.test('a clock that is set back puts no run off until it has caught up', async (t) => {
  const real = new FakeClock(START)
  let setBackMs = 0
  const clock = { now: () => real.now() - setBackMs, setTimer: real.setTimer }
  const shared = { clock: clock as unknown as FakeClock, store: new MemoryStore(clock.now) }
  const before = aProcess(shared)
  await before.completion.start()
  const whole = aSmallRun()
  const { tool: rootless } = aSmallRun()
  before.ingest(whole.root, whole.tool)
  before.ingest(rootless)
  setBackMs = HOUR
  await real.advance(MINUTE)
  t.same(
    before.finals().map(({ runId }) => runId),
    [whole.runId],
    'found by the next sweep'
  )
  await real.advance(3 * MINUTE)
  t.same(before.finals().length, 2, 'quiet for two minutes of the new time')
  await before.completion.close()

  setBackMs = 0
  const { tool: later } = aSmallRun()
  shared.store.write([later])
  setBackMs = HOUR
  const after = aProcess(shared)
  await after.completion.start()
  await real.advance(3 * MINUTE)
  t.same(
    after.finals().map(({ runId }) => runId),
    [later.runId],
    'also what an earlier process was told'
  )
  await after.completion.close()
})

t.test('a run whose root has ended while a parent is missing settles for 5 s', async (t) => {
  const { ingest, clock, finals } = aProcess()
  const { trace, root, tool } = aSmallRun()
  const inner = trace.tool({ under: tool })
  ingest(root, inner)
  await clock.advance(MINUTE)
  t.equal(finals()[0]?.at, 5)
})

t.test('what arrives while a run settles makes it settle anew', async (t) => {
  const { ingest, clock, finals } = aProcess()
  const { root, tool } = aSmallRun()
  ingest(root)
  await clock.advance(1.5 * SECOND)
  ingest(tool)
  await clock.advance(MINUTE)
  t.same(
    finals().map(({ at }) => at),
    [3.5]
  )
})

t.test('a declared outcome ends a run without a root', async (t) => {
  const { ingest, clock, finals } = aProcess()
  const { tool } = aSmallRun()
  ingest({ ...tool, declaredRunOutcome: 'ok' })
  await clock.advance(MINUTE)
  t.equal(finals()[0]?.at, 5)
})

t.test('a run without a root is complete when nothing new came for 120 s', async (t) => {
  const { ingest, clock, finals } = aProcess()
  const { trace, tool } = aSmallRun()
  ingest(tool)
  await clock.advance(100 * SECOND)
  ingest(trace.tool())
  await clock.advance(10 * MINUTE)
  t.same(
    finals().map(({ at }) => at),
    [220]
  )
})

t.test('steps at the top of a run that is no trace are not its root', async (t) => {
  const { ingest, clock, finals } = aProcess()
  const { tool } = aSmallRun()
  ingest({ ...tool, runId: toRunId('prompt-1'), parentSpanId: undefined })
  await clock.advance(10 * MINUTE)
  t.equal(finals()[0]?.at, 120)
})

t.test('a tool that was asked for and has not come back keeps a run open for 30 min', async (t) => {
  const { ingest, clock, finals } = aProcess()
  const { trace } = aSmallRun()
  ingest(
    trace.llm({ requestedToolCalls: [aRequest('bash', 'c1')] }),
    trace.tool({ toolCallId: 'c1' }),
    trace.llm({ requestedToolCalls: [aRequest('bash', 'c2')] })
  )
  await clock.advance(29 * MINUTE)
  t.same(finals(), [])
  ingest(trace.tool({ toolCallId: 'c2' }))
  await clock.advance(10 * MINUTE)
  t.equal(finals()[0]?.at, 29 * 60 + 120, 'and no longer once it has')
})

t.test('a request is no sign of a running tool when no request was ever answered', async (t) => {
  const { ingest, clock, finals } = aProcess()
  const { trace } = aSmallRun()
  ingest(trace.llm({ requestedToolCalls: [aRequest('bash', 'c1')] }))
  await clock.advance(HOUR)
  t.equal(finals()[0]?.at, 120)
})

t.test('a request that a later model call gave up on keeps nothing open', async (t) => {
  const { ingest, clock, finals } = aProcess()
  const { trace } = aSmallRun()
  ingest(
    trace.llm({ requestedToolCalls: [aRequest('bash', 'c1'), aRequest('bash', 'lost')] }),
    trace.tool({ toolCallId: 'c1' }),
    trace.llm({ requestedToolCalls: [aRequest('bash', 'c2')] }),
    trace.tool({ toolCallId: 'c2' })
  )
  await clock.advance(HOUR)
  t.equal(finals()[0]?.at, 120)
})

t.test('a late span opens the run again, and a burst of them once', async (t) => {
  const { ingest, clock, finals, store } = aProcess()
  const { trace, root, tool, runId } = aSmallRun()
  ingest(root, tool)
  await clock.advance(20 * SECOND)
  for (let late = 0; late < 4; late += 1) {
    ingest(trace.tool())
    await clock.advance(SECOND)
  }
  await clock.advance(10 * MINUTE)
  t.same(
    finals().map(({ at }) => at),
    [2, 28]
  )
  t.equal(store.analysesOf(runId).length, 2, 'each is a revision')
})

t.test('what arrives during an analysis is analyzed after it', async (t) => {
  const clock = new FakeClock(START)
  const { ingest, finals } = aProcess({
    clock,
    act: async () => {
      await clock.sleep(3 * SECOND)
      return undefined
    }
  })
  const { trace, root, tool } = aSmallRun()
  ingest(root, tool)
  await clock.advance(4 * SECOND)
  ingest(trace.tool())
  await clock.advance(10 * MINUTE)
  t.same(
    finals().map(({ at }) => at),
    [2, 9]
  )
})

t.test('an outcome report ends an open run and opens a complete one', async (t) => {
  const { ingest, report, clock, finals } = aProcess()
  const { tool, runId } = aSmallRun()
  ingest(tool)
  report(runId)
  await clock.advance(MINUTE)
  report(runId, { outcome: 'ok' })
  await clock.advance(MINUTE)
  t.same(
    finals().map(({ at }) => at),
    [5, 65]
  )
})

t.test('an outcome told before the run arrives waits for the run', async (t) => {
  const { ingest, report, clock, finals } = aProcess()
  const { root, tool, runId } = aSmallRun()
  report(runId)
  await clock.advance(MINUTE)
  ingest(root, tool)
  await clock.advance(MINUTE)
  t.same(
    finals().map(({ at }) => at),
    [5, 62]
  )
})

t.test('a run that never ends is cut off at its age, and is partial', async (t) => {
  const { ingest, clock, finals } = aProcess({ limits: { runAgeMsMax: HOUR } })
  const { trace } = aSmallRun()
  for (let minute = 0; minute < 70; minute += 1) {
    ingest(trace.tool())
    await clock.advance(MINUTE)
  }
  t.match(finals(), [
    { at: 3_600, partial: true },
    { at: 4_200, partial: true }
  ])
})

t.test('a run is cut off at its number of steps, and is partial', async (t) => {
  const { ingest, clock, finals } = aProcess({ limits: { runStepsMax: 3 } })
  const { trace } = aSmallRun()
  for (let step = 0; step < 40; step += 1) {
    ingest(trace.tool())
    await clock.advance(30 * SECOND)
  }
  const [first, second] = finals()
  t.match(first, { at: 60, partial: true })
  t.match(second, { at: 660, partial: true }, 'and looked at again every ten minutes at most')
})

t.test('an open run is analyzed provisionally, when there is something new', async (t) => {
  const { ingest, clock, done } = aProcess()
  const { trace, tool } = aSmallRun()
  ingest(tool)
  await clock.advance(15 * SECOND)
  ingest(trace.tool())
  await clock.advance(60 * SECOND)
  t.same(
    done.map(({ at, state }) => [at, state]),
    [
      [10, 'open'],
      [20, 'open']
    ]
  )
})

t.test('a run of which only stragglers are missing is provisionally called settling', async (t) => {
  const { ingest, clock, done } = aProcess({
    limits: { structureSettleMs: MINUTE, endSettleMs: MINUTE }
  })
  const { root } = aSmallRun()
  ingest(root)
  await clock.advance(30 * SECOND)
  t.same(
    done.map(({ state }) => state),
    ['settling']
  )
})

t.test('provisional analyses take at most a twentieth of the time', async (t) => {
  const clock = new FakeClock(START)
  const { ingest, done } = aProcess({
    clock,
    act: async () => {
      await clock.sleep(2 * SECOND)
      return undefined
    }
  })
  const { trace } = aSmallRun()
  for (let second = 0; second < 100; second += 1) {
    ingest(trace.tool())
    await clock.advance(SECOND)
  }
  t.same(
    done.map(({ at }) => at),
    [10, 52, 94]
  )
})

t.test('provisional analyses of all runs together leave three quarters of the time', async (t) => {
  const clock = new FakeClock(START)
  const { ingest, done } = aProcess({
    clock,
    act: async () => {
      await clock.sleep(SECOND)
      return undefined
    }
  })
  for (let run = 0; run < 30; run += 1) ingest(aSmallRun().tool)
  await clock.advance(100 * SECOND)
  t.equal(done.length, 23)
  t.ok(done.every(({ state }) => state === 'open'))
})

t.test('a complete run goes before open ones, a requested one before both', async (t) => {
  const clock = new FakeClock(START)
  const { ingest, done, completion } = aProcess({
    clock,
    act: async () => {
      await clock.sleep(SECOND)
      return undefined
    }
  })
  const [open, complete, requested, first] = [aSmallRun(), aSmallRun(), aSmallRun(), aSmallRun()]
  ingest(open.tool, requested.tool)
  await clock.advance(7 * SECOND)
  ingest(first.root, first.tool)
  await clock.advance(SECOND)
  ingest(complete.root, complete.tool)
  await clock.advance(1.5 * SECOND)
  const asked = completion.analyzeNow(requested.runId)
  await clock.advance(20 * SECOND)
  await asked
  t.same(
    done.slice(0, 4).map(({ runId }) => runId),
    [first, requested, complete, open].map(({ runId }) => runId)
  )
})

t.test('analyses never overlap', async (t) => {
  const clock = new FakeClock(START)
  let running = 0
  let most = 0
  const { ingest, finals } = aProcess({
    clock,
    act: async () => {
      running += 1
      most = Math.max(most, running)
      await clock.sleep(SECOND)
      running -= 1
      return undefined
    }
  })
  for (let run = 0; run < 20; run += 1) {
    const { root, tool } = aSmallRun()
    ingest(root, tool)
  }
  await clock.advance(MINUTE)
  t.equal(finals().length, 20)
  t.equal(most, 1)
})

t.test('a failed analysis is repeated, later and later, and holds up no other run', async (t) => {
  const bad = aSmallRun()
  const good = aSmallRun()
  const { ingest, clock, done } = aProcess({
    act: async (runId) => {
      if (runId === bad.runId) throw new Error('cannot be read')
      return undefined
    }
  })
  ingest(bad.root, bad.tool)
  await clock.advance(SECOND)
  ingest(good.root, good.tool)
  await clock.advance(20 * SECOND)
  t.same(
    done.map(({ at, runId }) => [at, runId === bad.runId ? 'bad' : 'good']),
    [
      [2, 'bad'],
      [3, 'good'],
      [3, 'bad'],
      [5, 'bad'],
      [9, 'bad'],
      [17, 'bad']
    ].toSorted((one, other) => Number(one[0]) - Number(other[0]))
  )
  done.length = 0
  await clock.advance(24 * HOUR)
  t.ok(done.length > 40 && done.length < 70, `every half hour in the end, ${done.length} a day`)
})

t.test('after an error that may pass a run is asked again every 30 s', async (t) => {
  const { root, tool } = aSmallRun()
  const { ingest, clock, done } = aProcess({
    act: async () => {
      throw new CollectorError('STORE_BUSY', 'queue full', { retryable: true })
    }
  })
  ingest(root, tool)
  await clock.advance(HOUR)
  t.ok(done.length > 110 && done.length < 130, `${done.length} times in an hour`)
})

t.test('a run that fails is analyzed when it can be', async (t) => {
  let failuresLeft = 3
  const { ingest, clock, store } = aProcess({
    act: async () => {
      failuresLeft -= 1
      if (failuresLeft >= 0) throw new Error('not now')
      return undefined
    }
  })
  const { root, tool, runId } = aSmallRun()
  ingest(root, tool)
  await clock.advance(MINUTE)
  t.same(
    store.analysesOf(runId).map(({ state }) => state),
    ['complete']
  )
})

t.test('an analysis that hangs is given up, told so, and holds up no other run', async (t) => {
  const bad = aSmallRun()
  const good = aSmallRun()
  const signals: AbortSignal[] = []
  const { ingest, clock, store } = aProcess({
    act: async (runId, { signal }) => {
      if (runId !== bad.runId) return undefined
      signals.push(signal)
      return new Promise(() => undefined)
    }
  })
  ingest(bad.root, bad.tool, good.root, good.tool)
  await clock.advance(5 * MINUTE + 10 * SECOND)
  t.equal(store.analysesOf(good.runId).length, 1)
  t.equal(signals[0]?.aborted, true)
})

t.test('an analysis that hangs is repeated no sooner than its time is a twentieth', async (t) => {
  const { ingest, clock, done } = aProcess({
    limits: { analysisTimeoutMs: 10 * SECOND },
    act: async () => new Promise(() => undefined)
  })
  const { root, tool } = aSmallRun()
  ingest(root, tool)
  await clock.advance(10 * MINUTE)
  t.same(
    done.map(({ at }) => at),
    [2, 212, 422]
  )
})

t.test('provisional analyses that fail do not put off the final one', async (t) => {
  const { ingest, clock, done, store } = aProcess({
    act: async (_runId, { state }) => {
      if (state !== 'complete') throw new Error('cannot be read yet')
      return undefined
    }
  })
  const { trace, root, runId } = aSmallRun()
  for (let minute = 0; minute < 60; minute += 1) {
    ingest(trace.tool())
    await clock.advance(MINUTE)
  }
  t.ok(done.length > 5, 'they were tried')
  ingest(root)
  await clock.advance(3 * SECOND)
  t.equal(store.analysesOf(runId).at(-1)?.state, 'complete')
})

t.test('a run asked for is analyzed at once, as far as it is', async (t) => {
  const { ingest, clock, done, completion } = aProcess()
  const { root, tool, runId } = aSmallRun()
  ingest(tool)
  t.same(await completion.analyzeNow(runId), { revision: 1 })
  ingest(root)
  await clock.advance(MINUTE)
  t.same(await completion.analyzeNow(runId), { revision: 3 })
  t.same(
    done.map(({ state }) => state),
    ['open', 'complete', 'complete']
  )
})

t.test('asking for a run without steps, or one that cannot be read, says so', async (t) => {
  const { completion, store } = aProcess({
    act: async (runId) => {
      if (runId === 'broken') throw new Error('cannot be read')
      return undefined
    }
  })
  const { tool } = aSmallRun()
  store.write([{ ...tool, runId: toRunId('broken') }])
  t.equal(await completion.analyzeNow(toRunId('nothing')), undefined)
  await t.rejects(completion.analyzeNow(toRunId('broken')), { message: 'cannot be read' })
})

t.test('too many requests that wait are refused', async (t) => {
  const { completion, clock } = aProcess({
    limits: { requestsMax: 2 },
    act: async () => new Promise(() => undefined)
  })
  const asked = ['a', 'b', 'c'].map((runId) => completion.analyzeNow(toRunId(runId)))
  await t.rejects(completion.analyzeNow(toRunId('d')), { code: 'OVERLOADED', retryable: true })
  const refused = Promise.allSettled(asked)
  await clock.advance(HOUR)
  t.same(
    (await refused).map(({ status }) => status),
    ['rejected', 'rejected', 'rejected']
  )
})

t.test('a restart finds what was written and not analyzed', async (t) => {
  const before = aProcess()
  const { clock, store } = before
  const ended = aSmallRun()
  const running = aSmallRun()
  before.ingest(ended.root, ended.tool, running.tool)
  await before.completion.close()
  await clock.advance(5 * SECOND)
  const after = aProcess({ clock, store })
  await after.completion.start()
  await clock.advance(SECOND)
  t.same(
    after.done.map(({ runId, state }) => [runId, state]),
    [[ended.runId, 'complete']]
  )
  after.ingest(running.root)
  await clock.advance(MINUTE)
  t.equal(store.analysesOf(running.runId).at(-1)?.state, 'complete')
})

t.test('steps that were written but never told of are found by the sweep', async (t) => {
  // As when a process dies between the write and telling.
  const { store, clock, completion } = aProcess()
  await completion.start()
  const { root, tool, runId } = aSmallRun()
  store.write([root, tool])
  await clock.advance(MINUTE)
  t.equal(store.analysesOf(runId).length, 1)
})

t.test('a run found by the sweep and analyzed is not analyzed again', async (t) => {
  const { store, clock, completion, done } = aProcess()
  await completion.start()
  const { root, tool } = aSmallRun()
  store.write([root, tool])
  await clock.advance(HOUR)
  t.equal(done.length, 1)
})

t.test('of too many runs the longest quiet are let go, and lost to nobody', async (t) => {
  const { ingest, clock, store, completion } = aProcess({ limits: { trackedRunsMax: 3 } })
  await completion.start()
  const runs = Array.from({ length: 10 }, aSmallRun)
  for (const { tool } of runs) ingest(tool)
  await clock.advance(10 * MINUTE)
  t.ok(runs.every(({ runId }) => store.analysesOf(runId).at(-1)?.state === 'complete'))
})

t.test(
  'of too many spans the runs that hold them longest are let go, and lost to nobody',
  async (t) => {
    const { ingest, clock, store, completion } = aProcess({ limits: { trackedSpansMax: 5 } })
    await completion.start()
    const runs = Array.from({ length: 6 }, aSmallRun)
    for (const { root, tool } of runs) ingest(root, tool)
    await clock.advance(10 * MINUTE)
    t.ok(runs.every(({ runId }) => store.analysesOf(runId).at(-1)?.state === 'complete'))
  }
)

t.test('runs that fail for ever do not keep the sweep from finding others', async (t) => {
  const bad = Array.from({ length: 5 }, aSmallRun)
  const badIds = new Set(bad.map(({ runId }) => runId))
  const { clock, store, completion } = aProcess({
    limits: { sweepRunsMax: 2 },
    act: async (runId) => {
      if (badIds.has(runId)) throw new Error('cannot be read')
      return undefined
    }
  })
  for (const { root, tool } of bad) store.write([root, tool])
  await clock.advance(SECOND)
  const { root, tool, runId } = aSmallRun()
  store.write([root, tool])
  await completion.start()
  await clock.advance(10 * MINUTE)
  t.equal(store.analysesOf(runId).length, 1)
})

t.test('a sweep that fails is repeated', async (t) => {
  const clock = new FakeClock(START)
  const store = new MemoryStore(clock.now)
  const find = store.findPendingRuns.bind(store)
  let failuresLeft = 2
  store.findPendingRuns = async (since, limit) => {
    failuresLeft -= 1
    if (failuresLeft >= 0) throw new CollectorError('STORE_BUSY', 'busy', { retryable: true })
    return find(since, limit)
  }
  const { root, tool, runId } = aSmallRun()
  store.write([root, tool])
  const { completion } = aProcess({ clock, store })
  await completion.start()
  await clock.advance(2 * COMPLETION_LIMITS.sweepIntervalMs + SECOND)
  t.equal(store.analysesOf(runId).length, 1)
})

t.test('closing waits for the analysis that runs, and then nothing runs any more', async (t) => {
  const clock = new FakeClock(START)
  const { ingest, completion, store, done } = aProcess({
    clock,
    act: async () => {
      await clock.sleep(3 * SECOND)
      return undefined
    }
  })
  await completion.start()
  const [running, waiting] = [aSmallRun(), aSmallRun()]
  ingest(running.root, running.tool, waiting.root, waiting.tool)
  await clock.advance(2.5 * SECOND)
  const asked = completion.analyzeNow(waiting.runId)
  const refused = t.rejects(asked, { code: 'NO_PROCESSOR' })
  let isClosed = false
  const closed = completion.close().then(() => (isClosed = true))
  await clock.advance(SECOND)
  t.equal(isClosed, false)
  await clock.advance(2 * SECOND)
  await closed
  await refused
  t.equal(store.analysesOf(running.runId).length, 1)
  t.equal(clock.timerCount, 0)
  ingest(waiting.root)
  await t.rejects(completion.analyzeNow(waiting.runId), { code: 'NO_PROCESSOR' })
  await completion.close()
  await clock.advance(HOUR)
  t.equal(done.length, 1)
})

t.test(
  'whatever happens in whatever order, every run is analyzed as a whole in the end',
  async (t) => {
    const event = fc.record({
      does: fc.constantFrom('root', 'child', 'report', 'unheard', 'ask', 'restart'),
      run: fc.nat({ max: 4 }),
      thenMs: fc.constantFrom(0, 300, 3_000, 40_000, 600_000)
    })
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 30 }), fc.nat({ max: 6 }), playEvents),
      { numRuns: 60 }
    )
    t.pass('holds for all histories tried')
  }
)

interface HappeningEvent {
  readonly does: 'root' | 'child' | 'report' | 'unheard' | 'ask' | 'restart'
  readonly run: number
  readonly thenMs: number
}

/** True when the last analysis of every run that has steps is complete and has seen all of them. */
async function playEvents(events: readonly HappeningEvent[], failEvery: number): Promise<boolean> {
  const clock = new FakeClock(START)
  const store = new MemoryStore(clock.now)
  let calls = 0
  const given: Given = {
    clock,
    store,
    limits: { trackedRunsMax: 2, sweepRunsMax: 2 },
    act: async () => {
      calls += 1
      await clock.sleep(calls % 3 === 0 ? SECOND : 10)
      if (failEvery > 0 && calls % (failEvery + 1) === 0) throw new Error('not now')
      return undefined
    }
  }
  const runs = Array.from({ length: 5 }, () => {
    const trace = aTrace()
    return { trace, root: trace.agent() }
  })
  let process = aProcess(given)
  await process.completion.start()
  for (const { does, run, thenMs } of events) {
    const { trace, root } = runs[run] ?? { trace: aTrace(), root: aTrace().agent() }
    if (does === 'root') process.ingest(root)
    if (does === 'child') process.ingest(trace.tool())
    if (does === 'report') process.report(root.runId)
    if (does === 'unheard') store.write([trace.tool()])
    if (does === 'ask') void process.completion.analyzeNow(root.runId).catch(() => undefined)
    if (does === 'restart') {
      const closed = process.completion.close()
      // oxlint-disable-next-line no-await-in-loop -- histories happen in order
      await clock.advance(2 * SECOND)
      // oxlint-disable-next-line no-await-in-loop -- as above
      await closed
      process = aProcess(given)
      // oxlint-disable-next-line no-await-in-loop -- as above
      await process.completion.start()
    }
    // oxlint-disable-next-line no-await-in-loop -- as above
    await clock.advance(thenMs)
  }
  await clock.advance(3 * HOUR)
  const pending = await store.findPendingRuns(toUnixNano(0n), 10)
  await process.completion.close()
  // A report of a run that never came is pending for ever.
  return pending.every(({ stepCount }) => stepCount === 0)
}
