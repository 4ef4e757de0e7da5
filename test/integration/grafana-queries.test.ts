// Every query that the dashboards and alerts hold, run as Grafana would run it: variables and macros
// replaced, asked of the ClickHouse interface over the real engine, and its frame held against the panel.
// First on no data at all, then on runs that came over OTLP and were analysed. Grafana itself is not here.

import { createNoopMeter } from '@opentelemetry/api'
import t from 'tap'
import { fromUnixMillis, toRunId, toSpanId, toTraceId } from '../../collector/model/index.ts'
import { localizeOnset } from '../../processors/localizer/index.ts'
import { startProcessors } from '../../processors/processors.ts'
import { aSpan, aStep } from '../support/builders.ts'
import { aFleet, NAMES_WITH_QUOTES, sendFleet } from '../support/agent-fleet.ts'
import { findFrameOffences, kindOf, readFrame, type Frame } from '../support/grafana-frames.ts'
import {
  listQueries,
  readAlertRules,
  readDashboards,
  type PanelQuery
} from '../support/grafana-files.ts'
import { expandAlertQuery, expandPanelQuery, type Asked } from '../support/grafana-plugin.ts'
import { askGateway, startTestGateway } from '../support/started-gateway.ts'
import { startTestCollector } from '../support/started-collector.ts'
import { openTestStore, storeBasics } from '../support/test-store.ts'
import { widenThreadPool } from '../support/thread-pool.ts'
import { waitFor } from '../support/wait-for.ts'

widenThreadPool()

const store = await openTestStore(t)
const { url } = await startTestGateway(t, { store })
const dashboards = readDashboards()
const queries = listQueries(dashboards).filter(({ target }) => target.rawSql !== undefined)
const HOUR_MS = 3_600_000
const QUARTER_MS = HOUR_MS / 4
const now = Date.now()
const ALL = { service: '$__all', agent: '$__all', model: '$__all', outcome: '$__all' }

function asked(variables: Asked['variables'], run = ''): Asked {
  const from = new Date(now - HOUR_MS)
  return {
    from,
    to: new Date(Date.now() + 1_000),
    intervalMs: 30_000,
    variables: { ...variables, run }
  }
}

/** Rows of a panel's query, and everything that is wrong with them. */
async function ask({ panel, target }: PanelQuery, given: Asked) {
  const frame = await readFrame(url, expandPanelQuery(target.rawSql ?? '', given))
  const { refId, format = -1 } = target
  return { frame, offences: findFrameOffences(frame, { type: panel.type, format, refId }) }
}

t.test('the walk finds the queries: an empty one would prove nothing', async (t) => {
  t.ok(queries.length >= 30, `${queries.length} queries`)
  t.ok(readAlertRules().length >= 3)
})

t.test('on an empty database every query is right, and says nothing or nought', async (t) => {
  for (const query of queries) {
    const { frame, offences } = await ask(query, asked(ALL, 'no such run'))
    t.same(offences, [], query.at)
    const says = frame.rows.flat().filter((cell) => typeof cell === 'number' && cell !== 0)
    if (query.panel.title !== 'Tables' && query.panel.title !== 'Confidence') {
      t.same(says, [], query.at)
    }
  }
  for (const rule of readAlertRules()) {
    const given = alertRange(rule)
    const frame = await readFrame(url, expandAlertQuery(rule.data[0]?.model.rawSql ?? '', given))
    t.same(frame.rows, [], `${rule.uid} has nothing to tell`)
  }
})

function alertRange(rule: ReturnType<typeof readAlertRules>[number]) {
  const range = rule.data[0]?.relativeTimeRange ?? { from: 0, to: 0 }
  const to = Date.now() + 1_000
  return { from: new Date(to - range.from * 1_000), to: new Date(to), intervalMs: 1_000 }
}

const fleet = aFleet(48, now)

