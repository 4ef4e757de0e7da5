// Which run is due next: a binary heap. A run that is put off keeps its old place and is looked at again
// when that comes up, so that a busy run costs one entry, not one a span.

export interface DueRun<T> {
  readonly at: number
  readonly run: T
}

export class DueTimes<T> {
  readonly #heap: DueRun<T>[] = []
  /** The earliest entry of each run: later ones are not needed. */
  readonly #earliest = new Map<T, number>()

  get size(): number {
    return this.#heap.length
  }

  get nextAt(): number | undefined {
    return this.#heap[0]?.at
  }

  add(run: T, at: number): void {
    const known = this.#earliest.get(run)
    if (known !== undefined && known <= at) return
    this.#earliest.set(run, at)
    this.#heap.push({ at, run })
    this.#up(this.#heap.length - 1)
  }

  /** Takes a run whose time has come, or `undefined`. The caller adds it again when it is not due yet. */
  take(now: number): T | undefined {
    for (let top = this.#heap[0]; top !== undefined && top.at <= now; top = this.#heap[0]) {
      this.#removeTop()
      if (this.#earliest.get(top.run) !== top.at) continue
      this.#earliest.delete(top.run)
      return top.run
    }
    return undefined
  }

  #removeTop(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    this.#down(0)
  }

  #up(from: number): void {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.#at(parent) <= this.#at(at)) return
      this.#swap(at, parent)
      at = parent
    }
  }

  #down(from: number): void {
    let at = from
    for (;;) {
      const left = 2 * at + 1
      const least = this.#at(left + 1) < this.#at(left) ? left + 1 : left
      if (this.#at(least) >= this.#at(at)) return
      this.#swap(at, least)
      at = least
    }
  }

  #at(index: number): number {
    return this.#heap[index]?.at ?? Infinity
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]]
    if (a === undefined || b === undefined) return
    this.#heap[one] = b
    this.#heap[other] = a
  }
}
