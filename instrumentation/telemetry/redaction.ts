// Masks secrets in every text before it is written anywhere. It knows the shapes of keys, tokens and
// credentials, the names under which they are given, and the values of this process's own secret
// variables. It may mask too much; it does not rewrite what it cannot recognize.

import {
  MASKED_CHARS_MIN,
  REDACTED_CHARS_MAX,
  REMEMBERED_CHARS_MAX,
  REMEMBERED_TEXT_CHARS_MAX,
  SECRET_VALUE_CHARS_MIN,
  SECRET_VALUES_MAX
} from './limits.ts'

export interface Redaction {
  /** The text with secrets masked. Total, and linear in the text's length. */
  readonly redact: (text: string) => string
  /** Of an environment only what is on the allow-list, the rest of the names with a mask. */
  readonly redactEnvironment: (
    env: Readonly<Record<string, string | undefined>>
  ) => Record<string, string>
}

export interface RedactionOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The user's own shapes (`ONSET_REDACT`), as the sources of regular expressions. */
  readonly patterns: readonly string[]
  /** Variables whose values may be recorded. */
  readonly allowedVariables: readonly string[]
}

export const MASK = '[REDACTED]'

/** Words under which secrets are given. A bare `key` is not one: agents write `primary_key`. */
const SECRET_NAME =
  '[a-z0-9_-]{0,40}?(?:(?:api|access|secret|private|auth|encryption|signing|account|service)[_-]?key(?:[_-]?id)?|secret|token|passw(?:or)?d|passphrase|credentials?)|x-api-key|(?:proxy-)?authorization|set-cookie|cookie'

/** What code assigns to such a name without giving the secret away. */
const CODE_VALUE =
  '(?!\\[REDACTED\\]|(?:process|os|env|self|this|config|settings|req|request|args|options)\\b[.[]|null\\b|none\\b|undefined\\b|true\\b|false\\b|str(?:ing)?\\b|\\$|await\\b|new\\b)'

/** Names of variables whose values are secrets. `PUBLIC_KEY` and `KEYBOARD` are not. */
const SECRET_VARIABLE =
  /(?:^|_)(?:key|keys|token|tokens|secret|secrets|password|passwd|pass|pwd|credential|credentials|auth|authorization|cookie|pat|dsn|apikey)(?:$|_)|(?:api_?key|password|secret|token)$/i
const PUBLIC_VARIABLE = /public|^SSH_AUTH_SOCK$|_(?:file|path|dir|url_prefix)$/i

/** Shapes that are secrets wherever they stand. Each begins with a literal, so that looking is cheap. */
const SHAPES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,16384}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g,
  /\bsk-[A-Za-z0-9_-]{16,512}/g,
  /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,256}/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,255}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,255}/g,
  /\bglpat-[A-Za-z0-9_-]{16,255}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,255}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[A-Za-z0-9_-]{30,64}/g,
  /\bya29\.[A-Za-z0-9_-]{20,512}/g,
  /\bnpm_[A-Za-z0-9]{30,64}/g,
  /\bpypi-[A-Za-z0-9_-]{30,512}/g,
  /\bhf_[A-Za-z0-9]{20,128}/g,
  /\b(?:gsk|xai|pplx|lsv2_pt|lsv2_sk|tvly|r8|onset)[_-][A-Za-z0-9_-]{20,255}/g,
  /\bSG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}/g,
  /\bhttps:\/\/hooks\.slack\.com\/services\/[A-Za-z0-9/_-]{8,255}/g,
  /\beyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{0,1024}/g
]

/** What each of the shapes begins with. Most texts have none of it, and one look tells that. */
const SHAPE_HINT =
  /PRIVATE KEY|\b(?:sk-[A-Za-z0-9_-]{16}|[srp]k_[lt]|gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|A(?:KIA|SIA|Iza)|ya29\.|npm_|pypi-|hf_|(?:gsk|xai|pplx|lsv2_[ps][tk]|tvly|r8|onset)[_-][A-Za-z0-9_-]{20}|SG\.|https:\/\/hooks|eyJ)/

/** `Bearer x`, `Basic x`: the scheme stays, what follows is masked. */
const SCHEMES = /\b(Bearer|Basic|Token)(\s{1,8})[A-Za-z0-9+/_.~=-]{8,8192}/gi

/** `scheme://user:password@host`: the user stays. */
const USERINFO = /\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@"'<>\\]{0,128}):[^\s/@"'<>\\]{1,512}@/gi

/** The same without a colon, where the user is the token. */
const USER_TOKEN = /\b([a-z][a-z0-9+.-]{0,20}:\/\/)[A-Za-z0-9_.~-]{20,512}@/gi

