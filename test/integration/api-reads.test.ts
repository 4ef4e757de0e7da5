// Runs, steps and onsets as people read them: over a socket, from the real store. One store for the file;
// each test has a service name of its own.

import t from 'tap'
import {
  toSpanId,
  toStepId,
  toUnixNano,
  type Analysis,
  type Onset,
  type Run,
  type RunTree
} from '../../collector/model/index.ts'
import { aRunTree, anOnset, BUILT_START } from '../support/builders.ts'
import { startTestCollector } from '../support/started-collector.ts'
import { openTestStore } from '../support/test-store.ts'

const store = await openTestStore(t)
const collector = await startTestCollector(t, { store })

interface ListedRun {
  readonly id: string
  readonly startedAt: string
  readonly topOnset?: { readonly stepIndex: number; readonly category: string }
}

interface Listed<Item> {
  readonly items: readonly Item[]
  readonly nextCursor?: string
}

interface Detail {
  readonly run: Record<string, unknown> & { readonly revision: number }
  readonly stages: readonly { readonly firstStepIndex: number; readonly lastStepIndex: number }[]
  readonly steps: readonly { readonly index: number; readonly action: string }[]
  readonly onsets: readonly { readonly rank: number; readonly caveats: readonly string[] }[]
  readonly nextStepsAfter?: number
}

const NANOS_PER_MINUTE = 60_000_000_000n

function minutes(count: number) {
  return toUnixNano(BUILT_START + BigInt(count) * NANOS_PER_MINUTE)
}

async function save(tree: RunTree, onsets: readonly Onset[] = [], rest: Partial<Analysis> = {}) {
  await store.saveAnalysis({
    tree,
    localization: {
      onsets,
      abstention: onsets.length === 0 ? 'the run did not fail' : undefined,
      incorrectSteps: [],
      unusefulSteps: []
    },
    state: 'complete',
    partial: false,
    ingestedThrough: minutes(0),
    ...rest
  })
}

function onsetOf(tree: RunTree, overrides: Partial<Onset> = {}): Onset {
  const [step] = tree.steps
  return anOnset({
    runId: tree.run.runId,
    stepId: step?.stepId ?? toStepId('0'),
    spanId: step?.spanId ?? toSpanId('0'),
    ...overrides
  })
}

async function saveRun(run: Partial<Run>, onset?: Partial<Onset>): Promise<string> {
  const startTime = run.startTime ?? minutes(0)
  const tree = aRunTree([{ startTime }], run)
  await save(tree, onset === undefined ? [] : [onsetOf(tree, onset)])
  return tree.run.runId
}

async function listIds(query: string): Promise<readonly string[]> {
  const { status, json, text } = await collector.get(`/api/runs?${query}`)
  if (status !== 200) throw new Error(text)
  return (json as Listed<ListedRun>).items.map((run) => run.id)
}

t.test('where nothing was stored, lists are empty and have no next page', async (t) => {
  for (const path of ['/api/runs?service=nobody', '/api/onsets?service=nobody']) {
    t.strictSame((await collector.get(path)).json, { items: [] })
  }
})

t.test('an unknown run is 404 with words that help', async (t) => {
  const { status, json } = await collector.get('/api/runs/ffffffffffffffffffffffffffffffff')
  t.equal(status, 404)
  t.match(json, {
    error: { code: 'NOT_FOUND', message: /there is no run "f{32}".*GET \/api\/runs/ }
  })
})

t.test('each filter of the list keeps what matches and nothing else', async (t) => {
  const service = 'filters'
  const a = await saveRun(
    { service, agent: 'coder', models: ['m-1', 'm-2'], outcome: 'error', sessionId: 's-1' },
    { category: 'mislocalized_edit' }
  )
  const b = await saveRun({
    service,
    agent: 'writer',
    models: ['m-2'],
    outcome: 'ok',
    startTime: minutes(1)
  })
  const expected: readonly [query: string, ids: readonly string[]][] = [
    ['', [b, a]],
    ['agent=coder', [a]],
    ['model=m-1', [a]],
    ['model=m-2', [b, a]],
    ['outcome=ok', [b]],
    ['category=mislocalized_edit', [a]],
    ['category=other', []],
    ['session=s-1', [a]],
    ['since=2026-11-02T09:01:00Z', [b]],
    ['until=2026-11-02T09:01:00Z', [a]],
    ['since=2026-11-02T10:00:00%2B01:00&until=2026-11-02T09:00:00.001Z', [a]],
    ['agent=coder&outcome=ok', []],
    ['agent=code', []]
  ]
  for (const [query, ids] of expected) {
    t.strictSame(await listIds(`service=${service}&${query}`), ids, query)
  }
})

