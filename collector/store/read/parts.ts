// Cuts a read of many large rows into parts whose size is known beforehand: texts are up to 32 Ki characters
// each, and neither one JSON text nor the heap may depend on what a producer sent.

/** UTF-16 units of one part: a JSON text of some 30 MB. */
const PART_CHARS_MAX = 16_777_216

/** Rows of a part that is asked for by a list of ids: it must fit into a statement, which ends at 256 KiB. */
export const LISTED_ROWS_MAX = 500

/** UTF-16 units of one whole read: 256 MB of heap at most. A run of 20,000 ordinary steps has a third. */
const READ_CHARS_MAX = 134_217_728

export interface Head {
  /** Stored size of the row's texts. */
  readonly TextChars: number
}

/** The heads that fit into one read, in the order given; at least the first. */
export function takeWithin<H extends Head>(
  heads: readonly H[],
  charsMax = READ_CHARS_MAX
): readonly H[] {
  let chars = 0
  const end = heads.findIndex((head, at) => {
    chars += head.TextChars
    return at > 0 && chars > charsMax
  })
  return end === -1 ? heads : heads.slice(0, end)
}

/** Neighbours, in the order given; no part is empty. */
export function toParts<H extends Head>(
  heads: readonly H[],
  rowsMax = Number.POSITIVE_INFINITY,
  charsMax = PART_CHARS_MAX
): readonly (readonly H[])[] {
  const parts: H[][] = []
  let chars = 0
  for (const head of heads) {
    const part = parts.at(-1)
    chars += head.TextChars
    if (part === undefined || part.length >= rowsMax || chars > charsMax) {
      parts.push([head])
      chars = head.TextChars
    } else {
      part.push(head)
    }
  }
  return parts
}
