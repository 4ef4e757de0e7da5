// What is said of a verdict to whom: fingerprints, sentences, the bodies of each kind of destination, and
// what never leaves.

import { readFileSync } from 'node:fs'
import t from 'tap'

import { toStepId, toUnixNano } from '../../collector/model/index.ts'
import { backOff } from '../../processors/alerter/delivery/back-off.ts'
import { ADAPTERS } from '../../processors/alerter/destinations/adapters.ts'
import type { Notification } from '../../processors/alerter/destinations/notification.ts'
import { sign } from '../../processors/alerter/destinations/webhook.ts'
import type { DestinationKind, Detail } from '../../processors/alerter/rules/alert-rules.ts'
import { describeAlert } from '../../processors/alerter/verdict/describe-alert.ts'
import { readVerdict, toPayload } from '../../processors/alerter/verdict/read-verdict.ts'
import { StormGuard } from '../../processors/alerter/verdict/storm-guard.ts'
import { aFailedAnalysis, ALERTS_START, HOOK_RULES, someRules } from '../support/alerter.ts'

const [RULE] = someRules(
  HOOK_RULES.replace('[hook]', '[hook], labels: { severity: critical }')
).rules

type Given = Parameters<typeof aFailedAnalysis>[0]

function payloadOf(given: Given = {}, detail: Detail = 'minimal') {
  const analysis = aFailedAnalysis({ agent: 'coder', ...given })
  const verdict = readVerdict(analysis)
  if (verdict === undefined || RULE === undefined) throw new Error('there is a verdict')
  return toPayload(verdict, analysis.tree, { rule: RULE, detail })
}

function bodyOf(
  kind: DestinationKind,
  payload = payloadOf(),
  event: 'firing' | 'resolved' = 'firing'
) {
  const notification: Notification = {
    id: 'n1',
    alerts: [
      {
        alertKey: 'k1',
        deliveryId: 'd1',
        sequence: 1,
        event,
        startsAt: ALERTS_START,
        endsAt: ALERTS_START + 1_000,
        payload
      }
    ],
    linkOf: (runId) => `https://onset.example/runs/${runId}`,
    now: ALERTS_START
  }
  const destination = {
    name: 'x',
    kind,
    url: 'http://x.test',
    headers: new Map(),
    key: 'key-of-x',
    detail: 'minimal' as const,
    secrets: []
  }
  return ADAPTERS[kind].build(destination, notification)
}

t.test('a verdict is known by step id, category and stage, and by nothing else', async (t) => {
  const analysis = aFailedAnalysis()
  const { runId } = analysis.tree.run
  const keyOf = (given: Given) => readVerdict(aFailedAnalysis({ runId, ...given }))?.alertKey
  const key = keyOf({})
  t.match(key, /^[0-9a-f]{32}$/)
  t.equal(keyOf({ stepIndex: 9, confidence: 0.1, summary: 'x', localizerVersion: 'y' }), key)
  t.equal(keyOf({ agent: 'another', service: 'another' }), key)
  t.not(keyOf({ stepId: toStepId('step-2') }), key)
  t.not(keyOf({ category: 'other' }), key)
  t.not(keyOf({ stage: 'planning' }), key)
  t.not(readVerdict(aFailedAnalysis())?.alertKey, key, 'nor is another run')
})

t.test('nothing that was written in a run leaves, unless names are asked for', async (t) => {
  const given = {
    summary: 'SECRET-SUMMARY',
    caveats: ['SECRET-CAVEAT'],
    evidence: [{ stepIndex: 1, detector: 'x', quote: 'SECRET-QUOTE', weight: 1 }]
  }
  for (const kind of ['alertmanager', 'webhook', 'slack', 'pagerduty'] as const) {
    const minimal = bodyOf(kind, payloadOf(given)).body
    t.notMatch(minimal, /SECRET|secret words|reload|Done|src\/cart|cart keeps/, `${kind}, minimal`)
    const names = bodyOf(kind, payloadOf(given, 'names')).body
    t.notMatch(names, /SECRET|secret words|reload|Done/, `${kind}, names`)
    if (kind !== 'pagerduty') t.match(names, /src\/cart\.ts.*cart keeps items/, `${kind}, names`)
  }
})

