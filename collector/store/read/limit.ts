// The one check of a page's limit: callers validate what people ask, this keeps their mistakes out of SQL.

import { CollectorError } from '../../model/index.ts'

/** @throws CollectorError INVALID_ARGUMENT */
export function checkLimit(limit: number, max: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= max) return
  throw new CollectorError('INVALID_ARGUMENT', `limit is ${limit}; 1 to ${max} is right`, {
    retryable: false
  })
}
