// What lists have in common: filters become conditions, a cursor becomes one more, and one row more than
// asked for tells whether there is another page. Pages go by (time, run id), so that rows that arrive
// meanwhile move none.

import type { Page } from '../../model/index.ts'
import { LIST_LIMIT_MAX } from '../../model/index.ts'
import type { SqlValue } from '../sql/sql-text.ts'
import type { Position } from './cursor.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { checkLimit } from './limit.ts'

export interface ListShape {
  readonly name: string
  /** With a `{{conditions}}` after its WHERE. */
  readonly template: string
  /** Filter → condition on the parameter of the same name. */
  readonly conditions: Readonly<Record<string, string>>
  /** Condition on {cursorTime: DateTime64} and {cursorRunId: String}. */
  readonly afterCursor: string
}

export interface ListFilter {
  readonly limit: number
  readonly cursor?: string
}

export interface ListQuery {
  readonly template: string
  readonly parameters: Readonly<Record<string, SqlValue>>
  /** `next` is where the page ended, when there are more rows. */
  readonly toPage: <T>(items: readonly T[], next: Position | undefined) => Page<T>
}

/** @throws CollectorError INVALID_ARGUMENT: the limit, or a cursor of another query. */
export function toListQuery(shape: ListShape, filter: ListFilter): ListQuery {
  checkLimit(filter.limit, LIST_LIMIT_MAX)
  const { limit, cursor, ...asked } = filter
  const parameters: Record<string, SqlValue> = { limit: limit + 1, ...asked }
  const conditions = Object.entries(shape.conditions).flatMap(([name, condition]) =>
    parameters[name] === undefined ? [] : [condition]
  )
  const identity = { list: shape.name, ...asked }
  if (cursor !== undefined) {
    const position = decodeCursor(identity, cursor)
    conditions.push(shape.afterCursor)
    parameters['cursorTime'] = position.time
    parameters['cursorRunId'] = position.runId
  }
  return {
    template: shape.template.replace('{{conditions}}', ['1', ...conditions].join('\n    AND ')),
    parameters,
    toPage: (items, next) => ({
      items,
      nextCursor: next === undefined ? undefined : encodeCursor(identity, next)
    })
  }
}
