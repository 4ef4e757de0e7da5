// One at a time, in the order of asking: reading a run's deliveries, deciding and saving must not happen
// twice at once, or one would overwrite what the other decided.

export class Turnstile {
  #last: Promise<unknown> = Promise.resolve()

  pass<T>(work: () => Promise<T>): Promise<T> {
    const passed = this.#last.then(work, work)
    this.#last = passed.catch(() => undefined)
    return passed
  }
}
