// Two processes with processors and alerter on one ClickHouse server: the server's stand-in with the real engine.
// Short delays; the lead's own are tested on clocks in test/unit/lead.test.ts.

import { randomUUID } from 'node:crypto'
import { createNoopMeter } from '@opentelemetry/api'
import t from 'tap'
import type { Localization, RunTree, Store } from '../../collector/model/index.ts'
import { toRunId } from '../../collector/model/index.ts'
import { openStore } from '../../collector/store/index.ts'
import type { LeadLimits } from '../../processors/lead/index.ts'
import { startLedProcessors } from '../../processors/led-processors.ts'
import type { Processors } from '../../processors/processors.ts'
import { HOOK_RULES, someRules } from '../support/alerter.ts'
import { anOnset, aStep, aTraceId } from '../support/builders.ts'
import { startClickHouseServer } from '../support/clickhouse-server.ts'
import { aDataDir, storeBasics } from '../support/test-store.ts'
import { waitFor } from '../support/wait-for.ts'

const QUICK: LeadLimits = { beatMs: 200, holdMs: 1_500, livesMs: 3_000, looksMin: 2 }

const server = await startClickHouseServer(t, aDataDir(t))

async function aStoreOfItsOwn(): Promise<Store> {
  const store = await openStore({ ...storeBasics(), url: server.url })
  t.teardown(() => store.close())
  return store
}

interface Sent {
  readonly by: string
  readonly text: string
}

/** Every run has failed, at its first step. */
function blameFirstStep({ run, steps }: RunTree): Localization {
  const [step] = steps
  const onset = step && anOnset({ runId: run.runId, stepId: step.stepId, stepIndex: 1 })
  const onsets = onset === undefined ? [] : [onset]
  return { onsets, abstention: undefined, incorrectSteps: [], unusefulSteps: [] }
}

async function startProcess(host: string, store: Store, sent: Sent[]): Promise<Processors> {
  const { now, logger } = storeBasics()
  const processors = await startLedProcessors({
    store,
    candidate: {
      host,
      makeId: randomUUID,
      monotonic: () => performance.now(),
      limits: QUICK
    },
    rules: someRules(HOOK_RULES),
    alerterMeter: createNoopMeter(),
    localize: blameFirstStep,
    now,
    meter: createNoopMeter(),
    logger,
    limits: { structureSettleMs: 20, endSettleMs: 20, sweepIntervalMs: 200 },
    fetch: async (_url, init) => {
      sent.push({ by: host, text: typeof init.body === 'string' ? init.body : '' })
      return new Response('ok')
    }
  })
  t.teardown(() => processors.close())
  return processors
}

async function aFailedRun(store: Store): Promise<string> {
  const traceId = aTraceId()
  const runId = toRunId(traceId)
  await store.write({ spans: [], steps: [aStep({ runId, traceId, kind: 'tool', tool: 'edit' })] })
  return runId
}

const told = (sent: readonly Sent[], runId: string) =>
  sent.filter(({ text }) => text.includes(runId)).map(({ by }) => by)

t.test('of two processes one tells, and the other one when the first is gone', async (t) => {
  const [storeA, storeB] = [await aStoreOfItsOwn(), await aStoreOfItsOwn()]
  const sent: Sent[] = []
  const first = await startProcess('a', storeA, sent)
  const one = await aFailedRun(storeA)
  await waitFor('the first alert', async () => told(sent, one)[0])
  const second = await startProcess('b', storeB, sent)
  await t.rejects(second.analyzeNow(toRunId(one)), { code: 'NO_PROCESSOR', message: /stands by/ })
  const two = await aFailedRun(storeB)
  await waitFor('the second alert', async () => told(sent, two)[0])
  t.same([told(sent, one), told(sent, two)], [['a'], ['a']], 'once each')
  await first.close()
  const three = await aFailedRun(storeA)
  await waitFor('the third alert', async () => told(sent, three)[0])
  t.same([told(sent, one), told(sent, two), told(sent, three)], [['a'], ['a'], ['b']])
  await second.close()
})

t.test('who was heard of first is told by the server, and is gone after its time', async (t) => {
  const [storeA, storeB] = [await aStoreOfItsOwn(), await aStoreOfItsOwn()]
  const a = { processId: `0-${randomUUID()}`, host: 'a' }
  const b = { processId: `1-${randomUUID()}`, host: 'b' }
  t.same(await storeA.beat(b, 600), b)
  t.same(await storeB.beat(a, 600), b, 'not by id')
  await waitFor('b to be gone', async () => {
    const first = await storeA.beat(a, 600)
    return first?.host === 'a' ? first : undefined
  })
  t.same(
    await storeB.beat(b, 600),
    b,
    'its first sign of life still counts: it must come with a new id'
  )
  await storeB.leave(b)
  t.same(await storeA.beat(a, 600), a)
  t.same(await storeB.beat(b, 600), a, 'who has left is none any more')
})
