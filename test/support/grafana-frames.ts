// Answers of the ClickHouse interface as the frames that Grafana makes of them, and what each panel needs of
// its frame.

import { askGateway } from './started-gateway.ts'

export interface Column {
  readonly name: string
  readonly type: string
}

export interface Frame {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly unknown[])[]
}

/** Asked as the data source asks; 65 s are its default timeout and five. */
export async function readFrame(url: string, sql: string): Promise<Frame> {
  const answer = await askGateway(url, sql, {
    parameters: {
      database: 'otel',
      default_format: 'JSONCompactEachRowWithNamesAndTypes',
      max_execution_time: '65'
    }
  })
  if (answer.code !== undefined) throw new Error(`${answer.text}\n${sql}`)
  const lines = answer.text.split('\n').filter((line) => line !== '')
  const [names, types, ...rows] = lines.map((line) => JSON.parse(line) as unknown[])
  const columns = (names ?? []).map((name, at) => ({
    name: String(name),
    type: String(types?.[at])
  }))
  return { columns, rows }
}

/** As Grafana sees a column: `LowCardinality(Nullable(String))` is a string. */
export function kindOf({ type }: Column): 'time' | 'number' | 'string' | 'bool' | 'other' {
  const bare = type.replaceAll(/(?:LowCardinality|Nullable)\(/g, '').replaceAll(/\)+$/g, '')
  if (bare.startsWith('Date')) return 'time'
  if (/^(U?Int\d+|Float\d+|Decimal)/.test(bare)) return 'number'
  if (/^(String|FixedString|Enum)/.test(bare)) return 'string'
  if (bare === 'Bool') return 'bool'
  return 'other'
}

/** Offences against what a panel of this type and format can show; empty when there are none. */
export function findFrameOffences(
  frame: Frame,
  asked: { readonly type: string; readonly format: number; readonly refId: string }
): readonly string[] {
  if (frame.columns.length === 0) return []
  const kinds = frame.columns.map(kindOf)
  const counts = (kind: string): number => kinds.filter((one) => one === kind).length
  const names = new Set(frame.columns.map((column) => column.name))
  const offences: string[] = []
  const need = (isMet: boolean, what: string): void => {
    if (!isMet) offences.push(what)
  }
  need(names.size === frame.columns.length, 'column names are unique')
  if (asked.format === FORMAT_SERIES) {
    need(counts('time') === 1, 'a series has one time column')
    need(counts('number') >= 1, 'a series has numbers')
    need(counts('other') === 0, 'a series has times, numbers and labels only')
    const time = kinds.indexOf('time')
    const times = frame.rows.map((row) => String(row[time]))
    need(!times.includes('null'), 'no time is null')
    need(
      times.every((one, at) => at === 0 || String(times[at - 1]) <= one),
      'rows are in order of time'
    )
    const keys = frame.rows.map((row) =>
      row.filter((_cell, at) => kinds[at] !== 'number').join('\u0000')
    )
    need(new Set(keys).size === keys.length, 'a time has one row a series')
  }
  const wanted =
    asked.type === 'nodeGraph' ? NODE_GRAPH_COLUMNS[asked.refId] : PANEL_COLUMNS[asked.type]
  for (const [name, kind] of Object.entries(wanted ?? {})) {
    const column = frame.columns.find((one) => one.name === name)
    need(column !== undefined, `has a column ${name}`)
    if (column !== undefined) need(kindOf(column) === kind, `${name} is a ${kind}: ${column.type}`)
  }
  if (asked.type === 'state-timeline') {
    need(kinds[0] === 'time', 'a timeline begins with time')
    need(counts('string') >= 1, 'a timeline has states')
  }
  if (asked.type === 'barchart') {
    need(kinds[0] === 'string', 'bars are named by the first column')
    need(counts('number') === kinds.length - 1, 'bars are numbers')
  }
  if (asked.type === 'stat') need(frame.rows.length <= 1, 'a stat shows one row')
  if (asked.type === 'table') need(counts('other') === 0, 'cells are single values')
  return offences
}

const FORMAT_SERIES = 0

const PANEL_COLUMNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  traces: {
    traceID: 'string',
    spanID: 'string',
    parentSpanID: 'string',
    serviceName: 'string',
    operationName: 'string',
    startTime: 'number',
    duration: 'number',
    tags: 'other',
    serviceTags: 'other',
    logs: 'other',
    references: 'other',
    warnings: 'other',
    statusCode: 'number'
  },
  logs: { timestamp: 'time', body: 'string', level: 'string' }
}

const NODE_GRAPH_COLUMNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  nodes: {
    id: 'string',
    title: 'string',
    subtitle: 'string',
    mainstat: 'string',
    arc__onset: 'number',
    arc__explore: 'number'
  },
  edges: { id: 'string', source: 'string', target: 'string' }
}
