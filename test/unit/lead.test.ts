// Who of several processes leads, on clocks that a test moves: one for the store, one for each process.

import { createNoopMeter } from '@opentelemetry/api'
import t from 'tap'
import type { LeadCandidate, LeadStore } from '../../collector/model/index.ts'
import { createLead, LEAD_LIMITS, type Lead } from '../../processors/lead/index.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { silentLogger } from '../support/test-store.ts'

const { beatMs, holdMs, livesMs } = LEAD_LIMITS

interface Row extends LeadCandidate {
  readonly firstAt: number
  lastAt: number
  hasLeft: boolean
}

class MemoryLeadStore implements LeadStore {
  readonly #clock: FakeClock
  readonly rows: Row[] = []
  /** Hosts that do not reach the store. */
  readonly cutOff = new Set<string>()

  constructor(clock: FakeClock) {
    this.#clock = clock
  }

  async beat(candidate: LeadCandidate, livesForMs: number): Promise<LeadCandidate | undefined> {
    if (this.cutOff.has(candidate.host)) throw new Error('no connection')
    const at = this.#clock.now()
    const known = this.rows.find(({ processId }) => processId === candidate.processId)
    if (known === undefined)
      this.rows.push({ ...candidate, firstAt: at, lastAt: at, hasLeft: false })
    else known.lastAt = at
    return this.rows
      .filter(({ lastAt, hasLeft }) => !hasLeft && lastAt > at - livesForMs)
      .toSorted((a, b) => a.firstAt - b.firstAt || (a.processId < b.processId ? -1 : 1))[0]
  }

  async leave({ processId, host }: LeadCandidate): Promise<void> {
    if (this.cutOff.has(host)) throw new Error('no connection')
    for (const row of this.rows) if (row.processId === processId) row.hasLeft = true
  }
}

interface StartedProcess {
  readonly lead: Lead
  /** `begin` and `end`, with the host. */
  readonly log: readonly string[]
}

let idCount = 0

function aProcess(
  host: string,
  { store, clock }: { readonly store: LeadStore; readonly clock: FakeClock }
): StartedProcess {
  const log: string[] = []
  const lead = createLead({
    store,
    host,
    makeId: () => {
      idCount += 1
      return `process-${String(idCount).padStart(4, '0')}`
    },
    monotonic: clock.now,
    setTimer: clock.setTimer,
    begin: async () => {
      log.push(`${host} begins`)
      return async () => {
        log.push(`${host} ends`)
      }
    },
    logger: silentLogger,
    meter: createNoopMeter()
  })
  return { lead, log }
}

function aStore() {
  const clock = new FakeClock(1_000_000)
  return { clock, store: new MemoryLeadStore(clock) }
}

t.test('a process alone leads after it has looked twice', async (t) => {
  const parts = aStore()
  const { lead, log } = aProcess('a', parts)
  await parts.clock.advance(beatMs - 1)
  t.notOk(lead.holds())
  await parts.clock.advance(1)
  t.ok(lead.holds())
  await parts.clock.advance(100 * beatMs)
  t.same(log, ['a begins'])
  await lead.close()
  t.same(log, ['a begins', 'a ends'])
})

t.test('a second one stands by, and takes over when the first one leaves', async (t) => {
  const parts = aStore()
  const first = aProcess('a', parts)
  await parts.clock.advance(10 * beatMs)
  const second = aProcess('b', parts)
  await parts.clock.advance(10 * beatMs)
  t.same(second.log, [])
  await first.lead.close()
  t.notOk(first.lead.holds())
  await parts.clock.advance(2 * beatMs)
  t.ok(second.lead.holds(), 'without waiting until the first one is given up')
})

t.test('of ten that start at once, one leads', async (t) => {
  const parts = aStore()
  const all = Array.from({ length: 10 }, (_, at) => aProcess(String(at), parts))
  await parts.clock.advance(20 * beatMs)
  t.equal(all.filter(({ lead }) => lead.holds()).length, 1)
  t.equal(all.flatMap(({ log }) => log).length, 1)
})

