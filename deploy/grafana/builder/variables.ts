// What a reader chooses at the top of a dashboard.

import { CLICKHOUSE } from './queries.ts'

type VariableValue =
  | string
  | number
  | boolean
  | null
  | { readonly [key: string]: VariableValue }
  | readonly VariableValue[]

export interface Variable {
  readonly name: string
  readonly type: 'query' | 'custom' | 'textbox'
  readonly [key: string]: VariableValue
}

/** More names than a person picks from; typing narrows them. */
const OPTIONS_MAX = 1_000
/** Grafana's word for a fresh list at each change of the time range. */
const ON_TIME_RANGE_CHANGE = 2
const ALPHABETICAL = 1

// Reads one column of agent_runs within the time range. A name with a backslash is not offered: Grafana's
// quoting escapes quotes and no backslashes, so that it would not come back as the same name.
function namesSql(column: string, name: string): string {
  return `SELECT DISTINCT ${column} AS ${name}
FROM agent_runs
WHERE $__timeFilter(StartTime)
    AND ${name} != ''
    AND position(${name}, char(92)) = 0
ORDER BY ${name}
LIMIT ${OPTIONS_MAX}`
}

const ALL = { selected: true, text: ['All'], value: ['$__all'] }

function aListOfNames(name: string, label: string, column: string): Variable {
  const sql = namesSql(column, name)
  return {
    name,
    type: 'query',
    label,
    datasource: CLICKHOUSE,
    definition: sql,
    query: { editorType: 'sql', rawSql: sql },
    refresh: ON_TIME_RANGE_CHANGE,
    sort: ALPHABETICAL,
    regex: '',
    multi: true,
    includeAll: true,
    allValue: null,
    current: ALL,
    options: [],
    hide: 0,
    skipUrlSync: false
  }
}

const OUTCOMES = ['ok', 'error', 'cancelled', 'unknown']

const outcome: Variable = {
  name: 'outcome',
  type: 'custom',
  label: 'Outcome',
  query: OUTCOMES.join(','),
  multi: true,
  includeAll: true,
  allValue: null,
  current: ALL,
  options: [
    { selected: true, text: 'All', value: '$__all' },
    ...OUTCOMES.map((value) => ({ selected: false, text: value, value }))
  ],
  hide: 0,
  skipUrlSync: false
}

export const RUN_VARIABLES: readonly Variable[] = [
  aListOfNames('service', 'Service', 'Service'),
  aListOfNames('agent', 'Agent', 'Agent'),
  aListOfNames('model', 'Model', 'arrayJoin(Models)'),
  outcome
]

/** A text box and no list: links of other dashboards and of alerts put any run's id here. */
export const RUN_ID: Variable = {
  name: 'run',
  type: 'textbox',
  label: 'Run id',
  query: '',
  current: { selected: true, text: '', value: '' },
  options: [{ selected: true, text: '', value: '' }],
  hide: 0,
  skipUrlSync: false
}
