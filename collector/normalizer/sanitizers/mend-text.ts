// A JSON escape may leave half of a surrogate pair, which no UTF-8 can hold: the store would refuse the
// row or write something else. U+FFFD takes its place, as UTF-8 encoders do.

export function mendText(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed()
}
