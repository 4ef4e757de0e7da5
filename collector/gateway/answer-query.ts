// From a decoded request to the bytes of its answer: examine the statement, choose the settings, wait for a
// turn, run, bring Native into the form that was asked for.

import type { ReadOnlyQueries } from '../model/index.ts'
import type { Catalog } from './catalog.ts'
import type { QueryRequest } from './http/read-request.ts'
import { transcodeNative } from './native/transcode-native.ts'
import { examineStatement } from './sql/examine-statement.ts'
import { checkFormat } from './sql/formats.ts'
import { OVERLAY_DATABASE, SYSTEM_DATABASE } from './sql/names.ts'
import { refusal } from './sql/refusal.ts'
import { readSetting, type QueryLimits } from './sql/settings.ts'
import type { Turns } from './turns.ts'

export interface Answerer {
  readonly queries: ReadOnlyQueries
  readonly catalog: Catalog
  readonly turns: Turns
  readonly limits: QueryLimits
  /** Used unless the request names another. */
  readonly database: string
}

export interface QueryAnswer {
  readonly bytes: Uint8Array
  readonly format: string
  readonly rowsRead: number
  readonly bytesRead: number
  /** Known where blocks were rewritten, otherwise 0. */
  readonly resultRows: number
}

const FORMAT_DEFAULT = 'TabSeparated'

/** Of one statement; the engine's default of 256 KiB is less than a long list of ids. */
const QUERY_BYTES_MAX = 4_194_304

/** @throws QueryError */
export async function answerQuery(
  request: QueryRequest,
  answerer: Answerer,
  signal: AbortSignal
): Promise<QueryAnswer> {
  const { catalog, limits, turns, queries } = answerer
  const { refused } = catalog
  const { parameters } = request
  const examined = examineStatement(request.sql, { parameters, refused })
  const format = examined.format ?? checkFormat(request.format ?? FORMAT_DEFAULT)
  const settings = new Map(engineSettings(limits))
  for (const [name, value] of [...request.settings, ...examined.settings]) {
    const checked = readSetting(name, value, { ...catalog, limits })
    if (checked !== undefined) settings.set(name, checked)
  }
  const database = chooseDatabase(request.database, answerer.database)
  const { statement } = examined
  const query = { statement, format, database, settings, parameters, signal }
  const result = await turns.take(signal, () => queries.query(query))
  checkSize(result.bytes, limits)
  const { rowsRead, bytesRead } = result
  if (format !== 'Native' || request.revision === 0) {
    return { bytes: result.bytes, format, rowsRead, bytesRead, resultRows: 0 }
  }
  const { bytes, rows } = transcodeNative(result.bytes, request.revision)
  return { bytes, format, rowsRead, bytesRead, resultRows: rows }
}

/** Clients that were configured with no database name `default`. */
function chooseDatabase(asked: string | undefined, own: string): string {
  if (asked === undefined || asked === '' || asked === OVERLAY_DATABASE) return own
  if (asked.toLowerCase() === SYSTEM_DATABASE) {
    throw refusal(
      'ACCESS_DENIED',
      'The database system cannot be the current one; name its tables in full'
    )
  }
  if (!/^[\w-]{1,128}$/.test(asked)) {
    throw refusal('UNKNOWN_DATABASE', `Database ${asked.slice(0, 80)} does not exist`)
  }
  return asked
}

function engineSettings(limits: QueryLimits): readonly (readonly [string, string])[] {
  return [
    ['max_execution_time', String(limits.secondsMax)],
    ['max_memory_usage', String(limits.memoryBytesMax)],
    ['max_result_bytes', String(limits.resultBytesMax)],
    ['max_result_rows', String(limits.resultRowsMax)],
    ['result_overflow_mode', 'throw'],
    ['max_threads', String(limits.threadsMax)],
    ['max_query_size', String(QUERY_BYTES_MAX)],
    // What does not fit into memory fails; it does not move to the disk that ingest needs.
    ['max_bytes_ratio_before_external_group_by', '0'],
    ['max_bytes_ratio_before_external_sort', '0'],
    // Clients of this interface read JSON columns as text (https://clickhouse.com/docs/operations/settings/formats).
    ['output_format_native_write_json_as_string', '1'],
    ['allow_ddl', '0'],
    ['allow_introspection_functions', '0']
  ]
}

/** The engine counts its columns; what a text format makes of them may be several times that. */
function checkSize(bytes: Uint8Array, { resultBytesMax }: QueryLimits): void {
  if (bytes.length <= resultBytesMax) return
  throw refusal(
    'TOO_MANY_ROWS_OR_BYTES',
    `Limit for result exceeded, max bytes: ${resultBytesMax}, current bytes: ${bytes.length}`
  )
}
