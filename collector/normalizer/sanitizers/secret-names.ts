// Names under which a value is a secret whatever its shape.

import { isPlaceholder } from './secret-values.ts'

/** Of keys, before `key`, `_key` or `-key`. */
const KEY_OWNERS = ['api', 'access', 'secret', 'private']

/** `api_key`, `api-key` and `apikey`, of each owner. */
export function keyNames(owners: readonly string[]): readonly string[] {
  return owners.flatMap((owner) => ['_', '-', ''].map((joint) => `${owner}${joint}key`))
}

/** What `isSecretKey` accepts ends with one of these, in any case. */
export const SECRET_KEY_ENDS: readonly string[] = [
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'secret',
  'token',
  'authorization',
  'cookie',
  ...keyNames(KEY_OWNERS)
]

/** Names of attributes and fields whose text is a secret whatever its shape. */
export function isSecretKey(key: string): boolean {
  return key.length <= KEY_CHARS_MAX && SECRET_KEY.test(key) && !POSITION_KEY.test(key)
}

/** Names whose number is one too. Those of tokens are left out: their numbers count something. */
export function isSecretNumberKey(key: string): boolean {
  return key.length <= KEY_CHARS_MAX && SECRET_NUMBER_KEY.test(key)
}

/** The text under a secret key that is one: neither a placeholder nor masked already. */
export function isSecretText(text: string): boolean {
  return text.length >= SECRET_CHARS_MIN && !isPlaceholder(text)
}

/** The number under such a key that is one; shorter ones are flags and counts. */
export function isSecretNumber(value: number | bigint): boolean {
  return String(value).length >= SECRET_CHARS_MIN
}

const SECRET_CHARS_MIN = 4

/** A longer name is a text. */
const KEY_CHARS_MAX = 128

const SECRET_KEY =
  /(?:passw(?:or)?d|passphrase|pwd|secret|token|(?:api|access|secret|private)[_-]?key|authorization|cookie)$/i

const SECRET_NUMBER_KEY =
  /(?:passw(?:or)?d|passphrase|pwd|secret|(?:api|access|secret|private)[_-]?key)$/i

/** Tokens that say where a list continues. */
const POSITION_KEY = /(?:page|next|continuation|cursor|sync)[._-]?token$/i
