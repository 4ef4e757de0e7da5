// The store on a ClickHouse server: the same statements over HTTP, to a stand-in that runs them on the real
// engine and fails as servers and networks do.

import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { Store } from '../../collector/model/index.ts'
import { toRunId, toUnixNano } from '../../collector/model/index.ts'
import { openStore } from '../../collector/store/index.ts'
import { anOnset, aRunTree, aSpan, aStep } from '../support/builders.ts'
import type { ClickHouseServer } from '../support/clickhouse-server.ts'
import {
  cutConnection,
  exception,
  hang,
  startClickHouseServer
} from '../support/clickhouse-server.ts'
import { startStoreChild } from '../support/start-store-child.ts'
import { aDataDir, storeBasics } from '../support/test-store.ts'

const REQUEST_TIMEOUT_MS = 1_500
const dataDir = aDataDir(t)
const server = await startClickHouseServer(t, dataDir)
const store = await open(t, server)

async function open(
  t: { teardown(gone: () => unknown): void },
  { url }: Pick<ClickHouseServer, 'url'>,
  options: { username?: string; password?: string; openTimeoutMs?: number } = {}
): Promise<Store> {
  const opened = await openStore({
    ...storeBasics(),
    openTimeoutMs: 0,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    ...options,
    url
  })
  t.teardown(() => opened.close())
  return opened
}

/** A port where nobody listens. */
async function aFreePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

t.test('everything the store does works over HTTP', async (t) => {
  const span = aSpan()
  const runId = toRunId(span.traceId)
  const step = aStep({ runId, traceId: span.traceId, thought: "it's\n\na \\ 😀 \0" })
  await store.write({ spans: [span], steps: [step] })
  t.strictSame(await store.readSpanIds(span.traceId), [span.spanId])
  const { steps, ingestedThrough } = await store.readRunSteps(runId)
  t.strictSame(steps, [step])
  t.equal((await store.findPendingRuns(toUnixNano(0n), 10))[0]?.runId, runId)
  const onset = anOnset({ runId })
  await store.saveAnalysis({
    tree: aRunTree([step], { runId }),
    localization: { onsets: [onset], abstention: undefined, incorrectSteps: [], unusefulSteps: [] },
    state: 'complete',
    partial: false,
    ingestedThrough
  })
  t.strictSame((await store.findRun(runId))?.topOnset, onset)
  t.equal((await store.listRuns({ limit: 10 })).items.length, 1)
  t.strictSame(await store.findPendingRuns(toUnixNano(0n), 10), [])
  t.strictSame(await store.checkHealth(), { ready: true, reason: undefined })
})

t.test('an answer that was lost does not lose or double the rows', async (t) => {
  for (const table of ['otel_traces', 'agent_steps']) {
    server.failNext({
      on: new RegExp(`INSERT INTO otel.${table}`),
      afterRunning: true,
      fail: cutConnection
    })
  }
  const span = aSpan()
  const step = aStep({ runId: toRunId(span.traceId) })
  await store.write({ spans: [span], steps: [step] })
  const inserts = server.statements.filter((text) => text.includes(span.spanId))
  t.ok(inserts.length >= 2, 'was sent again')
  const counted = await fetch(server.url, {
    method: 'POST',
    body: `SELECT count() FROM otel.otel_traces WHERE TraceId = '${span.traceId}'`
  })
  t.equal((await counted.text()).trim(), '1', 'the engine knew the token of the first delivery')
})

t.test('what a server answers becomes an error that says what to do', async (t) => {
  const cases = [
    [exception(241, 'Memory limit exceeded'), 'STORE_BUSY'],
    [exception(252, 'Too many parts'), 'STORE_BUSY'],
    [exception(243, 'Cannot reserve 1 MiB, not enough space'), 'STORE_DISK_FULL'],
    [exception(242, 'Table is in readonly mode'), 'STORE_UNAVAILABLE'],
    [exception(516, 'Authentication failed', 403), 'STORE_UNAVAILABLE']
  ] as const
  for (const [fail, code] of cases) {
    server.failNext({ on: /INSERT INTO otel.otel_traces/, fail })
    const span = aSpan()
    await t.rejects(store.write({ spans: [span], steps: [] }), { code, retryable: true }, code)
    await store.write({ spans: [span], steps: [] })
    t.strictSame(await store.readSpanIds(span.traceId), [span.spanId], 'the next write is taken')
  }
})

t.test('a proxy that answers for the server is no ClickHouse', async (t) => {
  server.failNext({
    on: /INSERT/,
    fail: (response) => response.writeHead(503).end('<html>Service Unavailable</html>')
  })
  await t.rejects(store.write({ spans: [aSpan()], steps: [] }), {
    code: 'STORE_UNAVAILABLE',
    retryable: true
  })
  server.failNext({ on: /SELECT/, fail: (response) => response.writeHead(502).end() })
  await t.rejects(store.findRun(toRunId('x')), { code: 'STORE_UNAVAILABLE', retryable: true })
})