t.test('one that is cut off from the store stops before another one begins', async (t) => {
  const parts = aStore()
  const first = aProcess('a', parts)
  await parts.clock.advance(2 * beatMs)
  const second = aProcess('b', parts)
  await parts.clock.advance(2 * beatMs)
  parts.store.cutOff.add('a')
  await parts.clock.advance(holdMs)
  t.same(first.log, ['a begins', 'a ends'])
  t.same(second.log, [], 'nobody leads for a while')
  await parts.clock.advance(livesMs)
  t.same(second.log, ['b begins'])
  parts.store.cutOff.clear()
  await parts.clock.advance(20 * beatMs)
  t.same(first.log, ['a begins', 'a ends'], 'who comes back does not take the lead away')
  t.ok(second.lead.holds())
})

t.test(
  'one that stood by and was cut off for long does not come before who leads now',
  async (t) => {
    const parts = aStore()
    const [first, second, third] = ['a', 'b', 'c'].map((host) => aProcess(host, parts))
    await parts.clock.advance(3 * beatMs)
    const standsBy = [first, second, third].filter((one) => one?.lead.holds() === false)
    t.equal(standsBy.length, 2)
    t.ok(first?.lead.holds(), 'the first by id, as all began in one millisecond')
    parts.store.cutOff.add('b')
    await parts.clock.advance(2 * livesMs)
    await first?.lead.close()
    await parts.clock.advance(3 * beatMs)
    t.ok(third?.lead.holds())
    parts.store.cutOff.clear()
    await parts.clock.advance(20 * beatMs)
    t.same(third?.log, ['c begins'], 'nobody took the lead from it')
  }
)

t.test('one whose process stood still holds nothing when it goes on', async (t) => {
  const parts = aStore()
  const own = new FakeClock(5)
  const { lead } = aProcess('a', { store: parts.store, clock: own })
  await own.advance(2 * beatMs)
  t.ok(lead.holds())
  // Its clock goes on while no timer and no answer gets through.
  const silent = new Promise<never>(() => undefined)
  parts.store.beat = () => silent
  await own.advance(holdMs - beatMs + beatMs)
  t.notOk(lead.holds())
})

t.test('at no time two lead, whoever is cut off and for how long', async (t) => {
  let seed = 7
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const parts = aStore()
  const hosts = ['a', 'b', 'c', 'd']
  const all = hosts.map((host) => aProcess(host, parts))
  let leaderless = 0
  for (let at = 0; at < 3_000; at += 1) {
    const host = hosts[Math.floor(random() * hosts.length)] ?? 'a'
    if (random() < 0.05) parts.store.cutOff.add(host)
    if (random() < 0.05) parts.store.cutOff.delete(host)
    await parts.clock.advance(1_000)
    const leading = all.filter(({ lead }) => lead.holds()).length
    if (leading > 1) t.fail(`${leading} lead at once`)
    if (leading === 0) leaderless += 1
  }
  t.ok(leaderless < 3_000, 'somebody led')
  t.ok(all.filter(({ log }) => log.length > 0).length > 1, 'the lead went from one to another')
})

t.test('what cannot be begun is tried again later', async (t) => {
  const parts = aStore()
  let failures = 1
  const lead = createLead({
    store: parts.store,
    host: 'a',
    makeId: () => `id-${parts.store.rows.length}`,
    monotonic: parts.clock.now,
    setTimer: parts.clock.setTimer,
    begin: async () => {
      if (failures > 0) {
        failures -= 1
        throw new Error('the store is away')
      }
      return async () => undefined
    },
    logger: silentLogger,
    meter: createNoopMeter()
  })
  await parts.clock.advance(2 * livesMs)
  t.ok(lead.holds())
  await lead.close()
})
