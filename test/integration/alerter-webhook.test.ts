// Alerts over real sockets, out of a real outbox, to a receiver that does everything wrong.

import { createHmac } from 'node:crypto'
import { createNoopMeter } from '@opentelemetry/api'
import t from 'tap'

import type { AlertDelivery } from '../../collector/model/index.ts'
import { createAlerter, type Alerter } from '../../processors/alerter/index.ts'
import {
  answerOk,
  startAlertReceiver,
  type AlertReceiver,
  type Behave
} from '../support/alert-receiver.ts'
import { aFailedAnalysis, someRules, withoutOnset } from '../support/alerter.ts'
import { openTestStore, silentLogger } from '../support/test-store.ts'
import { waitFor } from '../support/wait-for.ts'

const store = await openTestStore(t)

const SECRET = 'not a real secret: 0123456789'

async function started(
  t: { teardown(gone: () => unknown): void },
  receiver: AlertReceiver
): Promise<Alerter> {
  const rules = someRules(
    `
destinations:
  hook:
    kind: webhook
    url: ${receiver.url}/alerts?for=onset
    headers: { authorization: 'Bearer \${TOKEN}' }
    secret: \${SECRET}
rules:
  - { name: all, destinations: [hook], limit: { notifications: 1000 } }
`,
    { TOKEN: 'token-of-the-test', SECRET }
  )
  const alerter = await createAlerter({
    store,
    rules,
    now: () => Date.now(),
    meter: createNoopMeter(),
    logger: silentLogger,
    limits: { requestTimeoutMs: 300, retryMinMs: 20, retryMsMax: 100, closeMs: 200 }
  })
  t.teardown(() => alerter.close())
  return alerter
}

async function deliveryIn(
  runId: AlertDelivery['runId'],
  isRight: (delivery: AlertDelivery) => boolean
): Promise<AlertDelivery> {
  return waitFor(`the delivery of ${runId}`, async () => {
    const [delivery] = await store.readRunAlerts(runId)
    return delivery !== undefined && isRight(delivery) ? delivery : undefined
  })
}

const isDelivered = ({ status }: AlertDelivery): boolean => status === 'delivered'

t.test('a receiver knows who speaks, when, and what it has had', async (t) => {
  const receiver = await startAlertReceiver(t)
  const alerter = await started(t, receiver)
  const analysis = aFailedAnalysis()
  await alerter.onsetLocalized(analysis)
  await deliveryIn(analysis.tree.run.runId, isDelivered)
  const [request, later] = receiver.requests
  if (request === undefined) throw new Error('there was a request')
  t.equal(later, undefined)
  t.equal(request.path, '/alerts?for=onset')
  t.equal(request.headers['authorization'], 'Bearer token-of-the-test')
  const [, seconds = '', signature = ''] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request.headers['onset-signature'])) ?? []
  t.equal(
    createHmac('sha256', SECRET).update(`${seconds}.${request.text}`).digest('hex'),
    signature
  )
  t.ok(Math.abs(Date.now() / 1_000 - Number(seconds)) < 60)
  t.match(request.headers['idempotency-key'], /^[0-9a-f]{32}$/)
  t.match(JSON.parse(request.text ?? ''), {
    version: 1,
    alerts: [{ status: 'firing', runId: analysis.tree.run.runId, category: 'mislocalized_edit' }]
  })
  await alerter.onsetLocalized(analysis)
  await alerter.onsetLocalized(withoutOnset(analysis))
  await deliveryIn(analysis.tree.run.runId, ({ event, status }) => {
    return event === 'resolved' && status === 'delivered'
  })
  t.equal(receiver.requests.length, 2)
  t.match(JSON.parse(receiver.requests[1]?.text ?? ''), { alerts: [{ status: 'resolved' }] })
})

t.test('errors, silence, cut connections and redirects: told when it works again', async (t) => {
  const other = await startAlertReceiver(t)
  const misdeeds: readonly Behave[] = [
    (response) => response.writeHead(500).end('x'.repeat(1_000_000)),
    (response) => response.socket?.destroy(),
    (response) => response.writeHead(307, { location: other.url }).end(),
    (response) => response.writeHead(429, { 'retry-after': '0' }).end(),
    (response) => response.writeHead(503).write('and then nothing'),
    () => undefined
  ]
  const receiver = await startAlertReceiver(t, (response, before) => {
    const behave = misdeeds[before] ?? answerOk
    behave(response, before)
  })
  const alerter = await started(t, receiver)
  const analysis = aFailedAnalysis()
  await alerter.onsetLocalized(analysis)
  const delivery = await deliveryIn(analysis.tree.run.runId, isDelivered)
  t.equal(delivery.attempts, misdeeds.length + 1)
  t.equal(other.requests.length, 0, 'no redirect is followed')
  const keys = receiver.requests.map(({ headers }) => headers['idempotency-key'])
  t.equal(new Set(keys).size, 1, 'every attempt has the same key')
})

t.test('why it failed is in the outbox, without the secrets that an answer repeats', async (t) => {
  const receiver = await startAlertReceiver(t, (response) => {
    response.writeHead(400).end(`your key ${SECRET} is\u0007not mine`)
  })
  const alerter = await started(t, receiver)
  const analysis = aFailedAnalysis()
  await alerter.onsetLocalized(analysis)
  const dead = await deliveryIn(analysis.tree.run.runId, ({ status }) => status === 'dead')
  t.equal(dead.error, 'HTTP 400: your key *** is not mine')
})

t.test('a receiver that is not there, then is', async (t) => {
  const receiver = await startAlertReceiver(t)
  await receiver.close()
  const alerter = await started(t, receiver)
  const analysis = aFailedAnalysis()
  await alerter.onsetLocalized(analysis)
  const failed = await deliveryIn(analysis.tree.run.runId, ({ error }) => error !== '')
  t.equal(failed.error, 'no connection: ECONNREFUSED', 'and no address, which may be a secret')
  t.equal(failed.status, 'waiting')
})

t.test('closing does not wait for a receiver that hangs, and the next start tells', async (t) => {
  const receiver = await startAlertReceiver(t, () => undefined)
  const hanging = await started(t, receiver)
  const analysis = aFailedAnalysis()
  await hanging.onsetLocalized(analysis)
  await waitFor('the request', async () => receiver.requests[0])
  await hanging.close()
  receiver.behave(answerOk)
  await started(t, receiver)
  await deliveryIn(analysis.tree.run.runId, isDelivered)
  const ids = receiver.requests
    .filter(({ text }) => text.includes(analysis.tree.run.runId))
    .map(({ headers }) => headers['idempotency-key'])
  t.equal(new Set(ids).size, 1)
})
