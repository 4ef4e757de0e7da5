// All dashboards as the files Grafana reads: path within deploy/grafana/dashboards → bytes. Pure, so that a
// test can hold the committed files against it.

import { toDashboardJson } from './dashboard.ts'
import { itself } from './dashboards/itself.ts'
import { onsets } from './dashboards/onsets.ts'
import { run } from './dashboards/run.ts'
import { runs } from './dashboards/runs.ts'

export const DASHBOARDS = [runs, run, onsets, itself]

export function renderDashboards(): ReadonlyMap<string, string> {
  return new Map(
    DASHBOARDS.map((dashboard) => [
      `${dashboard.uid}.json`,
      `${JSON.stringify(toDashboardJson(dashboard), undefined, 2)}\n`
    ])
  )
}
