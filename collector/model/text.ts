// Cutting texts to a bound, the one way the whole project does it.

/**
 * Keeps head and tail of `text` within `charsMax` UTF-16 units and says in the middle how much was left out
 * and, with `hashOf`, a hash of the whole by which equal texts are known. Errors and summaries stand at the
 * end of outputs, so the tail gets a third. Surrogate pairs are not split.
 */
export function cutText(
  text: string,
  charsMax: number,
  hashOf?: (whole: string) => string
): string {
  if (text.length <= charsMax) return text
  const mark = hashOf === undefined ? '' : `, sha256 ${hashOf(text)} of the whole`
  const room = charsMax - noticeOf(text.length, mark).length
  if (room <= 0) return text.slice(0, wholeEnd(text, charsMax))
  const tailChars = Math.floor(room / 3)
  const head = text.slice(0, wholeEnd(text, room - tailChars))
  const tailStart = text.length - tailChars
  const tail = text.slice(isLowSurrogate(text, tailStart) ? tailStart + 1 : tailStart)
  return head + noticeOf(text.length - head.length - tail.length, mark) + tail
}

function noticeOf(chars: number, mark: string): string {
  return `\n… ${chars} characters left out${mark} …\n`
}

function wholeEnd(text: string, end: number): number {
  return isLowSurrogate(text, end) ? end - 1 : end
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index)
  return unit >= 0xdc00 && unit <= 0xdfff
}
