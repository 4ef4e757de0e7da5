// One secret at a time, alone in its request, because a second one would lead to it: of every kind in one place, and
// of one kind in every place of a span, a log record and a data point; and in reports. Then every column of every
// table is read for it.

import t from 'tap'
import { toTraceId } from '../../collector/model/index.ts'
import { aRunTree } from '../support/builders.ts'
import { saveRun } from '../support/save-run.ts'
import { HEX, LETTERS, plant, PLANTED } from '../support/secret-cases.ts'
import { startTestCollector } from '../support/started-collector.ts'
import { startTestGateway } from '../support/started-gateway.ts'

const gateway = await startTestGateway(t)
const collector = await startTestCollector(t, { store: gateway.store })

type Json = Readonly<Record<string, unknown>>

const REQUESTS_AT_ONCE = 32

let made = 0
/** A token that no other place has. */
function aSecret(): string {
  made += 1
  return `ghp_${LETTERS.slice(0, 26)}${String(made).padStart(10, '0')}`
}

/** Ids that are no secrets, and new for each request. */
const anId = (chars: number): string => (made + 1).toString(16).padStart(chars, '0')
const time = `${Date.now()}000000`
const attribute = (key: string, value: Json): Json => ({ key, value })
const text = (value: string): Json => ({ stringValue: value })
const bytes = (value: string | Buffer): Json => ({
  bytesValue: Buffer.from(value).toString('base64')
})

/** Where attributes can hold a text, by what is made of the secret. */
const HELD: Readonly<Record<string, (secret: string) => Json>> = {
  'a text': (secret) => attribute('a', text(secret)),
  'the key of a text': (secret) => attribute(secret, text('x')),
  'the key of an integer': (secret) => attribute(secret, { intValue: '5' }),
  'the key of a number': (secret) => attribute(secret, { doubleValue: 0.5 }),
  'the key of a truth value': (secret) => attribute(secret, { boolValue: true }),
  'the key of nothing': (secret) => attribute(secret, {}),
  'the key of a list': (secret) =>
    attribute(secret, { arrayValue: { values: [{ intValue: '1' }] } }),
  'the key of an empty map': (secret) => attribute(secret, { kvlistValue: { values: [] } }),
  'the key of bytes': (secret) => attribute(secret, bytes('x')),
  'a list': (secret) => attribute('a', { arrayValue: { values: [{}, text(secret)] } }),
  'a map': (secret) => attribute('a', { kvlistValue: { values: [attribute('b', text(secret))] } }),
  'a key of a map': (secret) =>
    attribute('a', { kvlistValue: { values: [attribute(secret, { intValue: '1' })] } }),
  bytes: (secret) => attribute('a', bytes(`x ${secret}`)),
  'bytes that are no text': (secret) =>
    attribute('a', bytes(Buffer.concat([Buffer.from([0xff, 0]), Buffer.from(secret)]))),
  'bytes in a list': (secret) => attribute('a', { arrayValue: { values: [bytes(secret)] } })
}

type Place = (secret: string) => Json

function held(carry: (attributes: readonly Json[]) => Json): Readonly<Record<string, Place>> {
  return Object.fromEntries(
    Object.entries(HELD).map(([name, hold]) => [name, (secret: string) => carry([hold(secret)])])
  )
}

const within = (
  where: string,
  places: Readonly<Record<string, Place>>
): Readonly<Record<string, Place>> =>
  Object.fromEntries(Object.entries(places).map(([name, place]) => [`${where}: ${name}`, place]))

const SERVICE = attribute('service.name', text('planted'))

/** What spans, records and metrics come in. */
function ownersOf(
  wrap: (owned: { resource?: Json; scope?: Json; rest?: Json; inner?: Json }) => Json
) {
  return {
    ...within(
      'resource',
      held((attributes) => wrap({ resource: { attributes: [SERVICE, ...attributes] } }))
    ),
    ...within(
      'scope',
      held((attributes) => wrap({ scope: { name: 's', attributes } }))
    ),
    'name of the scope': (secret: string) => wrap({ scope: { name: secret } }),
    'version of the scope': (secret: string) => wrap({ scope: { name: 's', version: secret } }),
    'schema of the resource': (secret: string) =>
      wrap({ rest: { schemaUrl: `https://x.example/${secret}` } }),
    'schema of the scope': (secret: string) =>
      wrap({ inner: { schemaUrl: `https://x.example/${secret}` } })
  }
}

