// Outcomes, feedback, analysis on request and the stream of a run's revisions, over a socket and in the
// real store.

import t from 'tap'
import { CollectorError, toRunId, type RunId } from '../../collector/model/index.ts'
import { aRunTree, anOnset, aTraceId } from '../support/builders.ts'
import { saveRun } from '../support/save-run.ts'
import { startTestCollector } from '../support/started-collector.ts'
import { openTestStore } from '../support/test-store.ts'

const NOW = Date.UTC(2026, 10, 2, 12)

const store = await openTestStore(t)
const reported: RunId[] = []
const collector = await startTestCollector(t, {
  store,
  listener: { stepsWritten: () => undefined, outcomeReported: (runId) => reported.push(runId) },
  analyzeNow: async (runId) => {
    if (runId !== analyzable.run.runId) return
    const onsets = [anOnset({ runId, summary: 'found on request' })]
    await saveRun(store, analyzable, { onsets })
  },
  now: () => NOW
})
const analyzable = aRunTree([{}], { outcome: 'error' })

t.test('an outcome is stored before it is accepted, and the listener is told', async (t) => {
  const runId = aTraceId()
  const { status, json } = await collector.post(`/api/runs/${runId}/outcome`, {
    outcome: 'error',
    source: 'ci',
    checks: [
      { name: 'unit', status: 'passed' },
      { name: 'cart', status: 'failed', message: 'expected 2, got 0' }
    ],
    output: '1 of 2 failed'
  })
  t.equal(status, 202)
  t.strictSame(json, {
    runId,
    outcome: 'error',
    source: 'ci',
    checksKept: 2,
    checksLeftOut: 0,
    reportedAt: '2026-11-02T12:00:00.000Z'
  })
  t.ok(reported.includes(toRunId(runId)))
  const [report] = await store.readOutcomeReports(toRunId(runId))
  t.match(report, {
    outcome: 'error',
    source: 'ci',
    checks: [
      { name: 'unit', status: 'passed', message: '' },
      { name: 'cart', status: 'failed', message: 'expected 2, got 0' }
    ],
    output: '1 of 2 failed'
  })
})

t.test('a second report of one source replaces its first', async (t) => {
  const runId = aTraceId()
  await collector.post(`/api/runs/${runId}/outcome`, { outcome: 'error', source: 'ci' })
  await collector.post(`/api/runs/${runId}/outcome`, { outcome: 'ok', source: 'ci' })
  const reports = await store.readOutcomeReports(toRunId(runId))
  t.strictSame(
    reports.map((report) => report.outcome),
    ['ok']
  )
})

t.test('of too many checks those that failed are kept, and the rest is counted', async (t) => {
  const runId = aTraceId()
  const checks = Array.from({ length: 1_500 }, (_, at) => ({
    name: `check ${at}`,
    status: at >= 1_400 ? 'failed' : 'passed'
  }))
  const { json } = await collector.post(`/api/runs/${runId}/outcome`, {
    outcome: 'error',
    source: 'ci',
    checks
  })
  t.match(json, { checksKept: 1_000, checksLeftOut: 500 })
  const [report] = await store.readOutcomeReports(toRunId(runId))
  t.equal(report?.checks.filter((check) => check.status === 'failed').length, 100)
})

t.test('a long output keeps its head and its tail', async (t) => {
  const runId = aTraceId()
  const output = `first line\n${'x'.repeat(200_000)}\nlast line`
  await collector.post(`/api/runs/${runId}/outcome`, { outcome: 'ok', source: 'ci', output })
  const [report] = await store.readOutcomeReports(toRunId(runId))
  t.ok((report?.output.length ?? 0) <= 65_536)
  t.match(report?.output, /^first line[^]*characters left out[^]*last line$/)
})

