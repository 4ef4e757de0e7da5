// From what the engine or the network says to the errors of the store: a code, whether the same input may
// succeed later, and one line for a person. Codes: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp

import { CollectorError } from '../../model/index.ts'

/** A full disk is freed by people or by expiry, not within a second. */
const DISK_FULL_RETRY_SECONDS = 30
const BUSY_RETRY_SECONDS = 1
const UNAVAILABLE_RETRY_SECONDS = 5

/** Longest part of an engine's message that goes into ours: it may quote the data. */
const MESSAGE_CHARS_MAX = 300

const NOT_ENOUGH_SPACE = '243'

/** Refused now, for want of memory, threads or merged parts; the same statement may succeed later. */
const BUSY_CODES = new Set([
  '159', // TIMEOUT_EXCEEDED
  '160', // TOO_SLOW
  '202', // TOO_MANY_SIMULTANEOUS_QUERIES
  '241', // MEMORY_LIMIT_EXCEEDED
  '252', // TOO_MANY_PARTS
  '319', // UNKNOWN_STATUS_OF_INSERT
  '394', // QUERY_WAS_CANCELLED
  '439' // CANNOT_SCHEDULE_TASK
])

/** The server is there and does not serve us: the operator has to act, the data is not to blame. */
const REFUSAL_CODES: Readonly<Record<string, string>> = {
  '60': 'a table does not exist',
  '81': 'the database does not exist',
  '164': 'the server or the user is read-only',
  '192': 'the user is unknown',
  '193': 'the password is wrong',
  '194': 'the password is missing',
  '242': 'a table is read-only (no connection to Keeper?)',
  '285': 'too few replicas are alive',
  '497': 'the user lacks a privilege',
  '516': 'user or password are wrong',
  '999': 'Keeper does not answer'
}

/** The bytes themselves were refused: the same rows fail again. */
const DATA_CODES = new Set([
  '6', // CANNOT_PARSE_TEXT
  '25', // CANNOT_PARSE_ESCAPE_SEQUENCE
  '26', // CANNOT_PARSE_QUOTED_STRING
  '27', // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  '38', // CANNOT_PARSE_DATE
  '41', // CANNOT_PARSE_DATETIME
  '53', // TYPE_MISMATCH
  '69', // ARGUMENT_OUT_OF_BOUND
  '70', // CANNOT_CONVERT_TYPE
  '72', // CANNOT_PARSE_NUMBER
  '117', // INCORRECT_DATA
  '130', // CANNOT_READ_ARRAY_FROM_TEXT
  '131', // TOO_LARGE_STRING_SIZE
  '190', // SIZES_OF_ARRAYS_DONT_MATCH
  '349' // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
])

/** Node's codes, and ClickHouse's for its own network: SOCKET_TIMEOUT, NETWORK_ERROR, no connection left. */
const NETWORK_CODES =
  /^(203|209|210|279|ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_\w+)$/
const NETWORK_MESSAGE =
  /socket hang up|timeout error|request timed out|connection (was )?(closed|aborted|reset)|client network socket/i
const SPACE_MESSAGE = /no space left on device|NOT_ENOUGH_SPACE|errno: 28\b/i

/** `doing` completes "Could not …". */
export function toStoreError(error: unknown, doing: string): CollectorError {
  if (error instanceof CollectorError) return error
  const message = shorten(messageOf(error))
  const verdict = judge(error)
  if (verdict === undefined) {
    return new CollectorError('INTERNAL', `Could not ${doing}: ${message}`, {
      retryable: false,
      cause: error
    })
  }
  const { code, why, retryAfterSeconds } = verdict
  return new CollectorError(code, `Could not ${doing}: ${why} (${message})`, {
    retryable: true,
    retryAfterSeconds,
    cause: error
  })
}

interface Verdict {
  readonly code: 'STORE_DISK_FULL' | 'STORE_UNAVAILABLE' | 'STORE_BUSY'
  readonly why: string
  readonly retryAfterSeconds: number
}

/** Undefined when the same statement would fail again. */
function judge(error: unknown): Verdict | undefined {
  const code = codeOf(error)
  // First: such a message quotes the data, which may say anything.
  if (DATA_CODES.has(code)) return undefined
  if (code === NOT_ENOUGH_SPACE || SPACE_MESSAGE.test(messageOf(error))) {
    return {
      code: 'STORE_DISK_FULL',
      why: 'the disk under the store is full; free space there, or keep data for fewer days',
      retryAfterSeconds: DISK_FULL_RETRY_SECONDS
    }
  }
  if (BUSY_CODES.has(code)) {
    return {
      code: 'STORE_BUSY',
      why: 'ClickHouse is busy',
      retryAfterSeconds: BUSY_RETRY_SECONDS
    }
  }
  const why = isNetworkError(error)
    ? 'ClickHouse does not answer'
    : (REFUSAL_CODES[code] ?? whoElseAnswered(error, code))
  if (why === undefined) return undefined
  return { code: 'STORE_UNAVAILABLE', why, retryAfterSeconds: UNAVAILABLE_RETRY_SECONDS }
}

/** True when a part of the same rows may be stored: the engine refused bytes, or ran out of memory. */
export function mayDependOnRows(error: unknown): boolean {
  const cause = error instanceof CollectorError ? error.cause : error
  const code = codeOf(cause)
  return (
    DATA_CODES.has(code) ||
    code === '241' ||
    (error instanceof CollectorError && error.code === 'INTERNAL')
  )
}

/** True when the store as a whole does not serve us: whatever is asked next would fail like this. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof CollectorError && error.code === 'STORE_UNAVAILABLE'
}

export function isNetworkError(error: unknown): boolean {
  const code = codeOf(error)
  return NETWORK_CODES.test(code) || (code === '' && NETWORK_MESSAGE.test(messageOf(error)))
}

/** True for answers that waiting will not change: wrong user or password, no privilege. */
export function isRefusedLogin(error: unknown): boolean {
  const cause = error instanceof CollectorError ? error.cause : error
  return ['192', '193', '194', '497', '516'].includes(codeOf(cause))
}

/** The client throws a bare Error for an answer that is not ClickHouse's: a proxy's page, a closed client. */
function whoElseAnswered(error: unknown, code: string): string | undefined {
  const isBare = error instanceof Error && error.constructor === Error && code === ''
  return isBare ? 'what answers is not ClickHouse' : undefined
}

/** A ClickHouse code as `243`, a Node code as `ECONNREFUSED`, or nothing. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  if ('code' in error && typeof error.code === 'string' && !error.code.startsWith('CHDB_')) {
    return error.code
  }
  return /\bCode: (\d+)\./.exec(messageOf(error))?.[1] ?? ''
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function shorten(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim()
  return line.length > MESSAGE_CHARS_MAX ? `${line.slice(0, MESSAGE_CHARS_MAX)}…` : line
}
