// Who is answered and how much the answer gives away: keys and scopes, names of this machine, pages of
// foreign sites, headers, the OpenAPI document and its page.

import { request } from 'node:http'
import t from 'tap'
import { Compile } from 'typebox/compile'
import { aTraceId } from '../support/builders.ts'
import { readDocument, startTestCollector } from '../support/started-collector.ts'
import { openTestStore } from '../support/test-store.ts'

const KEYS = {
  ingest: 'ingest-key-0123456789',
  read: 'read-key-0123456789',
  admin: 'admin-key-0123456789',
  plain: 'plain-key-0123456789'
}

const store = await openTestStore(t)
const open = await startTestCollector(t, { store })
const locked = await startTestCollector(t, {
  store,
  env: {
    ONSET_HOST: '0.0.0.0',
    ONSET_API_KEYS: `ingest:${KEYS.ingest},read:${KEYS.read},admin:${KEYS.admin},${KEYS.plain}`
  }
})

const run = `/api/runs/${aTraceId()}`

/** Status without a key, then with ingest, read, admin and a key without scope. */
const MATRIX: readonly [method: 'GET' | 'POST', path: string, statuses: readonly number[]][] = [
  ['POST', '/v1/traces', [401, 200, 403, 200, 200]],
  ['GET', '/api/runs', [401, 403, 200, 200, 200]],
  ['GET', run, [401, 403, 404, 404, 404]],
  ['GET', `${run}/feedback`, [401, 403, 200, 200, 200]],
  ['GET', `${run}/events`, [401, 403, 404, 404, 404]],
  ['GET', '/api/onsets', [401, 403, 200, 200, 200]],
  ['POST', `${run}/outcome`, [401, 400, 403, 400, 400]],
  ['POST', `${run}/feedback`, [401, 400, 403, 400, 400]],
  ['POST', `${run}/localize`, [401, 403, 403, 503, 503]],
  ['GET', '/metrics', [401, 403, 200, 200, 200]],
  ['GET', '/livez', [200, 200, 200, 200, 200]],
  ['GET', '/readyz', [200, 200, 200, 200, 200]],
  ['GET', '/api/openapi.json', [200, 200, 200, 200, 200]],
  ['GET', '/api/docs', [200, 200, 200, 200, 200]],
  ['GET', '/nowhere', [404, 404, 404, 404, 404]]
]

for (const [method, path, statuses] of MATRIX) {
  t.test(`${method} ${path} is for keys of the right scope`, async (t) => {
    const keys = [undefined, KEYS.ingest, KEYS.read, KEYS.admin, KEYS.plain]
    const answered: number[] = []
    for (const key of keys) {
      const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
      const isTraces = path === '/v1/traces'
      const { status } =
        method === 'GET'
          ? await locked.get(path, headers)
          : await locked.post(path, isTraces ? '{"resourceSpans":[]}' : {}, headers)
      answered.push(status)
    }
    t.strictSame(answered, statuses)
  })
}

t.test('a missing and an unknown key are told apart, and neither is repeated', async (t) => {
  const none = await locked.get('/api/runs')
  t.match(none.json, { error: { code: 'UNAUTHENTICATED', message: /a bearer key is required/ } })
  t.equal(none.headers.get('www-authenticate'), 'Bearer realm="onset"')
  const wrong = await locked.get('/api/runs', { authorization: 'Bearer wrong-key-0123456789' })
  t.match(wrong.json, { error: { message: /the bearer key is not known/ } })
  t.notMatch(wrong.text, 'wrong-key')
})

t.test('below /v1 a refusal is a google.rpc.Status in the encoding of the request', async (t) => {
  const json = await locked.post('/v1/traces', '{}')
  t.equal(json.status, 401)
  t.match(json.json, { code: 16, message: /a bearer key is required/ })
  const protobuf = await locked.post('/v1/traces', '', {
    'content-type': 'application/x-protobuf',
    authorization: `Bearer ${KEYS.read}`
  })
  t.equal(protobuf.status, 403)
  t.equal(protobuf.headers.get('content-type'), 'application/x-protobuf')
  t.match(protobuf.text, /needs the scope ingest; the key has read/)
})

t.test('other ways to present a key are not taken', async (t) => {
  for (const authorization of [
    KEYS.read,
    `Basic ${KEYS.read}`,
    `Bearer ${KEYS.read} ${KEYS.read}`,
    'Bearer',
    `Bearer ${KEYS.read.slice(0, -1)}`
  ]) {
    t.equal((await locked.get('/api/runs', { authorization })).status, 401, authorization)
  }
  t.equal((await locked.get(`/api/runs?key=${KEYS.read}`)).status, 401)
})