t.test('feedback is stored and read back, also that no step is to blame', async (t) => {
  const tree = aRunTree([{}, {}, {}])
  await saveRun(store, tree, { state: 'open' })
  const { runId } = tree.run
  const path = `/api/runs/${runId}/feedback`
  t.strictSame((await collector.get(path)).json, { items: [] })
  const first = await collector.post(path, {
    onsetStepIndex: 3,
    category: 'requirement_missed',
    comment: 'it never read the ticket',
    author: 'kim'
  })
  t.equal(first.status, 201)
  t.strictSame(first.json, {
    runId,
    onsetStepIndex: 3,
    onsetStepId: tree.steps[2]?.stepId,
    category: 'requirement_missed',
    comment: 'it never read the ticket',
    author: 'kim',
    createdAt: '2026-11-02T12:00:00.000Z'
  })
  const other = await collector.post(path, { onsetStepIndex: null, author: 'lee' })
  t.equal(other.status, 201)
  const { json } = await collector.get(path)
  const { items } = json as {
    readonly items: readonly { readonly onsetStepIndex: number | null }[]
  }
  t.strictSame(new Set(items.map((item) => item.onsetStepIndex)), new Set([3, null]))
})

t.test('feedback on a run that nobody knows is refused, and not stored for it', async (t) => {
  const path = `/api/runs/${aTraceId()}/feedback`
  for (const onsetStepIndex of [1, null]) {
    const { status, json } = await collector.post(path, { onsetStepIndex })
    t.equal(status, 404)
    t.match(json, { error: { code: 'NOT_FOUND', message: /there is no run "/ } })
  }
  t.strictSame((await collector.get(path)).json, { items: [] })
})

t.test('feedback on a step that the run does not have is refused', async (t) => {
  const tree = aRunTree([{}, {}])
  await saveRun(store, tree)
  const { status, json } = await collector.post(`/api/runs/${tree.run.runId}/feedback`, {
    onsetStepIndex: 3
  })
  t.equal(status, 400)
  t.match(json, { error: { message: /onsetStepIndex is 3, but the run has 2 steps/ } })
})

const BAD_BODIES: readonly [path: string, body: unknown, status: number, says: RegExp][] = [
  ['outcome', {}, 400, /the body lacks outcome/],
  ['outcome', { outcome: 'broken', source: 'ci' }, 400, /one of ok, error, cancelled, unknown/],
  ['outcome', { outcome: 'ok', source: '' }, 400, /source is ""/],
  ['outcome', { outcome: 'ok', source: 'ci', verdict: 1 }, 400, /unknown names: "verdict"/],
  ['outcome', { outcome: 'ok', source: 'ci', checks: [{ name: 'a' }] }, 400, /checks\[0\] lacks/],
  ['outcome', [], 400, /the body is \[\]; it must be object/],
  ['outcome', '{"outcome"', 400, /the body is not JSON/],
  ['outcome', '{"__proto__":{}}', 400, /the body is not JSON|unknown names/],
  ['outcome', undefined, 400, /the body is null; it must be object/],
  ['outcome', `"${'x'.repeat(4_200_000)}"`, 413, /larger/],
  ['feedback', {}, 400, /the body lacks onsetStepIndex/],
  ['feedback', { onsetStepIndex: 0 }, 400, /it must be >= 1 or must be null/],
  ['feedback', { onsetStepIndex: 1.5 }, 400, /must be integer or must be null/],
  ['feedback', { onsetStepIndex: 1, comment: 'x'.repeat(4_001) }, 400, /comment/]
]

for (const [route, body, status, says] of BAD_BODIES) {
  t.test(`${route} refuses ${JSON.stringify(body)?.slice(0, 60)}`, async (t) => {
    const answer = await collector.post(`/api/runs/r/${route}`, body)
    t.equal(answer.status, status)
    t.match(answer.json, { error: { message: says } })
  })
}

t.test('a body of another type than JSON is refused', async (t) => {
  const { status, json } = await collector.post('/api/runs/r/outcome', 'outcome=ok', {
    'content-type': 'text/plain'
  })
  t.equal(status, 415)
  t.match(json, { error: { code: 'UNSUPPORTED_MEDIA_TYPE', message: /application\/json/ } })
})

t.test('analysis on request answers with the new revision', async (t) => {
  await saveRun(store, analyzable)
  const { status, json } = await collector.post(`/api/runs/${analyzable.run.runId}/localize`)
  t.equal(status, 200)
  t.match(json, { run: { revision: 2 }, onsets: [{ summary: 'found on request' }] })
})

t.test('analysis of an unknown run is 404, and 503 where no processors run', async (t) => {
  t.equal((await collector.post(`/api/runs/${aTraceId()}/localize`)).status, 404)
  const alone = await startTestCollector(t, { store })
  const { status, json } = await alone.post(`/api/runs/${aTraceId()}/localize`)
  t.equal(status, 503)
  t.match(json, { error: { code: 'NO_PROCESSOR' } })
})

t.test('where too many analyses wait, one more is told to come back', async (t) => {
  const overloaded = new CollectorError('OVERLOADED', '64 runs wait to be analyzed', {
    retryable: true,
    retryAfterSeconds: 2
  })
  const busy = await startTestCollector(t, { store, analyzeNow: () => Promise.reject(overloaded) })
  const { status, headers, json } = await busy.post('/api/runs/r/localize')
  t.equal(status, 429)
  t.equal(headers.get('retry-after'), '2')
  t.match(json, { error: { code: 'OVERLOADED', message: '64 runs wait to be analyzed' } })
})

interface StreamedEvent {
  readonly event: string
  readonly id: number
  readonly data: { readonly revision?: number; readonly state: string }
}

/** Reads the stream of a run's events as they come. */
async function* watch(runId: string, headers: Record<string, string> = {}, signal?: AbortSignal) {
  const response = await fetch(`${collector.url}/api/runs/${runId}/events`, {
    headers,
    signal: signal ?? null
  })
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk as Uint8Array)
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n')
      text = text.slice(end + 2)
      const field = (name: string) =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? ''
      if (field('event') === '') continue
      yield {
        event: field('event'),
        id: Number(field('id')),
        data: JSON.parse(field('data'))
      } as StreamedEvent
    }
  }
}

