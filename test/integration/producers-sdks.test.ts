// Agents written with real SDKs, exporting to a real Onset: the run it made of what they sent is held against
// what the stub of the model host answered and the tools that the program ran. With `--write` the page is written
// instead of compared (`npm run producers`).

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { RESULTS } from '../support/model-answers.ts'
import { startModelServer } from '../support/model-server.ts'
import { aDataDir, startOnset } from '../support/onset-process.ts'
import {
  readLogFixture,
  readSpanFixture,
  toLogsRequest,
  toTracesRequest
} from '../support/log-fixtures.ts'
import { describeProducers, type SeenFixture } from '../support/producers-page.ts'
import {
  readRecording,
  RECORDED_PRODUCERS,
  toRecordedRequest,
  type RecordedProducer
} from '../support/producers-recorded.ts'
import { runProducer, toModelCalls, TOOL_ERROR } from '../support/producers-run.ts'
import {
  toolsOf,
  type SeenProducer,
  type SeenRun,
  type SeenStep,
  type SeenVariant
} from '../support/producers-seen.ts'
import { PRODUCERS, versionOf, type Producer } from '../support/producers.ts'
import { waitFor } from '../support/wait-for.ts'

const PAGE = new URL('../../docs/producers.md', import.meta.url)

// A dozen programs, each loads its SDK for a second or two and then waits for its runs to be complete.
t.setTimeout(240_000)

/** Dollars per million tokens, of the stub's models. */
const PRICE = { input: 2, cacheRead: 0.5, cacheWrite: 2.5, output: 10 }

const dataDir = aDataDir(t)
const pricesFile = join(aDataDir(t), 'prices.json')
writeFileSync(
  pricesFile,
  JSON.stringify({
    date: '2026-11-24',
    prices: ['gpt-5*', 'gpt-4.1*'].map((model) => ({
      models: [model],
      validFrom: '2020-01-01',
      ...PRICE,
      source: 'https://prices.example',
      read: '2026-11-24'
    }))
  })
)
const onset = await startOnset(t, {
  dataDir,
  env: {
    ONSET_COMPLETION_SETTLE_MS: '300',
    ONSET_COMPLETION_QUIET_MS: '3000',
    ONSET_PRICES_FILE: pricesFile
  }
})

async function ask<T>(path: string): Promise<T> {
  return (await (await fetch(`${onset.url}${path}`)).json()) as T
}

async function send(path: string, body: Buffer): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${onset.url}${path}`, { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
}

/** All runs of a service in the order of their start, when every one of them is complete. */
async function completeRuns(service: string, count: number): Promise<readonly SeenRun[]> {
  const runs = await waitFor(`${count} complete runs of ${service}`, async () => {
    const { items } = await ask<{ items: { id: string; state: string }[] }>(
      `/api/runs?service=${encodeURIComponent(service)}`
    )
    if (items.length < count || items.some(({ state }) => state !== 'complete')) return undefined
    return Promise.all(items.map(({ id }) => ask<SeenRun>(`/api/runs/${id}`)))
  })
  return runs.toSorted((one, other) => (one.run.startedAt < other.run.startedAt ? -1 : 1))
}

async function runAndSee(t: Test, producer: Producer): Promise<SeenProducer> {
  const server = await startModelServer()
  t.teardown(() => server.close())
  const service = `producer-${PRODUCERS.indexOf(producer)}`
  const { variants, exported } = await runProducer(producer, {
    folder: t.testdir(),
    service,
    onsetUrl: onset.url,
    modelUrl: server.url
  })
  const count = exported?.traces ?? variants.length
  const runs = count === 0 ? [] : await completeRuns(service, count)
  t.equal(runs.length, count, 'a run for each trace')
  const calls = toModelCalls(server.ledger)
  return {
    ...producer,
    packages: producer.packages.map((name) => `\`${name}\` ${versionOf(name)}`),
    exported,
    variants: variants.map((ran, at) => ({
      ran,
      calls: calls.filter(({ model }) => model === ran.model),
      told: runs[at]
    }))
  }
}

async function seeRecorded(producer: RecordedProducer): Promise<SeenProducer> {
  const recording = readRecording(producer)
  const service = producer.file
  await send('/v1/traces', toRecordedRequest(recording, service))
  const traces = new Set(recording.spans.map(({ traceId }) => traceId))
  const runs = await completeRuns(service, traces.size)
  return {
    ...producer,
    packages: Object.entries(producer.packages).map(([name, version]) => `\`${name}\` ${version}`),
    exported: undefined,
    variants: recording.variants.map((ran, at) => ({
      ran,
      calls: recording.calls.filter(({ model }) => model === ran.model),
      told: runs[at]
    }))
  }
}

async function checkVariants(t: Test, { variants }: SeenProducer): Promise<void> {
  t.equal(variants.length, 4)
  for (const seen of variants) {
    const isFailing = seen.ran.name === 'failing model'
    await t.test(seen.ran.name, async (t) => {
      if (isFailing) checkFailingModel(t, seen)
      else checkRun(t, seen)
    })
  }
}

