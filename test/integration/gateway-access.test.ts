// Who is answered, how much, and for how long: keys, callers, turns, bounds, and what becomes of a statement
// whose client has gone.

import { createServer, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@clickhouse/client'
import { pino } from 'pino'
import t from 'tap'
import { createMetrics, startGateway } from '../../collector/collector.ts'
import { judgeAccess } from '../../collector/gateway-server.ts'
import { readSettings } from '../../collector/settings.ts'
import { askGateway, startTestGateway } from '../support/started-gateway.ts'
import { openTestStore } from '../support/test-store.ts'
import { widenThreadPool } from '../support/thread-pool.ts'

widenThreadPool()

const READ_KEY = 'read-key-of-16-chars'
const INGEST_KEY = 'ingest-key-of-16-chars'
const store = await openTestStore(t)
const open = await startTestGateway(t, { store })
const keyed = await startTestGateway(t, {
  store,
  env: { ONSET_API_KEYS: `read:${READ_KEY},ingest:${INGEST_KEY}` }
})

/** Forever, unless it is stopped. */
const ENDLESS = 'SELECT count() FROM numbers(1000000000000)'

async function countRunning(): Promise<number> {
  const result = await store.readOnlyQueries?.query({
    statement:
      "SELECT count() FROM system.processes WHERE query LIKE '%numbers(1000000000000)%' AND query NOT LIKE '%processes%'",
    format: 'TSV',
    database: 'otel',
    settings: new Map(),
    parameters: new Map(),
    signal: AbortSignal.timeout(10_000)
  })
  return Number(Buffer.from(result?.bytes ?? []).toString())
}

async function waitForRunning(count: number): Promise<void> {
  const deadline = Date.now() + 20_000
  while ((await countRunning()) !== count) {
    if (Date.now() > deadline) throw new Error(`never ${count} running`)
    await sleep(20)
  }
}

const basic = (password: string): string =>
  `Basic ${Buffer.from(`grafana:${password}`).toString('base64')}`

t.test('with keys, each way of sending a password opens, and nothing else does', async (t) => {
  const withHeaders = (headers: Record<string, string>): ReturnType<typeof askGateway> =>
    keyed.ask('SELECT 1', { headers })
  t.equal((await withHeaders({ authorization: basic(READ_KEY) })).text, '1\n')
  t.equal((await withHeaders({ authorization: `Bearer ${READ_KEY}` })).text, '1\n')
  const named = { 'x-clickhouse-user': 'grafana', 'x-clickhouse-key': READ_KEY }
  t.equal((await withHeaders(named)).text, '1\n')
  const inUrl = { user: 'x', password: READ_KEY }
  t.match(
    await keyed.ask('SELECT 1', { parameters: inUrl }),
    { status: 401, code: 194 },
    'logs keep it'
  )
  const client = createClient({ url: keyed.url, username: 'grafana', password: READ_KEY })
  t.teardown(() => client.close())
  t.ok((await client.ping({ select: true })).success)

  const none = await withHeaders({})
  t.match(none, { status: 401, code: 194 })
  t.match(none.headers.get('www-authenticate'), /^Basic /)
  t.match(await withHeaders({ authorization: basic('') }), { status: 401, code: 194 })
  t.match(await withHeaders({ authorization: basic(`${READ_KEY}x`) }), { status: 403, code: 516 })
  t.match(await withHeaders({ authorization: basic(INGEST_KEY) }), { status: 403, code: 497 })
  t.match(await withHeaders({ authorization: 'Basic !' }), { status: 401, code: 194 })
  const wrong = await withHeaders({ authorization: basic(`${READ_KEY}x`) })
  t.notOk(wrong.text.includes(READ_KEY))
  t.equal((await fetch(`${keyed.url}/ping`)).status, 200, 'a probe needs no key')
  t.equal((await fetch(`${keyed.url}/?query=SELECT+1`)).status, 401)
})

/** A request with headers that fetch does not let us set. */
function withHost(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/?query=SELECT+1`, { headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end()
  })
}

t.test('without keys only this machine is answered, and no page of another site', async (t) => {
  t.equal(await withHost(open.url, { host: 'localhost:8123' }), 200)
  t.equal(await withHost(open.url, { host: 'evil.example' }), 403, 'DNS rebinding')
  t.equal(await withHost(open.url, { origin: 'http://evil.example' }), 403)
  t.equal(await withHost(open.url, { origin: 'null' }), 403)
  t.equal(await withHost(open.url, { origin: 'http://localhost:3000' }), 200)
  t.equal(await withHost(open.url, { 'sec-fetch-site': 'cross-site' }), 403, 'an image')
  t.equal(await withHost(keyed.url, { host: 'onset.example', 'x-clickhouse-key': READ_KEY }), 200)
  t.equal(
    judgeAccess(open.access, {
      host: undefined,
      origin: undefined,
      fetchSite: undefined,
      address: '127.0.0.1',
      key: 'x'
    }),
    'not_allowed'
  )
})

t.test('a client that goes takes its statement with it', async (t) => {
  const controller = new AbortController()
  const asked = open.ask(ENDLESS, { signal: controller.signal })
  asked.catch(() => undefined)
  await waitForRunning(1)
  controller.abort()
  await t.rejects(asked)
  await waitForRunning(0)
  t.equal((await open.ask('SELECT 1')).text, '1\n')
})

t.test('a client that goes while it waits is not asked for any more', async (t) => {
  const controllers = Array.from({ length: 8 }, () => new AbortController())
  const asked = controllers.map(({ signal }) => open.ask(ENDLESS, { signal }))
  await waitForRunning(4)
  for (const controller of controllers) controller.abort()
  for (const one of asked) await t.rejects(one)
  await waitForRunning(0)
})

t.test('as many as may run do, some wait, and the rest is told to come back', async (t) => {
  const controller = new AbortController()
  const { signal } = controller
  const asked = Array.from({ length: 44 }, () =>
    open.ask(ENDLESS, { signal }).catch(() => undefined)
  )
  await waitForRunning(4)
  // All of them have been taken in when one more is refused; until then one more is taken in too.
  const late: Promise<unknown>[] = []
  for (;;) {
    const next = open.ask(ENDLESS, { signal }).catch(() => undefined)
    const first = await Promise.race([next, sleep(200)])
    if (first !== undefined) {
      t.match(first, { status: 503, code: 202, text: /TOO_MANY_SIMULTANEOUS_QUERIES/ })
      t.equal(first.headers.get('retry-after'), '1')
      break
    }
    late.push(next)
    if (late.length > 44) throw new Error('nobody is refused')
  }
  t.equal(await countRunning(), 4)
  controller.abort()
  await Promise.all([...asked, ...late])
  await waitForRunning(0)
  t.equal((await open.ask('SELECT 1')).text, '1\n')
})

t.test('a statement ends at the time it asks for, and no later than the limit', async (t) => {
  const answer = await open.ask(ENDLESS, { parameters: { max_execution_time: '1' } })
  t.match(answer, { status: 408, code: 159 })
  const chosen = async (seconds: string): Promise<string> => {
    const parameters = { max_execution_time: seconds }
    return (await open.ask("SELECT getSetting('max_execution_time')", { parameters })).text
  }
  t.equal(await chosen('5'), '5\n')
  t.equal(await chosen('100000'), '65\n')
  t.equal(await chosen('0'), '65\n', 'no limit is not offered')
})

t.test('results and requests are bounded', async (t) => {
  t.match(await open.ask('SELECT * FROM numbers(1000001)'), { code: 396 })
  const large = await open.ask("SELECT repeat('x', 1000000) FROM numbers(200)")
  t.ok([241, 396].includes(large.code ?? 0), `memory or result: ${large.text.slice(0, 100)}`)
  t.match(await open.ask('SELECT 1 LIMIT 5', { parameters: { max_result_rows: '5000000' } }), {
    status: 200
  })
  t.match(await open.ask(`SELECT 1 -- ${'x'.repeat(1_048_576)}`), { status: 413, code: 229 })
  t.match(await open.ask(`SELECT length('${'x'.repeat(1_000_000)}')`), { text: '1000000\n' })
})

t.test('a taken default port is a warning, a taken chosen port an error', async (t) => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  t.teardown(() => other.close())
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const lines: string[] = []
  const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) })
  const metrics = createMetrics()
  t.teardown(() => metrics.close())
  const settings = readSettings({})
  const withPort = (isChosen: boolean): ReturnType<typeof startGateway> =>
    startGateway({
      settings: { ...settings, clickhouseHttp: { port, isChosen } },
      store,
      access: open.access,
      metrics,
      logger
    })
  t.equal(await withPort(false), undefined)
  t.equal(lines.length, 1)
  t.match(lines[0], new RegExp(`ONSET_CLICKHOUSE_HTTP_PORT is ${port}, which another process`))
  await t.rejects(withPort(true), {
    code: 'SETTINGS_INVALID',
    message: /ONSET_CLICKHOUSE_HTTP_PORT/
  })
})

t.test('closing lets a statement under way end, and cuts one that does not', async (t) => {
  const gateway = await startTestGateway(t, { store, env: { ONSET_SHUTDOWN_MS: '1500' } })
  const metrics = createMetrics()
  t.teardown(() => metrics.close())
  const second = await startGateway({
    settings: readSettings({ ONSET_CLICKHOUSE_HTTP_PORT: '0', ONSET_SHUTDOWN_MS: '500' }),
    store,
    access: open.access,
    metrics,
    logger: pino({ level: 'silent' })
  })
  t.ok(second)
  const short = askGateway(second?.url ?? '', 'SELECT sleepEachRow(0.2)')
  const long = askGateway(second?.url ?? '', ENDLESS)
  const outcomes = Promise.allSettled([short, long])
  await waitForRunning(1)
  await second?.close()
  const [ended, cut] = await outcomes
  t.equal(ended.status, 'fulfilled')
  t.equal(cut.status, 'rejected')
  await waitForRunning(0)
  t.equal((await gateway.ask('SELECT 1')).text, '1\n', 'the store lives on')
})

t.test('connections are kept for longer than clients keep them', async (t) => {
  const { headers } = await open.ask('SELECT 1')
  const seconds = Number(/timeout=(\d+)/.exec(headers.get('keep-alive') ?? '')?.[1])
  t.ok(seconds >= 65, `${seconds} s`)
})
