// The disk budget on the real engine: partitions of several days are written, the store is opened again with
// less room than they take, and what went and what stayed is read back, while others read.

import { PassThrough } from 'node:stream'
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { pino } from 'pino'
import { createMetrics } from '../../collector/collector.ts'
import { toUnixNano, type Store } from '../../collector/model/index.ts'
import { openStore } from '../../collector/store/index.ts'
import { aSpan, aStep, BUILT_START, someAttributes } from '../support/builders.ts'
import { aDataDir, storeBasics } from '../support/test-store.ts'
import { waitFor } from '../support/wait-for.ts'

const NANOS_PER_DAY = 86_400_000_000_000n
const DAYS = [0, 1, 2, 3, 4]
const WEEKS = [0, 1, 2]
const NOISE_CHARS = 400_000

/** One span a day and one step a week, oldest first, each of some 300 KB that do not compress. */
const spans = DAYS.map((day) =>
  aSpan({
    startTime: toUnixNano(BUILT_START + BigInt(day) * NANOS_PER_DAY),
    attributes: someAttributes({ noise: someNoise(day + 1) })
  })
)
const steps = WEEKS.map((week) =>
  aStep({
    startTime: toUnixNano(BUILT_START + BigInt(week * 7) * NANOS_PER_DAY),
    observation: someNoise(week + 100)
  })
)

async function writeAll(store: Store): Promise<void> {
  for (const span of spans) await store.write({ spans: [span], steps: [] })
  for (const step of steps) await store.write({ spans: [], steps: [step] })
}

/** Which of the spans and steps a reader still finds. */
async function readKept(store: Store): Promise<{ days: number[]; weeks: number[] }> {
  const foundSpans = await Promise.all(spans.map((span) => store.readSpanIds(span.traceId)))
  const foundSteps = await Promise.all(steps.map((step) => store.readRunSteps(step.runId)))
  return {
    days: DAYS.filter((day) => foundSpans[day]?.length === 1),
    weeks: WEEKS.filter((week) => foundSteps[week]?.steps.length === 1)
  }
}

function metricOf(text: string, name: string): number {
  return Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1])
}

t.test('beyond the budget the oldest raw spans go, then steps, never the newest', async (t) => {
  const dataDir = aDataDir(t)
  const measured = createMetrics()
  const meter = measured.meter('store')
  const unbound = await openStore({
    ...storeBasics(),
    meter,
    dataDir,
    diskCheckIntervalMs: 20
  })
  await writeAll(unbound)
  t.strictSame(await readKept(unbound), { days: DAYS, weeks: WEEKS }, 'without a budget all stays')
  const used = await waitFor('a look at the size', async () => {
    const bytes = metricOf(await measured.expose(), 'onset_store_disk_used_bytes')
    return bytes > spans.length * NOISE_CHARS * 0.5 ? bytes : undefined
  })
  const parts = await waitFor('a count of parts', async () => {
    const text = await measured.expose()
    const count = metricOf(text, 'onset_store_parts\\{table="otel_traces"\\}')
    return count >= DAYS.length ? count : undefined
  })
  t.ok(parts < 2 * DAYS.length, 'a part for each day and write, merged ones not counted')
  await unbound.close()
  const perSpan = used / (spans.length + steps.length)

  const logged: string[] = []
  const sink = new PassThrough()
  sink.on('data', (line: Buffer) => logged.push(line.toString()))
  const bound = async (diskBudgetBytes: number, work: (store: Store) => Promise<void>) => {
    const metrics = createMetrics()
    const store = await openStore({
      ...storeBasics(),
      logger: pino(sink),
      meter: metrics.meter('store'),
      dataDir,
      diskBudgetBytes,
      diskCheckIntervalMs: 20
    })
    await work(store)
    const text = await metrics.expose()
    await store.close()
    return text
  }

  const nearly = await bound(Math.ceil(used * 1.1), async (store) => {
    await waitFor('a warning', async () => logged.find((line) => /nearly used/.test(line)))
    t.strictSame(await readKept(store), { days: DAYS, weeks: WEEKS }, 'warned before anything goes')
  })
  t.notMatch(nearly, /onset_store_dropped_partitions_total\{/)
  t.equal(logged.filter((line) => /nearly used/.test(line)).length, 1, 'once, not at each look')

  const text = await bound(Math.floor(used - perSpan * 1.5), async (store) => {
    await waitFor('two days to go', async () => {
      const kept = await readKept(store)
      return kept.days.length === 3 ? kept : undefined
    })
    t.strictSame(await readKept(store), { days: [2, 3, 4], weeks: WEEKS })
    const late = aSpan({ startTime: spans[4]?.startTime ?? BUILT_START })
    await store.write({ spans: [late], steps: [] })
    t.strictSame(await store.readSpanIds(late.traceId), [late.spanId], 'writing goes on')
  })
  t.match(text, /onset_store_dropped_partitions_total\{[^}]*table="otel_traces"[^}]*\} 2\n/)
  t.ok(metricOf(text, 'onset_store_dropped_bytes_total') > perSpan)
  t.equal(metricOf(text, 'onset_store_disk_budget_bytes'), Math.floor(used - perSpan * 1.5))
  t.match(
    logged.join(''),
    /oldest partitions dropped/,
    'said in the log, with the names of the partitions'
  )
  t.match(logged.join(''), /otel_traces\/20261102/)

  await bound(Math.floor(perSpan), async (store) => {
    await waitFor('all that may go', async () => {
      const kept = await readKept(store)
      return kept.days.length === 1 && kept.weeks.length === 1 ? kept : undefined
    })
    await waitFor('what cannot go is said', async () =>
      logged.find((line) => /exceeded by what came last/.test(line))
    )
    t.strictSame(await readKept(store), { days: [4], weeks: [2] }, 'the newest of each stays')
  })
})

