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
  '[a-z0-9_-]{0,40}?(?:(?:api|access|secret|private|auth|encryption|signing|account|service)[_-]?key(?:[_-]?id)?|secret|token|passw(?:or)?d|passphrase|pwd(?!=\\/)|_pass|credentials?)|x-api-key|(?:proxy-)?authorization|set-cookie|cookie'

/** Colours of a terminal. */
const COLOUR = String.raw`(?:(?:\x1b|\\{1,8}(?:u001b|x1b|033|e))\[[\d;]{0,16}m){0,3}`

/** What code assigns to such a name without giving the secret away. */
const CODE_VALUE =
  '(?!\\[REDACTED\\]|(?:process|os|env|self|this|config|settings|req|request|args|options)\\b[.[]|null\\b|none\\b|undefined\\b|true\\b|false\\b|str(?:ing)?\\b|\\$|await\\b|new\\b)'

/** Names of variables whose values are secrets. `PUBLIC_KEY` and `KEYBOARD` are not. */
const SECRET_VARIABLE =
  /(?:^|_)(?:key|keys|token|tokens|secret|secrets|password|passwd|pass|pwd|credential|credentials|auth|authorization|cookie|pat|dsn|apikey)(?:$|_)|(?:api_?key|password|secret|token)$/i
const PUBLIC_VARIABLE = /public|^SSH_AUTH_SOCK$|_(?:file|path|dir|url_prefix)$/i

/** Also after a colour of a terminal and after an escape of a URL. */
const WORD_BEGIN = String.raw`(?:\b|(?<=\[[\d;]{0,16}m)|(?<=%[0-9a-fA-F]{2}))`

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
  /\beyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,8192}(?:\.[A-Za-z0-9_-]{0,1024})?/g,
  /\bgl(?:oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct|wt)-[A-Za-z0-9_.-]{20,255}/g,
  /\b(?:hv[sbr]\.|dckr_[po]at_|shp(?:at|ca|pa|ss)_|gl(?:sa|c)_|lin_(?:api|oauth)_|ntn_|nvapi-|csk-|rubygems_|sntry[su]_|sbp_|sb_secret_|tskey-|figd_|sq[pa]_|whsec_|GOCSPX-|1\/\/0|dp\.pt\.|do[por]_v1_|PMAK-|NRAK-|A(?:TATT|TCTT)3|ATBB|AGE-SECRET-KEY-1)[A-Za-z0-9_.=+/-]{20,1024}/g,
  /\b(?:dapi[0-9a-f]{32}|e2b_[0-9a-f]{40})\b/g,
  /(?<=\d{8,12}(?::|%3A))AA[A-Za-z0-9_-]{32,64}/g,
  /(?<=discord(?:app)?\.com\/api\/webhooks\/\d{1,24}\/)[A-Za-z0-9_-]{14,128}/g,
  /(?<=\.atlasv1\.)[A-Za-z0-9_-]{40,128}/g,
  /(?<=\.office\.com\/webhookb2\/|hooks\.zapier\.com\/hooks\/catch\/)[A-Za-z0-9/@_-]{14,512}/g,
  // The base64 of a key in PEM.
  /\bLS0tLS1CRUdJTi[A-Za-z0-9+/]{0,24}(?:BSSVZBVEUg|UFJJVkFURS|QUklWQVRF|FBSSVZBVE)[A-Za-z0-9+/=]{16,16384}/g
].map(
  ({ source }) =>
    new RegExp(
      source.replace(/^\\b/, () => WORD_BEGIN),
      'g'
    )
)

