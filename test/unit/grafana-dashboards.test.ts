// The dashboards, data sources and alerts as Grafana reads them from files: fresh, whole, and pointing at
// things that exist. What their queries answer is in test/integration/grafana-queries.test.ts.

import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { STAGES } from '../../deploy/grafana/builder/dashboards/stages.ts'
import { renderDashboards } from '../../deploy/grafana/builder/render.ts'
import { OUTCOMES, STAGE_NAMES } from '../../collector/model/index.ts'
import {
  listQueries,
  readAlertRules,
  readDashboards,
  readDashboardText,
  readProvisioning,
  readProvisioningText,
  type DashboardJson,
  type PanelJson
} from '../support/grafana-files.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const dashboards = readDashboards()
const queries = listQueries(dashboards)

t.test('the committed files are what the builder makes, byte for byte', async (t) => {
  const rendered = renderDashboards()
  t.equal(rendered.size, dashboards.length, 'no file is left over')
  for (const [name, text] of rendered) {
    t.ok(readDashboardText(name) === text, `${name} is fresh; npm run dashboards makes it so`)
  }
})

t.test(
  'a dashboard has a version, a name of its own, and panels that do not overlap',
  async (t) => {
    t.equal(new Set(dashboards.map(({ uid }) => uid)).size, dashboards.length)
    for (const { uid, schemaVersion, tags, panels } of dashboards) {
      t.equal(schemaVersion, 39, uid)
      t.ok(uid.length <= 40, uid)
      t.same(tags, ['onset'], 'by which they link to each other')
      t.equal(new Set(panels.map(({ id }) => id)).size, panels.length, `${uid}: panel ids`)
      for (const { title, gridPos } of panels)
        t.ok(gridPos.x + gridPos.w <= 24, `${uid} / ${title} fits`)
      t.same(findOverlaps(panels), [], uid)
    }
  }
)

const isApart = (a: PanelJson['gridPos'], b: PanelJson['gridPos']): boolean =>
  a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y

function findOverlaps(panels: readonly Pick<PanelJson, 'title' | 'gridPos'>[]): readonly string[] {
  return panels.flatMap((one, at) =>
    panels
      .slice(at + 1)
      .filter((other) => !isApart(one.gridPos, other.gridPos))
      .map((other) => `${one.title} lies on ${other.title}`)
  )
}

t.test('every panel says what it shows, and what to do when there is nothing', async (t) => {
  for (const { uid, panels } of dashboards) {
    for (const panel of panels) {
      if (panel.type === 'row') continue
      t.ok((panel.description ?? '').length > 20, `${uid} / ${panel.title}: description`)
      t.ok((panel.fieldConfig?.defaults.noValue ?? '').length > 20, `${panel.title}: empty`)
      const refIds = panel.targets?.map(({ refId }) => refId) ?? []
      t.ok(refIds.length > 0, panel.title)
      t.equal(new Set(refIds).size, refIds.length, `${panel.title}: refIds`)
    }
  }
})

function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(/\$\{(\w+)(?::\w+)?\}|\$(\w+)/g)]
    .map(([, braced, bare]) => braced ?? bare ?? '')
    .filter((name) => !name.startsWith('__'))
}

t.test(
  'queries use variables that exist, quoted, and data sources that are provisioned',
  async (t) => {
    const uids = [...readProvisioningText('datasources/clickhouse.yaml').matchAll(/uid: (\S+)/g)]
    uids.push(...readProvisioningText('datasources/prometheus.yaml').matchAll(/uid: (\S+)/g))
    const known = new Set(uids.map(([, uid]) => uid))
    for (const { at, dashboard, target } of queries) {
      const names = new Set(dashboard.templating.list.map(({ name }) => name))
      const text = target.rawSql ?? target.expr ?? ''
      t.ok(text.length > 0, at)
      for (const name of variablesIn(text)) t.ok(names.has(name), `${at}: ${name}`)
      t.ok(known.has(target.datasource.uid), `${at}: ${target.datasource.uid}`)
    }
  }
)

t.test('variables of lists can be All; outcomes and stages are those of the model', async (t) => {
  for (const { uid, templating } of dashboards) {
    for (const variable of templating.list) {
      if (variable.type === 'textbox') continue
      t.match(variable, { includeAll: true, multi: true }, `${uid}: ${variable.name}`)
      if (variable.name === 'outcome') t.equal(variable.query, OUTCOMES.join(','))
    }
  }
  t.same(STAGES, STAGE_NAMES)
})

