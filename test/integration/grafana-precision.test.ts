// The precision of the localizer is counted twice, in the store and in a query of a dashboard: dashboards are files
// that import nothing. Method: feedback of every sort in one store, and both asked.

import t from 'tap'
import {
  fromUnixMillis,
  toRunId,
  toStepId,
  wilsonInterval,
  type Feedback
} from '../../collector/model/index.ts'
import { aTraceId } from '../support/builders.ts'
import { readFrame } from '../support/grafana-frames.ts'
import { listQueries, readDashboards } from '../support/grafana-files.ts'
import { expandPanelQuery } from '../support/grafana-plugin.ts'
import { startTestGateway } from '../support/started-gateway.ts'
import { openTestStore } from '../support/test-store.ts'

const store = await openTestStore(t)
const { url } = await startTestGateway(t, { store })
const START = Date.UTC(2026, 10, 2, 9)
const MINUTE_MS = 60_000

interface Said {
  readonly step: number | null
  readonly suspects: readonly number[]
  readonly author?: string
  readonly minute?: number
  readonly version?: string
}

async function say(runId: string, said: Said): Promise<void> {
  const { step, suspects, author = 'ada', minute = 0, version = 'localizer-2' } = said
  const feedback: Feedback = {
    runId: toRunId(runId),
    onsetStepIndex: step ?? undefined,
    ...(step === null ? {} : { onsetStepId: toStepId(`step-${step}`) }),
    category: undefined,
    comment: '',
    author,
    createdAt: fromUnixMillis(START + minute * MINUTE_MS),
    judged: {
      localizerVersion: version,
      revision: 1,
      suspectStepIndexes: suspects,
      category: undefined
    }
  }
  await store.saveFeedback(feedback)
}

/** A run a row: what was said of it, in order. */
const RUNS: readonly (readonly Said[])[] = [
  [{ step: 3, suspects: [3, 1] }],
  [{ step: 3, suspects: [3] }],
  [{ step: 1, suspects: [2, 4, 1] }],
  [{ step: 1, suspects: [2, 4, 5, 1] }],
  [{ step: 9, suspects: [2, 4, 5] }],
  [{ step: 9, suspects: [] }],
  [{ step: null, suspects: [2] }],
  [{ step: null, suspects: [] }],
  // Somebody thought again, and two who do not agree, and two who do.
  [
    { step: 2, suspects: [4] },
    { step: 4, suspects: [4], minute: 5 }
  ],
  [
    { step: 2, suspects: [2] },
    { step: 4, suspects: [2], author: 'lin', minute: 1 }
  ],
  [
    { step: 2, suspects: [2] },
    { step: 2, suspects: [2], author: "o'brien", minute: 2 }
  ],
  [{ step: 1, suspects: [1], version: 'localizer-1', minute: -20 }],
  [{ step: null, suspects: [1], version: 'localizer-1', minute: -10 }]
]

t.test('the dashboard and the store give the same figures', async (t) => {
  for (const all of RUNS) {
    const runId = aTraceId()
    for (const said of all) await say(runId, said)
  }
  const since = START - 15 * MINUTE_MS
  for (const [from, versions] of [
    [START - 60 * MINUTE_MS, 2],
    [since, 2],
    [START, 1]
  ] as const) {
    const until = START + 60 * MINUTE_MS
    const range = { since: fromUnixMillis(from), until: fromUnixMillis(until) }
    const counted = await store.readPrecision(range)
    t.equal(counted.length, versions)
    const expected = counted.map((one) => {
      const exact = wilsonInterval(one.exact, one.withOnset)
      return [
        one.localizerVersion,
        one.runs,
        one.disagreements,
        one.withOnset,
        ...[share(one.exact, one.withOnset), exact?.low, exact?.high].map(rounded),
        ...[share(one.top3, one.withOnset), share(one.missed, one.withOnset)].map(rounded),
        one.withoutOnset,
        rounded(share(one.falseAccusations, one.withoutOnset))
      ]
    })
    t.strictSame(await askDashboard(from, until), expected)
  }
})

function share(count: number, of: number): number | undefined {
  return of === 0 ? undefined : count / of
}

function rounded(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(Number(value).toFixed(5))
}

const COLUMNS =
  'version,runs,disputed,blamed,exact,exact from,exact to,top 3,missed,cleared,accused'.split(',')
const COUNTS = new Set(['runs', 'disputed', 'blamed', 'cleared'])

async function askDashboard(from: number, until: number) {
  const title = 'Precision by localizer version'
  const query = listQueries(readDashboards()).find(({ panel }) => panel.title === title)
  const variables = { service: '$__all', agent: '$__all', model: '$__all', outcome: '$__all' }
  const given = { from: new Date(from), to: new Date(until), intervalMs: 30_000, variables }
  const frame = await readFrame(url, expandPanelQuery(query?.target.rawSql ?? '', given))
  const at = (row: readonly unknown[], name: string) =>
    row[frame.columns.findIndex((column) => column.name === name)]
  return frame.rows.map((row) =>
    COLUMNS.map((name) => {
      if (name === 'version') return at(row, name)
      return COUNTS.has(name) ? Number(at(row, name)) : rounded(at(row, name))
    })
  )
}
