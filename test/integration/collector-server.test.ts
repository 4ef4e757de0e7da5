// The server around the rooms: spans to stored steps through the whole pipeline, limits, broken requests,
// metrics, and an end that keeps its word.

import { connect, createServer, type AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import t from 'tap'
import { CollectorError, toRunId, type ClassifiedStep } from '../../collector/model/index.ts'
import { aSpanId, aTraceId } from '../support/builders.ts'
import { startTestCollector } from '../support/started-collector.ts'
import { openTestStore } from '../support/test-store.ts'

const store = await openTestStore(t)
const written: ClassifiedStep[] = []
const collector = await startTestCollector(t, {
  store,
  listener: {
    stepsWritten: (steps) => written.push(...steps),
    outcomeReported: () => undefined
  }
})

function string(key: string, stringValue: string) {
  return { key, value: { stringValue } }
}

/** What no client would send, and all that comes back. */
async function askRaw(request: string): Promise<string> {
  const socket = connect(Number(new URL(collector.url).port), '127.0.0.1')
  socket.setTimeout(2_000, () => socket.destroy())
  socket.write(request)
  return readText(socket)
}

/** One tool call of an agent, as OTLP/JSON. */
function exportRequest(traceId: string, spanId: string = aSpanId()) {
  return {
    resourceSpans: [
      {
        resource: { attributes: [string('service.name', 'server-test')] },
        scopeSpans: [
          {
            spans: [
              {
                traceId,
                spanId,
                name: 'execute_tool bash',
                kind: 1,
                startTimeUnixNano: '1793610000000000000',
                endTimeUnixNano: '1793610001000000000',
                attributes: [
                  string('gen_ai.operation.name', 'execute_tool'),
                  string('gen_ai.tool.name', 'bash'),
                  string('gen_ai.tool.call.arguments', '{"command":"npm test"}')
                ]
              }
            ]
          }
        ]
      }
    ]
  }
}

t.test(
  'a span that is acknowledged is a stored, classified step, and the listener knows',
  async (t) => {
    const traceId = aTraceId()
    const { status, json } = await collector.post('/v1/traces', exportRequest(traceId))
    t.equal(status, 200)
    t.strictSame(json, {})
    const { steps } = await store.readRunSteps(toRunId(traceId))
    t.match(steps, [
      { kind: 'tool', tool: 'bash', service: 'server-test', effects: { verifies: true } }
    ])
    t.ok(written.some((step) => step.traceId === traceId))
  }
)

t.test('while the store refuses, senders are told to come back, and nothing is told', async (t) => {
  const busy = await startTestCollector(t, {
    store: Object.assign(Object.create(store) as typeof store, {
      write: () =>
        Promise.reject(
          new CollectorError('STORE_DISK_FULL', 'no space left', {
            retryable: true,
            retryAfterSeconds: 30
          })
        )
    }),
    listener: {
      stepsWritten: () => t.fail('nothing was written'),
      outcomeReported: () => undefined
    }
  })
  const { status, headers, json } = await busy.post('/v1/traces', exportRequest(aTraceId()))
  t.equal(status, 503)
  t.equal(headers.get('retry-after'), '30')
  t.match(json, { code: 14, message: 'no space left' })
})

t.test('not ready is 503 with the reason; alive is another question', async (t) => {
  const ill = await startTestCollector(t, {
    store: Object.assign(Object.create(store) as typeof store, {
      checkHealth: async () => ({ ready: false, reason: 'ClickHouse does not answer' })
    })
  })
  const { status, json } = await ill.get('/readyz')
  t.equal(status, 503)
  t.match(json, { error: { code: 'STORE_UNAVAILABLE', message: 'ClickHouse does not answer' } })
  t.strictSame((await ill.get('/livez')).json, { alive: true })
  t.strictSame((await collector.get('/readyz')).json, { ready: true })
})

t.test('a defect tells nothing of itself', async (t) => {
  const broken = await startTestCollector(t, {
    store: Object.assign(Object.create(store) as typeof store, {
      listRuns: () => Promise.reject(new Error('secret of the inside'))
    })
  })
  const { status, text } = await broken.get('/api/runs')
  t.equal(status, 500)
  t.match(text, /"INTERNAL"/)
  t.notMatch(text, /secret of the inside/)
})

t.test('a larger body than the limit is 413, whether announced or found', async (t) => {
  const small = await startTestCollector(t, { store, env: { ONSET_BODY_BYTES_MAX: '2048' } })
  const body = { resourceSpans: [], padding: 'x'.repeat(4_096) }
  t.equal((await small.post('/v1/traces', body)).status, 413)
  const chunked = await fetch(`${small.url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Blob([JSON.stringify(body)]).stream(),
    duplex: 'half'
  })
  t.equal(chunked.status, 413)
})

t.test('paths that are not there have the form of their protocol', async (t) => {
  t.match((await collector.get('/api/nowhere')).json, { error: { code: 'NOT_FOUND' } })
  t.match((await collector.post('/v1/nowhere', {})).json, { code: 5, message: /POST \/v1\/traces/ })
  t.match((await collector.get('/api/%ff')).json, { error: { code: 'MALFORMED_REQUEST' } })
})

const BROKEN: readonly [claim: string, bytes: string, status: number][] = [
  ['no HTTP at all', '\x16\x03\x01\x00\xa5\x01\x00\x00', 400],
  ['headers without end', `GET / HTTP/1.1\r\nX: ${'y'.repeat(20_000)}`, 431],
  [
    'two lengths',
    'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    400
  ]
]

for (const [claim, bytes, status] of BROKEN) {
  t.test(`${claim} is answered with ${status} and a closed connection`, async (t) => {
    const socket = connect(Number(new URL(collector.url).port), '127.0.0.1')
    socket.write(bytes, 'latin1')
    const text = await readText(socket)
    t.match(text, new RegExp(`^HTTP/1\\.1 ${status} [^]*Connection: close[^]*"MALFORMED_REQUEST"`))
  })
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format, strictly. */
function parseExposition(text: string) {
  const types: string[] = []
  const samples: { readonly name: string; readonly id: string }[] = []
  const strange: string[] = []
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\S+) (?:counter|gauge|histogram)$/.exec(line)
    const sample = /^([a-z_][a-z0-9_]*)(\{[^{}]*\})? (?:-?[0-9.e+-]+|\+Inf|NaN)$/.exec(line)
    if (type !== null) types.push(type[1] ?? '')
    else if (sample !== null) samples.push({ name: sample[1] ?? '', id: line.split(' ')[0] ?? '' })
    else if (line !== '' && !/^# (?:HELP|UNIT) /.test(line)) strange.push(line)
  }
  return { types, samples, strange }
}

t.test('without keys no page of another site is answered, whatever it leaves out', async (t) => {
  // Not by fetch, which sends Sec-Fetch-Mode of its own.
  const ask = async (path: string, headers: readonly string[]): Promise<string> => {
    const lines = [`GET ${path} HTTP/1.1`, 'Connection: close', ...headers, '', '']
    return (await askRaw(lines.join('\r\n'))).slice(9, 12)
  }
  const here = 'Host: 127.0.0.1'
  const elsewhere = 'Sec-Fetch-Site: cross-site'
  const image = [here, elsewhere, 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image']
  t.equal(await ask('/api/runs', image), '403', 'an image')
  t.equal(await ask('/api/runs', [here, 'Sec-Fetch-Site: same-origin']), '200')
  const followed = [here, elsewhere, 'Sec-Fetch-Mode: navigate']
  t.equal(await ask('/', [...followed, 'Sec-Fetch-Dest: document']), '200', 'a link to here')
  t.equal(await ask('/', [...followed, 'Sec-Fetch-Dest: iframe']), '403', 'a frame')
  t.match(await ask('/api/runs', [here, 'Host: evil.example']), /400|403/, 'two hosts')
})

t.test('a path that leads out of the documentation is not there', async (t) => {
  const path = '/api/docs/static/../../../package.json'
  const answer = await askRaw(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`
  )
  t.match(answer, /^HTTP\/1\.1 404 /)
})

t.test('/metrics is what Prometheus reads', async (t) => {
  await collector.post('/v1/traces', exportRequest(aTraceId()))
  const { text, headers } = await collector.get('/metrics')
  t.equal(headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  t.ok(text.endsWith('\n'))
  const { types, samples, strange } = parseExposition(text)
  t.strictSame(strange, [])
  t.equal(new Set(types).size, types.length, 'each type is declared once')
  t.equal(new Set(samples.map((sample) => sample.id)).size, samples.length, 'each sample is one')
  for (const { name } of samples) {
    const isTyped = types.includes(name) || types.includes(name.replace(/_(bucket|sum|count)$/, ''))
    t.ok(isTyped, `${name} has a type`)
  }
  for (const name of [
    'onset_pipeline_spans_total',
    'onset_pipeline_steps_total',
    'http_server_request_duration_seconds',
    'process_resident_memory_bytes',
    'nodejs_heap_used_bytes',
    'process_cpu_seconds_total'
  ]) {
    t.ok(types.includes(name), name)
  }
  t.match(text, /^onset_pipeline_steps_total\{kind="tool"\} [1-9]/m)
})

t.test('a port in use is one line that says what to do', async (t) => {
  const other = createServer()
  await new Promise<void>((resolve) => {
    other.listen(0, '127.0.0.1', resolve)
  })
  t.teardown(() => other.close())
  const { port } = other.address() as AddressInfo
  await t.rejects(startTestCollector(t, { store, env: { ONSET_PORT: String(port) } }), {
    code: 'SETTINGS_INVALID',
    message: new RegExp(
      `^ONSET_PORT is ${port}, which another process already listens on.*free port`
    )
  })
})

t.test('an address of another machine is refused with the variable', async (t) => {
  const env = { ONSET_HOST: '192.0.2.1', ONSET_API_KEYS: 'read:0123456789abcdef' }
  await t.rejects(startTestCollector(t, { store, env }), {
    code: 'SETTINGS_INVALID',
    message: /^ONSET_HOST is "192\.0\.2\.1", which is no address of this machine/
  })
})

/** A store whose write waits for the test. */
function gated() {
  const gate = Promise.withResolvers<void>()
  const entered = Promise.withResolvers<void>()
  const slow = Object.assign(Object.create(store) as typeof store, {
    write: async (batch: Parameters<typeof store.write>[0]) => {
      entered.resolve()
      await gate.promise
      await store.write(batch)
    }
  })
  return { slow, release: gate.resolve, entered: entered.promise }
}

t.test(
  'closing lets a request in flight end, takes no other, and may be asked twice',
  async (t) => {
    const { slow, release, entered } = gated()
    const own = await startTestCollector(t, { store: slow })
    const traceId = aTraceId()
    const inFlight = own.post('/v1/traces', exportRequest(traceId))
    await entered
    const closed = Promise.all([own.close(), own.close()])
    await t.rejects(fetch(`${own.url}/livez`), 'no new connection is taken')
    release()
    t.equal((await inFlight).status, 200)
    await closed
    t.equal((await store.readRunSteps(toRunId(traceId))).steps.length, 1)
  }
)

t.test('a request that does not end does not keep the collector from ending', async (t) => {
  const { slow, release, entered } = gated()
  t.teardown(release)
  const own = await startTestCollector(t, { store: slow, env: { ONSET_SHUTDOWN_MS: '200' } })
  const cut = own.post('/v1/traces', exportRequest(aTraceId()))
  cut.catch(() => undefined)
  await entered
  await own.close()
  await t.rejects(cut)
})
