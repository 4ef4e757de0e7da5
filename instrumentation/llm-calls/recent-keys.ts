// Remembers which keys were seen lately.

/** A program has few lists of tools, in few runs at a time. */
const KEYS_MAX = 512

export class RecentKeys {
  readonly #keys = new Set<string>()

  /** True when the key is new; it is remembered from here on. */
  add(key: string): boolean {
    if (this.#keys.has(key)) return false
    if (this.#keys.size >= KEYS_MAX) {
      const [oldest] = this.#keys
      if (oldest !== undefined) this.#keys.delete(oldest)
    }
    this.#keys.add(key)
    return true
  }
}
