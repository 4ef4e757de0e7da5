// Refuses names by where they stand among the tokens, in any spelling: bare, quoted, in any case, with
// anything between them and their parenthesis. Errs towards refusing, because it does not parse.

import type { QueryError } from '../../model/index.ts'
import {
  OVERLAY_DATABASE,
  SCALARS_REFUSED,
  SYSTEM_DATABASE,
  SYSTEM_TABLES_ALLOWED,
  TABLE_CALLS_REFUSED,
  TABLES_SECLUDED,
  WORDS_REFUSED,
  type RefusedNames
} from './names.ts'
import { refusal } from './refusal.ts'
import { isSymbol, isWord, type Token } from './tokenize.ts'

/** @throws QueryError */
export function checkNames(tokens: readonly Token[], refused: RefusedNames): void {
  for (const [at, token] of tokens.entries()) {
    if (token.name === undefined) continue
    checkWord(token, tokens[at + 1])
    checkSecluded(token.name)
    checkSettings(tokens, at)
    checkCall(tokens, at, refused)
    checkTable(tokens, at)
  }
}

function checkWord(token: Token, next: Token | undefined): void {
  if (token.kind !== 'word') return
  const reason = WORDS_REFUSED.get(token.text.toUpperCase())
  if (reason !== undefined) {
    throw refusal(
      'NOT_IMPLEMENTED',
      `${reason}; this interface only reads. Quote it if it is a name`
    )
  }
  if (isWord(token, 'PARALLEL') && isWord(next, 'WITH')) {
    throw refusal('SYNTAX_ERROR', 'PARALLEL WITH runs several statements; one is right')
  }
}

/** As a table, a column or anything else: nothing that people ask for has these names. */
function checkSecluded(name: string): void {
  if (!TABLES_SECLUDED.has(name.toLowerCase())) return
  throw refusal(
    'ACCESS_DENIED',
    `The table ${name} is for admins, over REST: /api/keys and /api/audit`
  )
}

/** Those at the end were taken off before. In a subquery the engine would apply them without asking for read-only. */
function checkSettings(tokens: readonly Token[], at: number): void {
  if (!isWord(tokens[at], 'SETTINGS')) return
  if (tokens[at + 1]?.name === undefined || !isSymbol(tokens[at + 2], '=')) return
  throw refusal('READONLY', 'SETTINGS may stand at the end of the whole statement only')
}

function checkCall(tokens: readonly Token[], at: number, refused: RefusedNames): void {
  const name = tokens[at]?.name ?? ''
  const lower = name.toLowerCase()
  const isScalar = SCALARS_REFUSED.has(lower) || refused.scalars.has(lower)
  if (isScalar && !isColumn(tokens, at)) throw refusedCall(name)
  if (!TABLE_CALLS_REFUSED.has(lower) && !refused.tableFunctions.has(lower)) return
  if (isSymbol(tokens[at + 1], '(') || isApplied(tokens, at)) throw refusedCall(name)
}

function refusedCall(name: string): QueryError {
  return refusal(
    'ACCESS_DENIED',
    `The function ${name} may not be called, nor its name stand for a column without its table: this interface reads the tables of Onset and nothing else`
  )
}

/** `t.file`, `1 AS file`: there it is no function. With a parenthesis it is a call all the same. */
function isColumn(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]
  const isNamed = isSymbol(before, '.') || isWord(before, 'AS')
  return isNamed && !isSymbol(tokens[at + 1], '(') && !isApplied(tokens, at)
}

/** `* APPLY f`, `* APPLY (f)`: the one place where a function is called without a parenthesis after it. */
function isApplied(tokens: readonly Token[], at: number): boolean {
  let before = at - 1
  while (isSymbol(tokens[before], '(')) before -= 1
  return isWord(tokens[before], 'APPLY')
}

function checkTable(tokens: readonly Token[], at: number): void {
  if (!isSymbol(tokens[at + 1], '.')) return
  const database = tokens[at]?.name?.toLowerCase()
  const table = tokens[at + 2]?.name
  if (database === OVERLAY_DATABASE) {
    throw refusal('ACCESS_DENIED', 'The database default holds nothing; leave its name away')
  }
  if (database !== SYSTEM_DATABASE) return
  if (table === undefined || !SYSTEM_TABLES_ALLOWED.has(table)) {
    const allowed = [...SYSTEM_TABLES_ALLOWED].join(', ')
    throw refusal(
      'ACCESS_DENIED',
      `The table system.${table ?? '?'} may not be read; of system these may: ${allowed}`
    )
  }
}
