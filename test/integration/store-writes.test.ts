// Writing to the real engine: nothing twice, nothing lost at a restart, bounds that hold. One folder for
// the file; the store is closed and opened again where a claim is about a restart.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Store } from '../../collector/model/index.ts'
import { toRunId, toUnixNano } from '../../collector/model/index.ts'
import { openStore } from '../../collector/store/index.ts'
import { aSpan, aStep, aTraceId, BUILT_START } from '../support/builders.ts'
import { aDataDir, storeBasics } from '../support/test-store.ts'

const NANOS_PER_DAY = 86_400_000_000_000n

const dataDir = aDataDir(t)
let store: Store = await openStore({ ...storeBasics(), dataDir })
t.teardown(() => store.close())

async function reopen(options: { queue?: { rowsMax?: number; bytesMax?: number } } = {}) {
  await store.close()
  store = await openStore({ ...storeBasics(), ...options, dataDir })
}

t.test('a batch that holds the same span and step twice is read once', async (t) => {
  const span = aSpan()
  const step = aStep({ runId: toRunId(span.traceId) })
  await store.write({ spans: [span, span], steps: [step, step] })
  t.strictSame(await store.readSpanIds(span.traceId), [span.spanId])
  t.strictSame((await store.readRunSteps(step.runId)).steps, [step])
})

t.test('a batch delivered again, now or after a restart, changes nothing', async (t) => {
  const span = aSpan()
  const step = aStep({ runId: toRunId(span.traceId) })
  await store.write({ spans: [span], steps: [step] })
  await store.write({ spans: [span], steps: [step] })
  await reopen()
  await store.write({ spans: [span], steps: [step] })
  t.strictSame(await store.readSpanIds(span.traceId), [span.spanId])
  t.strictSame((await store.readRunSteps(step.runId)).steps, [step])
})

t.test('what was written is there after a restart', async (t) => {
  const spans = Array.from({ length: 100 }, () => aSpan({ traceId: aTraceId() }))
  await store.write({ spans, steps: [] })
  await reopen()
  for (const span of spans.slice(0, 5)) {
    t.strictSame(await store.readSpanIds(span.traceId), [span.spanId])
  }
})

t.test('spans without steps, steps without spans, and nothing at all are written', async (t) => {
  const span = aSpan()
  const step = aStep()
  await store.write({ spans: [span], steps: [] })
  await store.write({ spans: [], steps: [step] })
  await store.write({ spans: [], steps: [] })
  t.equal((await store.readSpanIds(span.traceId)).length, 1)
  t.equal((await store.readRunSteps(step.runId)).steps.length, 1)
})

t.test('many writers at once all find what they wrote', async (t) => {
  const runs = Array.from({ length: 50 }, () => aTraceId())
  await Promise.all(
    runs.map(async (traceId) => {
      for (let round = 0; round < 3; round += 1) {
        const span = aSpan({ traceId })
        await store.write({ spans: [span], steps: [aStep({ runId: toRunId(traceId) })] })
      }
    })
  )
  for (const traceId of runs) {
    t.equal((await store.readSpanIds(traceId)).length, 3)
    t.equal((await store.readRunSteps(toRunId(traceId))).steps.length, 3)
  }
})

t.test('a full queue refuses, and what it took is stored', async (t) => {
  await reopen({ queue: { rowsMax: 40 } })
  const traceId = aTraceId()
  const attempts = Array.from({ length: 20 }, () => ({
    spans: Array.from({ length: 10 }, () => aSpan({ traceId })),
    steps: []
  }))
  const results = await Promise.allSettled(attempts.map((batch) => store.write(batch)))
  const taken = results.filter((result) => result.status === 'fulfilled').length
  t.ok(taken >= 4 && taken < 20, `${taken} of 20 were taken`)
  for (const result of results) {
    if (result.status === 'fulfilled') continue
    t.match(result.reason, { code: 'STORE_BUSY', retryable: true, retryAfterSeconds: 1 })
  }
  t.equal((await store.readSpanIds(traceId)).length, taken * 10)
  await store.write({ spans: [aSpan({ traceId })], steps: [] })
  t.equal((await store.readSpanIds(traceId)).length, taken * 10 + 1, 'and takes again')
  await reopen()
})

t.test('closing while writes come in: each is stored or refused, none is in doubt', async (t) => {
  const traceId = aTraceId()
  const writing: Promise<unknown>[] = []
  const acknowledged = new Set<string>()
  for (let count = 0; count < 200; count += 1) {
    const span = aSpan({ traceId })
    writing.push(
      store.write({ spans: [span], steps: [] }).then(
        () => acknowledged.add(span.spanId),
        (error: unknown) => t.match(error, { code: 'STORE_UNAVAILABLE', retryable: true })
      )
    )
    // However slow the machine is, some are through before the end begins.
    if (count === 20) await Promise.all(writing)
    if (count % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
    if (count === 120) void store.close()
  }
  await store.close()
  await Promise.all(writing)
  store = await openStore({ ...storeBasics(), dataDir })
  t.ok(acknowledged.size > 0 && acknowledged.size < 200, `${acknowledged.size} acknowledged`)
  t.strictSame(await store.readSpanIds(traceId), [...acknowledged].toSorted())
})

t.test('a closed store says so, and closing again is nothing', async (t) => {
  await store.close()
  await store.close()
  await t.rejects(store.write({ spans: [aSpan()], steps: [] }), { code: 'STORE_UNAVAILABLE' })
  await t.rejects(store.findRun(toRunId('x')), { code: 'STORE_UNAVAILABLE' })
  t.match(await store.checkHealth(), { ready: false, reason: /./ })
  store = await openStore({ ...storeBasics(), dataDir })
  t.strictSame(await store.checkHealth(), { ready: true, reason: undefined })
})

t.test('parts of a fresh write are compact: few files each', async (t) => {
  const before = countFiles(dataDir)
  await store.write({ spans: [aSpan({ traceId: aTraceId() })], steps: [aStep()] })
  t.ok(countFiles(dataDir) - before < 100, 'a wide part alone has more than a hundred')
})

t.test('spans of more days than one insert may touch are all stored', async (t) => {
  const traceId = aTraceId()
  const runId = toRunId(traceId)
  const times = Array.from({ length: 120 }, (_, day) =>
    toUnixNano(BUILT_START - BigInt(day) * NANOS_PER_DAY)
  )
  const spans = times.map((startTime) => aSpan({ traceId, startTime, endTime: startTime }))
  const steps = times.map((startTime) => aStep({ runId, startTime, endTime: startTime }))
  await store.write({ spans, steps })
  t.equal((await store.readSpanIds(traceId)).length, 120)
  t.equal((await store.readRunSteps(runId)).steps.length, 120)
})

function countFiles(folder: string): number {
  return readdirSync(join(folder, 'store'), { recursive: true }).length
}
