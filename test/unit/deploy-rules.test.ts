// Alerts, their runbook and the metrics they ask for, held against each other: an alert without a heading
// wakes somebody who then knows nothing, and one on a metric that nobody makes never wakes anybody.

import { globSync, readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'

const ROOT = new URL('../../', import.meta.url)

function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8')
}

interface Rule {
  readonly alert?: string
  readonly record?: string
  readonly expr: string
  readonly for?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

const { groups } = parse(read('deploy/prometheus/rules.yml')) as {
  groups: readonly { readonly rules: readonly Rule[] }[]
}
const rules = groups.flatMap((group) => group.rules)
const alerts = rules.filter(({ alert }) => alert !== undefined)

/** What Onset itself raises at an Alertmanager. */
const PUSHED = [
  ...read('processors/alerter/destinations/alertmanager.ts').matchAll(/alertname: '(\w+)'/g)
].map(([, name]) => name ?? '')

function headingsOf(text: string): ReadonlyMap<string, string> {
  const sections = text.split(/^## /m).slice(1)
  return new Map(sections.map((section) => [section.split('\n', 1)[0] ?? '', section]))
}

/** What Prometheus sees of each instrument that the code makes. */
function exposedNames(): ReadonlySet<string> {
  const names = new Set<string>(['up'])
  for (const path of globSync('{collector,processors}/**/*.ts', { cwd: ROOT.pathname })) {
    const made = read(path).matchAll(
      /create(Observable)?(Counter|Histogram|Gauge|UpDownCounter)\(\s*'([a-z_]+)'/g
    )
    for (const [, , kind, name = ''] of made) {
      if (kind === 'Counter') names.add(`${name}_total`)
      else if (kind === 'Histogram') {
        for (const part of ['bucket', 'sum', 'count']) names.add(`${name}_${part}`)
      } else names.add(name)
    }
    for (const name of listedCounters(path)) names.add(`${name}_total`)
  }
  return names
}

/** Counters whose names stand in a table of the file, `[ 'name', 'description' ]`. */
function listedCounters(path: string): readonly string[] {
  return path.endsWith('-metrics.ts')
    ? [...read(path).matchAll(/\[\s*'(onset_[a-z_]+)',\s*'/g)].map(([, name = '']) => name)
    : []
}

function metricsOf(text: string): readonly string[] {
  const found = text.matchAll(/(?<![\w:#/.-])(?:onset|nodejs|process|http)_[a-z0-9_]+(?![\w:-])/g)
  return [...found].map(([name]) => name)
}

t.test('there is something to hold against each other', async (t) => {
  t.ok(alerts.length > 10)
  t.same(PUSHED.toSorted(), ['OnsetLocalized', 'OnsetSummary'])
  t.ok(exposedNames().has('onset_store_errors_total'))
  t.ok(exposedNames().has('onset_processors_lag_seconds_bucket'))
})

t.test('every alert is a heading of the runbook, and every heading an alert', async (t) => {
  const headings = headingsOf(read('deploy/runbook.md'))
  const names = [...PUSHED, ...alerts.map(({ alert }) => alert ?? '')]
  t.same([...headings.keys()].toSorted(), names.toSorted())
  for (const [name, section] of headings) {
    for (const part of ['**Meaning.**', '**Impact.**', '**First steps.**']) {
      t.ok(section.includes(part), `${name} says ${part}`)
    }
  }
})

t.test('every alert says how bad it is, in one sentence, and where to read on', async (t) => {
  for (const { alert, labels, annotations } of alerts) {
    t.match(labels?.['severity'], /^(page|ticket)$/, `${alert}`)
    t.ok((annotations?.['summary'] ?? '').length > 10, `${alert}`)
    t.equal(annotations?.['runbook'], `deploy/runbook.md#${alert?.toLowerCase()}`)
  }
})

t.test('every metric and recording that a rule asks for is made somewhere', async (t) => {
  const exposed = exposedNames()
  const recorded = new Set(rules.flatMap(({ record }) => record ?? []))
  for (const { alert, record, expr } of rules) {
    const metrics = metricsOf(expr)
    const recordings = [...expr.matchAll(/onset:[\w:]+/g)].map(([name]) => name)
    t.ok(metrics.length + recordings.length > 0 || /\bup\b/.test(expr), `${alert ?? record} asks`)
    for (const name of metrics) t.ok(exposed.has(name), `${alert ?? record}: ${name}`)
    for (const name of recordings) t.ok(recorded.has(name), `${alert ?? record}: ${name}`)
  }
})

t.test('no rule groups by what whoever sends spans may choose', async (t) => {
  for (const { expr } of rules) t.notMatch(expr, /run_id|service|agent\b/)
})

t.test('the runbook and the rule tests name only what exists', async (t) => {
  const exposed = exposedNames()
  for (const path of [
    'deploy/runbook.md',
    'deploy/prometheus/rules.test.yml',
    'docs/alerting.md'
  ]) {
    // Without its suffix a histogram is what a person looks for.
    for (const name of metricsOf(read(path))) {
      t.ok(exposed.has(name) || exposed.has(`${name}_bucket`), `${path}: ${name}`)
    }
  }
})

t.test('every alert has a test that fires it', async (t) => {
  const { tests } = parse(read('deploy/prometheus/rules.test.yml')) as {
    tests: readonly {
      readonly alert_rule_test?: readonly {
        readonly alertname: string
        readonly exp_alerts: readonly unknown[]
      }[]
    }[]
  }
  const cases = tests.flatMap((test) => test.alert_rule_test ?? [])
  for (const { alert } of alerts) {
    t.ok(
      cases.some(({ alertname, exp_alerts }) => alertname === alert && exp_alerts.length > 0),
      `${alert} fires`
    )
  }
})

t.test('what is planted is caught', async (t) => {
  t.same(metricsOf('rate(onset_nobody_makes_this_total[5m]) > onset:recorded:x'), [
    'onset_nobody_makes_this_total'
  ])
  t.notOk(exposedNames().has('onset_nobody_makes_this_total'))
  t.equal(headingsOf('# a\n## B\ntext\n## C\n').size, 2)
})
