// What a panel asks. Tables are named without a database: the data source says which one, so that the same
// dashboards work wherever ONSET_CLICKHOUSE_DATABASE points. The words of Grafana's ClickHouse data source:
// https://grafana.com/docs/plugins/grafana-clickhouse-datasource/latest/

export const CLICKHOUSE = {
  type: 'grafana-clickhouse-datasource',
  uid: 'onset-clickhouse'
} as const
export const PROMETHEUS = { type: 'prometheus', uid: 'prometheus' } as const

/** How the data source shapes the answer. Time series need a time column first in order, one row a series and time. */
const FORMATS = { series: 0, table: 1, logs: 2, trace: 3 } as const

export interface Query {
  readonly refId: string
  readonly datasource: { readonly type: string; readonly uid: string }
  readonly [key: string]: QueryValue
}

type QueryValue = string | number | boolean | { readonly [key: string]: string }

export function askSeries(sql: string, refId = 'A'): Query {
  return askClickHouse(sql, refId, FORMATS.series)
}

export function askTable(sql: string, refId = 'A'): Query {
  return askClickHouse(sql, refId, FORMATS.table)
}

export function askLogs(sql: string, refId = 'A'): Query {
  return { ...askClickHouse(sql, refId, FORMATS.logs), queryType: 'logs' }
}

export function askTrace(sql: string, refId = 'A'): Query {
  return { ...askClickHouse(sql, refId, FORMATS.trace), queryType: 'traces' }
}

function askClickHouse(sql: string, refId: string, format: number): Query {
  return { refId, datasource: CLICKHOUSE, editorType: 'sql', format, rawSql: sql.trim() }
}

/** `legend` as `{{outcome}}`. */
export function askPrometheus(expr: string, legend: string, refId = 'A'): Query {
  return {
    refId,
    datasource: PROMETHEUS,
    editorMode: 'code',
    expr,
    legendFormat: legend,
    range: true
  }
}

/**
 * Conditions on agent_runs that the variables of RUN_VARIABLES set. `$__conditionalAll` leaves a condition
 * out when All is chosen; the single-quote format escapes quotes in names, which agents choose.
 */
export const RUN_CONDITIONS = `$__timeFilter(StartTime)
    AND $__conditionalAll(Service IN (\${service:singlequote}), $service)
    AND $__conditionalAll(Agent IN (\${agent:singlequote}), $agent)
    AND $__conditionalAll(hasAny(Models, [\${model:singlequote}]), $model)
    AND $__conditionalAll(Outcome IN (\${outcome:singlequote}), $outcome)`