t.test('one sentence says where and what it cost', async (t) => {
  t.equal(
    describeAlert(payloadOf()),
    'Agent coder of service shop went wrong at step 1 of 1 (stage implementation, category mislocalized_edit, confidence 0.50); 3 steps and 1,234 tokens were spent after it.'
  )
  t.match(
    describeAlert(payloadOf({}, 'names')),
    /using edit on src\/cart\.ts; "cart keeps items" failed; 3 steps/
  )
})

t.test('names are names: bounded, printable, and no markup', async (t) => {
  const hostile = `<!channel> *x* \u001b[31m\u202e${'a'.repeat(5_000)}\ud800`
  const payload = payloadOf({ service: hostile, agent: hostile }, 'names')
  t.ok(payload.service.length <= 120)
  t.notMatch(payload.service, /[\p{Cc}\p{Cf}]/u)
  t.ok(payload.service.isWellFormed())
  const slack = JSON.parse(bodyOf('slack', payload).body) as { text: string }
  t.notMatch(slack.text, /<!channel>/)
  t.match(slack.text, /&lt;!channel&gt; 'x'/)
  for (const kind of ['alertmanager', 'webhook', 'slack', 'pagerduty'] as const) {
    t.ok(bodyOf(kind, payload).body.length < 8_192, `${kind} is small`)
  }
})

t.test('the webhook’s JSON in docs/alerting.md has the fields that are sent', async (t) => {
  const page = readFileSync(new URL('../../docs/alerting.md', import.meta.url), 'utf8')
  const shown = JSON.parse(/```json\n([^]*?)```/.exec(page)?.[1] ?? '') as { alerts: object[] }
  const sent = JSON.parse(bodyOf('webhook').body) as { alerts: object[] }
  t.same(Object.keys(shown), Object.keys(sent))
  t.same(Object.keys(shown.alerts[0] ?? {}), Object.keys(sent.alerts[0] ?? {}))
})

t.test('a run’s times are whole milliseconds', async (t) => {
  const analysis = aFailedAnalysis()
  const run = {
    ...analysis.tree.run,
    startTime: toUnixNano(1_793_610_000_000_123_456n),
    endTime: toUnixNano(1_793_610_001_999_900_000n)
  }
  const verdict = readVerdict(analysis)
  if (verdict === undefined || RULE === undefined) throw new Error('there is a verdict')
  const to = { rule: RULE, detail: 'minimal' } as const
  const payload = toPayload(verdict, { ...analysis.tree, run }, to)
  t.match(payload, { runStartedAt: 1_793_610_000_000, runEndedAt: 1_793_610_001_999 })
})

t.test('PagerDuty gets a trigger and a resolve of one key', async (t) => {
  const payload = payloadOf()
  const trigger = JSON.parse(bodyOf('pagerduty', payload).body)
  t.match(trigger, {
    routing_key: 'key-of-x',
    event_action: 'trigger',
    dedup_key: 'onset-k1',
    payload: {
      severity: 'critical',
      source: 'shop',
      component: 'coder',
      class: 'mislocalized_edit'
    }
  })
  t.same(JSON.parse(bodyOf('pagerduty', payload, 'resolved').body), {
    routing_key: 'key-of-x',
    event_action: 'resolve',
    dedup_key: 'onset-k1'
  })
})

t.test('labels of a rule cannot take the place of ours', async (t) => {
  const payload = { ...payloadOf(), labels: { severity: 'page', team: 'a' } }
  const [alert] = JSON.parse(bodyOf('alertmanager', payload).body) as [{ labels: object }]
  t.match(alert.labels, { alertname: 'OnsetLocalized', severity: 'page', team: 'a' })
  const plain = { ...payloadOf(), labels: {} }
  const [other] = JSON.parse(bodyOf('alertmanager', plain).body) as [{ labels: object }]
  t.match(other.labels, { severity: 'warning' })
})