/** Not all must be told, but what is told is so. */
function checkRun(t: Test, { ran, calls, told }: SeenVariant): void {
  t.equal(ran.failure, undefined)
  t.equal(ran.tools.length, 2, 'the program ran its tools')
  t.equal(calls.length, 2)
  if (told === undefined) return
  const counted = told.steps.flatMap(({ tokens: { input, output } }) =>
    input === undefined ? [] : [{ input, output }]
  )
  const { run } = told
  t.not(run.outcome, 'error')
  const models = told.steps.filter(({ kind }) => kind === 'llm')
  t.ok(models.length > 0 && models.length <= calls.length, 'no call of a model twice')
  t.equal(models.length + toolsOf(told).length, told.steps.length, 'no step that is no call')
  if (counted.length > 0) {
    t.same(
      counted,
      calls.map(({ tokens }) => tokens),
      'model calls and their tokens, each on one step'
    )
    t.match(run.tokens, { input: 310, output: 54 })
    const { input = 0, output = 0, cacheRead = 0 } = run.tokens
    const cost =
      (input - cacheRead) * PRICE.input + cacheRead * PRICE.cacheRead + output * PRICE.output
    t.equal(Math.round((run.cost ?? 0) * 1e9), Math.round(cost * 1e3), 'the cost of these tokens')
  }
  for (const { kind, outcome } of told.steps) {
    if (kind !== 'tool') t.equal(outcome, 'ok', `a step of kind ${kind} did not fail`)
  }
  checkTools(t, ran.tools, toolsOf(told))
}

function checkTools(t: Test, ran: SeenVariant['ran']['tools'], tools: readonly SeenStep[]): void {
  const ok = ran.filter(({ error }) => error === undefined)
  t.ok(
    [0, ok.length, ran.length].includes(tools.length),
    'all tools that ran, those that did not fail, or none'
  )
  t.equal(new Set(tools.map((step) => step.tool ?? step.observation)).size, tools.length)
  const failed = tools.filter(({ outcome }) => outcome !== 'ok')
  t.ok(failed.length <= ran.length - ok.length, 'none failed that did not')
  for (const { error = '' } of failed) t.match(error, /^[^\n]{3,200}$/, 'one line')
  const said = tools.filter(({ outcome }) => outcome === 'ok').map((step) => step.observation)
  const results = ran.map(({ name, error }) =>
    error === undefined ? RESULTS[name] : `Error: ${TOOL_ERROR}`
  )
  t.ok(
    said.every((text) => text === '' || results.includes(text)),
    'results of the tools that ran'
  )
  for (const step of tools.filter(({ tool }) => tool !== undefined)) {
    const call = ran.find(({ name }) => name === step.tool)
    const isBare = !step.arguments.startsWith('{')
    const given = isBare ? Object.values(call?.arguments ?? {})[0] : call?.arguments
    t.same(isBare ? step.arguments : JSON.parse(step.arguments), given, 'arguments as it got them')
    if (call?.error === undefined) t.equal(step.observation, RESULTS[step.tool ?? ''])
  }
}

function checkFailingModel(t: Test, { ran, calls, told }: SeenVariant): void {
  t.ok(ran.failure, 'the program saw the error')
  t.equal(calls.length, 1)
  if (told === undefined) return
  t.equal(told.steps.length, 1)
  t.match(told.steps, [{ kind: /^(llm|unknown)$/, outcome: 'error', error: /^[^\n]+$/ }])
  t.equal(told.run.outcome, 'error')
}

const seen = new Map<Producer, SeenProducer>()
const recorded = new Map<RecordedProducer, SeenProducer>()

t.test('what a producer tells is what its program did', { jobs: 2 }, async (t) => {
  for (const producer of PRODUCERS) {
    const how = producer.isOurs === true ? ' under the flag' : ''
    t.test(producer.name + how, { buffered: true }, async (t) => {
      const one = await runAndSee(t, producer)
      seen.set(producer, one)
      await checkVariants(t, one)
    })
  }
  for (const producer of RECORDED_PRODUCERS) {
    t.test(`${producer.name}, recorded`, { buffered: true }, async (t) => {
      const one = await seeRecorded(producer)
      recorded.set(producer, one)
      await checkVariants(t, one)
    })
  }
})

const FIXTURES = [
  { name: 'claude-code-2.1.197', service: 'claude-code', hasSpans: true },
  { name: 'codex-0.169.0', service: 'codex_exec', hasSpans: false },
  { name: 'gemini-cli-0.61.0', service: 'gemini-cli', hasSpans: true }
]

const fixtures: SeenFixture[] = []

for (const { name, service, hasSpans } of FIXTURES) {
  t.test(`${name}: logs and spans are one run, no call of a tool in it twice`, async (t) => {
    const logs = readLogFixture(`${name}-logs`)
    const spans = hasSpans ? readSpanFixture(`${name}-spans`) : undefined
    if (spans !== undefined) await send('/v1/traces', toTracesRequest(spans))
    await send('/v1/logs', toLogsRequest(logs))
    const runs = await completeRuns(service, 1)
    t.equal(runs.length, 1)
    const [told] = runs
    if (told === undefined) return
    const tools = toolsOf(told)
    t.ok(tools.length > 0)
    t.equal(new Set(tools.map((step) => step.action)).size, tools.length)
    fixtures.push({ name, spans: spans?.spans.length ?? 0, logs: logs.records.length, told })
  })
}

t.test('docs/producers.md is what `npm run producers` makes', async (t) => {
  const live = PRODUCERS.flatMap((producer) => seen.get(producer) ?? [])
  const page = describeProducers({
    selfRecording: live.filter(({ exported }) => exported !== undefined),
    underTheFlag: live.filter(({ exported }) => exported === undefined),
    recorded: RECORDED_PRODUCERS.flatMap((producer) => {
      const one = recorded.get(producer)
      return one === undefined ? [] : [{ ...one, reason: producer.reason }]
    }),
    fixtures
  })
  if (process.argv.includes('--write')) writeFileSync(PAGE, page)
  t.equal(readFileSync(PAGE, 'utf8'), page)
})