t.test('runs come over OTLP, are analysed, reported and corrected', async (t) => {
  const { logger } = storeBasics()
  const processors = await startProcessors({
    store,
    localize: localizeOnset,
    now: Date.now,
    meter: createNoopMeter(),
    logger,
    settings: { completionSettleMs: 50 }
  })
  const collector = await startTestCollector(t, { store, listener: processors })
  t.teardown(() => processors.close())
  await sendFleet(collector.url, fleet)
  for (const { traceId } of fleet) {
    await waitFor(`the analysis of ${traceId}`, async () => {
      const record = await store.findRun(toRunId(traceId))
      return record?.state === 'complete' ? record : undefined
    })
  }
  const failed = fleet.filter(({ outcome }) => outcome === 'error')
  const named = await store.findRun(toRunId(failed[0]?.traceId ?? ''))
  t.ok(named?.topOnset, 'failed runs have an onset')
  const post = async (path: string, body: object): Promise<void> => {
    const { status } = await collector.post(path, body)
    t.ok(status < 300, `${path} ${status}`)
  }
  const right = { onsetStepIndex: named?.topOnset?.stepIndex ?? null, author: "o'brien" }
  await post(`/api/runs/${failed[0]?.traceId}/feedback`, right)
  await post(`/api/runs/${failed[1]?.traceId}/feedback`, {
    onsetStepIndex: 1,
    category: 'requirement_missed',
    comment: 'It read the wrong file.',
    author: "o'brien"
  })
  const checks = [{ name: "it's", status: 'failed', message: 'expected 60' }]
  await post(`/api/runs/${failed[0]?.traceId}/outcome`, { outcome: 'error', source: 'ci', checks })
  await waitFor('the analysis of the report', async () => {
    const record = await store.findRun(toRunId(failed[0]?.traceId ?? ''))
    return record?.run.checks.length === 1 ? record : undefined
  })
})

/** Panels that are right to be empty here. */
const NOTHING_TO_SHOW: readonly string[] = [
  // Nothing was delivered.
  'onset-itself / Alert deliveries / A',
  // Nothing is missing.
  'onset-itself / Incomplete runs / A'
]

t.test('on seeded data every query returns rows that its panel can show', async (t) => {
  const run = fleet.find(({ outcome }) => outcome === 'error')?.traceId
  for (const query of queries) {
    const { frame, offences } = await ask(query, asked(ALL, run))
    t.same(offences, [], query.at)
    if (NOTHING_TO_SHOW.includes(query.at)) continue
    t.ok(frame.rows.length > 0, `${query.at} has rows`)
  }
})

t.test('names with quotes choose their runs and no others', async (t) => {
  const chosen = {
    service: [NAMES_WITH_QUOTES.service],
    agent: [NAMES_WITH_QUOTES.agent, 'nobody'],
    model: [NAMES_WITH_QUOTES.model],
    outcome: ['error', 'ok']
  }
  const expected = fleet.filter(({ agent }) => agent === NAMES_WITH_QUOTES.agent).length
  const totals = queries.find(({ panel }) => panel.title === 'Totals')
  if (totals === undefined) throw new Error('no panel Totals')
  t.equal(Number((await ask(totals, asked(chosen))).frame.rows[0]?.[0]), expected)
  t.equal(
    Number((await ask(totals, asked({ ...chosen, outcome: 'error' }))).frame.rows[0]?.[0]),
    fleet.filter(({ agent, outcome }) => agent === NAMES_WITH_QUOTES.agent && outcome === 'error')
      .length
  )
  t.equal(Number((await ask(totals, asked({ ...chosen, model: 'other' }))).frame.rows[0]?.[0]), 0)
  for (const query of queries) {
    const { frame, offences } = await ask(query, asked(chosen, `${fleet[3]?.traceId}`))
    t.same(offences, [], query.at)
    const agentAt = frame.columns.findIndex(({ name }) => name === 'agent')
    if (agentAt === -1 || !query.target.rawSql?.includes('$agent')) continue
    for (const row of frame.rows) t.equal(row[agentAt], NAMES_WITH_QUOTES.agent, query.at)
  }
})

t.test('variables offer the names there are', async (t) => {
  const [runs] = dashboards.filter(({ uid }) => uid === 'onset-runs')
  for (const variable of runs?.templating.list ?? []) {
    if (typeof variable.query === 'string') continue
    const frame = await readFrame(url, expandPanelQuery(variable.query.rawSql, asked(ALL)))
    t.equal(frame.columns.length, 1)
    const expected = new Set(
      fleet.map((run) => run[variable.name as 'service' | 'agent' | 'model'])
    )
    t.same(new Set(frame.rows.flat()), expected, variable.name)
  }
})

/** Columns that overrides and links of the panel name and its frame has not, or not as text. */
function findUnknownColumns({ panel }: PanelQuery, frame: Frame): readonly string[] {
  return (panel.fieldConfig?.overrides ?? []).flatMap(({ matcher, properties }) => {
    const linked = [...JSON.stringify(properties).matchAll(/__data\.fields\.(\w+)/g)].map(
      ([, name]) => name ?? ''
    )
    const unknown = [matcher.options, ...linked].filter(
      (wanted) => !frame.columns.some(({ name }) => name === wanted)
    )
    const formatted = linked.filter((wanted) =>
      frame.columns.some((column) => column.name === wanted && kindOf(column) !== 'string')
    )
    return [...unknown, ...formatted]
  })
}