t.test('a stream tells each revision once and ends when the run is complete', async (t) => {
  const tree = aRunTree([{}])
  await saveRun(store, tree, { state: 'open' })
  const seen: string[] = []
  for await (const { event, id, data } of watch(tree.run.runId)) {
    seen.push(`${event} ${id} ${data.state}`)
    if (seen.length === 1) await saveRun(store, tree, { state: 'settling' })
    if (seen.length === 2) await saveRun(store, aRunTree([{}, {}], { traceIds: tree.run.traceIds }))
  }
  t.strictSame(seen, ['run 1 open', 'run 2 settling', 'run 3 complete', 'end 3 complete'])
})

t.test('a client that has seen the complete run is told not to come back', async (t) => {
  const tree = aRunTree([{}])
  await saveRun(store, tree)
  const { status } = await collector.get(`/api/runs/${tree.run.runId}/events`, {
    'last-event-id': '1'
  })
  t.equal(status, 204)
})

t.test('the events of an unknown run are 404', async (t) => {
  t.equal((await collector.get(`/api/runs/${aTraceId()}/events`)).status, 404)
})

t.test('streams are bounded in number, and a closed one makes room', async (t) => {
  const tree = aRunTree([{}])
  await saveRun(store, tree, { state: 'open' })
  const own = await startTestCollector(t, { store })
  const path = `/api/runs/${tree.run.runId}/events`
  const controllers = Array.from({ length: 64 }, () => new AbortController())
  await Promise.all(controllers.map(({ signal }) => fetch(`${own.url}${path}`, { signal })))
  const refused = await own.get(path)
  t.equal(refused.status, 429)
  t.equal(refused.headers.get('retry-after'), '10')
  for (const controller of controllers) controller.abort()
  await saveRun(store, tree)
  let again = await own.get(path)
  // A stream notices that its reader has gone at its next look at the store.
  for (let tries = 0; again.status === 429 && tries < 50; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    again = await own.get(path)
  }
  t.equal(again.status, 200)
})

t.test('closing the collector ends its streams', async (t) => {
  const tree = aRunTree([{}])
  await saveRun(store, tree, { state: 'open' })
  const own = await startTestCollector(t, { store })
  const response = await fetch(`${own.url}/api/runs/${tree.run.runId}/events`)
  const text = response.text()
  await own.close()
  t.match(await text, /^event: run/)
})
