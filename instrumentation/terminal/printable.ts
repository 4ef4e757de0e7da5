// Texts of a run are anybody's: printed raw, an escape sequence in a file the agent read could rewrite the
// reader's screen. Everything shown goes through here.

/** Control characters, C1 included, and the characters that reorder text (bidirectional overrides). */
// oxlint-disable-next-line no-control-regex -- removing control characters is what this is for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g

/** One line, without control characters, at most `charsMax` characters; `…` marks a cut. */
export function toLine(text: string, charsMax: number): string {
  const line = text
    .slice(0, charsMax * 4)
    .replace(UNPRINTABLE, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
  return line.length <= charsMax ? line : `${line.slice(0, charsMax - 1)}…`
}
