// The life of an alert, from analyses to requests: everything but the network and the engine is real.

import t from 'tap'

import { ALERTER_LIMITS } from '../../processors/alerter/index.ts'
import {
  aFailedAnalysis,
  ALERTS_START,
  HOOK_RULES,
  MemoryAlertStore,
  startAlerter,
  withoutOnset
} from '../support/alerter.ts'
import { FakeClock } from '../support/fake-clock.ts'

t.test('a localized failure is told once, however often it is analysed', async (t) => {
  const { alerter, clock, told, received, store } = await startAlerter()
  const analysis = aFailedAnalysis()
  const { runId } = analysis.tree.run
  await alerter.onsetLocalized(analysis)
  t.equal(store.all()[0]?.status, 'waiting', 'durable before anybody is told')
  await clock.advance(0)
  await alerter.onsetLocalized(analysis)
  await alerter.onsetLocalized({
    ...analysis,
    localization: {
      ...analysis.localization,
      onsets: analysis.localization.onsets.map((onset) => ({
        ...onset,
        confidence: 0.9,
        stepIndex: 2,
        summary: 'Said otherwise.'
      }))
    }
  })
  await clock.advance(86_400_000)
  t.same(told(), [`firing ${runId}`])
  t.equal(received[0]?.url, 'http://hook.test/')
  t.equal(store.all()[0]?.status, 'delivered')
  await alerter.close()
})

t.test('nobody is told of a run before its analysis is saved, or could not be', async (t) => {
  for (const settle of ['resolve', 'reject'] as const) {
    const { alerter, clock, received, store } = await startAlerter()
    const saved = Promise.withResolvers<void>()
    await alerter.onsetLocalized(aFailedAnalysis(), saved.promise)
    await clock.advance(0)
    t.equal(received.length, 0)
    t.equal(store.all()[0]?.status, 'waiting', 'whoever dies now finds it at the next start')
    saved[settle]()
    await clock.advance(0)
    t.equal(received.length, 1, settle)
    await alerter.close()
  }
})

t.test('what is open, provisional or did not fail is told to nobody', async (t) => {
  const { alerter, clock, received } = await startAlerter()
  await alerter.onsetLocalized(aFailedAnalysis({ state: 'open', provisional: true }))
  await alerter.onsetLocalized(aFailedAnalysis({ state: 'settling' }))
  await alerter.onsetLocalized(aFailedAnalysis({ provisional: true }))
  await alerter.onsetLocalized(withoutOnset(aFailedAnalysis()))
  await clock.advance(60_000)
  t.equal(received.length, 0)
  await alerter.close()
})

t.test('a corrected outcome, a withdrawn onset and a changed verdict resolve', async (t) => {
  const { alerter, clock, alerts } = await startAlerter()
  const corrected = aFailedAnalysis()
  const withdrawn = aFailedAnalysis()
  const changed = aFailedAnalysis()
  for (const analysis of [corrected, withdrawn, changed]) await alerter.onsetLocalized(analysis)
  await clock.advance(0)
  await alerter.onsetLocalized(withoutOnset(corrected, 'ok'))
  await alerter.onsetLocalized(withoutOnset(withdrawn, 'error'))
  await alerter.onsetLocalized(
    aFailedAnalysis({ runId: changed.tree.run.runId, category: 'unproductive_loop' })
  )
  await clock.advance(0)
  const after = alerts().slice(3)
  t.same(
    after.map(({ status, resolution }) => [status, resolution]),
    [
      ['resolved', 'corrected'],
      ['resolved', 'withdrawn'],
      ['resolved', 'changed'],
      ['firing', null]
    ]
  )
  t.equal(new Set(alerts().map(({ id }) => id)).size, alerts().length, 'every event has its id')
  await alerter.close()
})

t.test('a failure that comes back is told again, with another id', async (t) => {
  const { alerter, clock, told, alerts } = await startAlerter()
  const analysis = aFailedAnalysis()
  const { runId } = analysis.tree.run
  for (const next of [analysis, withoutOnset(analysis), analysis]) {
    await alerter.onsetLocalized(next)
    await clock.advance(0)
  }
  t.same(told(), [`firing ${runId}`, `resolved ${runId}`, `firing ${runId}`])
  t.not(alerts()[0]?.id, alerts()[2]?.id)
  await alerter.close()
})

t.test('what is taken back before anybody was told stays untold', async (t) => {
  const rules = HOOK_RULES.replace('[hook]', '[hook], group: { wait: 30s }')
  const { alerter, clock, received, store } = await startAlerter({ rules })
  const analysis = aFailedAnalysis()
  await alerter.onsetLocalized(analysis)
  await clock.advance(10_000)
  await alerter.onsetLocalized(withoutOnset(analysis))
  await clock.advance(60_000)
  t.equal(received.length, 0)
  t.equal(store.all()[0]?.status, 'withdrawn')
  await alerter.close()
})