t.test('a server that refuses the bytes of one batch does not fail its neighbours', async (t) => {
  const spans = [aSpan(), aSpan({ name: 'refused' }), aSpan()]
  for (let count = 0; count < 2; count += 1) {
    server.failNext({ on: /INSERT[\s\S]*refused/, fail: exception(27, 'Cannot parse input') })
  }
  const results = await Promise.allSettled(
    spans.map((span) => store.write({ spans: [span], steps: [] }))
  )
  t.strictSame(
    results.map((result) => (result.status === 'rejected' ? result.reason.code : 'written')),
    ['written', 'INTERNAL', 'written']
  )
})

t.test('a server that does not answer is given up in time, and asked again', async (t) => {
  server.failNext({ on: /INSERT INTO otel.otel_traces/, fail: hang })
  server.failNext({ on: /INSERT INTO otel.otel_traces/, fail: hang })
  const span = aSpan()
  await t.rejects(store.write({ spans: [span], steps: [] }), {
    code: 'STORE_UNAVAILABLE',
    retryable: true,
    message: /does not answer/
  })
  await store.write({ spans: [span], steps: [] })
  t.strictSame(await store.readSpanIds(span.traceId), [span.spanId])
})

t.test('health is told within its time, whatever the server does', async (t) => {
  server.failNext({ on: /SELECT 1 AS one/, fail: cutConnection })
  t.match(await store.checkHealth(), { ready: false, reason: /does not answer/ })
  server.failNext({ on: /SELECT 1 AS one/, fail: hang })
  t.match(await store.checkHealth(), { ready: false, reason: /./ })
  t.match(await store.checkHealth(), { ready: true })
})

t.test('credentials come from the URL, or from the settings before it', async (t) => {
  const url = server.url.replace('http://', 'http://us%40er:pass%3Aword@')
  await open(t, { url })
  t.equal(server.credentials, 'us@er:pass:word')
  await open(t, { url }, { username: 'other', password: 'secret' })
  t.equal(server.credentials, 'other:secret')
})

t.test('a wrong password is told at once, without waiting for the server', async (t) => {
  server.failNext({ on: /SELECT 1 AS one/, fail: exception(516, 'Authentication failed', 403) })
  await t.rejects(open(t, server, { openTimeoutMs: 600_000 }), {
    code: 'STORE_UNAVAILABLE',
    message: /user or password are wrong/
  })
})

t.test('an address that is none is told, without its password', async (t) => {
  for (const url of ['clickhouse:8123', 'tcp://u:secret@host:9000', 'http://', '']) {
    const error = await open(t, { url }).catch((thrown: unknown) => thrown)
    t.match(error, { code: 'STORE_UNAVAILABLE', message: /http:\/\/clickhouse:8123/ }, url)
    t.notMatch((error as Error).message, 'secret')
  }
})

t.test('a server that is not there yet is waited for, so long and no longer', async (t) => {
  const port = await aFreePort()
  const url = `http://127.0.0.1:${port}`
  await t.rejects(open(t, { url }, { openTimeoutMs: 700 }), {
    code: 'STORE_UNAVAILABLE',
    retryable: true
  })
  const opening = open(t, { url }, { openTimeoutMs: 60_000 })
  const late = await startClickHouseServer(t, dataDir, port)
  const opened = await opening
  t.equal((await opened.checkHealth()).ready, true)
  await late.close()
  await t.rejects(opened.write({ spans: [aSpan()], steps: [] }), { code: 'STORE_UNAVAILABLE' })
  t.match(await opened.checkHealth(), { ready: false })
  await opened.close()
})

t.test('a server needs no embedded engine', async (t) => {
  const hooks = `import { registerHooks } from 'node:module'
registerHooks({ resolve(specifier, context, next) {
  if (/^chdb/.test(specifier)) throw new Error('not installed')
  return next(specifier, context)
} })`
  const child = startStoreChild(t, ['open', server.url], {
    execArgv: ['--import', `data:text/javascript,${encodeURIComponent(hooks)}`]
  })
  t.equal(await child.nextLine(), 'open')
  t.equal(await child.ended, 0)
})

t.test('what the profile of its user sets otherwise changes no answer', async (t) => {
  const step = aStep()
  const { runId } = step
  await store.write({ spans: [], steps: [step] })
  const set = (assignments: string): Promise<Response> =>
    fetch(server.url, { method: 'POST', body: `SET ${assignments}` })
  const names = [
    'join_use_nulls',
    'aggregate_functions_null_for_empty',
    'transform_null_in',
    'final'
  ]
  const assign = (value: 0 | 1): string => names.map((name) => `${name} = ${value}`).join(', ')
  t.teardown(() => set(`${assign(0)}, timeout_overflow_mode = 'throw'`))
  t.equal((await set(`${assign(1)}, timeout_overflow_mode = 'break'`)).status, 200)
  const isPending = async (): Promise<boolean> => {
    const pending = await store.findPendingRuns(toUnixNano(0n), 1_000)
    return pending.some((run) => run.runId === runId)
  }
  t.ok(await isPending(), 'a run without an analysis is pending')
  const checks = [{ name: 'test', status: 'failed', message: '' }] as const
  const report = {
    outcome: 'error',
    source: 'ci',
    checks,
    output: '',
    reportedAt: step.startTime
  } as const
  await store.saveOutcomeReport(runId, report)
  t.same(await store.readOutcomeReports(runId), [report])
})
