// One error class with a stable code and the one bit that matters: would the same input fail again?
// Every code has a row in docs/errors.md (tested). Only http-status.ts maps codes to HTTP statuses.

export const ERROR_CODES = [
  'MALFORMED_REQUEST',
  'REQUEST_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'UNSUPPORTED_ENCODING',
  'METHOD_NOT_ALLOWED',
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  'NOT_FOUND',
  'INVALID_ARGUMENT',
  'OVERLOADED',
  'RATE_LIMITED',
  'STORE_BUSY',
  'STORE_DISK_FULL',
  'STORE_UNAVAILABLE',
  'STORE_LOCKED',
  'STORE_NOT_WRITABLE',
  'STORE_ENGINE_MISSING',
  'STORE_SCHEMA_MISMATCH',
  'NO_PROCESSOR',
  'SETTINGS_INVALID',
  'INTERNAL'
] as const
export type ErrorCode = (typeof ERROR_CODES)[number]

export interface CollectorErrorOptions {
  /** True when the same input may succeed later. */
  readonly retryable: boolean
  readonly cause?: unknown
  /** When to try again, for Retry-After; only with `retryable`. */
  readonly retryAfterSeconds?: number
}

export class CollectorError extends Error {
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly retryAfterSeconds: number | undefined

  /** `message` says what was wrong with which value and what would be right. */
  constructor(code: ErrorCode, message: string, options: CollectorErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CollectorError'
    this.code = code
    this.retryable = options.retryable
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}
