// Which runs a launch takes for its own: those that Onset knows by the launch, never another session's.

import t from 'tap'
import {
  OnsetApiError,
  type ApiClient,
  type RunDetail
} from '../../instrumentation/api-client/index.ts'
import { findRuns, type FoundRuns } from '../../instrumentation/launcher/find-runs.ts'

const OWN = 'a'.repeat(32)
const ENDED_AT = Date.UTC(2026, 10, 2, 9)

interface Known {
  readonly launched?: readonly string[]
  readonly alike?: readonly string[]
  /** Traces of runs, where they are not the run's own id. */
  readonly traces?: Readonly<Record<string, string>>
  readonly refuses?: number
}

/** A run whose session is its id. */
function aDetail(id: string, traceId: string): RunDetail {
  const run = { id, sessionId: id, state: 'complete' }
  // A double has what is read.
  return { run, steps: [{ kind: id === OWN ? 'agent' : 'tool', traceId }] } as unknown as RunDetail
}

async function find(known: Known): Promise<FoundRuns & { readonly ids: readonly string[] }> {
  const { launched = [], alike = [], traces = {}, refuses } = known
  const api = {
    listRuns: async (query: Readonly<Record<string, string>>) => {
      t.ok(query['since'] !== undefined && query['until'] !== undefined, 'in the launch’s time')
      if (query['launch'] !== undefined && refuses !== undefined) {
        throw new OnsetApiError('refused', { status: refuses })
      }
      const ids = query['launch'] === 'launch-1' ? launched : alike
      return { items: ids.map((id) => ({ id })) }
    },
    findRun: async (id: string) => aDetail(id, traces[id] ?? id)
  } as unknown as ApiClient
  const found = await findRuns({
    api,
    runId: OWN,
    launchId: 'launch-1',
    services: ['codex_exec'],
    startedAt: ENDED_AT - 1_000,
    endedAt: ENDED_AT,
    deadline: ENDED_AT,
    isReported: false,
    now: () => ENDED_AT
  })
  return { ...found, ids: found.others.map(({ run }) => run.id) }
}

t.test('runs of the launch are its own, however many sessions; its frame is none', async (t) => {
  const found = await find({ launched: [OWN, 'one', 'two'], alike: ['one', 'two', 'foreign'] })
  t.strictSame(found.ids, ['one', 'two'])
  t.equal(found.own, undefined, 'the frame alone is not told')
  t.notOk(found.isAmbiguous)
})

t.test('where Onset knows none of the launch, another session is not taken for it', async (t) => {
  const found = await find({ alike: ['foreign'] })
  t.strictSame(found.ids, [])
  t.equal(found.own?.run.id, OWN)
  t.notOk(found.isSettled, 'its own may still come')
})

t.test('a run without the resource that joined the trace is the launch’s', async (t) => {
  const found = await find({ alike: ['foreign', 'joined'], traces: { joined: OWN } })
  t.strictSame(found.ids, ['joined'])
})

t.test('an Onset that does not know the filter is asked by service and time', async (t) => {
  const one = await find({ refuses: 400, alike: ['one'] })
  t.strictSame(one.ids, ['one'])
  t.notOk(one.isAmbiguous)
  const two = await find({ refuses: 400, alike: ['one', 'foreign'] })
  t.strictSame(two.ids, ['one', 'foreign'])
  t.ok(two.isAmbiguous)
  const joined = await find({ refuses: 400, alike: ['one', 'foreign'], traces: { one: OWN } })
  t.strictSame(joined.ids, ['one'])
})

t.test('any other refusal is told', async (t) => {
  await t.rejects(find({ refuses: 401 }), OnsetApiError)
})
