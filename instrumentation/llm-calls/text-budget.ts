// Texts that are put together from the pieces of a stream, within a bound that all texts of one answer
// share. Pieces are kept in a list: adding to a long string a thousand times is what streams are made of.

export class TextBudget {
  #charsLeft: number
  #isExceeded = false

  constructor(charsMax: number) {
    this.#charsLeft = charsMax
  }

  get isExceeded(): boolean {
    return this.#isExceeded
  }

  /** The piece, or as much of it as there is room for. */
  admit(piece: string): string {
    if (piece.length <= this.#charsLeft) {
      this.#charsLeft -= piece.length
      return piece
    }
    this.#isExceeded = true
    const admitted = piece.slice(0, this.#charsLeft)
    this.#charsLeft = 0
    return admitted
  }
}

export class GrowingText {
  readonly #pieces: string[] = []
  readonly #budget: TextBudget

  constructor(budget: TextBudget) {
    this.#budget = budget
  }

  add(piece: unknown): void {
    if (typeof piece !== 'string' || piece === '') return
    const admitted = this.#budget.admit(piece)
    if (admitted !== '') this.#pieces.push(admitted)
  }

  get isEmpty(): boolean {
    return this.#pieces.length === 0
  }

  toString(): string {
    return this.#pieces.join('')
  }
}
