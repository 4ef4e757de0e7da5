// Whether a text of SQL statements changes a database. Looks at the first word of every statement
// only: a quoted word inside a query never counts.

/** First words of statements, and of sqlite3's dot commands, that change data, schema or a file. */
const WRITING: ReadonlySet<string> = new Set(
  (
    'insert update delete create drop alter replace truncate merge upsert grant revoke vacuum reindex attach copy load ' +
    'rename optimize call do .import .read .restore .clone .output .once .save'
  ).split(' ')
)

/** Statements looked at: the kind of a longer script shows before. */
const STATEMENTS_MAX = 256

/** Longer scripts are loads of data, which begin with what they do. */
const SQL_CHARS_MAX = 32_768

export function changesDatabase(script: string): boolean {
  const sql = script.slice(0, SQL_CHARS_MAX)
  let at = 0
  for (let count = 0; count < STATEMENTS_MAX && at < sql.length; count += 1) {
    const word = firstWord(sql, at)
    if (WRITING.has(word)) return true
    if (word === 'with' && /\)\s{0,8}(?:insert|update|delete)\b/i.test(sql.slice(at))) return true
    at = nextStatement(sql, at)
  }
  return false
}

function firstWord(sql: string, start: number): string {
  const match = /^[\s;(]{0,64}(?:--[^\n]{0,512}\n\s{0,64}){0,8}(\.?[A-Za-z]{1,16})/.exec(
    sql.slice(start, start + 4_096)
  )
  return (match?.[1] ?? '').toLowerCase()
}

/** After the next `;`, or the next line that starts a dot command. */
function nextStatement(sql: string, start: number): number {
  const semicolon = sql.indexOf(';', start)
  const dotLine = sql.indexOf('\n.', start)
  const ends = [semicolon, dotLine].filter((end) => end !== -1)
  return ends.length === 0 ? sql.length : Math.min(...ends) + 1
}