/** What each of the shapes begins with. Most texts have none of it, and one look tells that. */
const SHAPE_HINT = new RegExp(
  String.raw`PRIVATE KEY|(?::|%3A)AA|\/webhook|hooks\.zapier|\.atlasv1\.|\b(?:hv[sbr]\.|dckr_|shp|gl[a-z]{1,5}[-_]|lin_[ao]|ntn_|nvapi-|csk-|rubygems_|sntry|sbp_|sb_s|tskey|figd_|sq[pa]_|whsec_|GOCS|1\/\/0|dp\.pt|do[por]_v1|PMAK|NRAK|A(?:TATT|TCTT)3|ATBB|AGE-|dapi[0-9a-f]|e2b_|LS0tLS1CRUdJTi|sk-[A-Za-z0-9_-]{16}|[srp]k_[lt]|gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|A(?:KIA|SIA|Iza)|ya29\.|npm_|pypi-|hf_|(?:gsk|xai|pplx|lsv2_[ps][tk]|tvly|r8|onset)[_-][A-Za-z0-9_-]{20}|SG\.|https:\/\/hooks|eyJ)|(?:\[[\d;]{0,16}m|%[0-9a-fA-F]{2})[a-zA-Z]{2,16}[-_.0-9]`
)

/** `Bearer x`, `Basic x`: the scheme stays, what follows is masked. */
const SCHEMES = /\b(Bearer|Basic|Token)(\s{1,8})[A-Za-z0-9+/_.~=-]{8,8192}/gi

