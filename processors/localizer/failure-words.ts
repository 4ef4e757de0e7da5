// The words of a failure that can point to a step: identifiers, numbers and quoted strings of the
// failing assertions, without the vocabulary every test report shares.

import type { Check } from '@onset/collector/model'

/** More words than this are a dump of data, whose later part repeats the first. */
const WORDS_MAX = 240

const QUOTED = /'([^'\n]{3,80})'|"([^"\n]{3,80})"/g
const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_-]{3,63}|\d[\d.]{2,31}/g

export function failureWords(lines: readonly string[], failing: readonly Check[]): string[] {
  const words = new Set<string>()
  for (const check of failing) addIdentifiers(check.name.replaceAll('_', ' '), words)
  for (const line of lines) {
    for (const match of line.matchAll(QUOTED)) {
      const quoted = (match[1] ?? match[2] ?? '').trim().toLowerCase()
      if (quoted.length >= 3 && !STOP_WORDS.has(quoted)) words.add(quoted)
    }
    addIdentifiers(line, words)
    if (words.size >= WORDS_MAX) break
  }
  return [...words].slice(0, WORDS_MAX)
}

function addIdentifiers(text: string, words: Set<string>): void {
  for (const match of text.matchAll(IDENTIFIER)) {
    const word = match[0].toLowerCase().replace(/[.-]+$/, '')
    if (word.length >= 3 && !STOP_WORDS.has(word)) words.add(word)
  }
}

// Words of test reports and of plain English that say nothing about the work under test.
const STOP_WORDS: ReadonlySet<string> = new Set(
  `assert asserts asserted assertion assertionerror error errors exception failed failure failures fail
  passed test tests test_outputs expected actual received should must with from that this have been does
  exist exists found file files path posixpath line lines none null true false where and not the for
  after before into when then than only also because caused call calls code output content contents
  result results returned returncode status value values return self args kwargs python pytest unittest
  traceback recent last most most-recent stdout stderr text read_text read open mode encoding buffering newline
  errno such directory directories filenotfounderror valueerror typeerror keyerror indexerror runtimeerror
  host port url retries exceeded object objects instance function method built-in lambda list dict
  string strings number numbers check checks checking contain contains running process correct valid
  invalid format command completedprocess subprocess requests response connection connectionerror
  httpconnectionpool newconnectionerror refused establish usr lib site-packages local tests_py app len round
  lower upper strip split skipping identical leading trailing characters diff use show in is it to at of`
    .split(/\s+/)
    .filter((word) => word !== '')
)
