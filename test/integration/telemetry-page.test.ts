// docs/telemetry.md is what the code says: instruments as everything that can be started registers them, labels as
// they are really put on, log events as they stand in the sources.
//
//   npm run telemetry    writes the page

import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { agentSpans } from '../support/agent-spans.ts'
import { readText, ROOT } from '../support/deploy-files.ts'
import { encodeTraceRequest } from '../support/otlp-request.ts'
import { encodeLogsRequest, encodeMetricsRequest } from '../support/otlp-telemetry.ts'
import { askGateway } from '../support/started-gateway.ts'
import { LOG_EVENTS } from '../support/telemetry-page/log-events.ts'
import { METRIC_NOTES } from '../support/telemetry-page/metric-labels.ts'
import { findLogCalls, readLogCalls } from '../support/telemetry-page/read-log-calls.ts'
import { printMetrics, recordMetrics } from '../support/telemetry-page/recorded-instruments.ts'
import { startEverything, type Everything } from '../support/telemetry-page/start-everything.ts'
import { writePage } from '../support/telemetry-page/write-page.ts'
import { widenThreadPool } from '../support/thread-pool.ts'
import { waitFor } from '../support/wait-for.ts'

widenThreadPool()

const PAGE = 'docs/telemetry.md'
const NANOS_PER_MILLI = 1_000_000n
const sources = globSync('{collector,processors}/**/*.ts', {
  cwd: ROOT,
  exclude: ['**/node_modules/**', '**/dist/**']
}).map((path) => readText(path))

const folder = mkdtempSync(join(tmpdir(), 'onset-telemetry-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
const metrics = recordMetrics()
const onset = await startEverything(join(folder, 'data'), metrics)
t.teardown(() => onset.close())
let printed: Awaited<ReturnType<typeof printMetrics>> = []

async function post({ url }: Everything, path: string, body: Uint8Array): Promise<number> {
  const headers = { 'content-type': 'application/x-protobuf' }
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers,
    body: new Uint8Array(body)
  })
  return response.status
}

