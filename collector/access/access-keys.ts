// Keys of the settings. A key is a bearer token with scopes; only its digest is kept, so that neither a heap
// dump nor a log line holds a usable key.

import { timingSafeEqual } from 'node:crypto'
import { CollectorError, KEY_SCOPES, type Actor, type KeyScope } from '../model/index.ts'
import { digestOf } from './key-secret.ts'

export interface AccessKey {
  readonly digest: Buffer
  readonly scopes: ReadonlySet<KeyScope>
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

export interface KeyHolder {
  readonly actor: Actor
  readonly scopes: ReadonlySet<KeyScope>
}

/** Undefined when no configured key has this digest. Takes the same time whichever matches. */
export function findConfigured(keys: readonly AccessKey[], digest: Buffer): KeyHolder | undefined {
  let first: string | undefined
  const scopes = new Set<KeyScope>()
  for (const [at, key] of keys.entries()) {
    if (!timingSafeEqual(key.digest, digest)) continue
    first ??= nameConfigured(at)
    for (const scope of key.scopes) scopes.add(scope)
  }
  return first === undefined ? undefined : { actor: { id: first, name: first }, scopes }
}

const CONFIGURED_PREFIX = 'settings-'

/** By position, counted from one: the key itself is nowhere. */
export function nameConfigured(at: number): string {
  return `${CONFIGURED_PREFIX}${at + 1}`
}

/** No key made at run time has such an id. */
export function isConfiguredName(keyId: string): boolean {
  return keyId.startsWith(CONFIGURED_PREFIX)
}

function parseAccessKey(entry: string, position: number): AccessKey {
  const colon = entry.indexOf(':')
  const scope = colon === -1 ? 'admin' : KEY_SCOPES.find((name) => name === entry.slice(0, colon))
  if (scope === undefined) {
    throw invalid(
      `entry ${position} has an unknown scope before its colon; right are ${KEY_SCOPES.join(', ')}, as in read:<key>`
    )
  }
  const key = entry.slice(colon + 1)
  if (key.length < KEY_CHARS_MIN || !KEY_CHARACTERS.test(key)) {
    throw invalid(
      `entry ${position} is no key; a key is ${KEY_CHARS_MIN} or more printable ASCII characters ` +
        'without spaces and commas, as `openssl rand -hex 16` makes them'
    )
  }
  return { digest: digestOf(key), scopes: new Set(scope === 'admin' ? KEY_SCOPES : [scope]) }
}

function invalid(problem: string): CollectorError {
  return new CollectorError('SETTINGS_INVALID', `ONSET_API_KEYS ${problem}`, { retryable: false })
}
