// Text of a run as it is shown to a model: data that cannot leave its frame. Every line of a run's text
// begins with `| `, so that no line of it can pass for one of ours, and every text is cut.

import { cutText } from '@onset/collector/model'

/** What readers of text take for a line end, and what terminals and tokenizers take for commands. */
const LINE_END = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/
/** Also marks that reverse or hide what follows. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}]/gu

/** The text in lines that begin with `| `, at most `charsMax` characters of it. */
export function quoteLines(text: string, charsMax: number): string {
  return cutText(text, charsMax)
    .toWellFormed()
    .split(LINE_END)
    .map((line) => `| ${line.replaceAll(UNPRINTABLE, ' ')}`.trimEnd())
    .join('\n')
}

/** On one line; what is left out is marked. */
export function quoteInline(text: string, charsMax: number): string {
  const line = text
    .slice(0, 4 * charsMax)
    .toWellFormed()
    .split(LINE_END)
    .join(' ')
    .replaceAll(UNPRINTABLE, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return line.length <= charsMax
    ? line
    : `${line.slice(0, Math.max(0, charsMax - 1))}…`.toWellFormed()
}

/** A name out of a run: a tool, a file. Never a sentence. */
export function quoteName(text: string): string {
  return quoteInline(text, NAME_CHARS_MAX).replaceAll(/[^\p{L}\p{N}_./:@+-]/gu, '_')
}

const NAME_CHARS_MAX = 60
