// Fills the typed parameters of a query, `{runId: String}` as ClickHouse writes them, with literals. Here
// and not in the engine, because the embedded engine runs queries with parameters one at a time over the
// whole process. No other way leads from a value into SQL text.

export type SqlValue = string | number | bigint | readonly string[] | readonly number[]

export type SqlParameters = Readonly<Record<string, SqlValue>>

const PLACEHOLDER = /\{(\w+): ([\w()]+)\}/g

/** Nanoseconds a DateTime64(9) can hold: to 2262-04-11. */
const NANOS_MAX = 9_223_372_036_854_775_807n

/** Spelling of a value as a parameter type; undefined when it is not of that type. */
const LITERALS: Readonly<Record<string, (value: SqlValue) => string | undefined>> = {
  String: (value) => (typeof value === 'string' ? quoteText(value) : undefined),
  'Array(String)': (value) => (isTexts(value) ? `[${value.map(quoteText).join(', ')}]` : undefined),
  Identifier: (value) => (typeof value === 'string' && /^\w+$/.test(value) ? value : undefined),
  UInt32: (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? String(value)
      : undefined,
  Float64: (value) =>
    typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined,
  'Array(UInt32)': (value) => (isCounts(value) ? `[${value.join(', ')}]` : undefined),
  DateTime64: (value) => (typeof value === 'bigint' ? nanosLiteral(value) : undefined)
}

/** Throws when a parameter is missing or of another type: a mistake of ours, never of input. */
export function sqlText(template: string, parameters: SqlParameters): string {
  return template.replaceAll(PLACEHOLDER, (_, name: string, type: string) => {
    const value = parameters[name]
    const literal = value === undefined ? undefined : LITERALS[type]?.(value)
    if (literal === undefined) throw new TypeError(`query parameter ${name} is not a ${type}`)
    return literal
  })
}

function isTexts(value: SqlValue): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function isCounts(value: SqlValue): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0)
}

/** https://clickhouse.com/docs/sql-reference/syntax#string */
export function quoteText(text: string): string {
  const escaped = text
    .toWellFormed()
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('\0', '\\0')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
  return `'${escaped}'`
}

function nanosLiteral(value: bigint): string {
  const nanos = value < 0n ? 0n : value > NANOS_MAX ? NANOS_MAX : value
  return `fromUnixTimestamp64Nano(${nanos})`
}