t.test('it works: spans, also rejected and lacking something, logs, points, reads', async (t) => {
  const startTime = BigInt(Date.now() - 60_000) * NANOS_PER_MILLI
  const spans = agentSpans({ seed: 1, steps: 4, startTime, failingStep: 3 })
  const lacking = spans.map((span) => ({ ...span, droppedAttributesCount: 2 }))
  t.equal(await post(onset, '/v1/traces', encodeTraceRequest(lacking, 'protobuf')), 200)
  const late = [{ startTime: 1n, endTime: 2n }]
  t.equal(await post(onset, '/v1/traces', encodeTraceRequest(late, 'protobuf')), 200)
  t.equal(await post(onset, '/v1/traces', Buffer.from('no protobuf')), 400)
  t.equal(await post(onset, '/v1/logs', encodeLogsRequest([{ body: 'x' }], 'protobuf')), 200)
  const points = [{ name: 'x', gauge: [{ value: 1 }] }]
  t.equal(await post(onset, '/v1/metrics', encodeMetricsRequest(points, 'protobuf')), 200)
  await askGateway(onset.sqlUrl, 'SELECT count() FROM agent_runs')
  await askGateway(onset.sqlUrl, 'SELECT nothing')
  await fetch(`${onset.url}/api/runs/absent`)
  await waitFor('an analysis', async () => {
    const text = await metrics.expose()
    return /^onset_completion_analyses_total\{kind="final"/m.test(text) ? text : undefined
  })
  printed = await printMetrics(metrics.instruments)
})

t.test('every instrument that the code creates was registered', async (t) => {
  const created = sources.flatMap((text) =>
    [...text.matchAll(/\.create(?:Observable)?(?:Counter|Histogram|Gauge)\(\s*'([^']+)'/g)].map(
      ([, name = '']) => name
    )
  )
  const known = new Set([...metrics.instruments.keys(), ...printed.map(({ name }) => name)])
  t.ok(created.length > 70, 'the walk finds them')
  for (const name of created) t.ok(known.has(name) || known.has(`${name}_total`), name)
  for (const { name } of printed) t.match(name, /^(onset|process|nodejs|http_server)_[a-z_]+$/)
})

t.test('every metric has a row, and every row a metric', async (t) => {
  t.strictSame(Object.keys(METRIC_NOTES).toSorted(), printed.map(({ name }) => name).toSorted())
  for (const { name, description } of printed)
    t.ok(description.length > 10, `${name} says what it is`)
})

t.test('labels are those that the code puts on', async (t) => {
  const text = await metrics.expose()
  for (const [name, { labels = {} }] of Object.entries(METRIC_NOTES)) {
    const seen = [
      ...text.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?\\{([^}]*)\\}`, 'gm'))
    ]
      .flatMap(([, held = '']) => [...held.matchAll(/(\w+)="/g)])
      .map(([, label = '']) => label)
      .filter((label) => label !== 'le')
    const put = metrics.instruments.get(name.replace(/_total$/, ''))?.labels ?? []
    for (const label of new Set([...seen, ...put])) t.ok(label in labels, `${name} has ${label}`)
    const plain = name.replace(/_total$/, '')
    const source = sources.find((held) => held.includes(`'${name}'`) || held.includes(`'${plain}'`))
    for (const label of Object.keys(labels)) {
      t.match(source, new RegExp(`\\b${label}\\b`), `${name}: the code knows ${label}`)
    }
  }
})

t.test('what a collector needs to be watched by was really measured', async (t) => {
  const text = await metrics.expose()
  for (const series of [
    'onset_receiver_spans_total{outcome="accepted",reason=""}',
    'onset_receiver_spans_total{outcome="rejected",reason="start_time_too_early"}',
    'onset_pipeline_incomplete_spans_total{missing="attributes"}',
    'onset_store_queue_rows',
    'onset_store_queue_bytes',
    'onset_store_telemetry_queue_rows',
    'onset_store_group_rows_count',
    'onset_store_write_seconds_count',
    'onset_receiver_acknowledgement_seconds_count{signal="traces"}',
    'onset_receiver_acknowledgement_seconds_count{signal="logs"}',
    'onset_store_parts{table="agent_steps"}',
    'process_resident_memory_bytes'
  ]) {
    const value = text.split('\n').find((line) => line.startsWith(`${series} `))
    t.ok(value, series)
  }
  const missing = /^onset_pipeline_incomplete_spans_total\{missing="attributes"\} (\d+)$/m.exec(
    text
  )
  t.equal(missing?.[1], '9', 'each span counts once')
})

t.test('every log event in the code is listed, with its level and its fields', async (t) => {
  const calls = readLogCalls()
  t.ok(calls.length > 40, 'the walk finds them')
  const inCode = calls.flatMap(({ file, level, messages }) =>
    messages.map((event) => `${file}: ${level} ${event}`)
  )
  for (const { messages, file } of calls) t.ok(messages.length > 0, `${file} logs a text`)
  const listed = LOG_EVENTS.map(({ file, level, event }) => `${file}: ${level} ${event}`)
  t.strictSame(inCode.toSorted(), listed.toSorted())
  for (const { file, messages, fields } of calls) {
    const row = LOG_EVENTS.find((one) => one.file === file && messages.includes(one.event))
    if (fields !== undefined) t.strictSame(row?.fields, fields, `${file}: ${messages.join()}`)
  }
})

t.test('planted calls are read', async (t) => {
  const [call, choice, template] = findLogCalls(
    'x.ts',
    `logger.warn({ err: error, a, ...more }, 'it is (so)')
    this.#logger?.info({ at }, isOn ? 'on' : 'off')
    log.error(fields, \`no \${noun(1)} here\`)`
  )
  t.match(call, { level: 'warn', messages: ['it is (so)'], fields: ['err', 'a', '…'] })
  t.match(choice, { level: 'info', messages: ['on', 'off'], fields: ['at'] })
  t.match(template, { level: 'error', messages: ['no … here'], fields: undefined })
})

t.test('the page is what the code says', async (t) => {
  const page = writePage(printed)
  if (process.argv.includes('--write')) writeFileSync(join(ROOT, PAGE), page)
  t.equal(readText(PAGE), page, 'npm run telemetry writes it')
})