t.test('a correction that is itself taken back in time changes nothing', async (t) => {
  const { alerter, clock, told } = await startAlerter({
    answers: (before) => (before === 0 ? new Response('ok') : new Response('', { status: 503 }))
  })
  const analysis = aFailedAnalysis()
  const other = aFailedAnalysis()
  await alerter.onsetLocalized(analysis)
  await clock.advance(0)
  await alerter.onsetLocalized(other)
  await clock.advance(0)
  // The receiver is paused now: the resolution waits, unsent.
  await alerter.onsetLocalized(withoutOnset(analysis))
  await alerter.onsetLocalized(analysis)
  await clock.advance(60_000)
  t.notOk(told().includes(`resolved ${analysis.tree.run.runId}`))
  t.equal(told().filter((said) => said === `firing ${analysis.tree.run.runId}`).length, 1)
  await alerter.close()
})

t.test('a restart sends what was not sent, and nothing that was', async (t) => {
  const store = new MemoryAlertStore()
  const clock = new FakeClock(ALERTS_START)
  let isDown = false
  const answers = () => (isDown ? new Error('cut') : new Response('ok'))
  const first = await startAlerter({ store, clock, answers })
  const sent = aFailedAnalysis()
  const unsent = aFailedAnalysis()
  await first.alerter.onsetLocalized(sent)
  await clock.advance(0)
  isDown = true
  await first.alerter.onsetLocalized(unsent)
  await clock.advance(0)
  await first.alerter.close()
  t.equal(first.received.length, 2)

  const second = await startAlerter({ store, clock })
  await clock.advance(60_000)
  t.same(second.told(), [`firing ${unsent.tree.run.runId}`])
  t.equal(
    second.received[0]?.headers.get('idempotency-key'),
    first.received[1]?.headers.get('idempotency-key'),
    'by its key a receiver knows what it may have had'
  )
  await second.alerter.onsetLocalized(sent)
  await second.alerter.onsetLocalized(unsent)
  await clock.advance(60_000)
  t.equal(second.received.length, 1)
  await second.alerter.close()
})

t.test('a receiver that is down is asked less and less often, then given up', async (t) => {
  const { alerter, clock, received, store } = await startAlerter({
    answers: () => new Response('out of order', { status: 500 }),
    limits: { attemptsMax: 6 }
  })
  await alerter.onsetLocalized(aFailedAnalysis())
  await clock.advance(3_600_000)
  t.equal(received.length, 6)
  const waits = received.slice(1).map(({ at }, before) => at - (received[before]?.at ?? 0))
  t.same(waits, [750, 1_500, 3_000, 6_000, 12_000], 'doubles, with the jitter of this test')
  const [dead] = store.all()
  t.equal(dead?.status, 'dead')
  t.equal(dead?.error, 'HTTP 500: out of order')
  await alerter.close()
})

t.test('a receiver may say when to come again; one that refuses is not asked twice', async (t) => {
  const wait = await startAlerter({
    answers: (before) =>
      before === 0
        ? new Response('', { status: 429, headers: { 'retry-after': '40' } })
        : new Response('ok')
  })
  await wait.alerter.onsetLocalized(aFailedAnalysis())
  await wait.clock.advance(39_000)
  t.equal(wait.received.length, 1)
  await wait.clock.advance(2_000)
  t.equal(wait.received.length, 2)
  await wait.alerter.close()

  const refuse = await startAlerter({ answers: () => new Response('what?', { status: 400 }) })
  await refuse.alerter.onsetLocalized(aFailedAnalysis())
  await refuse.clock.advance(3_600_000)
  t.equal(refuse.received.length, 1)
  t.equal(refuse.store.all()[0]?.status, 'dead')
  await refuse.alerter.close()
})

t.test('one receiver that is down delays no other', async (t) => {
  const rules = `
destinations:
  down: { kind: webhook, url: 'http://down.test/' }
  up: { kind: webhook, url: 'http://up.test/' }
rules:
  - { name: all, destinations: [down, up] }
`
  const { alerter, clock, received } = await startAlerter({
    rules,
    answers: (_, url) => (url.includes('down') ? new Error('cut') : new Response('ok'))
  })
  for (let run = 0; run < 5; run += 1) await alerter.onsetLocalized(aFailedAnalysis())
  await clock.advance(100)
  t.equal(received.filter(({ url }) => url.includes('up')).length, 5)
  t.equal(received.filter(({ url }) => url.includes('down')).length, 1, 'paused for all that waits')
  await alerter.close()
})