t.test('pages follow each other to the end without a gap or a double', async (t) => {
  const service = 'pages'
  const saved: string[] = []
  // Seven runs at three times: cursors must also part runs that started at once.
  for (let at = 0; at < 7; at += 1) {
    saved.push(await saveRun({ service, startTime: minutes(Math.floor(at / 3)) }))
  }
  const seen: string[] = []
  let cursor = ''
  let pages = 0
  do {
    const { json } = await collector.get(`/api/runs?service=${service}&limit=2${cursor}`)
    const page = json as Listed<ListedRun>
    seen.push(...page.items.map((run) => run.id))
    cursor = page.nextCursor === undefined ? '' : `&cursor=${encodeURIComponent(page.nextCursor)}`
    pages += 1
  } while (cursor !== '' && pages < 10)
  t.equal(pages, 4)
  t.strictSame(seen.toSorted(byText), saved.toSorted(byText))
})

function byText(a: string, b: string): number {
  return a < b ? -1 : 1
}

t.test('a cursor of another query is refused', async (t) => {
  const service = 'cursors'
  await saveRun({ service })
  await saveRun({ service })
  const { json } = await collector.get(`/api/runs?service=${service}&limit=1`)
  const cursor = encodeURIComponent((json as Listed<ListedRun>).nextCursor ?? '')
  for (const path of [
    `/api/runs?service=other&limit=1&cursor=${cursor}`,
    `/api/onsets?service=${service}&limit=1&cursor=${cursor}`,
    '/api/runs?cursor=nonsense'
  ]) {
    const answer = await collector.get(path)
    t.equal(answer.status, 400, path)
    t.match(answer.json, { error: { code: 'INVALID_ARGUMENT', message: /cursor/ } })
  }
})

t.test(
  'a run comes with its stages, steps and onsets, and what it does not know is absent',
  async (t) => {
    const tree = aRunTree(
      [
        { action: 'cat src/cart.ts', effects: { filesRead: ['src/cart.ts'] } },
        {
          action: 'edit src/cart.ts',
          effects: { effect: 'change', stage: 'implementation', filesWritten: ['src/cart.ts'] },
          verdict: 'incorrect'
        }
      ],
      { service: 'details', outcome: 'error', outcomeSource: 'reported', costUsd: 0.25 }
    )
    await save(tree, [
      onsetOf(tree, { stepIndex: 2, chain: [2], symptomStepIndex: 2, caveats: ['no verifier ran'] })
    ])
    const { status, json } = await collector.get(`/api/runs/${tree.run.runId}`)
    t.equal(status, 200)
    t.match(json, {
      run: {
        id: tree.run.runId,
        traceIds: tree.run.traceIds,
        service: 'details',
        outcome: 'error',
        outcomeSource: 'reported',
        startedAt: '2026-11-02T09:00:00.000Z',
        endedAt: '2026-11-02T09:00:02.000Z',
        durationMs: 2_000,
        cost: 0.25,
        state: 'complete',
        revision: 1,
        partial: false,
        topOnset: { stepIndex: 2, category: 'mislocalized_edit' }
      },
      stages: [
        { index: 1, name: 'inspection', firstStepIndex: 1, lastStepIndex: 1 },
        { index: 2, name: 'implementation', firstStepIndex: 2, lastStepIndex: 2 }
      ],
      steps: [
        { index: 1, action: 'cat src/cart.ts', filesRead: ['src/cart.ts'], effect: 'explore' },
        {
          index: 2,
          action: 'edit src/cart.ts',
          filesWritten: ['src/cart.ts'],
          verdict: 'incorrect'
        }
      ],
      onsets: [{ rank: 1, stepIndex: 2, caveats: ['no verifier ran'], method: 'deterministic' }]
    })
    const { run, nextStepsAfter } = json as Detail
    t.notOk('agent' in run)
    t.equal(nextStepsAfter, undefined)
  }
)

t.test('a trace id in capitals finds its run', async (t) => {
  const id = await saveRun({ service: 'capitals' })
  t.equal((await collector.get(`/api/runs/${id.toUpperCase()}`)).status, 200)
})

t.test('texts of a run come back as they were, whatever is in them', async (t) => {
  const action = '</script>\u2028"\\ \u0000 \ud83d\ude00 {{7*7}} \u202e'
  const tree = aRunTree([{ action, observation: action }], { service: 'texts', task: action })
  await save(tree)
  const { json, headers } = await collector.get(`/api/runs/${tree.run.runId}`)
  t.match(json, { run: { task: action }, steps: [{ action, observation: action }] })
  t.equal(headers.get('content-type'), 'application/json; charset=utf-8')
  t.equal(headers.get('x-content-type-options'), 'nosniff')
})