t.test('columns that fields and links name are in the frame, those of links as text', async (t) => {
  const run = fleet.find(({ outcome }) => outcome === 'error')?.traceId
  // Series are named by their labels, and a node graph is two frames.
  const named = queries.filter(
    ({ at, panel, target }) =>
      target.format !== 0 && panel.type !== 'nodeGraph' && !NOTHING_TO_SHOW.includes(at)
  )
  for (const query of named) {
    const { frame } = await ask(query, asked(ALL, run))
    t.same(findUnknownColumns(query, frame), [], query.at)
  }
})

t.test('alerts: rows with one number and labels that tell them apart', async (t) => {
  for (const rule of readAlertRules()) {
    const sql = expandAlertQuery(rule.data[0]?.model.rawSql ?? '', alertRange(rule))
    const frame = await readFrame(url, sql)
    const kinds = frame.columns.map(kindOf)
    t.equal(kinds.filter((kind) => kind === 'number').length, 1, `${rule.uid}: one number`)
    t.ok(
      kinds.every((kind) => kind === 'number' || kind === 'string'),
      `${rule.uid}: ${kinds.join(' ')}`
    )
    const labels = frame.rows.map((row) =>
      row.filter((_, at) => kinds[at] === 'string').join('\u0000')
    )
    t.equal(new Set(labels).size, labels.length, `${rule.uid}: labels differ`)
  }
})

t.test(
  'the alert of a localized failure tells every failed run once, by when it was found',
  async (t) => {
    const rule = readAlertRules().find(({ uid }) => uid === 'onset-localized-failure')
    const sql = rule?.data[0]?.model.rawSql ?? ''
    const frame = await readFrame(
      url,
      expandAlertQuery(sql, alertRange(rule ?? readAlertRules()[0]!))
    )
    const runAt = frame.columns.findIndex(({ name }) => name === 'run_id')
    const told = new Set(frame.rows.map((row) => row[runAt]))
    t.equal(told.size, frame.rows.length)
    t.ok(told.size > 0)
    for (const runId of told) {
      t.equal(fleet.find(({ traceId }) => traceId === runId)?.outcome, 'error')
    }
    const before = {
      from: new Date(now - HOUR_MS),
      to: new Date(now - QUARTER_MS),
      intervalMs: 1_000
    }
    const earlier = await readFrame(url, expandAlertQuery(sql, before))
    t.same(earlier.rows, [], 'runs that began earlier and were found now are not told as of then')
  }
)

/** Rows of the panel as objects. */
async function rowsOf(title: string, refId = 'A'): Promise<readonly Record<string, unknown>[]> {
  const query = queries.find(({ panel, target }) => panel.title === title && target.refId === refId)
  if (query === undefined) throw new Error(`no panel ${title}`)
  const run = fleet.find(({ outcome }) => outcome === 'error')?.traceId
  const { frame } = await ask(query, asked(ALL, run))
  const names = frame.columns.map(({ name }) => name)
  return frame.rows.map((row) => Object.fromEntries(row.map((cell, at) => [names[at], cell])))
}

t.test('the onset is marked once in each view of the run, and at the same step', async (t) => {
  const run = fleet.find(({ outcome }) => outcome === 'error')
  const record = await store.findRun(toRunId(run?.traceId ?? ''))
  const onset = record?.topOnset
  const steps = (await rowsOf('Steps')).filter(({ role }) => role === 'onset')
  t.match(steps, [{ step: onset?.stepIndex, span: onset?.spanId }])
  const nodes = await rowsOf('State tree', 'nodes')
  const marked = nodes.filter((node) => node['arc__onset'] === 1)
  t.match(marked, [{ id: String(onset?.stepIndex) }])
  const warned = (await rowsOf('Trace')).filter(({ warnings }) => String(warnings) !== '')
  t.match(warned, [{ spanID: onset?.spanId, warnings: [`Onset: ${onset?.summary}`] }])
  t.match(await rowsOf('Suspects'), [
    { rank: 1, step: onset?.stepIndex, category: onset?.category }
  ])
})

t.test('edges of the state tree lead from node to node, and arcs of a node make one', async (t) => {
  const nodes = await rowsOf('State tree', 'nodes')
  const ids = new Set(nodes.map(({ id }) => id))
  const edges = await rowsOf('State tree', 'edges')
  t.ok(edges.length >= nodes.length - 1, 'everything but the start hangs under something')
  for (const { source, target } of edges)
    t.ok(ids.has(source) && ids.has(target), `${String(source)}-${String(target)}`)
  for (const node of nodes) {
    const arcs = Object.entries(node).filter(([name]) => name.startsWith('arc__'))
    t.equal(
      arcs.reduce((sum, [, value]) => sum + Number(value), 0),
      1
    )
  }
})

