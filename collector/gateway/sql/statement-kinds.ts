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

/** What a statement begins with that is one, only not here. Any other word is a slip of the pen. */
const CHANGES =
  `ALTER ATTACH BACKUP BEGIN CHECK COMMIT COPY CREATE DELETE DETACH DROP EXCHANGE EXECUTE GRANT INSERT
  KILL MOVE OPTIMIZE RENAME REPLACE RESTORE REVOKE ROLLBACK SET SYSTEM TRUNCATE UNDROP UPDATE USE SHOW
  EXPLAIN`.split(/\s+/)

/** @throws QueryError READONLY or SYNTAX_ERROR when it is none of those that only read. */
export function checkKind(tokens: readonly Token[]): void {
  const [first] = tokens
  if (isSelect(tokens) || isShow(tokens)) return
  if (isOneOf(first, ['DESC', 'DESCRIBE', 'EXISTS'])) return
  if (isWord(first, 'EXPLAIN') && isSelect(withoutExplain(tokens))) return
  const shown = tokens
    .slice(0, 2)
    .map(({ text }) => text.slice(0, 40))
    .join(' ')
  throw refusal(
    isOneOf(first, CHANGES) ? 'READONLY' : 'SYNTAX_ERROR',
    `Cannot execute ${shown}: this interface answers SELECT, WITH, FROM, SHOW of schemas, DESCRIBE, EXISTS and EXPLAIN of those`
  )
}

function isShow([first, second, third]: readonly Token[]): boolean {
  if (!isWord(first, 'SHOW')) return false
  if (isWord(second, 'CREATE') && isOneOf(third, CREATE_REFUSED)) return false
  return isOneOf(second, SHOWN) || isOneOf(second, SHOWN_MORE)
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
