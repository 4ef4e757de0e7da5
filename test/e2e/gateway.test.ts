// The ClickHouse interface of a whole Onset: what was sent over OTLP is what SQL sees, and the process ends
// cleanly whoever is asking.

import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { agentSpans } from '../support/agent-spans.ts'
import { aDataDir, spawnOnset, startOnset, type OnsetProcess } from '../support/onset-process.ts'
import { contentTypeOf, encodeTraceRequest } from '../support/otlp-request.ts'
import { askGateway } from '../support/started-gateway.ts'

function sqlUrl(onset: OnsetProcess): string {
  const url = /ClickHouse +(http:\/\/\S+)/.exec(onset.output())?.[1]
  if (url === undefined) throw new Error(onset.output())
  return url
}

t.test('spans that were acknowledged are seen by SQL, and SIGTERM ends with 0', async (t) => {
  const onset = await startOnset(t, {
    dataDir: aDataDir(t),
    env: { ONSET_CLICKHOUSE_HTTP_PORT: '0', ONSET_SHUTDOWN_MS: '1000' }
  })
  const spans = agentSpans({ steps: 3, seed: 7 })
  const sent = await fetch(`${onset.url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': contentTypeOf('protobuf') },
    body: new Uint8Array(encodeTraceRequest(spans, 'protobuf'))
  })
  t.equal(sent.status, 200)
  const counted = await askGateway(sqlUrl(onset), 'SELECT count() FROM otel_traces')
  t.equal(counted.text, `${spans.length}\n`)
  const metrics = await (await fetch(`${onset.url}/metrics`)).text()
  t.match(metrics, /^onset_gateway_queries_total\{result="OK"\} 1$/m)

  const endless = askGateway(sqlUrl(onset), 'SELECT count() FROM numbers(1000000000000)')
  endless.catch(() => undefined)
  await sleep(300)
  const { code, signal } = await onset.stop()
  t.same({ code, signal }, { code: 0, signal: null })
  await t.rejects(endless)
})

t.test('a chosen port that is taken ends the start with what to change', async (t) => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  t.teardown(() => other.close())
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const spawned = spawnOnset({
    dataDir: aDataDir(t),
    env: { ONSET_CLICKHOUSE_HTTP_PORT: String(port) }
  })
  t.equal((await spawned.exited).code, 2)
  t.match(
    spawned.output(),
    new RegExp(`ONSET_CLICKHOUSE_HTTP_PORT is ${port}, which another process`)
  )
})