/** Neither of the two matches without it. */
const USER_HINT = /:\/\/[^\s/@"'<>\\]{1,641}@/

/** `"password": "x"`, also when it is JSON in a string of JSON. */
const JSON_MEMBER = new RegExp(
  `((\\\\{0,8})["'](?:${SECRET_NAME})\\2["']\\s{0,8}:\\s{0,8}\\2["'])[^"'\\\\\\n]{1,8192}`,
  'gi'
)

/** `PASSWORD=x`, `x-api-key: x`, `--token x`; not a call and not a member of something. */
const ASSIGNMENT = new RegExp(
  `(?<![A-Za-z0-9_-])((?:--?)?(?:${SECRET_NAME})(?:\\s{0,4}[=:]\\s{0,4}|(?<=--?[A-Za-z0-9_-]{1,80})\\s{1,4})["'\`]?)${CODE_VALUE}[^\\s"'\`\\\\,;&|(){}[\\]<>]{6,8192}(?![A-Za-z0-9_.([])`,
  'gi'
)

/**
 * The end of a secret's name and what must follow it. Without it neither of the two above can match, and it is
 * found much faster: it begins with letters, they with everything that a name may begin with.
 */
const NAME_HINT =
  /(?:key(?:[_-]?id)?|secret|token|passw(?:or)?d|passphrase|credentials?|authorization|cookie)(?:\s{0,4}[=:]|\\{0,8}["']\s{0,8}:|(?<=-[a-z0-9_-]{1,80})\s)/i

export function createRedaction(options: RedactionOptions): Redaction {
  const allowed = new Set(options.allowedVariables)
  const own = options.patterns.map((source) => new RegExp(source, 'g'))
  const values = secretValues(options.env, allowed)
  const mask = (text: string): string => {
    let masked = text.length > REDACTED_CHARS_MAX ? text.slice(0, REDACTED_CHARS_MAX) : text
    for (const value of values) {
      if (masked.includes(value)) masked = masked.replaceAll(value, MASK)
    }
    for (const pattern of own) masked = masked.replace(pattern, MASK)
    return maskShapes(masked)
  }
  const redact = rememberMasked(mask)
  return {
    redact,
    redactEnvironment: (env) => {
      const shown: Record<string, string> = Object.create(null)
      for (const [name, value] of Object.entries(env)) {
        if (value !== undefined) shown[name] = allowed.has(name) ? redact(value) : MASK
      }
      return shown
    }
  }
}

/**
 * A text is masked when it is recorded, and again with its span's start and end, so that nothing gets by: the
 * second look at the same text is spared. A conversation, too, brings the same texts again with each call.
 */
function rememberMasked(mask: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>()
  let chars = 0
  return (text) => {
    if (text.length < MASKED_CHARS_MIN) return text
    const found = known.get(text)
    if (found !== undefined) return found
    const masked = mask(text)
    if (text.length > REMEMBERED_TEXT_CHARS_MAX) return masked
    chars += 2 * text.length
    if (chars > REMEMBERED_CHARS_MAX) {
      known.clear()
      chars = 2 * text.length
    }
    // A copy: a text may be a slice that would hold on to megabytes it was cut from.
    const copy = ` ${text}`.slice(1)
    known.set(copy, masked === text ? copy : masked)
    return masked
  }
}

function maskShapes(text: string): string {
  let masked = text
  if (SHAPE_HINT.test(masked)) {
    for (const shape of SHAPES) masked = masked.replace(shape, MASK)
  }
  if (USER_HINT.test(masked)) {
    masked = masked.replace(USERINFO, `$1:${MASK}@`).replace(USER_TOKEN, `$1${MASK}@`)
  }
  masked = masked.replace(SCHEMES, `$1$2${MASK}`)
  if (!NAME_HINT.test(masked)) return masked
  return masked.replace(JSON_MEMBER, `$1${MASK}`).replace(ASSIGNMENT, `$1${MASK}`)
}

/** Longest first: a secret that contains another is masked as a whole. */
function secretValues(
  env: Readonly<Record<string, string | undefined>>,
  allowed: ReadonlySet<string>
): readonly string[] {
  const values = new Set<string>()
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value.length < SECRET_VALUE_CHARS_MIN || allowed.has(name)) continue
    if (!SECRET_VARIABLE.test(name) || PUBLIC_VARIABLE.test(name)) continue
    values.add(value)
    // As it stands in JSON.
    values.add(JSON.stringify(value).slice(1, -1))
  }
  return [...values].toSorted((a, b) => b.length - a.length).slice(0, SECRET_VALUES_MAX)
}
