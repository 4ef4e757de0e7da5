// What others write into the store while the alerter runs: a person's correction, an alert to send again.

import t from 'tap'
import type { Feedback, RunId } from '../../collector/model/index.ts'
import { fromUnixMillis } from '../../collector/model/index.ts'
import {
  ALERTS_START,
  aFailedAnalysis,
  MemoryAlertStore,
  startAlerter
} from '../support/alerter.ts'

const LOOK_MS = 6_000

function aWord(runId: RunId, onsetStepIndex: number | undefined): Feedback {
  const createdAt = fromUnixMillis(ALERTS_START)
  return { runId, onsetStepIndex, category: undefined, comment: '', author: 'ada', createdAt }
}

t.test('a person who says that no step is to blame resolves the alert, once', async (t) => {
  const { alerter, store, clock, told, alerts } = await startAlerter()
  const analysis = aFailedAnalysis({ stepIndex: 1 })
  const { runId } = analysis.tree.run
  await alerter.onsetLocalized(analysis)
  await clock.advance(LOOK_MS)
  store.feedback.unshift(aWord(runId, undefined))
  await clock.advance(5 * LOOK_MS)
  t.same(told(), [`firing ${runId}`, `resolved ${runId}`])
  t.equal(alerts()[1]?.resolution, 'corrected')
  await alerter.onsetLocalized(analysis)
  await clock.advance(LOOK_MS)
  t.equal(told().length, 2, 'the same verdict again is not told against a person')
})

t.test('a person who names another step resolves it, one who agrees does not', async (t) => {
  const { alerter, store, clock, told } = await startAlerter()
  const agreed = aFailedAnalysis({ stepIndex: 1 })
  const other = aFailedAnalysis({ stepIndex: 1 })
  await alerter.onsetLocalized(agreed)
  await alerter.onsetLocalized(other)
  await clock.advance(LOOK_MS)
  store.feedback.unshift(aWord(agreed.tree.run.runId, 1), aWord(other.tree.run.runId, 7))
  await clock.advance(LOOK_MS)
  t.same(told().slice(2), [`resolved ${other.tree.run.runId}`])
})

t.test('only the newest word counts', async (t) => {
  const { alerter, store, clock, told } = await startAlerter()
  const analysis = aFailedAnalysis({ stepIndex: 1 })
  const { runId } = analysis.tree.run
  await alerter.onsetLocalized(analysis)
  store.feedback.push(aWord(runId, 1), aWord(runId, undefined))
  await clock.advance(LOOK_MS)
  t.same(told(), [`firing ${runId}`])
})

t.test('what was corrected while nobody ran is taken back after the start', async (t) => {
  const store = new MemoryAlertStore()
  const first = await startAlerter({ store })
  const analysis = aFailedAnalysis({ stepIndex: 1 })
  const { runId } = analysis.tree.run
  await first.alerter.onsetLocalized(analysis)
  await first.clock.advance(LOOK_MS)
  await first.alerter.close()
  store.feedback.unshift(aWord(runId, undefined))
  const second = await startAlerter({ store, clock: first.clock })
  await second.clock.advance(LOOK_MS)
  t.same(second.told(), [`resolved ${runId}`])
})

t.test('an alert that was corrected before it was told stays untold', async (t) => {
  const { alerter, store, clock, told } = await startAlerter()
  const analysis = aFailedAnalysis({ stepIndex: 1 })
  store.feedback.unshift(aWord(analysis.tree.run.runId, undefined))
  await alerter.onsetLocalized(analysis)
  await clock.advance(LOOK_MS)
  t.same(told(), [])
})

t.test('a dead letter that was put back is sent at the next look', async (t) => {
  let isRefusing = true
  const { alerter, store, clock, told } = await startAlerter({
    answers: () => new Response('', { status: isRefusing ? 400 : 200 })
  })
  const analysis = aFailedAnalysis()
  await alerter.onsetLocalized(analysis)
  await clock.advance(1_000)
  const [dead] = store.all()
  t.equal(dead?.status, 'dead')
  if (dead === undefined) return
  isRefusing = false
  const { revision } = dead
  await store.saveAlerts([{ ...dead, revision: revision + 1, status: 'waiting', attempts: 0 }])
  await clock.advance(3 * LOOK_MS)
  t.equal(told().length, 2, 'refused once, taken once')
  t.equal(store.all()[0]?.status, 'delivered')
})

t.test('a dead letter to a destination that is gone is given up again, and said so', async (t) => {
  const { alerter, store, clock, told } = await startAlerter()
  await alerter.onsetLocalized(aFailedAnalysis())
  await clock.advance(1_000)
  const [sent] = store.all()
  if (sent === undefined) return
  const stray = { ...sent, deliveryId: 'stray', destination: 'gone', status: 'waiting' as const }
  await store.saveAlerts([stray])
  await clock.advance(LOOK_MS)
  t.equal(told().length, 1)
  const found = store.all().find(({ deliveryId }) => deliveryId === 'stray')
  t.match(found, { status: 'dead', error: /no longer in the rules/ })
})

t.test('a store that is away for a look is looked at again', async (t) => {
  const { alerter, store, clock, told } = await startAlerter()
  const analysis = aFailedAnalysis({ stepIndex: 1 })
  const { runId } = analysis.tree.run
  await alerter.onsetLocalized(analysis)
  await clock.advance(1_000)
  store.feedback.unshift(aWord(runId, undefined))
  store.failures = 1
  await clock.advance(4 * LOOK_MS)
  t.same(told(), [`firing ${runId}`, `resolved ${runId}`])
})

t.test('a closed alerter looks no more', async (t) => {
  const { alerter, clock } = await startAlerter()
  await alerter.close()
  t.equal(clock.timerCount, 0)
})
