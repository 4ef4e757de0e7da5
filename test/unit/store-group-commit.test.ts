// Group commit over a recording format that answers when the test says so: what joins, what waits, what is
// refused, and who hears of an error.

import t from 'tap'
import type { IngestBatch } from '../../collector/model/index.ts'
import { CollectorError } from '../../collector/model/index.ts'
import type { StoreMetrics } from '../../collector/store/store-metrics.ts'
import { createStoreMetrics } from '../../collector/store/store-metrics.ts'
import { GroupCommit } from '../../collector/store/write/group-commit.ts'
import type { EncodedBatch, IngestFormat } from '../../collector/store/write/ingest-format.ts'
import { aStep } from '../support/builders.ts'
import { storeBasics } from '../support/test-store.ts'

interface NamedBatch extends EncodedBatch {
  readonly names: readonly string[]
}

/** Records inserts by the names of their steps; each waits for `answer`. */
class RecordingFormat implements IngestFormat<NamedBatch> {
  readonly inserts: string[][] = []
  answer: (names: readonly string[]) => Promise<void> = () => Promise.resolve()

  encode(batch: IngestBatch): NamedBatch {
    const names = batch.steps.map((step) => step.name)
    return { rows: names.length, bytes: names.join('').length, names }
  }

  insert(batches: readonly NamedBatch[]): Promise<void> {
    const names = batches.flatMap((batch) => batch.names)
    this.inserts.push(names)
    return this.answer(names)
  }
}

const metrics: StoreMetrics = createStoreMetrics(storeBasics().meter)

function aCommit(bounds = { rowsMax: 100, bytesMax: 1_000 }) {
  const format = new RecordingFormat()
  return { format, commit: new GroupCommit({ format, bounds, metrics }) }
}

function batchOf(...names: string[]): IngestBatch {
  return { spans: [], steps: names.map((name) => aStep({ name })) }
}

t.test('writes at the same time go in together, in the order they came', async (t) => {
  const { format, commit } = aCommit()
  await Promise.all([
    commit.write(batchOf('a')),
    commit.write(batchOf('b', 'c')),
    commit.write(batchOf('d'))
  ])
  t.strictSame(format.inserts, [['a', 'b', 'c', 'd']])
})