t.test('reads of what stays work in between', async (t) => {
  const dataDir = aDataDir(t)
  const first = await openStore({ ...storeBasics(), dataDir })
  await writeAll(first)
  await first.close()
  const budget = { diskBudgetBytes: 1, diskCheckIntervalMs: 10 }
  const store = await openStore({ ...storeBasics(), dataDir, ...budget })
  t.teardown(() => store.close())
  const newest = spans[4]
  if (newest === undefined) throw new Error('no span')
  for (;;) {
    t.strictSame(await store.readSpanIds(newest.traceId), [newest.spanId])
    const { days, weeks } = await readKept(store)
    if (days.length === 1 && weeks.length === 1) break
  }
})

t.test('a disk that is nearly full refuses ingest before the engine meets its end', async (t) => {
  const folder = dirname(aDataDir(t))
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  if (!mountSmallDisk(disk)) {
    t.pass('skipped: needs the right to mount a tmpfs', { skip: true })
    return
  }
  t.teardown(() => execFileSync('umount', [disk]))
  let time = Date.now()
  const store = await openStore({
    ...storeBasics(),
    now: () => time,
    dataDir: join(disk, 'data')
  })
  t.teardown(() => store.close())
  const step = aStep()
  await store.write({ spans: [], steps: [step] })

  const filler = join(disk, 'filler')
  const { bavail, bsize, blocks } = statfsSync(disk)
  writeFileSync(filler, Buffer.alloc(bavail * bsize - Math.floor(blocks * bsize * 0.04)))
  time += 2_000
  await t.rejects(store.write({ spans: [], steps: [aStep()] }), {
    code: 'STORE_DISK_FULL',
    retryable: true,
    retryAfterSeconds: 30,
    message: /bytes are free, \d+ are kept/
  })
  t.strictSame((await store.readRunSteps(step.runId)).steps, [step], 'reads go on')
  rmSync(filler)
  const later = aStep()
  await store.write({ spans: [], steps: [later] })
  t.strictSame((await store.readRunSteps(later.runId)).steps, [later], 'and takes again at once')
})

function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Text that does not compress, another for each seed. */
function someNoise(seed: number): string {
  let state = seed
  let text = ''
  while (text.length < NOISE_CHARS) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    text += state.toString(36)
  }
  return text
}
