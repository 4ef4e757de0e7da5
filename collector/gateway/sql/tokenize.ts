// Cuts SQL into tokens as the engine's lexer does (https://github.com/ClickHouse/ClickHouse/blob/master/src/Parsers/Lexer.cpp),
// and refuses every spelling on which the two could disagree: only plain quotes, only ASCII outside of them.
// The engine never sees the text that came, only what `renderTokens` makes of the tokens that were looked
// at: a comment cannot hide anything from one of the two, because there is none left.

import { refusal } from './refusal.ts'

export type TokenKind = 'word' | 'quotedName' | 'string' | 'symbol'

export interface Token {
  readonly kind: TokenKind
  /** As it stands in the statement, quotes included. */
  readonly text: string
  /** Of a word or a quoted name: what it names. */
  readonly name: string | undefined
  /** Whether a space, a line break or a comment stood before it. */
  readonly gap: '' | ' ' | '\n'
}

/** The engine's own bound is on elements of its syntax tree (50,000); several tokens make one. */
const TOKENS_MAX = 200_000

const SPACE = /[\t\n\v\f\r ]+/y
/** `#` begins a comment only before a space or `!`; `--` and `//` always do. */
const LINE_COMMENT = /(?:--|\/\/|#[ !])[^\n]*/y
const WORD = /[A-Za-z0-9_]+/y
const STRING = /'[^'\\]*(?:(?:\\[^]|'')[^'\\]*)*'/y
const QUOTED_NAME = /"[^"\\]*(?:""[^"\\]*)*"|`[^`\\]*(?:``[^`\\]*)*`/y
const SYMBOL = /[-!%&()*+,./:;<=>?@[\]^{|}~]/y

/** @throws QueryError SYNTAX_ERROR */
export function tokenize(sql: string): readonly Token[] {
  if (sql.includes('\0')) throw refusal('SYNTAX_ERROR', 'The statement holds a NUL byte')
  const tokens: Token[] = []
  let at = 0
  let gap: Token['gap'] = ''
  while (at < sql.length) {
    const skipped = matchAt(SPACE, sql, at) ?? matchAt(LINE_COMMENT, sql, at) ?? matchBlock(sql, at)
    if (skipped !== undefined) {
      at += skipped.length
      gap = gap === '\n' || skipped.includes('\n') ? '\n' : ' '
      continue
    }
    const token = readToken(sql, at, gap)
    checkSeam(tokens.at(-1), token)
    tokens.push(token)
    if (tokens.length > TOKENS_MAX) {
      throw refusal('SYNTAX_ERROR', `The statement has more than ${TOKENS_MAX} tokens`)
    }
    at += token.text.length
    gap = ''
  }
  return tokens
}

/** Comments become a space or, when they hold a line break, a line break. */
export function renderTokens(tokens: readonly Token[]): string {
  return tokens.map(({ gap, text }) => gap + text).join('')
}

/** A name of any characters but backslash and control characters, in backticks. */
export function nameToken(name: string, gap: Token['gap']): Token {
  return { kind: 'quotedName', text: `\`${name.replaceAll('`', '``')}\``, name, gap }
}

/** True for the unquoted word, in any case. */
export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toUpperCase() === word
}

export function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.kind === 'symbol' && token.text === symbol
}

function readToken(sql: string, at: number, gap: Token['gap']): Token {
  const word = matchAt(WORD, sql, at)
  if (word !== undefined) return { kind: 'word', text: word, name: word, gap }
  const symbol = matchAt(SYMBOL, sql, at)
  if (symbol !== undefined) return { kind: 'symbol', text: symbol, name: undefined, gap }
  const string = matchAt(STRING, sql, at)
  if (string !== undefined) return { kind: 'string', text: string, name: undefined, gap }
  const quoted = matchAt(QUOTED_NAME, sql, at)
  if (quoted !== undefined) {
    return { kind: 'quotedName', text: quoted, name: unquote(quoted), gap }
  }
  throw refusal('SYNTAX_ERROR', describe(sql, at))
}

/** Two of the same quotes without a gap would be read as one quote inside of one text. */
function checkSeam(before: Token | undefined, token: Token): void {
  const quote = token.text.charAt(0)
  if (before === undefined || token.gap !== '' || !`'"\``.includes(quote)) return
  if (before.text.endsWith(quote)) throw refusal('SYNTAX_ERROR', 'A quote stands alone')
}

function unquote(quoted: string): string {
  const quote = quoted.charAt(0)
  return quoted.slice(1, -1).replaceAll(quote + quote, quote)
}

/** Not nested: what stands after the first end is looked at as SQL. */
function matchBlock(sql: string, at: number): string | undefined {
  if (!sql.startsWith('/*', at)) return undefined
  const end = sql.indexOf('*/', at + 2)
  if (end === -1) throw refusal('SYNTAX_ERROR', 'A comment is not closed')
  return sql.slice(at, end + 2)
}

function matchAt(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(sql)?.[0]
}

function describe(sql: string, at: number): string {
  const character = String.fromCodePoint(sql.codePointAt(at) ?? 0)
  const line = sql.slice(0, at).split('\n').length
  const where = `on line ${line}`
  if (character === "'") return `A string that begins ${where} is not closed`
  if (character === '"' || character === '`') {
    return `A quoted name that begins ${where} is not closed, or holds a backslash`
  }
  const code = (sql.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return `The character U+${code} ${where} stands outside of quotes, where only ASCII without $, # and \\ may`
}
