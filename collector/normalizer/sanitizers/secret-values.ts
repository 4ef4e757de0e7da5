// What a value looks like: a secret, or one of the things that stand where secrets do, as code and placeholders.

/** What stands where a secret will be, and code that says where it comes from. */
const PLACEHOLDER =
  /^(?:[$<{%*[(.…]|x{4}|your|example|changeme|change_me|placeholder|redacted|masked|none|null|undefined|true|false|string|process\.env|os\.(?:environ|getenv)|(?:env|self|this|config|settings|args|options|params|req|request|ctx|context)[.[])/i

export function isPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text)
}

/** Two digits and a letter: identifiers rarely have them, keys of sixteen characters nearly always. */
export function looksRandom(text: string): boolean {
  return /\d[^\d]*\d/.test(text) && /[A-Za-z]/.test(text)
}

export function hasDigitAndLetter(text: string): boolean {
  return /\d/.test(text) && /[A-Za-z]/.test(text)
}

/** A path, the address of something, another option, or a call: where a secret is, not what it is. */
export function isReference(text: string, after: string): boolean {
  const isCall = (after === '(' || after === '[') && IDENTIFIER.test(text)
  return isCall || REFERENCE.test(text) || MEMBER.test(text)
}

const IDENTIFIER = /^[A-Za-z_$][\w$.]*$/

const REFERENCE = /^(?:(?:\/|\.{1,2}\/|~\/)[\w.-]+\/|~|[a-z]{2,12}:\/\/|--?[a-z]|\/dev\/|@)/i
/** `settings.password`; what has a digit may be a password with a point in it. */
const MEMBER = /^[a-z_$]+(?:\??\.[a-z_$]+)+$/i

/** Words that name a secret in code and examples: `client_secret=configuredClientSecret`. */
export function isWordForSecret(text: string): boolean {
  return !/\d/.test(text) && WORD_FOR_SECRET.test(text)
}

const WORD_FOR_SECRET =
  /secret|token|key|passw|passphrase|^pass$|pwd|auth|cred|config|setting|value|client|header|string|default|example|dummy|fake|test|required|optional|generate|random/i

/** The base64 of `user:password`. */
export function isBasicCredentials(text: string): boolean {
  if (text.length > BASIC_CHARS_MAX || !/^[A-Za-z0-9+/_-]{6,}={0,2}$/.test(text)) return false
  return BASIC_DECODED.test(Buffer.from(text, 'base64').toString())
}

/** Far longer than names and passwords are. */
const BASIC_CHARS_MAX = 4_096
// oxlint-disable-next-line no-control-regex -- control characters say that it was no text
const BASIC_DECODED = /^[^\u0000-\u001f\u007f:\ufffd]*:[^\u0000-\u001f\u007f\ufffd]+$/

/** The base64 of a key in PEM, told by its first line. */
export function isEncodedPrivateKey(text: string): boolean {
  return Buffer.from(text.slice(0, PEM_LINE_CHARS_MAX), 'base64').includes('PRIVATE KEY')
}

const PEM_LINE_CHARS_MAX = 96