/** fetch does not let a test choose the Host header. */
function statusFor(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, setHost: false }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.once('error', reject)
    asked.end()
  })
}

t.test('without keys only names of this machine are answered', async (t) => {
  const { port } = new URL(open.url)
  const hosts: readonly [host: string, status: number][] = [
    [`127.0.0.1:${port}`, 200],
    [`localhost:${port}`, 200],
    [`[::1]:${port}`, 200],
    ['onset.localhost', 200],
    ['evil.example', 403],
    [`evil.example:${port}`, 403],
    ['127.0.0.1.evil.example', 403],
    ['0.0.0.0', 403]
  ]
  for (const [host, status] of hosts) {
    t.equal(await statusFor(`${open.url}/api/runs`, { host }), status, host)
  }
  t.equal(await statusFor(`${open.url}/v1/traces`, { host: 'evil.example' }), 403)
})

t.test(
  'without keys a page of a foreign site is refused, also for what it need not ask',
  async (t) => {
    const cases: readonly [origin: string, status: number][] = [
      ['https://evil.example', 403],
      ['null', 403],
      ['http://localhost:5173', 200],
      [open.url, 200]
    ]
    for (const [origin, status] of cases) {
      t.equal((await open.get('/api/runs', { origin })).status, status, origin)
    }
  }
)

t.test('no page of another origin may read an answer', async (t) => {
  const { headers } = await open.get('/api/runs', { origin: 'http://localhost:5173' })
  t.notOk([...headers.keys()].some((name) => name.startsWith('access-control-')))
})

t.test('every answer says that it is what its type says and stays here', async (t) => {
  for (const path of ['/api/runs', '/nowhere', '/metrics', '/api/docs', '/api/runs?limit=0']) {
    const { headers } = await open.get(path)
    t.equal(headers.get('x-content-type-options'), 'nosniff', path)
    t.equal(headers.get('x-frame-options'), 'DENY', path)
    t.equal(headers.get('referrer-policy'), 'no-referrer', path)
    t.match(headers.get('x-request-id'), /^[0-9a-f-]{36}$/, path)
  }
  const { headers } = await open.get('/api/runs')
  t.equal(headers.get('cache-control'), 'no-store')
  t.equal(headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'")
  t.notOk(headers.has('server') || headers.has('x-powered-by'))
})

t.test('the OpenAPI document describes each path once and completely', async (t) => {
  const document = await readDocument(open.url)
  t.strictSame(Object.keys(document.paths).toSorted(byText), [
    '/api/admin/backup',
    '/api/alerts',
    '/api/alerts/{alertId}/resend',
    '/api/audit',
    '/api/coverage',
    '/api/export',
    '/api/keys',
    '/api/keys/{keyId}',
    '/api/onsets',
    '/api/patterns',
    '/api/precision',
    '/api/renormalizations',
    '/api/renormalizations/{id}',
    '/api/runs',
    '/api/runs/{runId}',
    '/api/runs/{runId}/events',
    '/api/runs/{runId}/feedback',
    '/api/runs/{runId}/localize',
    '/api/runs/{runId}/outcome',
    '/api/traces/{traceId}/dialects'
  ])
  const ids: string[] = []
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const name = `${method} ${path}`
      ids.push(operation.operationId)
      t.ok(operation.summary.length > 5, `${name} has a summary`)
      t.ok(operation.responses['4XX'] !== undefined, `${name} says how it refuses`)
      const named = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
      t.strictSame(
        named.map((parameter) => `{${parameter.name}}`),
        path.match(/\{\w+\}/g) ?? [],
        `${name} declares the parameters of its path`
      )
      for (const [status, response] of Object.entries(operation.responses)) {
        t.type(response.description, 'string', `${name} ${status} is described`)
        for (const { schema } of Object.values(response.content ?? {})) Compile(schema)
      }
    }
  }
  t.equal(new Set(ids).size, ids.length, 'operation ids are unique')
})

function byText(a: string, b: string): number {
  return a < b ? -1 : 1
}

t.test('the page of the document loads nothing from anywhere else', async (t) => {
  const page = await open.get('/api/docs')
  t.equal(page.status, 200)
  const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '')
  t.ok(links.length > 3)
  for (const link of links) {
    t.match(link, /^\/api\/docs\//)
    t.equal((await open.get(link)).status, 200, link)
  }
  t.match(page.headers.get('content-security-policy'), /default-src 'none'; script-src 'self';/)
  const { text } = await open.get('/api/docs/static/swagger-initializer.js')
  t.notMatch(text, /validator\.swagger\.io|validatorUrl":"http/)
})
