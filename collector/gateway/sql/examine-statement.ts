// The gate: from the text that came to the one statement that the engine is given, or a refusal. Takes
// FORMAT and SETTINGS off its end, because they are given to the engine in other ways.

import { checkNames } from './check-names.ts'
import type { RefusedNames } from './names.ts'
import { checkFormat } from './formats.ts'
import { unquoteText } from './literals.ts'
import { refusal } from './refusal.ts'
import { checkKind } from './statement-kinds.ts'
import { isSymbol, isWord, nameToken, renderTokens, tokenize, type Token } from './tokenize.ts'

export interface ExaminedStatement {
  readonly statement: string
  /** Named by the statement itself. */
  readonly format: string | undefined
  /** Named by the statement, not yet checked. */
  readonly settings: ReadonlyMap<string, string>
}

export interface ExamineOptions {
  /** Values of `{name:Type}`; those of the type Identifier become part of the statement here. */
  readonly parameters: ReadonlyMap<string, string>
  /** Functions of the running engine that may not be called, lower case. */
  readonly refused: RefusedNames
}

/** No tool names a table or column longer than this. */
const NAME_CHARS_MAX = 256

/** @throws QueryError */
export function examineStatement(sql: string, options: ExamineOptions): ExaminedStatement {
  let tokens = putNames(tokenize(sql), options.parameters)
  while (isSymbol(tokens.at(-1), ';')) tokens = tokens.slice(0, -1)
  if (tokens.length === 0) throw refusal('SYNTAX_ERROR', 'Empty query')
  if (tokens.some((token) => isSymbol(token, ';'))) {
    throw refusal('SYNTAX_ERROR', 'Multi-statements are not allowed')
  }
  const ending = takeEnding(tokens)
  checkKind(ending.tokens)
  checkNames(ending.tokens, options.refused)
  return {
    statement: renderTokens(ending.tokens),
    format: ending.format === undefined ? undefined : checkFormat(ending.format),
    settings: ending.settings
  }
}

/** The engine would put a name where nobody has looked at it. */
function putNames(
  tokens: readonly Token[],
  parameters: ReadonlyMap<string, string>
): readonly Token[] {
  const put: Token[] = []
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at]
    if (token === undefined) break
    if (isSymbol(token, '{') && tokens[at + 3]?.name?.toUpperCase() === 'IDENTIFIER') {
      put.push(nameToken(nameOf(tokens.slice(at, at + 5), parameters), token.gap))
      at += 4
    } else put.push(token)
  }
  return put
}

function nameOf(tokens: readonly Token[], parameters: ReadonlyMap<string, string>): string {
  const [, name, colon, , end] = tokens
  if (name?.kind !== 'word' || !isSymbol(colon, ':') || !isSymbol(end, '}')) {
    throw refusal('SYNTAX_ERROR', 'A parameter of type Identifier is written {name:Identifier}')
  }
  const value = parameters.get(name.text)
  if (value === undefined) {
    throw refusal('UNKNOWN_QUERY_PARAMETER', `Substitution \`${name.text}\` is not set`)
  }
  // oxlint-disable-next-line no-control-regex -- they are what is refused
  if (value === '' || value.length > NAME_CHARS_MAX || /[\\\u0000-\u001f]/.test(value)) {
    throw refusal('BAD_ARGUMENTS', `The value of the parameter ${name.text} is no name`)
  }
  return value
}

interface Ending {
  readonly tokens: readonly Token[]
  readonly format: string | undefined
  readonly settings: ReadonlyMap<string, string>
}

/** `… FORMAT f`, `… SETTINGS a = 1, b = 2`, or both in either order. */
function takeEnding(tokens: readonly Token[]): Ending {
  let rest = tokens
  let format: string | undefined
  const settings = new Map<string, string>()
  for (;;) {
    const last = rest.at(-1)
    const found = findSettings(rest)
    if (format === undefined && last?.kind === 'word' && isWord(rest.at(-2), 'FORMAT')) {
      format = last.text
      rest = rest.slice(0, -2)
    } else if (found !== undefined) {
      for (const [name, value] of found.settings) settings.set(name, value)
      rest = rest.slice(0, found.from)
    } else return { tokens: rest, format, settings }
  }
}

interface FoundSettings {
  readonly from: number
  readonly settings: readonly (readonly [string, string])[]
}

/** The last SETTINGS whose list goes on to the end; one in a subquery is left for the engine to refuse. */
function findSettings(tokens: readonly Token[]): FoundSettings | undefined {
  const from = tokens.findLastIndex((token) => isWord(token, 'SETTINGS'))
  if (from < 1) return undefined
  const settings: (readonly [string, string])[] = []
  let at = from + 1
  for (;;) {
    const name = tokens[at]
    if (name?.kind !== 'word' || !isSymbol(tokens[at + 1], '=')) return undefined
    const value = readValue(tokens, at + 2)
    if (value === undefined) return undefined
    settings.push([name.text, value.text])
    at = value.end
    if (at === tokens.length) return { from, settings }
    if (!isSymbol(tokens[at], ',')) return undefined
    at += 1
  }
}

/** A word, a number, a string, or a map. */
function readValue(
  tokens: readonly Token[],
  from: number
): { text: string; end: number } | undefined {
  const first = tokens[from]
  if (first?.kind === 'string') return { text: unquoteText(first.text), end: from + 1 }
  const end = endOfValue(tokens, from)
  return end <= from ? undefined : { text: renderTokens(tokens.slice(from, end)).trim(), end }
}

/** `from` when there is no value. */
function endOfValue(tokens: readonly Token[], from: number): number {
  if (isSymbol(tokens[from], '{')) {
    return tokens.findIndex((token, at) => at > from && isSymbol(token, '}')) + 1
  }
  const start = isSymbol(tokens[from], '-') ? from + 1 : from
  if (tokens[start]?.kind !== 'word') return from
  return isSymbol(tokens[start + 1], '.') && tokens[start + 2]?.kind === 'word'
    ? start + 3
    : start + 1
}
