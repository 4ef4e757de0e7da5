// Shapes of secrets, one entry a kind. Patterns are linear by construction: every repetition is over
// one character class, is bounded or ends the pattern, and begins where a word begins. What has no shape
// (a password in prose) is not found: without a prefix there must be a name and a separator.

export interface SecretKind {
  /** Stands in the marker, `[masked:github_token]`. */
  readonly kind: string
  /**
   * Every match of the pattern begins with one of these, of three characters at least, in any case where the pattern
   * ignores it and written in lower case there. By them secret-hints.ts finds the matches.
   */
  readonly begins: readonly string[]
  /** Group 1 stays, group 2 is the secret. */
  readonly pattern: RegExp
  /** Tells a secret from what only looks like one; everything the pattern finds when absent. */
  readonly accepts?: (secret: string) => boolean
  /** The name may not be the end of another word: `tiktoken` is no token. */
  readonly isNamed?: boolean
}

/** Where a word begins, also right after `\n` and `\u0022` in a text that is JSON. */
const START = String.raw`(?:(?<![A-Za-z0-9])|(?<=\\[bfnrt])|(?<=\\u[0-9a-fA-F]{4}))`

/** What stands between a name and its value, also with the quotes of JSON that is a text within JSON. */
const SEPARATOR = String.raw`\\{0,8}["']?\s{0,4}(?:=>|[:=])\s{0,4}\\{0,8}["']?`
const VALUE = String.raw`[^\s"'\x60\\,;&<>(){}[\]]`

/** Of keys, before `key`, `_key` or `-key`. */
const KEY_OWNERS = ['api', 'access', 'secret', 'private']
const SIGNING_OWNERS = ['account', 'sharedaccess', 'shared_access', 'signing']
const PARAMETERS = [
  'password',
  'passwd',
  'pwd',
  'token',
  'access_token',
  'auth_token',
  'refresh_token',
  'api_key',
  'apikey',
  'client_secret',
  'secret',
  'sig',
  'signature',
  'x-amz-signature',
  'x-amz-security-token',
  'x-goog-signature'
]