t.test('beyond the limit one summary tells of the rest at the end of the interval', async (t) => {
  const limit = 'limit: { notifications: 2, every: 10m }'
  const rules = HOOK_RULES.replace('[hook]', `[hook], ${limit}`)
  const store = new MemoryAlertStore()
  const clock = new FakeClock(ALERTS_START)
  const first = await startAlerter({ rules, store, clock })
  const analyses = Array.from({ length: 3 }, () => aFailedAnalysis())
  for (const analysis of analyses) await first.alerter.onsetLocalized(analysis)
  await clock.advance(1_000)
  t.equal(first.received.length, 2)
  await first.alerter.close()

  const second = await startAlerter({ rules, store, clock })
  const more = Array.from({ length: 4 }, () => aFailedAnalysis({ category: 'unproductive_loop' }))
  for (const analysis of more) await second.alerter.onsetLocalized(analysis)
  await clock.advance(500_000)
  t.equal(second.received.length, 0, 'a restart begins no new interval')
  await clock.advance(100_000)
  t.same(second.told(), ['firing summary 5'])
  const [body] = second.received
  t.match(JSON.parse(body?.text ?? ''), {
    alerts: [
      {
        kind: 'summary',
        categories: [
          ['unproductive_loop', 4],
          ['mislocalized_edit', 1]
        ]
      }
    ]
  })
  const grouped = more[0]
  if (grouped !== undefined) await second.alerter.onsetLocalized(withoutOnset(grouped))
  await second.alerter.onsetLocalized(aFailedAnalysis())
  await clock.advance(1_000)
  t.equal(second.received.length, 2, 'a new interval; what only a summary told is not taken back')
  await second.alerter.close()
})

t.test('alerts of one group share a notification and the limit', async (t) => {
  const rules = HOOK_RULES.replace(
    '[hook]',
    '[hook], group: { by: [category], wait: 30s }, limit: { notifications: 2, every: 10m }'
  )
  const { alerter, clock, received, told } = await startAlerter({ rules })
  for (let run = 0; run < 4; run += 1) await alerter.onsetLocalized(aFailedAnalysis())
  await alerter.onsetLocalized(aFailedAnalysis({ category: 'other' }))
  await clock.advance(29_000)
  t.equal(received.length, 0)
  await clock.advance(1_000)
  t.equal(received.length, 2)
  t.equal(told().length, 5)
  await alerter.close()
})

t.test('one bad alert of a group does not take the others with it', async (t) => {
  const rules = HOOK_RULES.replace('[hook]', '[hook], group: { wait: 1s }')
  const bad = aFailedAnalysis()
  const badId = bad.tree.run.runId
  const { alerter, clock, store, received } = await startAlerter({ rules, answers: () => answer() })
  const answer = (): Response => {
    const isBad = received.at(-1)?.text.includes(badId) === true
    return new Response('', { status: isBad ? 422 : 200 })
  }
  await alerter.onsetLocalized(aFailedAnalysis())
  await alerter.onsetLocalized(bad)
  await alerter.onsetLocalized(aFailedAnalysis())
  await clock.advance(60_000)
  t.equal(store.all().filter(({ status }) => status === 'delivered').length, 2)
  t.same(
    store
      .all()
      .filter(({ status }) => status === 'dead')
      .map(({ runId }) => runId),
    [badId]
  )
  await alerter.close()
})

t.test('a store that is away for a while loses nothing', async (t) => {
  const { alerter, clock, store, told, received } = await startAlerter()
  const analysis = aFailedAnalysis()
  store.failures = 1
  await t.rejects(alerter.onsetLocalized(analysis), { message: 'the store is away' })
  await alerter.onsetLocalized(analysis)
  // Neither the first attempt can be noted nor, after it was made, that it went well.
  store.failures = 2
  await clock.advance(60_000)
  const firing = `firing ${analysis.tree.run.runId}`
  t.same(told(), [firing, firing], 'at least once')
  const keys = received.map(({ headers }) => headers.get('idempotency-key'))
  t.equal(new Set(keys).size, 1, 'by one key')
  t.equal(store.all()[0]?.status, 'delivered')
  await alerter.close()
})

t.test('what memory has no room for waits in the store', async (t) => {
  const rules = HOOK_RULES.replace('[hook]', '[hook], limit: { notifications: 1000 }')
  const { alerter, clock, told, store } = await startAlerter({ rules, limits: { openMax: 4 } })
  for (let run = 0; run < 20; run += 1) await alerter.onsetLocalized(aFailedAnalysis())
  await clock.advance(60_000)
  t.equal(new Set(told()).size, 20)
  t.equal(told().length, 20)
  t.ok(store.all().every(({ status }) => status === 'delivered'))
  await alerter.close()
})

