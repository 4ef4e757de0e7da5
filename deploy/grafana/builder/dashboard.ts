// A dashboard of ours as the JSON that Grafana provisions from files (the classic model, which Grafana 11.6
// to 13 read). Panels are laid out in the order they are named; ids count up in that order.

import type { Panel } from './panels.ts'
import type { Variable } from './variables.ts'

/** Grafana brings older versions up to its own; this one is known to all it can meet. */
const SCHEMA_VERSION = 39
/** Columns of Grafana's grid. */
const GRID_WIDTH = 24
/** All of ours link to each other by it. */
const TAG = 'onset'

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

export interface Dashboard {
  /** Part of every link to it: never changes. */
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly variables: readonly Variable[]
  /** What is looked at first, as `now-24h`. */
  readonly from: string
  /** Empty for a dashboard of what does not change. */
  readonly refresh: string
  readonly rows: readonly Row[]
}

export function toDashboardJson(dashboard: Dashboard): object {
  return {
    uid: dashboard.uid,
    title: dashboard.title,
    description: dashboard.description,
    tags: [TAG],
    schemaVersion: SCHEMA_VERSION,
    id: null,
    version: 1,
    editable: true,
    graphTooltip: 1,
    timezone: 'browser',
    time: { from: dashboard.from, to: 'now' },
    timepicker: {},
    refresh: dashboard.refresh,
    fiscalYearStartMonth: 0,
    weekStart: '',
    links: [
      {
        type: 'dashboards',
        title: 'Onset',
        tags: [TAG],
        asDropdown: false,
        includeVars: true,
        keepTime: true,
        targetBlank: false,
        icon: 'external link',
        tooltip: '',
        url: ''
      }
    ],
    annotations: { list: [] },
    templating: { list: dashboard.variables.map((variable) => ({ ...variable })) },
    panels: placePanels(dashboard.rows)
  }
}

/** Left to right, a new line where the next panel would not fit. */
function placePanels(rows: readonly Row[]): readonly object[] {
  const placed: object[] = []
  let y = 0
  for (const { title, panels } of rows) {
    placed.push({
      id: placed.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: GRID_WIDTH, h: 1 },
      panels: []
    })
    y += 1
    let x = 0
    let lineHeight = 0
    for (const { width, height, ...panel } of panels) {
      if (x + width > GRID_WIDTH) {
        y += lineHeight
        x = 0
        lineHeight = 0
      }
      placed.push({ id: placed.length + 1, ...panel, gridPos: { x, y, w: width, h: height } })
      x += width
      lineHeight = Math.max(lineHeight, height)
    }
    y += lineHeight
  }
  return placed
}