export const SECRET_KINDS: readonly SecretKind[] = [
  {
    kind: 'anthropic_key',
    begins: ['sk-ant-'],
    pattern: prefixed(String.raw`sk-ant-[\w-]{16,}`)
  },
  {
    // OpenAI and the many services that took over its prefix: sk-…, sk-proj-…, sk-or-v1-…, sk-lf-….
    kind: 'api_key',
    begins: ['sk-'],
    pattern: prefixed(String.raw`sk-[\w-]{20,}`),
    // `sk-cube-grid-container-3` is a class name.
    accepts: (secret) => /\d/.test(secret) && /[A-Za-z0-9]{12}/.test(secret)
  },
  {
    // Our own, as an agent may have it to send spans: 43 characters and a checksum of 6.
    kind: 'onset_key',
    begins: ['onset_'],
    pattern: prefixed(String.raw`onset_[\w-]{49}`)
  },
  {
    kind: 'github_token',
    begins: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    pattern: prefixed(String.raw`(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{22,})`)
  },
  {
    kind: 'gitlab_token',
    begins: ['pat', 'oas', 'dt', 'rt', 'rtr', 'cbt', 'ptt', 'ft', 'imt', 'agent', 'soat'].map(
      (type) => `gl${type}-`
    ),
    pattern: prefixed(String.raw`gl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat)-[\w.-]{20,}`)
  },
  {
    kind: 'slack_token',
    begins: ['a', 'b', 'c', 'd', 'e', 'o', 'p', 'r', 's']
      .map((type) => `xox${type}-`)
      .concat('xapp-'),
    pattern: prefixed(String.raw`(?:xox[abcdeoprs]|xapp)-[\w-]{10,}`)
  },
  {
    kind: 'slack_webhook',
    begins: ['.slack.com/services/'],
    pattern: /(\.slack\.com\/services\/)([\w/]{16,})/g
  },
  {
    kind: 'stripe_key',
    begins: ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'],
    pattern: prefixed(String.raw`(?:[rs]k_(?:live|test)_\w{16,}|whsec_[\w+/=]{24,})`)
  },
  {
    kind: 'aws_access_key',
    begins: ['AKIA', 'ASIA'],
    pattern: prefixed('A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9])')
  },
  {
    kind: 'google_key',
    begins: ['AIza', 'ya29.', 'GOCSPX-'],
    pattern: prefixed(String.raw`(?:AIza[\w-]{35,}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,})`)
  },
  {
    // Hugging Face, npm, PyPI, Groq, xAI, DigitalOcean, SendGrid.
    kind: 'service_token',
    begins: ['hf_', 'npm_', 'pypi-A', 'gsk_', 'xai-', 'dop_v1_', 'SG.'],
    pattern: prefixed(
      [
        'hf_[A-Za-z]{30,}',
        'npm_[A-Za-z0-9]{36,}',
        String.raw`pypi-A[\w-]{50,}`,
        'gsk_[A-Za-z0-9]{40,}',
        'xai-[A-Za-z0-9]{60,}',
        String.raw`dop_v1_\w{60,}`,
        String.raw`SG\.[\w-]{16,128}\.[\w-]{16,}`
      ].join('|')
    )
  },
  {
    // Header and payload are JSON objects, which in base64url always begin with eyJ.
    kind: 'jwt',
    begins: ['eyJ'],
    pattern: prefixed(String.raw`eyJ[\w-]{8,4096}\.eyJ[\w-]{8,}(?:\.[\w-]+)?`)
  },
  {
    kind: 'bearer_token',
    begins: ['Bearer ', 'BEARER '],
    pattern: /(\b(?:Bearer|BEARER) {1,4})([\w.~+/=-]{16,})/g,
    accepts: (secret) => /\d/.test(secret)
  },
  {
    kind: 'url_password',
    begins: ['://'],
    pattern: /(:\/\/[^\s/?#:@[\]"'<>\\]{0,64}:)([^\s/?#@"'<>\\]{1,256})(?=@)/g,
    accepts: (secret) => !isPlaceholder(secret)
  },
  {
    kind: 'url_parameter',
    begins: PARAMETERS.flatMap((name) => [`?${name}=`, `&${name}=`]),
    pattern: new RegExp(`([?&](?:${PARAMETERS.join('|')})=)([^\\s&#"'<>\\\\]{6,})`, 'gi'),
    accepts: (secret) => !isPlaceholder(secret)
  },
  {
    kind: 'password',
    isNamed: true,
    begins: ['password', 'passwd', 'passphrase', 'pwd'],
    pattern: new RegExp(`((?:passw(?:or)?d|passphrase|pwd)${SEPARATOR})(${VALUE}{6,})`, 'gi'),
    // Code says `password=password` and `pwd: string`; what people choose has a digit or a sign in it.
    accepts: (secret) => !isPlaceholder(secret) && /[\d!@#$%^*+?]/.test(secret)
  },
  {
    kind: 'secret',
    isNamed: true,
    begins: ['secret', 'token', 'authorization', ...keyNames([...KEY_OWNERS, ...SIGNING_OWNERS])],
    pattern: new RegExp(
      `((?:secret|token|(?:api|access|secret|private|account|sharedaccess|shared_access|signing)[_-]?key|authorization)${SEPARATOR}(?:(?:basic|bearer|token|apikey) {1,4})?)(${VALUE}{16,})`,
      'gi'
    ),
    accepts: (secret) => !isPlaceholder(secret) && looksRandom(secret)
  }
]

/** `api_key`, `api-key` and `apikey`, of each owner. */
function keyNames(owners: readonly string[]): readonly string[] {
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

/** The text under a secret key that is one: neither a placeholder nor masked already. */
export function isSecretText(text: string): boolean {
  return text.length >= 4 && !isPlaceholder(text)
}

/** A longer name is a text. */
const KEY_CHARS_MAX = 128

const SECRET_KEY =
  /(?:passw(?:or)?d|passphrase|pwd|secret|token|(?:api|access|secret|private)[_-]?key|authorization|cookie)$/i

/** Tokens that say where a list continues. */
const POSITION_KEY = /(?:page|next|continuation|cursor|sync)[._-]?token$/i

/** What stands where a secret will be, and code that says where it comes from. */
const PLACEHOLDER =
  /^(?:[$<{%*[(.…]|x{4}|your|example|changeme|change_me|placeholder|redacted|masked|none|null|undefined|true|false|string|process\.env|os\.(?:environ|getenv)|(?:env|self|this|config|settings|args|options|params|req|request|ctx|context)[.[])/i

function isPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text)
}

/** Two digits and a letter: identifiers rarely have them, keys of sixteen characters nearly always. */
function looksRandom(text: string): boolean {
  return /\d[^\d]*\d/.test(text) && /[A-Za-z]/.test(text)
}

function prefixed(secret: string): RegExp {
  return new RegExp(`${START}()(${secret})`, 'g')
}
