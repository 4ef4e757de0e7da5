// Parameters that lists share, and their way into a filter of the store.

import { Type } from 'typebox'
import {
  CollectorError,
  fromUnixMillis,
  LIST_LIMIT_MAX,
  type RunId,
  type UnixNano
} from '../model/index.ts'

/** A screen of runs. */
export const LIST_LIMIT_DEFAULT = 50

/** A cursor holds a time and an id; the store refuses a longer one. */
const CURSOR_CHARS_MAX = 2_048

/** Names come from resources and spans; nobody types one longer than this. */
const NAME_CHARS_MAX = 1_024

/** ISO 8601: a date, or a time with its zone, without which it would mean another moment elsewhere. */
const TIME_PATTERN =
  '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?(Z|[+-]\\d{2}:\\d{2}))?$'

export function timeParameter(description: string) {
  return Type.Optional(
    Type.String({
      pattern: TIME_PATTERN,
      maxLength: 40,
      expects: 'a time as 2026-11-02T09:00:00Z or a date as 2026-11-02',
      examples: ['2026-11-02T09:00:00Z', '2026-11-02'],
      description
    })
  )
}

export function nameParameter(description: string) {
  return Type.Optional(Type.String({ minLength: 1, maxLength: NAME_CHARS_MAX, description }))
}

export const PAGE_PARAMETERS = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: LIST_LIMIT_MAX,
      default: LIST_LIMIT_DEFAULT,
      description: 'Items in a page.'
    })
  ),
  cursor: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: CURSOR_CHARS_MAX,
      description: '`nextCursor` of the page before, with the same filters.'
    })
  )
}

export const NextCursor = Type.String({ description: 'Absent on the last page.' })

export interface TimeRange {
  readonly since?: UnixNano
  readonly until?: UnixNano
}

/** @throws CollectorError INVALID_ARGUMENT when a time is none, or the range is upside down. */
export function readTimeRange(query: { since?: string; until?: string }): TimeRange {
  const since = query.since === undefined ? undefined : readTime('since', query.since)
  const until = query.until === undefined ? undefined : readTime('until', query.until)
  if (since !== undefined && until !== undefined && since >= until) {
    throw invalid(
      `since (${query.since}) is not before until (${query.until}); nothing lies between`
    )
  }
  return {
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until })
  }
}

export function unknownRun(runId: RunId): CollectorError {
  return new CollectorError(
    'NOT_FOUND',
    `there is no run ${JSON.stringify(runId)}; a run appears after its first analysis, moments after its first steps, and GET /api/runs lists those there are`,
    { retryable: false }
  )
}

function readTime(name: string, text: string): UnixNano {
  const milliseconds = Date.parse(text)
  if (Number.isNaN(milliseconds)) {
    throw invalid(`${name} is ${JSON.stringify(text)}, which is no day or hour of any calendar`)
  }
  return fromUnixMillis(milliseconds)
}

function invalid(message: string): CollectorError {
  return new CollectorError('INVALID_ARGUMENT', message, { retryable: false })
}
