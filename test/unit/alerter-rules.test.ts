// The file an operator writes: what is right is read, what is wrong is told with its line.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

import { CollectorError } from '../../collector/model/index.ts'
import { loadAlertRules, parseAlertRules } from '../../processors/alerter/index.ts'
import { matchesRule, type Subject } from '../../processors/alerter/rules/match-rule.ts'

const EXAMPLE = new URL('../../deploy/alerts.example.yaml', import.meta.url).pathname
const ENV = {
  ALERT_HOOK_SECRET: 'hook-secret',
  ALERT_SLACK_URL: 'https://hooks.slack.com/services/T0/B0/x',
  ALERT_PAGERDUTY_KEY: 'routing-key'
}

function mistakesOf(text: string, env: Record<string, string> = ENV): readonly string[] {
  try {
    parseAlertRules(text, { source: 'alerts.yaml', env })
    return []
  } catch (error) {
    if (!(error instanceof CollectorError)) throw error
    return error.message
      .split('\n')
      .map((line) => line.replace('ONSET_ALERT_RULES alerts.yaml: ', ''))
  }
}

t.test('the example is right, and says what its comments say', async (t) => {
  const { destinations, rules } = loadAlertRules(EXAMPLE, ENV)
  t.same([...destinations.keys()], ['oncall', 'hook', 'chat', 'pager'])
  t.equal(destinations.get('hook')?.key, 'hook-secret')
  t.equal(destinations.get('chat')?.url, ENV.ALERT_SLACK_URL)
  t.equal(destinations.get('chat')?.detail, 'names')
  t.equal(destinations.get('oncall')?.detail, 'minimal', 'by default little leaves')
  t.equal(destinations.get('pager')?.url, 'https://events.pagerduty.com/v2/enqueue')
  t.match(rules, [
    {
      name: 'shop-agents',
      destinations: ['oncall', 'chat'],
      groupBy: ['category'],
      groupWaitMs: 30_000,
      notifications: 10,
      limitMs: 600_000,
      firesForMs: 14_400_000
    },
    { name: 'loops', groupBy: [], groupWaitMs: 0, notifications: 20 }
  ])
  for (const name of Object.keys(ENV)) {
    t.throws(() => loadAlertRules(EXAMPLE, { ...ENV, [name]: '' }), { message: name })
  }
})

t.test('every mistake is one line that says where, what, and what is right', async (t) => {
  const text = `destinations:
  a: { kind: webhok, url: 'http://x' }
  b: { kind: webhook }
  c: { kind: webhook, url: 'ftp://x/y', detial: names }
  d: { kind: slack, url: 'https://hooks.slack.com/services/T0/B0/x' }
  e: { kind: pagerduty }
  f: { kind: alertmanager, url: 'http://user:pw@x/', secret: '\${NOPE}' }
  g: { kind: webhook, url: 'http://x', headers: { host: x, "a b": x, ok: "\${NOPE}" } }
  "9": { kind: webhook, url: 'http://x' }
rules:
  - { name: one, destinations: [a, z], match: { categories: [lop], minConfidence: 2 } }
  - { name: one, destinations: [a], match: { services: ["a*b"] } }
  - { destinations: [], limit: { notifications: 0, every: soon }, labels: { run_id: x, "a-b": y } }
  - { name: four, destinations: [a], group: { by: [color], wait: 2d }, firesFor: 1s }
  - five
`
  const mistakes = mistakesOf(text)
  const said = mistakes.join('\n')
  for (const line of [
    'line 2: destinations.a.kind is "webhok"; one of alertmanager, webhook, slack, pagerduty is right',
    'line 3: destinations.b needs a url',
    'line 4: destinations.c.detial is unknown here; kind, detail, url, headers, secret, routingKey are known',
    'line 4: destinations.c.url is no address; one that begins with http:// or https:// is right',
    'line 5: destinations.d.url is a secret; write ${NAME} and set that environment variable',
    'line 6: destinations.e needs a routingKey, as ${PAGERDUTY_ROUTING_KEY}',
    'line 7: destinations.f.url holds a password; put it into headers: as authorization: Basic ${NAME}',
    'line 7: destinations.f.secret is not for alertmanager; it has kind, detail, url, headers',
    'line 8: destinations.g.headers.host is set by Onset',
    'line 8: destinations.g.headers.a b "a b" is no name of a header',
    'line 8: destinations.g.headers.ok names the environment variable NOPE, which is not set',
    'line 9: destinations.9 has a name that is not right',
    'line 11: rules[0].destinations[1] is "z", which is no destination of this file',
    'line 11: rules[0].match.categories[0] is "lop"; one of environment_setup',
    'line 11: rules[0].match.minConfidence is to be a number from 0 to 1',
    'line 12: rules[1].name is "one", as another rule\'s is',
    'line 12: rules[1].match.services[0] is "a*b"; * may only stand at the end',
    'line 13: rules[2] needs a name',
    'line 13: rules[2].destinations needs destinations, at least one',
    'line 13: rules[2].limit.notifications is to be a whole number from 1 to 1000',
    'line 13: rules[2].limit.every is "soon"; a time from 1s to 24h as 30s, 10m or 4h is right',
    'line 13: rules[2].labels.run_id is set by Onset',
    'line 13: rules[2].labels.a-b "a-b" is no name of a label',
    'line 14: rules[3].group.by[0] is "color"; one of category, stage, service, agent is right',
    'line 14: rules[3].group.wait is "2d"',
    'line 14: rules[3].firesFor is "1s"; a time from 60s to 168h as 30s, 10m or 4h is right',
    'line 15: rules[4] is to be a map of names to values'
  ]) {
    t.ok(said.includes(line), line)
  }
  t.notMatch(said, /pw@|hooks\.slack\.com/, 'no address that may be a secret is shown')
})

