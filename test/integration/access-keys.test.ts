// Keys made at run time over real sockets and a real store: every route, every interface, what is limited,
// what is written to the audit trail, and what attackers try.

import diagnostics from 'node:diagnostics_channel'
import { request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Readable } from 'node:stream'
import { text as readText } from 'node:stream/consumers'
import Fastify, { type FastifyInstance } from 'fastify'
import { metrics } from '@opentelemetry/api'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { openAccess, type Access } from '../../collector/access/index.ts'
import { createMetrics, openProcessAccess, startOperations } from '../../collector/collector.ts'
import { addGuards } from '../../collector/guards.ts'
import {
  CollectorError,
  toUnixNano,
  type KeyScope,
  type Store
} from '../../collector/model/index.ts'
import { keyOf, ROUTE_SCOPES } from '../../collector/route-scopes.ts'
import { readSettings } from '../../collector/settings.ts'
import { aRunTree, aSpanId, aTraceId } from '../support/builders.ts'
import { saveRun } from '../support/save-run.ts'
import {
  startTestCollector,
  type Answer,
  type StartedCollector
} from '../support/started-collector.ts'
import { startTestGateway } from '../support/started-gateway.ts'
import { openTestStore, silentLogger } from '../support/test-store.ts'
import { waitFor } from '../support/wait-for.ts'

interface Route {
  readonly method: string
  readonly url: string
}

/** Routes of all servers that this process starts, as they are registered. */
const routes: Route[] = []
diagnostics.subscribe('fastify.initialization', (message) => {
  const { fastify } = message as { readonly fastify: FastifyInstance }
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, url })
  })
})

const ADMIN = 'admin-key-of-the-settings'
const store = await openTestStore(t)
const collector = await startTestCollector(t, {
  store,
  env: { ONSET_API_KEYS: `admin:${ADMIN}` },
  analyzeNow: async () => undefined
})

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })

interface Made {
  readonly id: string
  readonly secret: string
}

async function make(
  scopes: readonly KeyScope[],
  more: Readonly<Record<string, unknown>> = {},
  at: StartedCollector = collector
): Promise<Made> {
  const answer = await at.post('/api/keys', { name: 'test', scopes, ...more }, bearer(ADMIN))
  if (answer.status !== 201) throw new Error(answer.text)
  const { key, secret } = answer.json as { key: { id: string }; secret: string }
  return { id: key.id, secret }
}

async function remove(path: string, key: string = ADMIN): Promise<Answer> {
  const response = await fetch(`${collector.url}${path}`, {
    method: 'DELETE',
    headers: bearer(key)
  })
  const text = await response.text()
  const json: unknown = JSON.parse(text)
  return { status: response.status, headers: response.headers, text, json }
}

function aSpan(traceId: string = aTraceId()) {
  const span = {
    traceId,
    spanId: aSpanId(),
    name: 'x',
    startTimeUnixNano: '1793610000000000000',
    endTimeUnixNano: '1793610001000000000'
  }
  return { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }
}

