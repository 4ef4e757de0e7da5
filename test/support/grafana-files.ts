// The files that Grafana is given, as they are in the repository, and every query in them with its place.

import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const FOLDER = fileURLToPath(new URL('../../deploy/grafana', import.meta.url))

export interface Target {
  readonly refId: string
  readonly datasource: { readonly type: string; readonly uid: string }
  readonly format?: number
  readonly rawSql?: string
  readonly expr?: string
}

export interface PanelJson {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly gridPos: {
    readonly x: number
    readonly y: number
    readonly w: number
    readonly h: number
  }
  readonly targets?: readonly Target[]
  readonly fieldConfig?: {
    readonly defaults: Readonly<Record<string, unknown>> & { readonly noValue?: string }
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options: string }
      readonly properties: readonly { readonly id: string; readonly value: unknown }[]
    }[]
  }
}

export interface VariableJson {
  readonly name: string
  readonly type: string
  readonly includeAll?: boolean
  readonly multi?: boolean
  readonly query: string | { readonly rawSql: string }
}

export interface DashboardJson {
  readonly uid: string
  readonly title: string
  readonly schemaVersion: number
  readonly tags: readonly string[]
  readonly panels: readonly PanelJson[]
  readonly templating: { readonly list: readonly VariableJson[] }
}

export function readDashboards(): readonly DashboardJson[] {
  return globSync('dashboards/*.json', { cwd: FOLDER })
    .toSorted()
    .map((path) => JSON.parse(readFileSync(`${FOLDER}/${path}`, 'utf8')) as DashboardJson)
}

/** Committed text of a dashboard file. */
export function readDashboardText(name: string): string {
  return readFileSync(`${FOLDER}/dashboards/${name}`, 'utf8')
}

export interface PanelQuery {
  /** For a person: `onset-runs / Totals / A`. */
  readonly at: string
  readonly dashboard: DashboardJson
  readonly panel: PanelJson
  readonly target: Target
}

export function listQueries(dashboards: readonly DashboardJson[]): readonly PanelQuery[] {
  return dashboards.flatMap((dashboard) =>
    dashboard.panels.flatMap((panel) =>
      (panel.targets ?? []).map((target) => ({
        at: `${dashboard.uid} / ${panel.title} / ${target.refId}`,
        dashboard,
        panel,
        target
      }))
    )
  )
}

export interface AlertRule {
  readonly uid: string
  readonly title: string
  readonly condition: string
  readonly noDataState: string
  readonly execErrState: string
  readonly for: string
  readonly dashboardUid?: string
  readonly panelId?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly data: readonly {
    readonly refId: string
    readonly datasourceUid: string
    readonly relativeTimeRange: { readonly from: number; readonly to: number }
    readonly model: Readonly<Record<string, unknown>> & {
      readonly refId: string
      readonly rawSql?: string
    }
  }[]
}

export function readProvisioning(path: string): unknown {
  return parse(readFileSync(`${FOLDER}/provisioning/${path}`, 'utf8'))
}

export function readProvisioningText(path: string): string {
  return readFileSync(`${FOLDER}/provisioning/${path}`, 'utf8')
}

export function readAlertRules(): readonly AlertRule[] {
  const file = readProvisioning('alerting/rules.yaml') as {
    readonly groups: readonly { readonly rules: readonly AlertRule[] }[]
  }
  return file.groups.flatMap((group) => group.rules)
}
