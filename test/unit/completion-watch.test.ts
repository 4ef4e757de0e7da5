// An open run whose steps are watched: what stirs in it brings its provisional analysis forward, within what
// analyses may cost.

import { createNoopMeter } from '@opentelemetry/api'
import { pino } from 'pino'
import t from 'tap'

import type { ClassifiedStep } from '../../collector/model/index.ts'
import { createCompletion } from '../../processors/completion/index.ts'
import { openRun } from '../../processors/localizer/index.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { aTrace } from '../support/traces.ts'

const SECOND = 1_000
const START = Date.UTC(2026, 10, 2, 9)

/** `analysisMs` is what an analysis takes of the clock. */
function aProcess(analysisMs = 0) {
  const clock = new FakeClock(START)
  const store = new MemoryStore(clock.now)
  const analyzedAt: number[] = []
  const completion = createCompletion({
    store,
    analyze: async () => {
      analyzedAt.push((clock.now() - START) / SECOND)
      await clock.sleep(analysisMs)
      return { revision: analyzedAt.length }
    },
    watch: () => openRun(),
    now: clock.now,
    setTimer: clock.setTimer,
    logger: pino({ level: 'silent' }),
    meter: createNoopMeter()
  })
  const ingest = (...steps: ClassifiedStep[]) => {
    store.write(steps)
    completion.stepsWritten(steps)
  }
  return { clock, ingest, analyzedAt }
}

/** Calls that fail alike, of a run whose root is still open. */
function failingCalls(count: number): ClassifiedStep[] {
  const trace = aTrace()
  const root = trace.agent()
  return Array.from({ length: count }, () => ({
    ...trace.tool({ under: root }),
    action: 'make',
    arguments: '{"command":"make"}',
    observation: 'no rule to make target',
    outcome: 'error' as const,
    error: 'no rule to make target'
  }))
}

t.test('a loop in an open run is looked at within a second, not after the interval', async (t) => {
  const { clock, ingest, analyzedAt } = aProcess()
  const [first, second, third] = failingCalls(3)
  if (!first || !second || !third) throw new Error('three calls')
  ingest(first, second)
  await clock.advance(2 * SECOND)
  t.same(analyzedAt, [])
  ingest(third)
  await clock.advance(2 * SECOND)
  t.same(analyzedAt, [3])
})

t.test('calls that are sent again are no loop', async (t) => {
  const { clock, ingest, analyzedAt } = aProcess()
  const [call] = failingCalls(1)
  if (!call) throw new Error('one call')
  for (let again = 0; again < 4; again += 1) ingest(call)
  await clock.advance(5 * SECOND)
  t.same(analyzedAt, [])
})

t.test('what stirs waits until the last analysis is paid for', async (t) => {
  const { clock, ingest, analyzedAt } = aProcess(2 * SECOND)
  const calls = failingCalls(3)
  ingest(...calls)
  await clock.advance(5 * SECOND)
  t.same(analyzedAt, [1])
  // Two seconds of analysis are a twentieth of forty: ended at 3, paid for at 43.
  const [repaired] = failingCalls(1)
  if (!repaired) throw new Error('one call')
  const work = { ...repaired, runId: calls[0]?.runId ?? repaired.runId }
  const ok = { ...work, outcome: 'ok' as const, error: undefined, observation: 'built' }
  const change = { ...ok.effects, effect: 'change' as const, error: undefined }
  for (const action of ['one', 'two', 'three', 'four']) {
    ingest({ ...ok, action, arguments: action, effects: change, spanId: aTrace().agent().spanId })
  }
  await clock.advance(30 * SECOND)
  t.same(analyzedAt, [1])
  await clock.advance(15 * SECOND)
  t.same(analyzedAt, [1, 43])
})