t.test('what comes during a write goes in with the next, without another wait', async (t) => {
  const { format, commit } = aCommit()
  const gate = Promise.withResolvers<void>()
  format.answer = () => gate.promise
  const first = commit.write(batchOf('a'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  const rest = [commit.write(batchOf('b')), commit.write(batchOf('c'))]
  gate.resolve()
  await Promise.all([first, ...rest])
  t.strictSame(format.inserts, [['a'], ['b', 'c']])
})

t.test(
  'a full group is handed on while the one before is being written; a third one waits',
  async (t) => {
    const { format, commit } = aCommit({ rowsMax: 1_000_000, bytesMax: 1_000_000 })
    const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>())
    format.answer = () => gates[format.inserts.length - 1]?.promise ?? Promise.resolve()
    const full = Array.from({ length: 65_536 }, () => '')
    const writing = [0, 1, 2].map(() => commit.write(batchOf(...full)))
    await new Promise((resolve) => setTimeout(resolve, 100))
    t.equal(format.inserts.length, 2)
    gates[0]?.resolve()
    await writing[0]
    await new Promise((resolve) => setTimeout(resolve, 20))
    t.equal(format.inserts.length, 3)
    for (const gate of gates) gate.resolve()
    await Promise.all(writing)
  }
)

t.test('small writes one after the other do not start more often than every 50 ms', async (t) => {
  const { format, commit } = aCommit()
  const startedAt = performance.now()
  for (let count = 0; count < 4; count += 1) await commit.write(batchOf('a'))
  t.equal(format.inserts.length, 4)
  t.ok(performance.now() - startedAt > 140, 'the first at once, three after it')
})

t.test('nobody is told before the write is done', async (t) => {
  const { format, commit } = aCommit()
  const gate = Promise.withResolvers<void>()
  format.answer = () => gate.promise
  let isTold = false
  const writing = commit.write(batchOf('a')).then(() => (isTold = true))
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.equal(isTold, false)
  gate.resolve()
  await writing
  t.equal(isTold, true)
})

t.test('an empty batch is written at once, without the engine', async (t) => {
  const { format, commit } = aCommit()
  await commit.write({ spans: [], steps: [] })
  t.strictSame(format.inserts, [])
})

t.test('a full queue refuses by rows and by text, and takes again when it has room', async (t) => {
  for (const bounds of [
    { rowsMax: 2, bytesMax: 1_000 },
    { rowsMax: 100, bytesMax: 2 }
  ]) {
    const { format, commit } = aCommit(bounds)
    const gate = Promise.withResolvers<void>()
    format.answer = () => gate.promise
    const held = [commit.write(batchOf('a')), commit.write(batchOf('b'))]
    await t.rejects(commit.write(batchOf('c')), {
      code: 'STORE_BUSY',
      retryable: true,
      retryAfterSeconds: 1
    })
    gate.resolve()
    await Promise.all(held)
    await commit.write(batchOf('d'))
    t.strictSame(format.inserts.flat(), ['a', 'b', 'd'])
  }
})

t.test('a batch larger than the queue is taken when the queue is empty', async (t) => {
  const { format, commit } = aCommit({ rowsMax: 1, bytesMax: 1 })
  await commit.write(batchOf('a', 'b', 'c'))
  t.strictSame(format.inserts, [['a', 'b', 'c']])
})

t.test('a batch that cannot be written fails alone: its neighbours are tried apart', async (t) => {
  const { format, commit } = aCommit()
  const bad = new CollectorError('INTERNAL', 'bad row', { retryable: false })
  format.answer = (names) => (names.includes('bad') ? Promise.reject(bad) : Promise.resolve())
  const results = await Promise.allSettled([
    commit.write(batchOf('a')),
    commit.write(batchOf('bad')),
    commit.write(batchOf('c'))
  ])
  t.strictSame(
    results.map((result) => result.status),
    ['fulfilled', 'rejected', 'fulfilled']
  )
  t.strictSame(format.inserts, [['a', 'bad', 'c'], ['a'], ['bad'], ['c']])
})

t.test('when the store cannot write at all, all hear it and nothing is tried apart', async (t) => {
  const { format, commit } = aCommit()
  const full = new CollectorError('STORE_DISK_FULL', 'full', { retryable: true })
  format.answer = () => Promise.reject(full)
  const results = await Promise.allSettled([commit.write(batchOf('a')), commit.write(batchOf('b'))])
  t.strictSame(
    results.map((result) => (result.status === 'rejected' ? result.reason : undefined)),
    [full, full]
  )
  t.equal(format.inserts.length, 1)
  format.answer = () => Promise.resolve()
  await commit.write(batchOf('c'))
  t.strictSame(format.inserts.at(-1), ['c'], 'and goes on when it can')
})

t.test('closing writes what was accepted and refuses what comes after', async (t) => {
  const { format, commit } = aCommit()
  const writing = [commit.write(batchOf('a')), commit.write(batchOf('b'))]
  const closing = commit.close()
  await t.rejects(commit.write(batchOf('c')), { code: 'STORE_UNAVAILABLE', retryable: true })
  await closing
  await Promise.all(writing)
  t.strictSame(format.inserts.flat(), ['a', 'b'])
})

t.test('closing asks a store that is gone once, not for every group', async (t) => {
  const { format, commit } = aCommit({ rowsMax: 1_000_000, bytesMax: 1_000_000 })
  const gone = new CollectorError('STORE_UNAVAILABLE', 'gone', { retryable: true })
  format.answer = () => Promise.reject(gone)
  const many = Array.from({ length: 9_000 }, () => 'x')
  const writing = Array.from({ length: 4 }, () => commit.write(batchOf(...many)))
  const closing = commit.close()
  const results = await Promise.allSettled(writing)
  await closing
  t.ok(results.every((result) => result.status === 'rejected'))
  t.equal(format.inserts.length, 1)
})