t.test('the signature is HMAC-SHA256 over time and body', async (t) => {
  // printf '1.what do ya want for nothing?' | openssl dgst -sha256 -hmac Jefe
  t.equal(
    sign('Jefe', 1, 'what do ya want for nothing?'),
    'a9049465ce89cfb8e9aac62333abda66f80e3403f51f57f6bae3c3a4485eca38'
  )
  const { headers, body } = bodyOf('webhook')
  const seconds = ALERTS_START / 1_000
  t.equal(headers.get('onset-signature'), `t=${seconds},v1=${sign('key-of-x', seconds, body)}`)
  t.equal(headers.get('idempotency-key'), 'n1')
})

t.test('the code of docs/alerting.md that checks a signature does', async (t) => {
  const page = readFileSync(new URL('../../docs/alerting.md', import.meta.url), 'utf8')
  const code = /```js\n([^]*?)```/.exec(page)?.[1] ?? ''
  const { isFromOnset } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    isFromOnset: (header: string, body: string, secret: string, now: number) => boolean
  }
  const { headers, body } = bodyOf('webhook')
  const header = headers.get('onset-signature') ?? ''
  const now = ALERTS_START / 1_000
  t.equal(isFromOnset(header, body, 'key-of-x', now + 10), true)
  t.equal(isFromOnset(header, `${body} `, 'key-of-x', now), false, 'another body')
  t.equal(isFromOnset(header, body, 'another', now), false, 'another key')
  t.equal(isFromOnset(header, body, 'key-of-x', now + 3_600), false, 'an old one')
  t.equal(isFromOnset('', body, 'key-of-x', now), false, 'none')
  const rules = /```yaml\n([^]*?)```/.exec(page)?.[1] ?? ''
  t.equal(someRules(rules, { ALERT_SLACK_URL: 'https://hooks.test/x' }).rules.length, 1)
})

t.test('back-off doubles up to its bound, and jitter never exceeds it', async (t) => {
  const bounds = { minMs: 1_000, maxMs: 60_000 }
  t.equal(backOff(1, bounds, 0), 500)
  t.equal(backOff(1, bounds, 1), 1_000)
  t.equal(backOff(3, bounds, 1), 4_000)
  for (const failures of [7, 50, 1e9]) {
    t.equal(backOff(failures, bounds, 0), 30_000)
    t.equal(backOff(failures, bounds, 1), 60_000)
  }
})

t.test('the guard counts within an interval, and groups share a place', async (t) => {
  const [rule] = someRules(
    HOOK_RULES.replace(
      '[hook]',
      '[hook], group: { by: [category], wait: 30s }, limit: { notifications: 2, every: 10m }'
    )
  ).rules
  if (rule === undefined) throw new Error('there is a rule')
  const guard = new StormGuard()
  const at = ALERTS_START + 5_000
  t.same(guard.admit(rule, 'a', at), { status: 'waiting', at: at + 30_000 })
  t.same(guard.admit(rule, 'a', at + 10_000), { status: 'waiting', at: at + 30_000 })
  t.same(guard.admit(rule, 'b', at), { status: 'waiting', at: at + 30_000 })
  t.same(guard.admit(rule, 'c', at), { status: 'held', at: ALERTS_START + 600_000 })
  t.same(guard.admit(rule, 'a', at + 40_000), { status: 'held', at: ALERTS_START + 600_000 })
  t.equal(guard.admit(rule, 'c', ALERTS_START + 600_000).status, 'waiting')
  const restarted = new StormGuard()
  restarted.recall(rule, ALERTS_START - 1, at)
  restarted.recall(rule, ALERTS_START + 1, at)
  t.equal(restarted.admit(rule, 'a', at).status, 'waiting', 'the older was of another interval')
  t.equal(restarted.admit(rule, 'b', at).status, 'held')
})