t.test('what is no rules file at all says so', async (t) => {
  t.match(mistakesOf(''), [
    /line 1: .*is to be a map/,
    /destinations is missing/,
    /rules is missing/
  ])
  t.match(mistakesOf('- a'), [/is to be a map/])
  t.match(mistakesOf('a: [1'), [/line 1/])
  t.match(mistakesOf('rules: []\nrules: []\ndestinations: {}'), [/unique/])
  t.same(mistakesOf('destinations: {}\nrules: []'), [], 'no rules are right: nobody is told')
  t.equal(
    mistakesOf(`a: &a [1,1]\nb: &b [*a,*a]\nc: [*b,*b]\nrules: []\ndestinations: {}`).length,
    3
  )
  const many = mistakesOf('x: 1\n'.repeat(3))
  t.ok(many.length > 0)
})

t.test('a file that cannot be read, or is something else, says so', async (t) => {
  const folder = t.testdir({})
  t.throws(() => loadAlertRules(join(folder, 'none.yaml'), {}), {
    code: 'SETTINGS_INVALID',
    message: /none\.yaml: cannot be read: ENOENT/
  })
  mkdirSync(join(folder, 'dir'))
  t.throws(() => loadAlertRules(join(folder, 'dir'), {}), { message: /cannot be read/ })
  writeFileSync(join(folder, 'big.yaml'), '#'.repeat(300_000))
  t.throws(() => loadAlertRules(join(folder, 'big.yaml'), {}), { message: /300000 bytes/ })
})

t.test('a secret from the environment is no YAML: it cannot add fields', async (t) => {
  const text = readFileSync(EXAMPLE, 'utf8')
  const evil = 'x\nrules: []\n"'
  const { destinations } = parseAlertRules(text, {
    source: 'x',
    env: { ...ENV, ALERT_HOOK_SECRET: evil }
  })
  t.equal(destinations.get('hook')?.key, evil)
})

t.test('a rule matches what all its lists allow; an empty list allows everything', async (t) => {
  const all = { categories: [], stages: [], services: [], agents: [], minConfidence: 0 }
  const subject: Subject = {
    category: 'other',
    stage: 'delivery',
    service: 'shop-api',
    agent: 'coder',
    confidence: 0.5
  }
  t.ok(matchesRule(all, subject))
  t.ok(matchesRule({ ...all, categories: ['other'], stages: ['delivery'] }, subject))
  t.notOk(matchesRule({ ...all, categories: ['other'], stages: ['planning'] }, subject))
  t.ok(matchesRule({ ...all, services: ['x', 'shop-*'] }, subject))
  t.notOk(matchesRule({ ...all, services: ['shop'] }, subject))
  t.ok(matchesRule({ ...all, agents: ['*'] }, subject))
  t.ok(matchesRule({ ...all, minConfidence: 0.5 }, subject))
  t.notOk(matchesRule({ ...all, minConfidence: 0.51 }, subject))
})