/** fetch does not let a test send TRACE. */
function statusOf(method: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${collector.url}${path}`, {
      method,
      headers: { ...bearer(ADMIN), 'content-type': 'application/json' }
    })
    asked.once('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.once('error', reject)
    asked.end()
  })
}

t.test('every route that is registered is in the table, or takes no request at all', async (t) => {
  const operations = await startOperations({
    settings: readSettings({ ONSET_PORT: '0' }),
    store,
    access: await openedAccess(t, store),
    metrics: createMetrics(),
    name: 'test',
    logger: silentLogger,
    now: Date.now
  })
  t.teardown(() => operations.close())
  t.ok(routes.length > 30)
  const named = new Set<string>()
  for (const { method, url } of routes) {
    const key = keyOf(method, url)
    named.add(key)
    if (ROUTE_SCOPES.has(key)) continue
    const path = url.replaceAll(/:\w+/g, 'x').replace('*', 'x')
    const status = await statusOf(method, path)
    t.ok([404, 405].includes(status), `${key} is not in collector/route-scopes.ts: ${status}`)
  }
  for (const key of ROUTE_SCOPES.keys()) t.ok(named.has(key), `${key} is a route`)
})

t.test('a key opens what its scope opens, on each route of the table', async (t) => {
  const keys = new Map<string, string>()
  for (const scope of ['ingest', 'read', 'admin'] as const) {
    keys.set(scope, (await make([scope])).secret)
  }
  for (const [route, needed] of ROUTE_SCOPES) {
    const [method = '', url = ''] = route.split(' ')
    const path = url
      .replace(':file', 'page.css')
      .replaceAll(/:\w+/g, 'unknown')
      .replace('*', 'static/index.css')
    const statusWith = async (headers: Record<string, string>): Promise<number> => {
      const answer = await fetch(`${collector.url}${path}`, { method, headers })
      await answer.body?.cancel()
      return answer.status
    }
    const anonymous = await statusWith({})
    if (needed === 'public') {
      t.equal(anonymous, 200, route)
      continue
    }
    t.equal(anonymous, 401, route)
    for (const [scope, key] of keys) {
      const isRefused = [401, 403].includes(await statusWith(bearer(key)))
      t.equal(isRefused, scope !== needed && scope !== 'admin', `${route} with ${scope}`)
    }
  }
})

t.test('the secret is in the answer that makes it, and in no other', async (t) => {
  const { id, secret } = await make(['read'], { name: 'ci', expiresInSeconds: 3_600 })
  const list = await collector.get('/api/keys', bearer(ADMIN))
  t.match(list.json, {
    items: [{ id, name: 'ci', scopes: ['read'], state: 'active', createdBy: 'settings-1' }],
    configured: [{ id: 'settings-1', scopes: ['ingest', 'read', 'admin'] }]
  })
  const audit = await collector.get('/api/audit', bearer(ADMIN))
  for (const { text } of [list, audit]) {
    t.notOk(text.includes(secret.slice(6, 49)) || text.includes('digest') || text.includes(ADMIN))
  }
  t.equal(list.headers.get('cache-control'), 'no-store')
})

t.test('requests that cannot be right make no key', async (t) => {
  const before = (await store.readKeys(toUnixNano(0n))).length
  const wrong: readonly unknown[] = [
    {},
    { name: 'x', scopes: [] },
    { name: 'x', scopes: ['root'] },
    { name: 'x', scopes: 'admin' },
    { name: '', scopes: ['read'] },
    { name: "x'; DROP TABLE agent_keys --", scopes: ['read'] },
    { name: 'x\n', scopes: ['read'] },
    { name: '\u202eevil', scopes: ['read'] },
    { name: 'ключ', scopes: ['read'] },
    { name: 'x'.repeat(65), scopes: ['read'] },
    { name: 'x', scopes: ['read'], expiresInSeconds: 0 },
    { name: 'x', scopes: ['read'], expiresInSeconds: -1 },
    { name: 'x', scopes: ['read'], expiresInSeconds: 1e12 },
    { name: 'x', scopes: ['read'], digest: 'a'.repeat(64) },
    { name: 'x', scopes: ['read'], createdBy: 'somebody else' },
    JSON.parse('{"name":"x","scopes":["read"],"__proto__":{"admin":true}}'),
    '{"name":',
    '[]'
  ]
  for (const body of wrong) {
    const { status } = await collector.post('/api/keys', body, bearer(ADMIN))
    t.equal(status, 400, JSON.stringify(body))
  }
  for (const id of ['x', "' OR 1=1", '../keys', 'x'.repeat(64), '%00', 'settings-1']) {
    const { status } = await remove(`/api/keys/${encodeURIComponent(id)}`)
    t.ok([400, 404].includes(status), id)
  }
  t.equal((await store.readKeys(toUnixNano(0n))).length, before)
})

/** Status of a request with exactly these lines. */
async function sendRaw(lines: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(collector.url)
  const socket = connect(Number(port), hostname)
  socket.write(
    ['GET /api/runs HTTP/1.1', 'Host: x', 'Connection: close', ...lines, '', ''].join('\r\n'),
    'latin1'
  )
  return (await readText(socket)).split(' ', 2)[1] ?? ''
}

t.test('a key is taken once, from the one header', async (t) => {
  const { secret } = await make(['read'])
  const line = `Authorization: Bearer ${secret}`
  t.equal(await sendRaw([line]), '200')
  t.equal(await sendRaw([`authorization: bearer   ${secret}`]), '200')
  const refused: readonly (readonly string[])[] = [
    [line, line],
    [line, 'Authorization: Bearer x'],
    ['Authorization: Bearer x', line],
    [`Authorization: Bearer ${secret}, Bearer ${secret}`],
    [`Authorization: Bearer ${secret} x`],
    [`Authorization: Token ${secret}`],
    [`Authorization: ${secret}`],
    [`Authorization: Basic ${Buffer.from(`x:${secret}`).toString('base64')}`],
    [`X-API-Key: ${secret}`],
    [`Cookie: authorization=Bearer%20${secret}`],
    [`Authorization: Bearer ${secret}\u00e9`],
    ['Authorization: Bearer \u00ff\u00fe']
  ]
  for (const lines of refused) t.equal(await sendRaw(lines), '401', lines.join(' | '))
  t.equal(await sendRaw([`Authorization: Bearer ${'x'.repeat(8_000)}`]), '401')
  t.equal(await sendRaw([`Authorization: Bearer ${'x'.repeat(100_000)}`]), '431')
})

t.test('a key in the address is refused everywhere, and repeated nowhere', async (t) => {
  const { secret } = await make(['ingest', 'read', 'admin'])
  for (const name of ['key', 'api_key', 'access_token', 'authorization', 'token', 'password']) {
    const { status, text } = await collector.get(`/api/runs?${name}=${secret}`)
    t.equal(status, 401, name)
    t.notOk(text.includes(secret))
    t.equal((await collector.post(`/v1/traces?${name}=${secret}`, aSpan())).status, 401, name)
  }
})

t.test('a key that is revoked while it is used is refused from the answer on', async (t) => {
  const { id, secret } = await make(['ingest'])
  let isRevoked = false
  const wrong: number[] = []
  let accepted = 0
  const senders = Array.from({ length: 8 }, async () => {
    for (let at = 0; at < 200; at += 1) {
      const wasRevoked = isRevoked
      // An answer that was under way when the key went is cut, which is no acceptance either.
      const cut = { status: 401 }
      const { status } = await collector
        .post('/v1/traces', aSpan(), bearer(secret))
        .catch(() => cut)
      if (status === 200) accepted += 1
      if (wasRevoked && status !== 401 && status !== 429) wrong.push(status)
      if (wasRevoked) return
    }
  })
  await waitFor('some spans', async () => (accepted < 20 ? undefined : true))
  t.equal((await remove(`/api/keys/${id}`)).status, 200)
  isRevoked = true
  await Promise.all(senders)
  t.strictSame(wrong, [])
  t.match((await remove(`/api/keys/${id}`)).json, { id, state: 'revoked' }, 'and again')
})

async function openedAccess(t: Test, of: Store, refreshMs = 20): Promise<Access> {
  const access = await openAccess({
    configured: [],
    rateLimits: { requestsPerSecond: 0, bytesPerSecond: 0 },
    failuresPerMinute: 1_000,
    store: of,
    meter: metrics.getMeter('test'),
    logger: silentLogger,
    now: Date.now,
    refreshMs
  })
  t.teardown(() => access.close())
  return access
}

t.test('another process on the same store knows new and revoked keys soon', async (t) => {
  const access = await openedAccess(t, store)
  const there = await startTestCollector(t, { store, access })
  const { id, secret } = await make(['read'])
  const statusThere = async () => (await there.get('/api/runs', bearer(secret))).status
  const becomes = async (status: number): Promise<boolean> => {
    for (let at = 0; at < 200; at += 1) {
      if ((await statusThere()) === status) return true
      await sleep(20)
    }
    return false
  }
  t.ok(await becomes(200))
  await remove(`/api/keys/${id}`)
  t.ok(await becomes(401))
})

t.test('a stream that is open ends when its key is revoked', async (t) => {
  const access = await openedAccess(t, store)
  const app = Fastify({ forceCloseConnections: true })
  t.teardown(() => app.close())
  addGuards(app, access)
  app.get('/api/runs/:runId/events', async (_, reply) => {
    const events = new Readable({ read: () => undefined })
    events.push(': open\n\n')
    return reply.send(events)
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const { id, secret } = await make(['read'])
  const { secret: other } = await make(['read'])
  await sleep(200)
  const watch = async (key: string): Promise<string> => {
    const response = await fetch(`${url}/api/runs/x/events`, { headers: bearer(key) })
    return response.text().then(
      () => 'ended',
      () => 'cut'
    )
  }
  const revoked = watch(secret)
  const kept = watch(other)
  await sleep(100)
  await remove(`/api/keys/${id}`)
  const open = sleep(15_000, 'open', { ref: false })
  t.equal(await Promise.race([revoked, open]), 'cut')
  t.equal(await Promise.race([kept, sleep(50, 'open')]), 'open')
})

t.test('a key that sends too much waits, in the form of the protocol; others do not', async (t) => {
  const busy = await startTestCollector(t, {
    store,
    env: { ONSET_API_KEYS: `admin:${ADMIN}`, ONSET_KEY_REQUESTS_PER_SECOND: '1' }
  })
  const one = await make(['ingest', 'read'], {}, busy)
  const other = await make(['ingest'], {}, busy)
  let last: Answer | undefined
  for (let at = 0; at < 30 && last?.status !== 429; at += 1) {
    last = await busy.post('/v1/traces', aSpan(), bearer(one.secret))
  }
  t.equal(last?.status, 429)
  t.ok(Number(last?.headers.get('retry-after')) >= 1)
  t.match(last?.json, { code: 8, message: /more than 1 requests a second/ })
  const protobuf = await busy.post('/v1/traces', '', {
    ...bearer(one.secret),
    'content-type': 'application/x-protobuf'
  })
  t.equal(protobuf.status, 429)
  t.equal(protobuf.headers.get('content-type'), 'application/x-protobuf')
  t.equal((await busy.post('/v1/traces', aSpan(), bearer(other.secret))).status, 200)
  t.equal((await busy.get('/api/runs', bearer(one.secret))).status, 200, 'reading is not sending')
  const scraped = await busy.get('/metrics', bearer(ADMIN))
  t.match(scraped.text, /^onset_access_limited_total\{limit="requests"\} \d+$/m)
  t.match(scraped.text, /^onset_access_checks_total\{result="OK"\} \d+$/m)
  t.match(scraped.text, /^onset_access_keys \d+$/m)
})

t.test('bytes are counted as they came, also of a body in chunks', async (t) => {
  const busy = await startTestCollector(t, {
    store,
    env: { ONSET_API_KEYS: `admin:${ADMIN}`, ONSET_KEY_BYTES_PER_SECOND: '1000' }
  })
  for (const isChunked of [false, true]) {
    const { secret } = await make(['ingest'], { name: `chunked ${isChunked}` }, busy)
    const body = JSON.stringify({ ...aSpan(), ' ': 'x'.repeat(20_000) })
    const send = async (): Promise<number> => {
      const headers = { ...bearer(secret), 'content-type': 'application/json' }
      const chunks = new Blob([body]).stream()
      const sent = isChunked ? { body: chunks, duplex: 'half' as const } : { body }
      const answer = await fetch(`${busy.url}/v1/traces`, { method: 'POST', headers, ...sent })
      await answer.body?.cancel()
      return answer.status
    }
    t.equal(await send(), 200, 'one of any size')
    t.equal(await send(), 429, 'and then the debt is paid')
  }
})

t.test('who guesses is told to wait, and a right guess looks like a wrong one', async (t) => {
  const guarded = await startTestCollector(t, { store, env: { ONSET_API_KEYS: `admin:${ADMIN}` } })
  const known = await make(['read', 'ingest'], {}, guarded)
  const fresh = await make(['read'], {}, guarded)
  t.equal((await guarded.get('/api/runs', bearer(known.secret))).status, 200)
  const statuses: number[] = []
  for (let at = 0; at < 25; at += 1) {
    statuses.push((await guarded.get('/api/runs', bearer(`guess-${at}-0123456789`))).status)
  }
  t.strictSame(new Set(statuses), new Set([401, 429]))
  t.ok(statuses.indexOf(429) >= 20)
  const right = await guarded.get('/api/runs', bearer(fresh.secret))
  t.match(right.json, { error: { code: 'RATE_LIMITED' } })
  t.ok(Number(right.headers.get('retry-after')) >= 1)
  const otlp = await guarded.post('/v1/traces', aSpan(), bearer('guess-0123456789abc'))
  t.match(otlp.json, { code: 8 })
  t.equal((await guarded.get('/api/runs', bearer(known.secret))).status, 200, 'known before')
  t.equal((await guarded.get('/livez')).status, 200)
})

t.test(
  'the ClickHouse interface takes the same keys, guards itself and hides these tables',
  async (t) => {
    const gateway = await startTestGateway(t, { store })
    const reader = await make(['read'])
    const sender = await make(['ingest'])
    // It was started after them, and so knows them.
    const again = await startTestGateway(t, { store })
    const ask = (key: string, sql = 'SELECT 1') =>
      again.ask(sql, { headers: { 'x-clickhouse-key': key } })
    t.equal((await ask(reader.secret)).status, 200)
    t.match(await ask(sender.secret), { status: 403, code: 497 })
    t.match(await gateway.ask('SELECT 1'), { status: 401 }, 'keys are required for good')
    for (const table of ['agent_keys', 'agent_key_uses', 'agent_audit', 'AGENT_KEYS']) {
      for (const from of [table, `otel.${table}`, `\`${table}\``, `"otel"."${table}"`]) {
        t.match(await ask(reader.secret, `SELECT * FROM ${from}`), { status: 403, code: 497 }, from)
      }
    }
    for (const sql of [
      "SELECT * FROM merge('otel', '^agent_')",
      "SELECT * FROM merge('otel', 'agent_k')",
      "SELECT dictGet('agent_keys', 'Digest', 1)"
    ]) {
      t.not((await ask(reader.secret, sql)).status, 200, sql)
    }
    let last = 0
    for (let at = 0; at < 30 && last !== 503; at += 1) last = (await ask(`guess-${at}`)).status
    t.equal(last, 503)
    t.equal((await ask(reader.secret)).status, 200, 'known before')
  }
)

