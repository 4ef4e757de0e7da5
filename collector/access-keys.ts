// Who may do what. A key is a bearer token with scopes; only its digest is kept, so that neither a heap
// dump nor a log line holds a usable key.

import { createHash, timingSafeEqual } from 'node:crypto'
import { CollectorError } from './model/index.ts'

const SCOPES = ['ingest', 'read', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export interface AccessKey {
  readonly digest: Buffer
  readonly scopes: ReadonlySet<Scope>
}

/** 16 characters of base64 or hex are at least 64 bits: not guessable over a network. */
const KEY_CHARS_MIN = 16

/** Keys are compared one by one on each request. */
const KEYS_MAX = 100

/** Printable ASCII without space and comma: what fits in the list and in a header unquoted. */
const KEY_CHARACTERS = /^[\x21-\x2b\x2d-\x7e]+$/

/**
 * Reads `scope:key,key`: `ingest` sends spans, outcomes and feedback, `read` reads runs and metrics,
 * `admin` and a key without scope may do everything.
 *
 * @throws CollectorError SETTINGS_INVALID; the message never holds any part of a key.
 */
export function parseAccessKeys(text: string): readonly AccessKey[] {
  const entries = text.split(',').map((entry) => entry.trim())
  if (entries.length > KEYS_MAX) {
    throw invalid(`holds ${entries.length} keys; at most ${KEYS_MAX} are kept`)
  }
  return entries.map((entry, at) => parseAccessKey(entry, at + 1))
}

/** The scopes of the presented key; undefined when nobody has it. Takes the same time for every key. */
export function findScopes(
  keys: readonly AccessKey[],
  presented: string
): ReadonlySet<Scope> | undefined {
  const digest = digestOf(presented)
  const scopes = new Set<Scope>()
  for (const key of keys) {
    if (!timingSafeEqual(key.digest, digest)) continue
    for (const scope of key.scopes) scopes.add(scope)
  }
  return scopes.size === 0 ? undefined : scopes
}

function parseAccessKey(entry: string, position: number): AccessKey {
  const colon = entry.indexOf(':')
  const scope = colon === -1 ? 'admin' : SCOPES.find((name) => name === entry.slice(0, colon))
  if (scope === undefined) {
    throw invalid(
      `entry ${position} has an unknown scope before its colon; right are ${SCOPES.join(', ')}, as in read:<key>`
    )
  }
  const key = entry.slice(colon + 1)
  if (key.length < KEY_CHARS_MIN || !KEY_CHARACTERS.test(key)) {
    throw invalid(
      `entry ${position} is no key; a key is ${KEY_CHARS_MIN} or more printable ASCII characters ` +
        'without spaces and commas, as `openssl rand -hex 16` makes them'
    )
  }
  return { digest: digestOf(key), scopes: new Set(scope === 'admin' ? SCOPES : [scope]) }
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key, 'utf8').digest()
}

function invalid(problem: string): CollectorError {
  return new CollectorError('SETTINGS_INVALID', `ONSET_API_KEYS ${problem}`, { retryable: false })
}
