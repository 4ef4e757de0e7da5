// The outbox of alerts on the real engine: what was saved is what is read, newest revision first.

import t from 'tap'

import type { AlertDelivery, RunId } from '../../collector/model/index.ts'
import { toRunId, toUnixNano } from '../../collector/model/index.ts'
import { aDelivery } from '../support/alerts.ts'
import { aTraceId, BUILT_START } from '../support/builders.ts'
import { aDataDir, openTestStore } from '../support/test-store.ts'

const dataDir = aDataDir(t)
const store = await openTestStore(t, { dataDir })

const later = (seconds: number) => toUnixNano(BUILT_START + BigInt(seconds) * 1_000_000_000n)
const idsOf = (deliveries: readonly AlertDelivery[]) =>
  deliveries.map(({ deliveryId }) => deliveryId)

t.test('a delivery is read as it was saved, and by its newest revision', async (t) => {
  const first = aDelivery({
    error: 'HTTP 500: "no" \\ \'\n\u0000',
    payload: JSON.stringify({ text: "Ünïcode 🙂 '; DROP TABLE x; --" })
  })
  const other = aDelivery({ runId: first.runId, destination: 'pager' })
  await store.saveAlerts([first, other])
  t.same(
    (await store.readRunAlerts(first.runId)).toSorted((a, b) =>
      a.deliveryId < b.deliveryId ? -1 : 1
    ),
    [first, other]
  )

  const second: AlertDelivery = {
    ...first,
    revision: 2,
    status: 'delivered',
    confirmed: 'firing',
    attempts: 1,
    notificationId: 'n1'
  }
  await store.saveAlerts([second])
  await store.saveAlerts([first])
  const read = await store.readRunAlerts(first.runId)
  t.same(
    read.find(({ deliveryId }) => deliveryId === first.deliveryId),
    second,
    'an older revision that comes late changes nothing'
  )
  t.same(await store.readRunAlerts(aDelivery().runId), [], 'a run without alerts has none')
  await store.saveAlerts([])
})

t.test('finders tell by status, and order by what is due or new', async (t) => {
  const named = (deliveryId: string, overrides: Partial<AlertDelivery>) =>
    aDelivery({ deliveryId, destination: 'finders', rule: 'finders', ...overrides })
  const start = 1_000
  const waiting = named('f-waiting', { startsAt: later(start), nextAttemptAt: later(20) })
  const held = named('f-held', { startsAt: later(start), status: 'held', nextAttemptAt: later(10) })
  const firing = named('f-firing', {
    startsAt: later(start + 1),
    endsAt: later(5_000),
    status: 'delivered',
    confirmed: 'firing'
  })
  const over = named('f-over', { status: 'delivered', confirmed: 'firing', endsAt: later(60) })
  const resolved = named('f-resolved', {
    event: 'resolved',
    status: 'delivered',
    confirmed: 'resolved',
    startsAt: later(start + 2),
    endsAt: later(5_000)
  })
  const dead = named('f-dead', { status: 'dead', startsAt: later(start + 3) })
  const summary = named('f-summary', { runId: '', startsAt: later(start), status: 'delivered' })
  await store.saveAlerts([waiting, held, firing, over, resolved, dead, summary])

  const unsent = await store.findUnsentAlerts(100)
  t.same(idsOf(unsent.filter(({ rule }) => rule === 'finders')), ['f-held', 'f-waiting'])
  t.equal((await store.findUnsentAlerts(1)).length, 1)
  const filter = { destination: 'finders', endsAfter: later(100), limit: 10 }
  t.same(
    idsOf(await store.findFiringAlerts(filter)),
    ['f-firing', 'f-summary'],
    'summaries stand too'
  )
  const since = await store.findAlertsSince(later(start), 100)
  t.same(idsOf(since), ['f-dead', 'f-resolved', 'f-firing', 'f-waiting'])
  t.equal((await store.findAlertsSince(later(start), 2)).length, 2)
  t.same(idsOf(await store.readRunAlerts('')), ['f-summary'], 'summaries are of no run')
})

t.test('alerts outlive the store that kept them', async (t) => {
  const delivery = aDelivery()
  await store.saveAlerts([delivery])
  const again = await openTestStore(t, { dataDir })
  t.same(await again.readRunAlerts(delivery.runId), [delivery])
})

t.test(
  'people list alerts page by page, by state and destination, and find one by its id',
  async (t) => {
    const listed = Array.from({ length: 5 }, (_, at) =>
      aDelivery({
        deliveryId: `listed-${at}`,
        destination: 'listed',
        status: at === 0 ? 'waiting' : 'dead',
        updatedAt: later(at === 4 ? 3 : at)
      })
    )
    await store.saveAlerts(listed)
    const filter = { destination: 'listed', status: 'dead', limit: 3 } as const
    const first = await store.listAlerts(filter)
    t.same(idsOf(first.items), ['listed-4', 'listed-3', 'listed-2'], 'changed last first')
    const cursor = first.nextCursor ?? ''
    const second = await store.listAlerts({ ...filter, cursor })
    t.same(idsOf(second.items), ['listed-1'])
    t.equal(second.nextCursor, undefined)
    t.equal((await store.listAlerts({ destination: 'listed', limit: 50 })).items.length, 5)
    await t.rejects(store.listAlerts({ limit: 3, cursor }), { code: 'INVALID_ARGUMENT' })
    t.same(await store.findAlert('listed-2'), listed[2])
    t.equal(await store.findAlert("' OR 1"), undefined)
  }
)

t.test('runs that people spoke about are found by when they did, newest first', async (t) => {
  const [one, two] = [toRunId(aTraceId()), toRunId(aTraceId())]
  const before = toUnixNano(BigInt(Date.now() - 60_000) * 1_000_000n)
  const speak = (runId: RunId) =>
    store.saveFeedback({
      runId,
      onsetStepIndex: undefined,
      category: undefined,
      comment: '',
      author: 'ada',
      createdAt: BUILT_START
    })
  await speak(one)
  await speak(two)
  await speak(one)
  t.same(await store.findCorrectedRuns(before, 10), [one, two])
  t.same(await store.findCorrectedRuns(before, 1), [one])
  const after = toUnixNano(BigInt(Date.now() + 60_000) * 1_000_000n)
  t.same(await store.findCorrectedRuns(after, 10), [])
})
