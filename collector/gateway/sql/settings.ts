// Settings that a client may choose, from the URL and from SETTINGS at the end of a statement alike. They
// are set before the session becomes read-only, so what is not in this list could undo it: an allow-list,
// with the largest value where a value costs something.

import { checkNames } from './check-names.ts'
import type { RefusedNames } from './names.ts'
import { refusal } from './refusal.ts'
import { renderTokens, tokenize } from './tokenize.ts'
import { quoteText, readMap, unquoteText } from './literals.ts'

/** What a statement may take at most, and takes unless it asks for less. */
export interface QueryLimits {
  readonly secondsMax: number
  readonly memoryBytesMax: number
  readonly resultBytesMax: number
  readonly resultRowsMax: number
  readonly threadsMax: number
}

/** Longer than any sensible value but a filter. */
const VALUE_CHARS_MAX = 65_536

type Check = (value: string, limits: QueryLimits) => string | undefined

const isSwitch: Check = (value) => (/^(0|1|true|false)$/i.test(value) ? value : undefined)
const isCount: Check = (value) => (/^\d{1,15}$/.test(value) ? value : undefined)
const isWord: Check = (value) => (/^[\w/+-]{1,64}$/.test(value) ? value : undefined)
const isShort: Check = (value) => (value.length <= 64 ? value : undefined)

function atMost(limit: (limits: QueryLimits) => number): Check {
  return (value, limits) => {
    if (!/^\d{1,15}(\.\d{1,9})?$/.test(value)) return undefined
    const asked = Number(value)
    // Zero means no limit to the engine.
    return String(asked === 0 ? limit(limits) : Math.min(asked, limit(limits)))
  }
}

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['max_execution_time', atMost(({ secondsMax }) => secondsMax)],
  ['max_memory_usage', atMost(({ memoryBytesMax }) => memoryBytesMax)],
  ['max_result_bytes', atMost(({ resultBytesMax }) => resultBytesMax)],
  ['max_result_rows', atMost(({ resultRowsMax }) => resultRowsMax)],
  ['max_threads', atMost(({ threadsMax }) => threadsMax)],
  ['max_rows_to_read', isCount],
  ['max_bytes_to_read', isCount],
  ['max_block_size', atMost(() => 65_409)],
  ['limit', isCount],
  ['offset', isCount],
  ['result_overflow_mode', (value) => (/^(throw|break)$/.test(value) ? value : undefined)],
  ['date_time_output_format', isWord],
  ['session_timezone', isWord],
  ['extremes', isSwitch],
  ['final', isSwitch],
  // All revisions of a row are in one partition: with it, FINAL leaves partitions out and merges none with another.
  ['do_not_merge_across_partitions_select_final', isSwitch],
  ['join_use_nulls', isSwitch],
  ['group_by_use_nulls', isSwitch],
  ['union_default_mode', isWord],
  ['describe_compact_output', isSwitch],
  ['format_csv_delimiter', isShort],
  ['prefer_column_name_to_alias', isSwitch]
])

/** How results are written; not `output_format_schema`, which names a file to write. */
const OUTPUT_FORMAT =
  /^output_format_(json|csv|tsv|pretty|decimal|bool|write_statistics|parquet|arrow|orc|avro|sql_insert|markdown|values|xml|msgpack|binary|enable_streaming)(_\w{1,64})?$/

/** Connection talk of clients: nothing of it changes an answer that is sent in one piece. */
const IGNORED = new Set(
  `async_insert cancel_http_readonly_queries_on_client_close connect_timeout
  http_headers_progress_interval_ms http_max_field_value_size http_receive_timeout http_send_timeout
  http_write_exception_in_output_format receive_timeout send_progress_in_http_headers send_timeout
  use_client_time_zone wait_end_of_query wait_for_async_insert`.split(/\s+/)
)

const FILTERS = 'additional_table_filters'

export interface SettingContext {
  readonly limits: QueryLimits
  readonly refused: RefusedNames
  /** Of the running engine: another name is one that does not exist. */
  readonly settingNames: ReadonlySet<string>
}

/** The value to set; undefined when there is nothing to set. @throws QueryError UNKNOWN_SETTING, READONLY, BAD_ARGUMENTS */
export function readSetting(
  name: string,
  value: string,
  context: SettingContext
): string | undefined {
  if (IGNORED.has(name)) return undefined
  // It is so in any case; some clients say it.
  if (name === 'readonly' && /^[12]$/.test(value)) return undefined
  if (value.length > VALUE_CHARS_MAX || value.includes('\0')) throw badValue(name, value)
  if (name === FILTERS) return checkFilters(value, context.refused)
  const check = CHECKS.get(name) ?? (OUTPUT_FORMAT.test(name) ? isShort : undefined)
  if (check === undefined || !context.settingNames.has(name)) throw unknown(name, context)
  const checked = check(value, context.limits)
  if (checked === undefined) throw badValue(name, value)
  return checked
}

/** A map from table to condition. The conditions are SQL that the engine runs, so they are examined as such. */
function checkFilters(value: string, refused: RefusedNames): string {
  const entries = readMap(tokenize(value))
  if (entries === undefined) throw badValue(FILTERS, value)
  const checked = entries.map(([table, condition]) => {
    const tokens = tokenize(unquoteText(condition))
    checkNames(tokens, refused)
    return `${table} : ${quoteText(renderTokens(tokens))}`
  })
  return `{${checked.join(', ')}}`
}

function unknown(name: string, { settingNames }: SettingContext): Error {
  const shown = name.slice(0, 80)
  return settingNames.has(name)
    ? refusal(
        'READONLY',
        `Cannot modify '${shown}' setting: it is not among those that may be chosen here`
      )
    : refusal('UNKNOWN_SETTING', `Setting ${shown} is neither a builtin setting nor allowed here`)
}

function badValue(name: string, value: string): Error {
  return refusal(
    'BAD_ARGUMENTS',
    `The setting ${name} cannot have the value ${JSON.stringify(value.slice(0, 80))}`
  )
}
