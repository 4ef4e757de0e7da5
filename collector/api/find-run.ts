// A run by its id or, as people type ids, by the beginning of one that no other run has.

import { CollectorError, type RunId } from '../model/index.ts'
import { readRunId, type ApiOptions } from './api-options.ts'

/** Below this a prefix is a typing error, and would be of many runs. */
const PREFIX_CHARS_MIN = 4

/** Named when a prefix is of several runs. */
const IDS_SHOWN_MAX = 5

const HEX = /^[0-9a-f]+$/i

/**
 * The id as given when there is nothing it could be the beginning of.
 *
 * @throws CollectorError INVALID_ARGUMENT when several runs begin so.
 */
export async function expandRunId(store: ApiOptions['store'], text: string): Promise<RunId> {
  const given = readRunId(text)
  if (text.length < PREFIX_CHARS_MIN) return given
  // Trace ids are stored in lower case.
  const prefix = HEX.test(text) ? text.toLowerCase() : text
  const ids = await store.findRunIds(prefix, IDS_SHOWN_MAX + 1)
  const [first, ...others] = ids
  if (first === undefined || ids.includes(given)) return given
  if (others.length === 0) return first
  const shown = ids.slice(0, IDS_SHOWN_MAX).join(', ')
  const more = ids.length > IDS_SHOWN_MAX ? ' and more' : ''
  const message = `${JSON.stringify(text)} begins the ids of several runs: ${shown}${more}; give more of it`
  throw new CollectorError('INVALID_ARGUMENT', message, { retryable: false })
}