t.test('a run of 10,000 steps is served page by page, in order, once each', async (t) => {
  const count = 10_000
  const tree = aRunTree(
    Array.from({ length: count }, (_, at) => ({ action: `step ${at + 1}` })),
    { service: 'long' }
  )
  await save(tree)
  const path = `/api/runs/${tree.run.runId}`
  const { json: first } = await collector.get(path)
  t.equal((first as Detail).steps.length, 2_000)
  t.equal((first as Detail).nextStepsAfter, 2_000)
  const indexes: number[] = []
  let after: number | undefined = 0
  let pages = 0
  while (after !== undefined && pages < 10) {
    const { json } = await collector.get(`${path}?stepsAfter=${after}&stepsLimit=3500`)
    const page = json as Detail
    indexes.push(...page.steps.map((step) => step.index))
    after = page.nextStepsAfter
    pages += 1
  }
  t.equal(pages, 3)
  t.strictSame(
    indexes,
    Array.from({ length: count }, (_, at) => at + 1)
  )
})

t.test('no steps are an answer too, and past the last one there is no next page', async (t) => {
  const id = await saveRun({ service: 'bounds' })
  const none = (await collector.get(`/api/runs/${id}?stepsLimit=0`)).json as Detail
  t.strictSame(none.steps, [])
  const past = (await collector.get(`/api/runs/${id}?stepsAfter=1`)).json as Detail
  t.strictSame(past.steps, [])
  t.equal(past.nextStepsAfter, undefined)
})

t.test('steps with very long texts come in pages bounded by their size', async (t) => {
  const long = 'x'.repeat(32_000)
  const texts = { action: long, arguments: long, thought: long, observation: long }
  const tree = aRunTree(
    Array.from({ length: 200 }, () => texts),
    { service: 'large' }
  )
  await save(tree)
  const path = `/api/runs/${tree.run.runId}`
  const first = (await collector.get(path)).json as Detail
  t.ok(first.steps.length < 200)
  t.equal(first.nextStepsAfter, first.steps.length)
  const rest = (await collector.get(`${path}?stepsAfter=${first.nextStepsAfter}`)).json as Detail
  t.equal(first.steps.length + rest.steps.length, 200)
  t.equal(rest.nextStepsAfter, undefined)
})

t.test(
  'onsets are listed by category, stage, service, time of detection and confidence',
  async (t) => {
    const service = 'onsets'
    const a = await saveRun({ service }, { confidence: 0.9, stage: 'implementation' })
    const b = await saveRun(
      { service, startTime: minutes(5) },
      { confidence: 0.2, stage: 'verification', category: 'verification_misread' }
    )
    const expected: readonly [query: string, ids: readonly string[]][] = [
      ['', [b, a]],
      ['minConfidence=0.5', [a]],
      ['minConfidence=0.2', [b, a]],
      ['category=verification_misread', [b]],
      ['stage=implementation', [a]],
      ['since=2000-01-01', [b, a]],
      ['until=2000-01-01', []]
    ]
    for (const [query, ids] of expected) {
      const { json } = await collector.get(`/api/onsets?service=${service}&${query}`)
      const { items } = json as Listed<{ readonly runId: string }>
      t.strictSame(items.map((item) => item.runId).toSorted(byText), ids.toSorted(byText), query)
    }
  }
)

const BAD_QUERIES: readonly [path: string, says: RegExp][] = [
  ['/api/runs?servcie=x', /unknown names: "servcie"; known are since, until, service/],
  ['/api/runs?limit=0', /limit is 0/],
  ['/api/runs?limit=1001', /limit is 1001; it must be <= 1000/],
  ['/api/runs?limit=ten', /limit is "ten"; it must be integer/],
  ['/api/runs?limit=1&limit=2', /limit is \["1","2"\]/],
  ['/api/runs?outcome=failed', /one of ok, error, cancelled, unknown is right/],
  ['/api/runs?category=bug', /one of environment_setup, /],
  ['/api/runs?since=yesterday', /a time as 2026-11-02T09:00:00Z or a date/],
  ['/api/runs?since=2026-11-02T09:00:00', /a time as/],
  ['/api/runs?since=2026-11-03&until=2026-11-02', /since .* is not before until/],
  ['/api/runs?service=', /service is ""/],
  ['/api/onsets?minConfidence=1.5', /minConfidence is 1\.5/],
  ['/api/onsets?stage=coding', /one of environment, /],
  ['/api/runs/x?stepsAfter=-1', /stepsAfter is -1/],
  ['/api/runs/x?stepsLimit=10001', /stepsLimit is 10001/],
  ['/api/runs/x?steps=1', /known are stepsAfter, stepsLimit/],
  [`/api/runs/${'x'.repeat(300)}`, /runId is "x+…; it must not have more than 256 characters/]
]

for (const [path, says] of BAD_QUERIES) {
  t.test(`${path.slice(0, 60)} is refused and says why`, async (t) => {
    const { status, json } = await collector.get(path)
    t.equal(status, 400)
    t.match(json, { error: { code: 'INVALID_ARGUMENT', message: says } })
  })
}

t.test('a method that a path does not take is 405 and names those it takes', async (t) => {
  const { status, headers, json } = await collector.post('/api/runs', {})
  t.equal(status, 405)
  t.equal(headers.get('allow'), 'GET, HEAD')
  t.match(json, { error: { code: 'METHOD_NOT_ALLOWED' } })
})
