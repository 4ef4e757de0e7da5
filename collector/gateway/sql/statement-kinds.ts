// Which statements are answered, by their first words. An allow-list: what the engine learns to say in a
// later version is refused until somebody has looked at it.

import { refusal } from './refusal.ts'
import { isSymbol, isWord, type Token } from './tokenize.ts'

const SELECTS = ['SELECT', 'WITH', 'FROM']

/** Of SHOW: what describes schemas. Not SHOW PROCESSLIST, SETTINGS, GRANTS. */
const SHOWN = ['DATABASES', 'TABLES', 'COLUMNS', 'FIELDS', 'INDEX', 'INDEXES', 'INDICES', 'KEYS']
const SHOWN_MORE = ['FUNCTIONS', 'CREATE', 'FULL', 'EXTENDED']

/** Of SHOW CREATE. Any other word is taken for a table. */
const CREATE_REFUSED = ['USER', 'ROLE', 'QUOTA', 'ROW', 'POLICY', 'SETTINGS', 'PROFILE', 'ACCESS']

/** Of EXPLAIN: nothing that changes a table's definition. */
const EXPLAINED = ['AST', 'SYNTAX', 'QUERY', 'TREE', 'PLAN', 'PIPELINE', 'ESTIMATE']

/** @throws QueryError READONLY when it is none of those that only read. */
export function checkKind(tokens: readonly Token[]): void {
  const [first, second, third] = tokens
  if (isSelect(tokens)) return
  if (isWord(first, 'DESC') || isWord(first, 'DESCRIBE') || isWord(first, 'EXISTS')) return
  if (isWord(first, 'SHOW')) {
    const isShown = isOneOf(second, SHOWN) || isOneOf(second, SHOWN_MORE)
    const isSecret = isWord(second, 'CREATE') && isOneOf(third, CREATE_REFUSED)
    if (isShown && !isSecret) return
  }
  if (isWord(first, 'EXPLAIN') && isSelect(withoutExplain(tokens))) return
  const shown = tokens
    .slice(0, 2)
    .map(({ text }) => text.slice(0, 40))
    .join(' ')
  throw refusal(
    'READONLY',
    `Cannot execute ${shown}: this interface answers SELECT, WITH, FROM, SHOW of schemas, DESCRIBE, EXISTS and EXPLAIN of those`
  )
}

function isSelect(tokens: readonly Token[]): boolean {
  const first = tokens.find((token) => !isSymbol(token, '('))
  return isOneOf(first, SELECTS)
}

/** Skips kind and settings: `EXPLAIN PLAN indexes = 1, actions = 0 SELECT`. */
function withoutExplain(tokens: readonly Token[]): readonly Token[] {
  let at = 1
  while (isOneOf(tokens[at], EXPLAINED)) at += 1
  while (tokens[at]?.kind === 'word' && isSymbol(tokens[at + 1], '=')) {
    at += 3
    if (isSymbol(tokens[at], ',')) at += 1
  }
  return tokens.slice(at)
}

function isOneOf(token: Token | undefined, words: readonly string[]): boolean {
  return token?.kind === 'word' && words.includes(token.text.toUpperCase())
}
