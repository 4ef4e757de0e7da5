// What Grafana and its ClickHouse data source do to a query before ClickHouse sees it, in the order they do
// it: $__conditionalAll, variables, Grafana's own words, then the macros of the data source's backend
// (https://grafana.com/docs/plugins/grafana-clickhouse-datasource/latest/query-editor/#macros). Written from
// their documentation; alerts have the last step only.

export interface Asked {
  readonly from: Date
  readonly to: Date
  readonly intervalMs: number
  /** Chosen values by name; `$__all` is All. A text box has one value and no list. */
  readonly variables: Readonly<Record<string, string | readonly string[]>>
}

export function expandPanelQuery(sql: string, asked: Asked): string {
  return expandMacros(replaceVariables(applyConditionalAll(sql, asked), asked), asked)
}

/** Alerts are evaluated in the backend, where there are no variables. */
export function expandAlertQuery(sql: string, asked: Omit<Asked, 'variables'>): string {
  return expandMacros(sql, { ...asked, variables: {} })
}

const CONDITIONAL = '$__conditionalAll('

function applyConditionalAll(sql: string, { variables }: Asked): string {
  let text = sql
  for (;;) {
    const at = text.lastIndexOf(CONDITIONAL)
    if (at === -1) return text
    const call = readCall(text, at + CONDITIONAL.length - 1)
    const [condition, variable] = call.args
    if (condition === undefined || variable === undefined || call.args.length !== 2) {
      throw new Error(`${CONDITIONAL} takes two arguments: ${text.slice(at, at + 80)}`)
    }
    const name = /(?<=\$\{)\w+(?=\})|(?<=\$)\w+/.exec(variable)?.[0] ?? ''
    const value = String(variables[name] ?? '')
    const kept = value === '' || value === '$__all' ? '1=1' : condition
    text = text.slice(0, at) + kept + text.slice(call.end)
  }
}

const VARIABLE = /\$\{(\w+)(?::(\w+))?\}|\$(\w+)/g

function replaceVariables(sql: string, asked: Asked): string {
  return sql.replaceAll(VARIABLE, (match, braced?: string, format?: string, bare?: string) => {
    const name = braced ?? bare ?? ''
    if (name === '__interval_ms') return String(asked.intervalMs)
    if (name === '__interval') return `${Math.max(1, Math.round(asked.intervalMs / 1_000))}s`
    if (name === '__from') return String(asked.from.getTime())
    if (name === '__to') return String(asked.to.getTime())
    if (name.startsWith('__')) return match
    const value = asked.variables[name]
    if (value === undefined) throw new Error(`no variable ${name}`)
    if (format !== 'singlequote') throw new Error(`${match}: only quoted values are safe in SQL`)
    const values = typeof value === 'string' ? [value] : value
    return values.map((one) => `'${one.replaceAll("'", String.raw`\'`)}'`).join(',')
  })
}

type Macro = (args: readonly string[], asked: Asked) => string

const seconds = (date: Date): string => `toDateTime(${Math.floor(date.getTime() / 1_000)})`
const millis = (date: Date): string => `fromUnixTimestamp64Milli(${date.getTime()})`

const MACROS: Readonly<Record<string, Macro>> = {
  fromTime: (_args, { from }) => seconds(from),
  toTime: (_args, { to }) => seconds(to),
  fromTime_ms: (_args, { from }) => millis(from),
  toTime_ms: (_args, { to }) => millis(to),
  timeFilter: ([column], { from, to }) =>
    `${column} >= ${seconds(from)} AND ${column} <= ${seconds(to)}`,
  timeFilter_ms: ([column], { from, to }) =>
    `${column} >= ${millis(from)} AND ${column} <= ${millis(to)}`,
  timeInterval: ([column], { intervalMs }) =>
    `toStartOfInterval(toDateTime(${column}), INTERVAL ${Math.max(1, Math.floor(intervalMs / 1_000))} second)`,
  interval_s: (_args, { intervalMs }) => String(Math.max(1, Math.floor(intervalMs / 1_000)))
}

function expandMacros(sql: string, asked: Asked): string {
  let text = sql
  let searchFrom = 0
  for (;;) {
    const found = /\$__(\w+)/.exec(text.slice(searchFrom))
    if (found === null) return text
    const [match, name = ''] = found
    const macro = MACROS[name]
    if (macro === undefined) throw new Error(`the data source has no macro ${match}`)
    const at = searchFrom + found.index
    const end = at + match.length
    const call = text[end] === '(' ? readCall(text, end) : { args: [], end }
    const replaced = macro(
      call.args.map((arg) => arg.trim()),
      asked
    )
    text = text.slice(0, at) + replaced + text.slice(call.end)
    searchFrom = at + replaced.length
  }
}

/** Arguments between the bracket at `open` and its closing one, split at commas outside of brackets. */
function readCall(
  text: string,
  open: number
): { readonly args: readonly string[]; readonly end: number } {
  const args: string[] = []
  let depth = 0
  let start = open + 1
  for (let at = open; at < text.length; at += 1) {
    const character = text[at]
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if ((character === ',' && depth === 1) || depth === 0) {
      args.push(text.slice(start, at))
      start = at + 1
    }
    if (depth === 0) return { args, end: at + 1 }
  }
  throw new Error(`no end of ${text.slice(open, open + 80)}`)
}
