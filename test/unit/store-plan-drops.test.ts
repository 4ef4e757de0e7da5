// What goes when the disk budget is exceeded, decided over made-up partitions.

import * as fc from 'fast-check'
import t from 'tap'
import { planDrops, type Partition } from '../../collector/store/disk/plan-drops.ts'

function spans(id: string, bytes: number, newestArrival: number): Partition {
  return { table: 'otel_traces', id, bytes, newestArrival }
}

function steps(id: string, bytes: number, newestArrival: number): Partition {
  return { table: 'agent_steps', id, bytes, newestArrival }
}

function idsOf(dropped: readonly Partition[]): readonly string[] {
  return dropped.map(({ table, id }) => `${table}/${id}`)
}

t.test('nothing goes while nothing is too much', async (t) => {
  t.strictSame(planDrops([spans('1', 10, 1), spans('2', 10, 2)], 0), [])
  t.strictSame(planDrops([], 100), [])
})

t.test('raw spans go before steps, however old the steps are', async (t) => {
  const kept = [steps('a', 10, 1), steps('b', 10, 2), spans('1', 10, 50), spans('2', 10, 60)]
  t.strictSame(idsOf(planDrops(kept, 5)), ['otel_traces/1'])
  t.strictSame(idsOf(planDrops(kept, 15)), ['otel_traces/1', 'agent_steps/a'])
})

t.test('the oldest arrival goes first: an import of old days that came today stays', async (t) => {
  const imported = spans('20200101', 10, 900)
  const kept = [imported, spans('20261101', 10, 100), spans('20261102', 10, 200)]
  t.strictSame(idsOf(planDrops(kept, 15)), ['otel_traces/20261101', 'otel_traces/20261102'])
})

t.test('arrivals of one second go in the order of their days', async (t) => {
  const kept = [spans('3', 10, 7), spans('1', 10, 7), spans('2', 10, 7)]
  t.strictSame(idsOf(planDrops(kept, 20)), ['otel_traces/1', 'otel_traces/2'])
})

t.test('over any partitions: no newest goes, no more goes than is needed', async (t) => {
  const partition = fc.record({
    table: fc.constantFrom('otel_traces' as const, 'agent_steps' as const),
    id: fc.uuid(),
    bytes: fc.nat(1_000),
    newestArrival: fc.nat(20)
  })
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(partition, { maxLength: 12 }), fc.nat(5_000), (partitions, excess) => {
        const dropped = planDrops(partitions, excess)
        for (const table of ['otel_traces', 'agent_steps']) {
          const all = partitions.filter((candidate) => candidate.table === table)
          const gone = dropped.filter((candidate) => candidate.table === table)
          if (all.length > 0 && gone.length >= all.length) return false
          const kept = all.filter((candidate) => !gone.includes(candidate))
          const newest = Math.max(...kept.map((candidate) => candidate.newestArrival))
          if (gone.some((candidate) => candidate.newestArrival > newest)) return false
        }
        const needed = dropped.slice(0, -1).reduce((sum, { bytes }) => sum + bytes, 0)
        return dropped.length === 0 || needed < excess
      })
    )
  )
})
