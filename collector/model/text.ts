// Cutting texts to a bound, the one way the whole project does it.

/**
 * Keeps head and tail of `text` within `charsMax` UTF-16 units and says in the middle what was left
 * out. Errors and summaries stand at the end of outputs, so the tail gets a third. Surrogate pairs
 * are not split.
 */
export function cutText(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text
  const notice = `\n… ${text.length - charsMax} characters left out …\n`
  if (charsMax <= notice.length) return text.slice(0, wholeEnd(text, charsMax))
  const room = charsMax - notice.length
  const tailChars = Math.floor(room / 3)
  const head = text.slice(0, wholeEnd(text, room - tailChars))
  const tailStart = text.length - tailChars
  const tail = text.slice(isLowSurrogate(text, tailStart) ? tailStart + 1 : tailStart)
  return head + notice + tail
}

function wholeEnd(text: string, end: number): number {
  return isLowSurrogate(text, end) ? end - 1 : end
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index)
  return unit >= 0xdc00 && unit <= 0xdfff
}