t.test('links lead to dashboards and variables that exist', async (t) => {
  const links = dashboards.flatMap((dashboard) => [
    ...JSON.stringify(dashboard).matchAll(/"url":"\/d\/([\w-]+)\?var-(\w+)=/g)
  ])
  t.ok(links.length >= 3)
  const annotations = JSON.stringify(readAlertRules())
  for (const [, uid, name] of [...links, ...annotations.matchAll(/\/d\/([\w-]+)\?var-(\w+)=/g)]) {
    const target = dashboards.find((dashboard) => dashboard.uid === uid)
    t.ok(
      target?.templating.list.some((variable) => variable.name === name),
      `${uid} ${name}`
    )
  }
})

/** Instruments of the source, as Prometheus names their series. */
function readMetricNames(): ReadonlySet<string> {
  const names = new Set<string>()
  for (const path of globSync('{collector,processors}/**/*.ts', { cwd: ROOT })) {
    const text = readFileSync(`${ROOT}/${path}`, 'utf8')
    const created =
      /create(Counter|Histogram|Gauge|UpDownCounter|ObservableGauge|ObservableCounter)\(\s*'([\w.]+)'/g
    for (const [, kind, name = ''] of text.matchAll(created)) {
      const series = name.replaceAll('.', '_')
      if (kind === 'Histogram')
        for (const end of ['bucket', 'sum', 'count']) names.add(`${series}_${end}`)
      else if (kind?.endsWith('Counter') === true) names.add(`${series}_total`)
      else names.add(series)
    }
    // Counters whose names stand in a table of the file.
    if (!path.endsWith('-metrics.ts')) continue
    for (const [, name] of text.matchAll(/\[\s*'(onset_[a-z_]+)',\s*'/g)) names.add(`${name}_total`)
  }
  return names
}

t.test('Prometheus panels name metrics that Onset has', async (t) => {
  const metrics = readMetricNames()
  t.ok(metrics.has('onset_receiver_spans_total'), 'the walk finds them')
  const expressions = queries.filter(({ target }) => target.expr !== undefined)
  t.ok(expressions.length >= 10)
  for (const { at, target } of expressions) {
    for (const [name] of target.expr?.matchAll(/\b(onset|process|nodejs|http)_\w+/g) ?? []) {
      t.ok(metrics.has(name), `${at}: ${name}`)
    }
  }
})

t.test('alert rules are whole, and silent without data', async (t) => {
  const rules = readAlertRules()
  t.equal(new Set(rules.map(({ uid }) => uid)).size, rules.length)
  for (const rule of rules) {
    t.match(rule, { noDataState: 'OK', execErrState: 'Error' }, rule.uid)
    t.match(rule.for, /^\d+[smh]$/)
    t.ok(rule.uid.length <= 40)
    const [question, threshold] = rule.data
    t.equal(question?.datasourceUid, 'onset-clickhouse')
    t.same(
      rule.data.map(({ refId }) => refId),
      rule.data.map(({ model }) => model.refId)
    )
    t.equal(threshold?.refId, rule.condition)
    t.equal(threshold?.model['expression'], question?.refId)
    t.notMatch(
      question?.model.rawSql,
      /\$__conditionalAll|\$\{|\$__interval\b/,
      'none of the browser'
    )
    t.ok(Number(question?.relativeTimeRange.from) >= 180, 'sees each row at least three times')
    t.notMatch(JSON.stringify([rule.labels, rule.annotations]), /\$/, 'no word that is expanded')
  }
})

t.test('alert rules lead to the panel that shows it and to the runbook', async (t) => {
  const runbook = readFileSync(`${ROOT}/deploy/runbook.md`, 'utf8')
  const titles: Readonly<Record<string, string>> = {
    'onset-localized-failure': 'Latest onsets',
    'onset-failed-ratio': 'Failed ratio by agent',
    'onset-analysis-behind': 'Runs of the last hour'
  }
  for (const rule of readAlertRules()) {
    const dashboard = dashboards.find(({ uid }) => uid === rule.dashboardUid)
    const panel = dashboard?.panels.find(({ id }) => id === rule.panelId)
    t.ok(panel !== undefined, rule.uid)
    t.equal(panel?.title, titles[rule.uid], `${rule.uid}: panel ${rule.panelId}`)
    const heading = rule.annotations?.['runbook']?.split(', ')[1]
    t.ok(runbook.includes(`\n## ${heading}\n`), `${rule.uid}: ${heading}`)
  }
})

t.test('passwords and addresses come from the environment', async (t) => {
  const file = readProvisioning('datasources/clickhouse.yaml') as {
    readonly datasources: readonly [{ readonly secureJsonData: object; readonly jsonData: object }]
  }
  const [source] = file.datasources
  t.same(source.secureJsonData, { password: '${ONSET_CLICKHOUSE_PASSWORD}' })
  t.match(source.jsonData, {
    protocol: 'http',
    traces: { otelEnabled: true, otelVersion: 'latest', durationUnit: 'nanoseconds' }
  })
})

t.test('everything the files take from the environment is in grafana.env', async (t) => {
  const example = readFileSync(`${ROOT}/deploy/grafana/grafana.env`, 'utf8')
  const files = globSync('deploy/grafana/provisioning/{datasources,dashboards}/*.yaml', {
    cwd: ROOT
  })
  const names = files.flatMap((file) =>
    [...readFileSync(`${ROOT}/${file}`, 'utf8').matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)
  )
  t.ok(names.length >= 6)
  for (const name of names) t.match(example, new RegExp(`^${name}=`, 'm'), `${name}`)
})

t.test('the builder knows nothing of Onset but its own folder', async (t) => {
  const files = globSync('deploy/grafana/builder/**/*.ts', { cwd: ROOT })
  t.ok(files.length > 10)
  for (const file of files) {
    const text = readFileSync(`${ROOT}/${file}`, 'utf8')
    t.match(text, /^\/\/ \S/, `${file} opens by saying what it is for`)
    for (const [, specifier] of text.matchAll(/from '([^']+)'/g)) {
      t.match(specifier, /^(node:|\.\/|\.\.\/[\w-]+\.ts$)/, `${file}: ${specifier}`)
    }
  }
})

t.test('planted faults are caught', async (t) => {
  t.same(variablesIn("a = ${run:singlequote} AND $__timeFilter(b) AND $agent = 'x'"), [
    'run',
    'agent'
  ])
  const empty: DashboardJson = {
    uid: 'x',
    title: '',
    schemaVersion: 39,
    tags: [],
    panels: [],
    templating: { list: [] }
  }
  t.same(listQueries([empty]), [])
  const gridPos = { x: 0, y: 0, w: 12, h: 8 }
  t.equal(
    findOverlaps([
      { title: 'a', gridPos },
      { title: 'b', gridPos }
    ]).length,
    1
  )
  t.notOk(readMetricNames().has('onset_receiver_spans'), 'a counter without its ending')
})
