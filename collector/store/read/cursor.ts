// Cursors of lists: where a page ended, as text that means nothing to whoever carries it. It says of which
// query it is, so that a page of one list is never continued with another. Not secret and not signed: what
// it holds is checked, and could as well be asked for with `until`.

import { createHash } from 'node:crypto'

import { CollectorError, toUnixNano, type UnixNano } from '../../model/index.ts'

/** Longer than any cursor that encodeCursor makes: run ids are bounded by the receiver. */
const CURSOR_CHARS_MAX = 2_048
const HASH_CHARS = 12
const NANOS = /^\d{1,19}$/

/** Lists are ordered by a time, newest first, then by run id. */
export interface Position {
  readonly time: UnixNano
  readonly runId: string
}

/** Everything that decides which rows a list has; the limit does not. */
export type QueryIdentity = Readonly<Record<string, string | number | bigint | undefined>>

export function encodeCursor(query: QueryIdentity, { time, runId }: Position): string {
  return Buffer.from(JSON.stringify([hashOf(query), String(time), runId])).toString('base64url')
}

/** @throws CollectorError INVALID_ARGUMENT */
export function decodeCursor(query: QueryIdentity, cursor: string): Position {
  const [hash, time, runId] = readParts(cursor)
  if (hash === undefined || time === undefined || runId === undefined || !NANOS.test(time)) {
    throw invalid('cursor is not one that a page of this API gave')
  }
  if (hash !== hashOf(query)) {
    throw invalid('cursor belongs to a query with other filters; begin that query without a cursor')
  }
  return { time: toUnixNano(BigInt(time)), runId }
}

function readParts(cursor: string): readonly string[] {
  if (cursor.length > CURSOR_CHARS_MAX) return []
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    return Array.isArray(parts) &&
      parts.length === 3 &&
      parts.every((part) => typeof part === 'string')
      ? parts
      : []
  } catch {
    return []
  }
}

function hashOf(query: QueryIdentity): string {
  const entries = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, String(value)])
    .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, HASH_CHARS)
}

function invalid(message: string): CollectorError {
  return new CollectorError('INVALID_ARGUMENT', message, { retryable: false })
}
