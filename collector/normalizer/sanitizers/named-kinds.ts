// Secrets that are known by the name they stand under. A name alone says little (`token: string`), so the value has
// to look like a secret; the clearer the name, the less it has to.

import type { SecretKind, SecretPlace } from './secret-kind.ts'
import {
  LIST_SEPARATOR,
  OPTION_SEPARATOR,
  prefixed,
  SEPARATOR,
  VALUE,
  XML_SEPARATOR
} from './secret-kind.ts'
import { keyNames } from './secret-names.ts'
import {
  hasDigitAndLetter,
  isBasicCredentials,
  isEncodedPrivateKey,
  isPlaceholder,
  isReference,
  isWordForSecret,
  looksRandom
} from './secret-values.ts'

const OWNERS = [
  'api',
  'access',
  'secret',
  'private',
  'auth',
  'encryption',
  'account',
  'sharedaccess',
  'shared_access',
  'signing'
]

const NAMED = `(?:${SEPARATOR}|${OPTION_SEPARATOR}|${XML_SEPARATOR})`

export const NAMED_KINDS: readonly SecretKind[] = [
  {
    kind: 'private_key',
    covers: 'private keys in base64, as `client-key-data` of a kubeconfig',
    begins: ['LS0tLS1CRUdJTi'],
    pattern: prefixed(
      String.raw`LS0tLS1CRUdJTi[A-Za-z0-9+/]{8,}(?:(?:\s|\\[nr]){1,16}[A-Za-z0-9+/]{40,})*(?:(?:\s|\\[nr]){1,16}[A-Za-z0-9+/]{1,76}(?==))?={0,2}`
    ),
    accepts: isEncodedPrivateKey
  },
  {
    kind: 'authorization',
    covers:
      '`Authorization` and `Proxy-Authorization` of any scheme, `"auth"` of a Docker config, `_auth` of an .npmrc',
    isNamed: true,
    begins: ['authorization', '"auth', "'auth", '_auth'],
    pattern: new RegExp(
      String.raw`((?:authorization|["']auth(?=\\{0,8}["'])|_auth)(?:${SEPARATOR}|${LIST_SEPARATOR})(?:[a-z][\w-]{1,30}[ \t]{1,4})?)(${VALUE}{8,})`,
      'gi'
    ),
    accepts: isAuthorization
  },
  {
    kind: 'cookie',
    covers: '`Cookie` and `Set-Cookie` headers, `--cookie`',
    isNamed: true,
    begins: ['cookie'],
    pattern: new RegExp(
      String.raw`(cookie(?:\\{0,8}["']?\s{0,4}:\s{0,4}\\{0,8}["']?|${OPTION_SEPARATOR}|${LIST_SEPARATOR}))([^\s"'=;,:\\<>{}()]{1,128}=[^\r\n"'\\\x60]{8,4096})`,
      'gi'
    ),
    accepts: isCookie
  },
  {
    kind: 'password',
    covers:
      '`password`, `passwd`, `passphrase`, `pwd`, `…_pass` and a value, as assignment, member, option or XML element',
    isNamed: true,
    begins: ['password', 'passwd', 'passphrase', 'pwd', '_pass'],
    pattern: new RegExp(
      `((?:passw(?:or)?d|passphrase|pwd|_pass)${NAMED})(${VALUE}{6,}|(?<=>)${VALUE}{4,})`,
      'gi'
    ),
    accepts: isPassword
  },
  {
    kind: 'secret',
    covers: `\`secret\`, \`token\` and the keys \`${OWNERS.join('_key`, `')}_key\` (or with \`-\`, or as one word) and a value, likewise`,
    isNamed: true,
    begins: ['secret', 'token', ...keyNames(OWNERS)],
    pattern: new RegExp(
      `((?:secret|token|(?:${OWNERS.join('|')})[_-]?key)${NAMED}(?:(?:basic|bearer|token|apikey) {1,4})?)(${VALUE}{8,})`,
      'gi'
    ),
    accepts: isNamedSecret
  }
]

function isAuthorization(secret: string, { kept, after }: SecretPlace): boolean {
  if (isPlaceholder(secret) || isReference(secret, after)) return false
  if (isBasicCredentials(secret)) return true
  if (!/authorization/i.test(kept)) return false
  const hasScheme = /[A-Za-z][ \t]+$/.test(kept)
  return hasScheme ? hasDigitAndLetter(secret) : secret.length >= 16 && looksRandom(secret)
}

function isCookie(secret: string): boolean {
  for (const pair of secret.split(/[;&]/, COOKIES_MAX)) {
    const [name = '', ...rest] = pair.trim().split('=')
    const value = rest.join('=')
    if (COOKIE_ATTRIBUTES.test(name) || isPlaceholder(value)) continue
    if (value.length >= 8 && hasDigitAndLetter(value)) return true
    if (value.length >= 16 && !/\s/.test(value)) return true
  }
  return false
}

const COOKIES_MAX = 64
const COOKIE_ATTRIBUTES = /^(?:expires|max-age|domain|path|samesite)$/i

function isPassword(secret: string, place: SecretPlace): boolean {
  const { kept, after } = place
  if (isPlaceholder(secret) || isReference(secret, after) || !isWhole(place)) return false
  // The working directory of a shell.
  if (/pwd/i.test(kept) && secret.startsWith('/')) return false
  // Code says `password=password` and `pwd: string`; what people choose has a digit or a sign in it.
  if (kept.startsWith('_pass')) return hasDigitAndLetter(secret)
  if (/[\d!@#$%^*+?]/.test(secret)) return true
  return isAssignment(place) && !isWordForSecret(secret)
}

function isNamedSecret(secret: string, place: SecretPlace): boolean {
  const { kept, after } = place
  if (isPlaceholder(secret) || isReference(secret, after) || !isWhole(place)) return false
  if (secret.length >= 16 && looksRandom(secret)) return true
  if (!isAssignment(place) && !isPlainSecretName(kept)) return false
  if (secret.length < 16) return isAssignment(place) && hasDigitAndLetter(secret)
  return /[A-Za-z]/.test(secret) && !isWordForSecret(secret)
}

/** Where there is an element of XML, all of it. */
function isWhole({ kept, after }: SecretPlace): boolean {
  return !/[^=]>$/.test(kept) || after === '<'
}

/** `PASSWORD=x`, `--password=x` and `<password>x</password>`: the value is meant as it stands. */
function isAssignment({ before, kept }: SecretPlace): boolean {
  if (/[^=]>$/.test(kept)) return true
  return (before === '-' ? OPTION_NAME : VARIABLE_NAME).test(kept)
}

const OPTION_NAME = /^[a-z]+(?:[_-]?key)?=\\{0,8}["']?$/
const VARIABLE_NAME = /^_?[A-Z]+(?:_[A-Z]+)?=\\{0,8}["']?$/

/** Of `client_secret=x` and `secret_key=x` without blanks, which is what programs send. */
function isPlainSecretName(kept: string): boolean {
  return /^secret(?:[_-]?(?:access[_-]?)?key)?\\{0,8}["']?[:=]["']?$/i.test(kept)
}