function spanRequest(
  span: Json,
  { resource, scope, rest, inner }: Record<string, Json> = {}
): Json {
  const spans = [
    {
      traceId: anId(32),
      spanId: anId(16),
      name: 'x',
      startTimeUnixNano: time,
      endTimeUnixNano: time,
      ...span
    }
  ]
  const scopeSpans = [{ scope: scope ?? { name: 's' }, spans, ...inner }]
  return {
    resourceSpans: [{ resource: resource ?? { attributes: [SERVICE] }, scopeSpans, ...rest }]
  }
}

function logRequest(
  record: Json,
  { resource, scope, rest, inner }: Record<string, Json> = {}
): Json {
  const logRecords = [{ timeUnixNano: time, severityNumber: 9, ...record }]
  const scopeLogs = [{ scope: scope ?? { name: 's' }, logRecords, ...inner }]
  return { resourceLogs: [{ resource: resource ?? { attributes: [SERVICE] }, scopeLogs, ...rest }] }
}

function metricRequest(
  metric: Json,
  { resource, scope, rest, inner }: Record<string, Json> = {}
): Json {
  const metrics = [{ name: 'm', ...(metric['sum'] === undefined ? pointOf({}) : {}), ...metric }]
  const scopeMetrics = [{ scope: scope ?? { name: 's' }, metrics, ...inner }]
  return {
    resourceMetrics: [{ resource: resource ?? { attributes: [SERVICE] }, scopeMetrics, ...rest }]
  }
}

const pointOf = (point: Json): Json => ({
  sum: {
    aggregationTemporality: 2,
    isMonotonic: true,
    dataPoints: [{ timeUnixNano: time, asInt: '1', ...point }]
  }
})

const linkOf = (link: Json): Json => ({
  links: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), ...link }]
})

const PLACES: Readonly<Record<string, Readonly<Record<string, Place>>>> = {
  '/v1/traces': {
    ...within(
      'span',
      held((attributes) => spanRequest({ attributes }))
    ),
    ...within(
      'event',
      held((attributes) => spanRequest({ events: [{ timeUnixNano: time, name: 'e', attributes }] }))
    ),
    ...within(
      'link',
      held((attributes) => spanRequest(linkOf({ attributes })))
    ),
    name: (secret) => spanRequest({ name: secret }),
    'status message': (secret) => spanRequest({ status: { code: 2, message: secret } }),
    'trace state': (secret) => spanRequest({ traceState: `a=${secret}` }),
    'trace state of a link': (secret) => spanRequest(linkOf({ traceState: `a=${secret}` })),
    'name of an event': (secret) => spanRequest({ events: [{ timeUnixNano: time, name: secret }] }),
    ...ownersOf((owned) => spanRequest({}, owned))
  },
  '/v1/logs': {
    ...within(
      'record',
      held((attributes) => logRequest({ attributes }))
    ),
    body: (secret) => logRequest({ body: text(secret) }),
    'bytes as body': (secret) => logRequest({ body: bytes(secret) }),
    'bytes in the body': (secret) =>
      logRequest({ body: { arrayValue: { values: [bytes(secret)] } } }),
    'severity text': (secret) => logRequest({ severityText: secret }),
    'event name': (secret) => logRequest({ eventName: secret }),
    ...ownersOf((owned) => logRequest({}, owned))
  },
  '/v1/metrics': {
    ...within(
      'point',
      held((attributes) => metricRequest(pointOf({ attributes })))
    ),
    ...within(
      'exemplar',
      held((filteredAttributes) =>
        metricRequest(
          pointOf({ exemplars: [{ timeUnixNano: time, asInt: '1', filteredAttributes }] })
        )
      )
    ),
    name: (secret) => metricRequest({ name: secret }),
    unit: (secret) => metricRequest({ unit: secret }),
    description: (secret) => metricRequest({ description: secret }),
    ...ownersOf((owned) => metricRequest({}, owned))
  }
}

/** Each with what it was planted as. */
const planted = new Map<string, string>()

async function send(path: string, body: Json): Promise<void> {
  const { status, text: answer } = await collector.post(path, body)
  if (status >= 300) throw new Error(`${path} ${status}: ${answer}`)
}