interface AuditJson {
  readonly items: readonly { readonly action: string; readonly target: string }[]
  readonly nextCursor?: string
}

t.test(
  'each action of an admin or a judge is in the trail, with who, whence and result',
  async (t) => {
    const judge = await make(['ingest'], { name: 'judge' })
    const tree = aRunTree([{}, {}, {}])
    await saveRun(store, tree)
    const run = tree.run.runId
    const outcome = { outcome: 'error', source: 'ci', output: 'SECRET-OF-A-RUN' }
    t.equal(
      (await collector.post(`/api/runs/${run}/outcome`, outcome, bearer(judge.secret))).status,
      202
    )
    const feedback = { onsetStepIndex: 3, author: 'ann', comment: 'SECRET-OF-A-PERSON' }
    const given = await collector.post(`/api/runs/${run}/feedback`, feedback, bearer(judge.secret))
    t.equal(given.status, 201, given.text)
    t.equal(
      (await collector.post(`/api/runs/${run}/localize`, undefined, bearer(ADMIN))).status,
      200
    )
    const page = await collector.get(`/api/audit?target=${run}`, bearer(ADMIN))
    const who = { id: judge.id, name: 'judge' }
    t.match(page.json, {
      items: [
        { action: 'run_localized', actor: { id: 'settings-1' }, result: 'succeeded' },
        { action: 'feedback_given', actor: who, details: { onsetStepIndex: '3' } },
        {
          action: 'outcome_reported',
          actor: who,
          address: '127.0.0.1',
          details: { outcome: 'error' }
        }
      ]
    })
    t.notMatch(page.text, /SECRET-OF/)
    const byJudge = await collector.get(`/api/audit?actor=${judge.id}`, bearer(ADMIN))
    t.equal((byJudge.json as AuditJson).items.length, 2)
    for (const query of ['limit=0', 'limit=100000', 'cursor=x', 'since=x', 'action=x', 'x=1']) {
      t.equal((await collector.get(`/api/audit?${query}`, bearer(ADMIN))).status, 400, query)
    }
    const hostile = encodeURIComponent("' OR 1=1 --")
    t.strictSame((await collector.get(`/api/audit?actor=${hostile}`, bearer(ADMIN))).json, {
      items: []
    })
  }
)