/** Of cookies that are sent, all. */
const COOKIES =
  /(cookie\\{0,8}["']?(?:\s{0,4}:\s{0,4}|\s{1,4}|,\s{0,4})\\{0,8}["']?)[^\s"'=;,:\\<>{}()]{1,128}=[^\r\n"'\\]{8,4096}/gi

/** Passwords that commands are given by a short option. */
const COMMANDS = new RegExp(
  String.raw`(curl(?=[\s"'\\])(?:[^\n|]|(?<=\\)\n){0,256}?(?<=[\s"'])(?:-[a-zA-Z]{0,8}u|-U|--(?:proxy-)?user)(?:=|[ \t]{1,4}|\\{0,8}["'],\s{0,4})?\\{0,8}["']?[^\s:"'\\$]{0,64}:|` +
    String.raw`(?:mysql|mariadb)[a-z-]{0,16}(?=[\s"'\\])[^\n|;&]{0,256}?(?<=[\s"'])-p\\{0,8}["']?(?!assword)|` +
    String.raw`sshpass(?:[ \t]{1,4}|\\{0,8}["'],\s{0,4}\\{0,8}["'])-p(?:[ \t]{1,4}|\\{0,8}["'],\s{0,4})?\\{0,8}["']?|` +
    String.raw`docker login\s[^\n|]{0,256}?(?<=[\s"'])-p(?:[ \t]{1,4})?["']?|` +
    String.raw`-pass(?:in|out)?[ \t]{1,4}pass:)(?!\[REDACTED\]|\$|\d{1,5}(?::\d|\s|["']|$)|[/~-])[^\s"'\x60\\|;&<>)]{3,512}`,
  'g'
)
const COMMAND_HINT = /curl|mysql|mariadb|sshpass|docker login|-pass/

/** `"password": 12345678`. */
const NUMBER_MEMBER =
  /((\\{0,8}")\s{0,8}:\s{0,8})(?<=(?:passw(?:or)?d|passphrase|pwd|secret)\\{0,8}"\s{0,8}:\s{0,8})\d{4,64}\b/gi

/** Signatures of URLs, which are keys to what they name. */
const SIGNATURES =
  /([?&](?:sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature)=)[^\s&#"'<>\\]{6,4096}/gi

/** `<password>x</password>`. */
const ELEMENT = new RegExp(`(<(?:[\\w.-]{1,40}:)?(?:${SECRET_NAME})>)[^<>$\\s]{4,512}(?=</)`, 'gi')

/** `"auth": "x"` of a Docker config, `_auth=x` of an .npmrc. */
const BASIC_AUTH =
  /((?:["']auth\\{0,8}["']\s{0,4}:\s{0,4}\\{0,8}["']|_auth\s{0,4}=\s{0,4}["']?))[A-Za-z0-9+/]{8,4096}={0,2}/g

const SIGNATURE_HINT = /[?&](?:sig|x-amz|x-goog)/i
const AUTH_HINT = /auth["'\\\s=]/

/** The same of any scheme, in the header that says what it is. */
const AUTHORIZATION =
  /(authorization\\{0,8}["']?\s{0,4}[:=]\s{0,4}\\{0,8}["']?[a-z][\w-]{1,30}[ \t]{1,4})(?=[^\s"'\\]{0,64}\d)[A-Za-z0-9+/_.~=-]{8,8192}/gi

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
  `(?:(?<![A-Za-z0-9_-])|(?<=\\[[\\d;]{0,16}m)|(?<=%[0-9a-f]{2}))((?:--?)?(?:${SECRET_NAME})(?:${COLOUR}\\s{0,4}(?:[=:]|%3[ad])\\s{0,4}${COLOUR}|(?<=--?[A-Za-z0-9_-]{1,80})(?:\\s{1,4}|\\\\{0,8}["'],\\s{0,4}))(?:\\\\{0,8}["'\`])?)${CODE_VALUE}[^\\s"'\`\\\\,;&|(){}[\\]<>]{6,8192}(?![A-Za-z0-9_.([])`,
  'gi'
)

/**
 * The end of a secret's name and what must follow it. Without it neither of the two above can match, and it is
 * found much faster: it begins with letters, they with everything that a name may begin with.
 */
const NAME_HINT = new RegExp(
  String.raw`(?:key(?:[_-]?id)?|secret|token|passw(?:or)?d|passphrase|pwd|_pass|credentials?|authorization|cookie)(?:\s{0,4}(?:[=:]|%3[ad])|>|\x1b|\\|\\{0,8}["']\s{0,8}[:,]|(?<=-[a-z0-9_-]{1,80})\s)`,
  'i'
)

/** Names of attributes whose value is a secret whatever it looks like. */
export function isSecretKey(key: string): boolean {
  return key.length <= KEY_CHARS_MAX && SECRET_KEY.test(key) && !POSITION_KEY.test(key)
}

/** Names whose numbers are; those of tokens count something. */
export function isSecretNumberKey(key: string): boolean {
  return key.length <= KEY_CHARS_MAX && SECRET_NUMBER_KEY.test(key)
}

/** A longer name is a text. */
const KEY_CHARS_MAX = 128
const SECRET_KEY =
  /(?:passw(?:or)?d|passphrase|pwd|secret|token|(?:api|access|secret|private)[_-]?key|authorization|cookie)$/i
const SECRET_NUMBER_KEY =
  /(?:passw(?:or)?d|passphrase|pwd|secret|(?:api|access|secret|private)[_-]?key)$/i
/** Tokens that say where a list continues. */
const POSITION_KEY = /(?:page|next|continuation|cursor|sync)[._-]?token$/i

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
    if (text.length > REMEMBERED_TEXT_CHARS_MAX) return mask(text)
    const found = known.get(text)
    if (found !== undefined) return found
    const masked = mask(text)
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
  if (SIGNATURE_HINT.test(masked)) masked = masked.replace(SIGNATURES, `$1${MASK}`)
  if (COMMAND_HINT.test(masked)) masked = masked.replace(COMMANDS, `$1${MASK}`)
  if (AUTH_HINT.test(masked)) masked = masked.replace(BASIC_AUTH, maskBasic)
  if (!NAME_HINT.test(masked)) return masked
  return masked
    .replace(AUTHORIZATION, `$1${MASK}`)
    .replace(COOKIES, `$1${MASK}`)
    .replace(JSON_MEMBER, `$1${MASK}`)
    .replace(NUMBER_MEMBER, `$1$2${MASK}$2`)
    .replace(ELEMENT, `$1${MASK}`)
    .replace(ASSIGNMENT, `$1${MASK}`)
}

function maskBasic(match: string, kept: string): string {
  return Buffer.from(match.slice(kept.length), 'base64').includes(':') ? kept + MASK : match
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