t.test('a span that came twice is one span of the trace', async (t) => {
  const before = await rowsOf('Trace')
  const traceId = toTraceId(fleet.find(({ outcome }) => outcome === 'error')?.traceId ?? '')
  const spans = before.map((span) =>
    aSpan({
      traceId,
      spanId: toSpanId(String(span['spanID'])),
      startTime: fromUnixMillis(Math.round(Number(span['startTime'])))
    })
  )
  await store.write({ spans, steps: [] })
  t.equal((await rowsOf('Trace')).length, before.length)
})

t.test('versions, patterns and corrections are counted right', async (t) => {
  const coder = (await rowsOf('Regressions between agent versions')).find(
    ({ agent }) => agent === 'coder'
  )
  const runs = (version: string) =>
    fleet.filter((run) => run.agent === 'coder' && run.version === version)
  const failed = (version: string) =>
    runs(version).filter(({ outcome }) => outcome === 'error').length
  t.match(coder, { version: '2.0.0', previous: '1.4.0', runs: String(runs('2.0.0').length) })
  t.equal(coder?.['rate'], failed('2.0.0') / runs('2.0.0').length)
  t.equal(coder?.['previous rate'], failed('1.4.0') / runs('1.4.0').length)
  const patterns = await rowsOf('Top patterns')
  for (const { tool } of patterns) t.equal(tool, 'write_file')
  const onsets = patterns.reduce((sum, pattern) => sum + Number(pattern['onsets']), 0)
  t.equal(onsets, fleet.filter(({ outcome }) => outcome === 'error').length)
  t.match(await rowsOf('Agreement with people'), [{ corrections: '2', 'same step': 0.5 }])
  for (const { unuseful, incorrect } of await rowsOf('Ineffective steps')) {
    t.ok(
      Number(unuseful) >= 0 && Number(incorrect) >= 0 && Number(unuseful) + Number(incorrect) <= 1
    )
  }
})

const minutesLater = (minutes: number) => {
  const to = Date.now() + minutes * 60_000
  return { from: new Date(to - HOUR_MS), to: new Date(to), intervalMs: 1_000 }
}

t.test('steps that nobody analyses raise the alert, after a while', async (t) => {
  await store.write({ spans: [], steps: [aStep()] })
  const rule = readAlertRules().find(({ uid }) => uid === 'onset-analysis-behind')
  const sql = rule?.data[0]?.model.rawSql ?? ''
  const seconds = async (minutes: number): Promise<number> =>
    Number((await readFrame(url, expandAlertQuery(sql, minutesLater(minutes)))).rows[0]?.[1])
  t.ok((await seconds(1)) < 600)
  t.ok((await seconds(11)) > 600)
})

t.test('what Grafana gets is Native of its protocol', async (t) => {
  const run = fleet.find(({ outcome }) => outcome === 'error')?.traceId
  for (const { at, target } of queries) {
    const answer = await askGateway(url, expandPanelQuery(target.rawSql ?? '', asked(ALL, run)), {
      parameters: { client_protocol_version: '54460', database: 'otel', default_format: 'Native' }
    })
    t.equal(answer.code, undefined, `${at} ${answer.code === undefined ? '' : answer.text}`)
  }
})

const offencesOf = (columns: Record<string, string>, type: string, format: number) =>
  findFrameOffences(
    {
      columns: Object.entries(columns).map(([name, of]) => ({ name, type: of })),
      rows: [Object.keys(columns).map(() => '2026-11-02 09:00:00')]
    },
    { type, format, refId: 'nodes' }
  ).length

t.test('planted frames are caught', async (t) => {
  t.ok(offencesOf({ outcome: 'String', runs: 'UInt64' }, 'timeseries', 0), 'a series without time')
  t.ok(offencesOf({ time: 'DateTime', runs: 'String' }, 'timeseries', 0), 'a series of words')
  t.ok(offencesOf({ time: 'DateTime', n: 'UInt64', a: 'Array(String)' }, 'timeseries', 0), 'a list')
  t.ok(offencesOf({ id: 'UInt32', title: 'String' }, 'nodeGraph', 1), 'a node without its columns')
  t.ok(offencesOf({ traceID: 'String' }, 'traces', 3), 'a trace without its columns')
  t.ok(offencesOf({ body: 'String' }, 'logs', 2), 'logs without time')
  t.equal(offencesOf({ time: 'DateTime64(9)', n: 'Nullable(Float64)' }, 'timeseries', 0), 0)
})