/** Everything that is stored, a text. */
async function readAll(): Promise<string> {
  const ask = async (sql: string) => {
    const { status, text: answer } = await gateway.ask(sql)
    if (status !== 200) throw new Error(answer)
    return answer
  }
  const names = await ask("SELECT name FROM system.tables WHERE database = 'otel' FORMAT TSV")
  const tables = names.split('\n').filter((name) => name !== '')
  t.ok(tables.length > 10, `${tables.length} tables`)
  const rows: string[] = []
  for (const table of tables.filter((name) => !OVER_REST.has(name))) {
    rows.push(await ask(`SELECT COLUMNS('.*') FROM otel.\`${table}\` FORMAT JSONEachRow`))
  }
  const audit = await collector.get('/api/audit?limit=100')
  t.equal(audit.status, 200)
  return [...rows, audit.text].join('\n')
}

/** Nobody reads them over the ClickHouse interface; no key is made here. */
const OVER_REST = new Set(['agent_audit', 'agent_keys', 'agent_key_uses'])

/** How a value may be stored: as it is, or as base64 at any of its three alignments. */
function spellings(secret: string): readonly string[] {
  const shifted = [0, 1, 2].map((shift) =>
    Buffer.from(' '.repeat(shift) + secret)
      .toString('base64')
      .slice(4, -4)
  )
  return [secret, ...shifted]
}

t.test('a secret is stored from no place and in no kind', async (t) => {
  const requests: (() => Promise<void>)[] = []
  const plan = (path: string, body: Json) => {
    made += 1
    requests.push(() => send(path, body))
  }
  for (const [path, places] of Object.entries(PLACES)) {
    for (const [name, place] of Object.entries(places)) {
      const secret = aSecret()
      planted.set(secret, `${path} ${name}`)
      plan(path, place(secret))
    }
  }
  for (const [kind, secret, around] of PLANTED) {
    const core = secret.split(/\\n|\n/)[1] ?? secret
    const value = text(plant(secret, around))
    planted.set(core, `${kind} in ${around}`)
    plan('/v1/traces', spanRequest({ attributes: [attribute('a', value)] }))
    plan('/v1/logs', logRequest({ body: value }))
    plan('/v1/metrics', metricRequest(pointOf({ attributes: [attribute('a', value)] })))
  }
  const password = attribute('user.password', { intValue: '7788990011223' })
  planted.set('7788990011223', 'a number under the name of a password')
  plan('/v1/traces', spanRequest({ attributes: [password] }))
  while (requests.length > 0) {
    await Promise.all(requests.splice(0, REQUESTS_AT_ONCE).map((request) => request()))
  }

  const runId = HEX.slice(0, 32)
  await saveRun(gateway.store, aRunTree([{}], { traceIds: [toTraceId(runId)] }))
  const reports: Readonly<Record<string, (secret: string) => Promise<unknown>>> = {
    source: (source) => collector.post(`/api/runs/${runId}/outcome`, { outcome: 'ok', source }),
    output: (output) =>
      collector.post(`/api/runs/${runId}/outcome`, { outcome: 'ok', source: 'ci', output }),
    check: (name) =>
      collector.post(`/api/runs/${runId}/outcome`, {
        outcome: 'ok',
        source: 'c',
        checks: [{ name, status: 'passed', message: name }]
      }),
    run: (run) => collector.post(`/api/runs/${run}/outcome`, { outcome: 'ok', source: 'ci' }),
    author: (author) =>
      collector.post(`/api/runs/${runId}/feedback`, { onsetStepIndex: null, author }),
    comment: (comment) =>
      collector.post(`/api/runs/${runId}/feedback`, { onsetStepIndex: null, comment }),
    'run of feedback': (run) =>
      collector.post(`/api/runs/${run}/feedback`, { onsetStepIndex: null })
  }
  for (const [name, report] of Object.entries(reports)) {
    const secret = aSecret()
    planted.set(secret, `${name} of a report`)
    const answer = JSON.stringify(await report(secret))
    // Feedback on a run that nobody knows is refused, and names it.
    t.match(answer, name === 'run of feedback' ? /"status":404/ : /"status":20[12]/, name)
    t.notOk(answer.includes(secret), `${name} is in the answer`)
  }

  const stored = await readAll()
  t.ok(stored.includes('planted'), 'what is no secret is there')
  t.match(stored, /\[masked:github_token\]/)
  const found = [...planted].filter(([secret]) =>
    spellings(secret).some((spelling) => stored.includes(spelling))
  )
  t.strictSame(
    found.map(([, place]) => place),
    []
  )
})
