// A text cut where quotes stand in it, so that they can be marked.

export interface TextPart {
  readonly text: string
  readonly isQuote: boolean
}

/** The first place of each quote; where two overlap, the one that begins first. */
export function splitByQuotes(text: string, quotes: readonly string[]): readonly TextPart[] {
  const places = quotes
    .filter((quote) => quote !== '')
    .map((quote) => ({ from: text.indexOf(quote), length: quote.length }))
    .filter(({ from }) => from >= 0)
    .toSorted((a, b) => a.from - b.from || b.length - a.length)
  const parts: TextPart[] = []
  let done = 0
  for (const { from, length } of places) {
    if (from < done) continue
    if (from > done) parts.push({ text: text.slice(done, from), isQuote: false })
    done = from + length
    parts.push({ text: text.slice(from, done), isQuote: true })
  }
  if (done < text.length) parts.push({ text: text.slice(done), isQuote: false })
  return parts
}