t.test('an edited file: what nobody can deliver any more is given up and says so', async (t) => {
  const store = new MemoryAlertStore()
  const clock = new FakeClock(ALERTS_START)
  const first = await startAlerter({ store, clock, answers: () => new Error('cut') })
  const waiting = aFailedAnalysis()
  await first.alerter.onsetLocalized(waiting)
  await clock.advance(0)
  await first.alerter.close()
  const rules = HOOK_RULES.replace('hook: {', 'other: {').replace('[hook]', '[other]')
  const second = await startAlerter({ store, clock, rules })
  t.match(store.all(), [{ status: 'dead', error: 'the destination is no longer in the rules' }])
  await second.alerter.onsetLocalized(waiting)
  await clock.advance(0)
  t.same(second.told(), [`firing ${waiting.tree.run.runId}`], 'the new destination is told')
  await second.alerter.close()
})

t.test('an Alertmanager is reminded while an alert fires, and no longer', async (t) => {
  const rules = `
destinations:
  am: { kind: alertmanager, url: 'http://am.test/' }
rules:
  - { name: all, destinations: [am], firesFor: 10m, labels: { severity: page } }
`
  const { alerter, clock, received } = await startAlerter({ rules })
  const analysis = aFailedAnalysis()
  await alerter.onsetLocalized(analysis)
  await clock.advance(180_000)
  const posts = received.map(({ text }) => JSON.parse(text) as { labels: object; endsAt: string }[])
  t.equal(received[0]?.url, 'http://am.test/api/v2/alerts')
  t.equal(posts.length, 4, 'once, and every minute')
  t.same(posts[1], posts[0], 'a reminder says the same')
  t.match(posts[0], [
    {
      labels: {
        alertname: 'OnsetLocalized',
        rule: 'all',
        severity: 'page',
        run_id: analysis.tree.run.runId,
        category: 'mislocalized_edit',
        stage: 'implementation',
        service: 'shop'
      },
      endsAt: new Date(ALERTS_START + 600_000).toISOString(),
      generatorURL: `https://onset.example/runs/${analysis.tree.run.runId}`
    }
  ])
  await alerter.onsetLocalized(withoutOnset(analysis))
  await clock.advance(0)
  const last = JSON.parse(received.at(-1)?.text ?? '') as { labels: object; endsAt: string }[]
  t.same(last[0]?.labels, posts[0]?.[0]?.labels, 'the same alert, resolved')
  t.equal(last[0]?.endsAt, new Date(clock.now()).toISOString())
  const count = received.length
  await clock.advance(180_000)
  t.equal(received.length, count, 'nobody is reminded of what is resolved')
  await alerter.close()
})

t.test('an alert that nobody resolves is left to end by itself', async (t) => {
  const rules = `
destinations:
  am: { kind: alertmanager, url: 'http://am.test/' }
rules:
  - { name: all, destinations: [am], firesFor: 10m }
`
  const { alerter, clock, received } = await startAlerter({ rules })
  await alerter.onsetLocalized(aFailedAnalysis())
  await clock.advance(3_600_000)
  t.equal(received.length, 10)
  await alerter.close()
})

t.test('an alert that is told late stands as long as any other', async (t) => {
  const rules = `
destinations:
  am: { kind: alertmanager, url: 'http://am.test/' }
rules:
  - { name: all, destinations: [am], firesFor: 10m }
`
  let isDown = true
  const { alerter, clock, received } = await startAlerter({
    rules,
    answers: () => (isDown ? new Error('cut') : new Response('ok'))
  })
  await alerter.onsetLocalized(aFailedAnalysis())
  await clock.advance(1_800_000)
  isDown = false
  await clock.advance(300_000)
  const confirmed = received.find(({ at }) => at > ALERTS_START + 1_800_000)
  const [alert] = JSON.parse(confirmed?.text ?? '[]') as { endsAt: string }[]
  t.ok(Date.parse(alert?.endsAt ?? '') > (confirmed?.at ?? Infinity), 'it has not ended')
  await alerter.close()
})

t.test('closing twice is closing once, and leaves no timer', async (t) => {
  const { alerter, clock } = await startAlerter()
  await alerter.onsetLocalized(aFailedAnalysis())
  await Promise.all([alerter.close(), alerter.close()])
  t.equal(clock.timerCount, 0)
  t.ok(ALERTER_LIMITS.closeMs < 10_000, 'within the time a service manager gives')
})
