// What a kind of secret is, and the pieces that patterns are made of. Patterns are linear by construction: every
// repetition is over one character class, is bounded or ends the pattern, and begins where a word begins.

export interface SecretKind {
  /** Stands in the marker, `[masked:github_token]`. */
  readonly kind: string
  /** What of it is found, for docs/masking.md. */
  readonly covers: string
  /**
   * Every match of the pattern begins with one of these, of three characters at least, in any case where the pattern
   * ignores it and written in lower case there. By them secret-hints.ts finds the matches.
   */
  readonly begins: readonly string[]
  /** Group 1 stays, group 2 is the secret. */
  readonly pattern: RegExp
  /** Tells a secret from what only looks like one; everything the pattern finds when absent. */
  readonly accepts?: (secret: string, place: SecretPlace) => boolean
  /** The name may not be the end of another word: `tiktoken` is no token. */
  readonly isNamed?: boolean
}

/** What stands around something that may be a secret. */
export interface SecretPlace {
  /** The character before the name; empty at the beginning of the text. */
  readonly before: string
  /** Group 1 of the pattern: the name and what separates it from the secret. */
  readonly kept: string
  /** The character after it; empty at the end of the text. */
  readonly after: string
}

/** Colours of a terminal, as the characters they are or as JSON and programs write them. */
const ANSI = String.raw`(?:(?:\x1b|\\{1,8}(?:u001[bB]|x1[bB]|033|e))\[[\d;]{0,16}m){0,3}`

/** Where a word begins, also right after `\n` and `\u0022` in a text that is JSON, `%3D` in a URL and a colour. */
const START = String.raw`(?:(?<![A-Za-z0-9])|(?<=\\[bfnrt])|(?<=\\u[0-9a-fA-F]{4})|(?<=%[0-9a-fA-F]{2})|(?<=\[[\d;]{0,16}m))`

/** Also of JSON that is a text within JSON, and of JSON in a URL. */
const QUOTE = String.raw`(?:\\{0,8}["']|%22)?`

/** Between a name and its value. */
export const SEPARATOR = String.raw`${ANSI}${QUOTE}${ANSI}\s{0,4}(?:=>|[:=]|%3[AaDd])\s{0,4}${ANSI}${QUOTE}${ANSI}`

/** Between two texts of a list: `"--password", "x"`. */
export const LIST_SEPARATOR = String.raw`\\{0,8}["']\s{0,4},\s{0,4}\\{0,8}["']`

/** Between an option of a command and its value when that is no `=`. */
export const OPTION_SEPARATOR = String.raw`(?<=--[\w-]{0,64})(?:[ \t]{1,4}\\{0,8}["']?|${LIST_SEPARATOR})`

/** After the name of an XML element; whoever uses it sees that the element ends after the value. */
export const XML_SEPARATOR = String.raw`(?<=<[\w:.-]{1,64})>`

/** Of a value that has no prefix, what it may consist of. */
export const VALUE = String.raw`[^\s"'\x60\\,;&<>(){}[\]\x1b]`

export function prefixed(secret: string): RegExp {
  return new RegExp(`${START}()(${secret})`, 'g')
}

/** A colour or an escape of a URL, after which a name begins although its last character is a letter. */
const ENDS_AS_ESCAPE = /(?:\[[\d;]{0,16}m|%[0-9a-f]{2})$/
const ESCAPE_CHARS_MAX = 18
const LOWER_CASE = /[a-z]/

/**
 * True when the name at `at` is only the end of a word. `accessToken` begins a name at its capital,
 * `access_token` after its underscore, and `\ntoken` after an escape in a text that is JSON.
 */
export function isWordEnd(text: string, at: number): boolean {
  const isInside = LOWER_CASE.test(text.charAt(at - 1)) && LOWER_CASE.test(text.charAt(at))
  if (!isInside || text.charAt(at - 2) === '\\') return false
  return !ENDS_AS_ESCAPE.test(text.slice(Math.max(0, at - ESCAPE_CHARS_MAX), at))
}