t.test('the trail is read page by page, and each event is on one of them', async (t) => {
  const made = await Promise.all(Array.from({ length: 7 }, () => make(['read'])))
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const more = cursor === undefined ? '' : `&cursor=${cursor}`
    const path = `/api/audit?action=key_created&limit=3${more}`
    const page = (await collector.get(path, bearer(ADMIN))).json as AuditJson
    t.ok(page.items.length <= 3)
    seen.push(...page.items.map(({ target }) => target))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  t.equal(new Set(seen).size, seen.length)
  for (const { id } of made) t.ok(seen.includes(id))
})

t.test(
  'what fails is in the trail as failed, and what cannot be recorded is not done',
  async (t) => {
    const busy = () =>
      Promise.reject(new CollectorError('STORE_BUSY', 'come again', { retryable: true }))
    const env = { ONSET_API_KEYS: `admin:${ADMIN}` }
    const failing = await startTestCollector(t, {
      store: Object.assign(Object.create(store) as Store, { saveOutcomeReport: busy }),
      env
    })
    const run = aTraceId()
    const report = { outcome: 'ok', source: 'ci' }
    t.equal((await failing.post(`/api/runs/${run}/outcome`, report, bearer(ADMIN))).status, 503)
    t.match((await collector.get(`/api/audit?target=${run}`, bearer(ADMIN))).json, {
      items: [{ result: 'failed', details: { outcome: 'ok', error: 'STORE_BUSY' } }]
    })
    const silent = await startTestCollector(t, {
      store: Object.assign(Object.create(store) as Store, {
        saveAuditEvent: busy,
        saveOutcomeReport: () => t.fail('nothing is saved'),
        saveKey: () => t.fail('no key is saved')
      }),
      env
    })
    t.equal((await silent.post(`/api/runs/${run}/outcome`, report, bearer(ADMIN))).status, 503)
    const key = { name: 'x', scopes: ['read'] }
    t.equal((await silent.post('/api/keys', key, bearer(ADMIN))).status, 503)
  }
)

t.test('an address that others reach does not open without keys', async (t) => {
  const empty = Object.assign(Object.create(store) as Store, { readKeys: async () => [] })
  const lines: string[] = []
  const opening = (host: string, of: Store): Promise<Access> =>
    openProcessAccess({
      settings: readSettings({ ONSET_HOST: host }),
      store: of,
      metrics: createMetrics(),
      logger: pino({ level: 'info' }, { write: (line: string) => lines.push(line) }),
      now: Date.now
    })
  await t.rejects(opening('0.0.0.0', empty), {
    code: 'SETTINGS_INVALID',
    message: /^ONSET_HOST is "0\.0\.0\.0".*ONSET_API_KEYS.*onset keys create/
  })
  const local = await opening('127.0.0.1', empty)
  t.notOk(local.isRequired)
  await local.close()
  const open = await opening('0.0.0.0', store)
  t.ok(open.isRequired)
  await open.close()
})
