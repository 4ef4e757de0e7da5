// Agents written with real SDKs that record themselves, exporting to a real Onset: the run it made of what
// they sent is held against what the stub of the model host answered and the tools that the program ran.
// With `--write` the page is written instead of compared (`npm run producers`).

import { readFileSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { RESULTS } from '../support/model-answers.ts'
import { startModelServer, type ModelServer } from '../support/model-server.ts'
import { aDataDir, startOnset } from '../support/onset-process.ts'
import {
  readLogFixture,
  readSpanFixture,
  toLogsRequest,
  toTracesRequest
} from '../support/log-fixtures.ts'
import {
  describeProducers,
  type SeenFixture,
  type SeenProducer,
  type SeenRun
} from '../support/producers-page.ts'
import { PRODUCERS, runProducer, type Producer } from '../support/producers.ts'
import { waitFor } from '../support/wait-for.ts'

const PAGE = new URL('../../docs/producers.md', import.meta.url)

// Twelve programs, one after the other: each loads its SDK for a second or two.
t.setTimeout(240_000)

const onset = await startOnset(t, {
  dataDir: aDataDir(t),
  env: { ONSET_COMPLETION_SETTLE_MS: '300', ONSET_COMPLETION_QUIET_MS: '3000' }
})

async function ask<T>(path: string): Promise<T> {
  return (await (await fetch(`${onset.url}${path}`)).json()) as T
}

/** All runs of a service when every one of them is complete. */
function completeRuns(service: string): Promise<SeenRun[]> {
  return waitFor(`a complete run of ${service}`, async () => {
    const { items } = await ask<{ items: { id: string }[] }>(`/api/runs?service=${service}`)
    const runs = await Promise.all(items.map(({ id }) => ask<SeenRun>(`/api/runs/${id}`)))
    return runs.length > 0 && runs.every(({ run }) => run.state === 'complete') ? runs : undefined
  })
}

interface Tried extends SeenProducer {
  readonly server: ModelServer
}

async function tryProducer(t: Test, producer: Producer, model: string): Promise<Tried> {
  const server = await startModelServer()
  t.teardown(() => server.close())
  const service = `producer-${PRODUCERS.indexOf(producer)}-${model}`
  const ran = await runProducer(producer, {
    folder: t.testdir(),
    service,
    onsetUrl: onset.url,
    modelUrl: server.url,
    model
  })
  const runs = ran.spans === 0 ? [] : await completeRuns(service)
  t.ok(runs.length <= 1, 'all it sent is one run')
  return { producer, ran, told: runs[0], server }
}

const seen: SeenProducer[] = []

for (const producer of PRODUCERS) {
  t.test(`${producer.name}: each call of a model and of a tool is in the run once`, async (t) => {
    const { server, ...tried } = await tryProducer(t, producer, 'gpt-5')
    seen.push(tried)
    const { ran, told } = tried
    t.equal(ran.failure, undefined)
    t.equal(ran.tools.length, 2, 'the program ran its tools')
    t.equal(server.ledger.length, 2)
    if (told === undefined) return
    t.same(
      told.steps.flatMap(({ tokens: { input, output } }) =>
        input === undefined ? [] : [{ input, output }]
      ),
      server.ledger.map(({ answer }) => ({
        input: answer?.tokens.input,
        output: answer?.tokens.output
      })),
      'model calls and their tokens, each on one step'
    )
    t.match(told.run.tokens, { input: 310, output: 54 })
    const tools = told.steps.filter(({ kind }) => kind === 'tool')
    const results = new Set(ran.tools.map((call) => RESULTS[call.name]))
    t.ok(tools.length === 0 || tools.length === ran.tools.length, 'all tools that ran, or none')
    if (tools.length > 0) t.same(new Set(tools.map((step) => step.observation)), results)
    for (const step of tools.filter(({ tool }) => tool !== undefined)) {
      const call = ran.tools.find(({ name }) => name === step.tool)
      t.same(JSON.parse(step.arguments), call?.arguments, 'arguments as the tool got them')
    }
    t.ok(told.steps.every(({ outcome }) => outcome === 'ok'))
    t.not(told.run.outcome, 'error')
  })

  t.test(`${producer.name}: a model call that failed is the error of its run`, async (t) => {
    const { ran, told, server } = await tryProducer(t, producer, 'fail-400')
    t.ok(ran.failure, 'the program saw the error')
    t.equal(server.ledger.length, 1)
    if (told === undefined) return
    t.match(told.steps, [{ kind: 'llm', outcome: 'error', error: /./ }])
    t.equal(told.steps.length, 1)
    t.equal(told.run.outcome, 'error')
  })
}

const FIXTURES = [
  { name: 'claude-code-2.1.197', service: 'claude-code', hasSpans: true },
  { name: 'codex-0.169.0', service: 'codex_exec', hasSpans: false },
  { name: 'gemini-cli-0.61.0', service: 'gemini-cli', hasSpans: true }
]

const fixtures: SeenFixture[] = []

async function send(path: string, body: Buffer): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${onset.url}${path}`, { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
}

for (const { name, service, hasSpans } of FIXTURES) {
  t.test(`${name}: logs and spans are one run, no call of a tool in it twice`, async (t) => {
    const logs = readLogFixture(`${name}-logs`)
    const spans = hasSpans ? readSpanFixture(`${name}-spans`) : undefined
    if (spans !== undefined) await send('/v1/traces', toTracesRequest(spans))
    await send('/v1/logs', toLogsRequest(logs))
    const runs = await completeRuns(service)
    t.equal(runs.length, 1)
    const [told] = runs
    if (told === undefined) return
    const tools = told.steps.filter(({ kind }) => kind === 'tool')
    t.ok(tools.length > 0)
    t.equal(new Set(tools.map((step) => step.action)).size, tools.length)
    fixtures.push({
      name,
      spans: spans?.spans.length ?? 0,
      logs: logs.records.length,
      told
    })
  })
}

t.test('docs/producers.md is what `npm run producers` makes', async (t) => {
  const page = describeProducers(seen, fixtures)
  if (process.argv.includes('--write')) writeFileSync(PAGE, page)
  t.equal(readFileSync(PAGE, 'utf8'), page)
})
